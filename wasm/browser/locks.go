//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"sync"
	"syscall/js"
)

// WithLock runs f while nobody else runs one under this name: no other goroutine,
// and no other tab or worker of this origin where the browser has Web Locks. Where
// it has none (an old one, a page without https) tabs are not kept apart. It must
// not be called within f for the same name.
//
// The error is f's, or that of ctx if it ends while waiting; f was not run then.
func WithLock(ctx context.Context, name string, f func(ctx context.Context) error) error {
	release, err := lockTabs(ctx, name)
	if errors.Is(err, errNoLocks) {
		release, err = lockPage(ctx, name)
	}
	if err != nil {
		return err
	}
	defer release()
	return f(ctx)
}

var errNoLocks = errors.New("no Web Locks")

// lockTabs waits for a Web Lock. The error is errNoLocks, that of ctx, or what the
// browser says.
func lockTabs(ctx context.Context, name string) (release func(), err error) {
	held, err := askLock(ctx, name, "")
	if err != nil {
		return nil, err
	}
	return held.release, nil
}

// heldLock is a Web Lock that this page has.
type heldLock struct {
	resolve js.Value
	over    <-chan error // tells once that it is free, or stolen
}

// release lets go and waits until the next one may have it.
func (l heldLock) release() {
	l.resolve.Invoke()
	<-l.over
}

// errHeld is a lock that somebody else has.
var errHeld = errors.New("the lock is held")

// askLock asks for a Web Lock: "" waits until it is free, "ifAvailable" does not wait
// (the error is errHeld), "steal" takes it from whoever has it. The error is errNoLocks,
// that of ctx, or what the browser says. https://w3c.github.io/web-locks/
func askLock(ctx context.Context, name, how string) (held heldLock, err error) {
	if err := ctx.Err(); err != nil {
		return held, err
	}
	locks := property(property(js.Global(), "navigator"), "locks")
	if !locks.Truthy() {
		return held, errNoLocks
	}

	// The lock is held as long as the promise that the callback returns is
	// pending: its resolve is what lets go.
	granted := make(chan js.Value, 1)
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		granted <- args[0]
		return nil
	})
	callback := js.FuncOf(func(_ js.Value, args []js.Value) any {
		if first(args).IsNull() {
			return nil // not available
		}
		return promiseClass.New(executor)
	})
	free := func() {
		executor.Release()
		callback.Release()
	}
	options, abort := map[string]any{}, js.Undefined()
	if how == "" { // neither of the others waits, nor takes a signal
		if abort, err = construct("AbortController"); err != nil {
			free()
			return held, err
		}
		options["signal"] = property(abort, "signal")
	} else {
		options[how] = true
	}
	request, err := call(locks, "request", name, options, callback)
	if err != nil {
		free()
		return held, err
	}
	over := make(chan error, 1)
	go func() {
		// It ends by grant and release, by not being granted, by abort, or when the
		// lock is stolen.
		_, err := await(context.Background(), request)
		free()
		over <- err
	}()

	select {
	case resolve := <-granted:
		return heldLock{resolve, over}, nil
	case err := <-over:
		if err == nil {
			return held, errHeld
		}
		return held, refusedLock(err)
	case <-ctx.Done():
		if !abort.IsUndefined() {
			_, _ = call(abort, "abort") // too late if it was granted just now
		}
		select {
		case resolve := <-granted:
			resolve.Invoke()
		case <-over:
		}
		return held, ctx.Err()
	}
}

// refusedLock tells frames that may not have locks from other failures.
func refusedLock(err error) error {
	var thrown *Error
	if errors.As(err, &thrown) && thrown.Name == "SecurityError" {
		return errNoLocks
	}
	return err
}

// pageLocks are locks among the goroutines of this page. A name's channel holds a
// token while nobody has the lock.
var pageLocks = struct {
	mu     sync.Mutex
	byName map[string]chan struct{}
}{byName: make(map[string]chan struct{})}

func lockPage(ctx context.Context, name string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pageLocks.mu.Lock()
	token, ok := pageLocks.byName[name]
	if !ok {
		token = make(chan struct{}, 1)
		token <- struct{}{}
		pageLocks.byName[name] = token
	}
	pageLocks.mu.Unlock()
	select {
	case <-token:
		return func() { token <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
