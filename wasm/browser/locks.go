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

// lockTabs takes a Web Lock. The error is errNoLocks, that of ctx, or what the
// browser says. https://w3c.github.io/web-locks/
func lockTabs(ctx context.Context, name string) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	locks := property(property(js.Global(), "navigator"), "locks")
	if !locks.Truthy() {
		return nil, errNoLocks
	}
	abort, err := construct("AbortController")
	if err != nil {
		return nil, err
	}

	// The lock is held as long as the promise that the callback returns is
	// pending: its resolve is what lets go.
	granted := make(chan js.Value, 1)
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		granted <- args[0]
		return nil
	})
	callback := js.FuncOf(func(js.Value, []js.Value) any { return promiseClass.New(executor) })
	free := func() {
		executor.Release()
		callback.Release()
	}
	options := map[string]any{"signal": property(abort, "signal")}
	request, err := call(locks, "request", name, options, callback)
	if err != nil {
		free()
		return nil, err
	}
	over := make(chan error, 1)
	go func() {
		_, err := await(context.Background(), request) // it ends by grant and release, or by abort
		free()
		over <- err
	}()

	select {
	case resolve := <-granted:
		return func() {
			resolve.Invoke()
			<-over // the next one may have it now
		}, nil
	case err := <-over:
		return nil, refusedLock(err)
	case <-ctx.Done():
		_, _ = call(abort, "abort") // too late if it was granted just now
		select {
		case resolve := <-granted:
			resolve.Invoke()
		case <-over:
		}
		return nil, ctx.Err()
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
