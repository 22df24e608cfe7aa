//go:build js && wasm

package browser

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"syscall/js"
)

// listen calls f with every event of that name until cancel is called, which
// may happen more than once. f must not block: it runs inside the event.
func listen(target js.Value, event string, f func(js.Value)) (cancel func(), err error) {
	return attach(target, "addEventListener", "removeEventListener", event, f)
}

// attach is listen for objects that call the two methods otherwise.
func attach(target js.Value, add, remove, event string, f func(js.Value)) (cancel func(), err error) {
	callback := js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer survive()
		f(first(args))
		return nil
	})
	if _, err := call(target, add, event, callback); err != nil {
		callback.Release()
		return func() {}, err
	}
	return sync.OnceFunc(func() {
		// A target that is gone has nothing left to remove.
		_, _ = call(target, remove, event, callback)
		callback.Release()
	}), nil
}

// survive keeps a panic inside an event from ending the program, and tells the console.
func survive() {
	if r := recover(); r != nil {
		fmt.Fprintf(os.Stderr, "panic in a browser event: %v\n%s", r, debug.Stack())
	}
}
