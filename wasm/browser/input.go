//go:build js && wasm

package browser

import (
	"sync"
	"syscall/js"
	"time"
)

// inputEvery is the least time between two reports of WatchInput.
const inputEvery = 5 * time.Second

// WatchInput calls f when the person touches the page: pointer, key or wheel, and
// only by events that the browser itself vouches for (isTrusted). f is called at
// most once in a few seconds, and must not block. The listeners are passive and
// come before those of the page, so nothing is slower by them.
func WatchInput(f func()) (cancel func(), err error) {
	var last time.Time // by the wall: the other clock may stand still while a computer sleeps
	told := js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer survive()
		if now := time.Now().Round(0); now.Sub(last).Abs() >= inputEvery && property(first(args), "isTrusted").Truthy() {
			last = now
			f()
		}
		return nil
	})
	passive := map[string]any{"passive": true, "capture": true}
	events := []string{"pointerdown", "keydown", "wheel"}
	cancel = sync.OnceFunc(func() {
		for _, event := range events {
			_, _ = call(js.Global(), "removeEventListener", event, told, passive) // gone with the window otherwise
		}
		told.Release()
	})
	for _, event := range events {
		if _, err := call(js.Global(), "addEventListener", event, told, passive); err != nil {
			cancel()
			return func() {}, err
		}
	}
	return cancel, nil
}

// Reload loads the page anew, with nothing of its memory.
func Reload() { _, _ = call(property(js.Global(), "location"), "reload") } // the page stays as it is where a frame forbids it
