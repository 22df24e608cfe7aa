//go:build js && wasm

package browser

import (
	"syscall/js"
	"time"
)

// Doze keeps the page from being pressed for a while: what was pressed elsewhere a
// moment ago, in a window that lay in the same place, must not confirm anything
// here. What is typed is not lost, only clicks and Enter are.
func Doze(d time.Duration) {
	event := func(e js.Value) {
		if text(e, "type") == "keydown" && text(e, "key") != "Enter" && text(e, "key") != " " {
			return
		}
		if text(e, "type") == "keydown" && text(e, "key") == " " && property(property(e, "target"), "value").Type() == js.TypeString && text(property(e, "target"), "tagName") != "BUTTON" {
			return // a blank in a text
		}
		_, _ = call(e, "preventDefault")
		_, _ = call(e, "stopImmediatePropagation")
	}
	callback := js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer survive()
		event(first(args))
		return nil
	})
	capture := map[string]any{"capture": true}
	names := []string{"click", "submit", "keydown"}
	for _, name := range names {
		_, _ = call(js.Global(), "addEventListener", name, callback, capture)
	}
	time.AfterFunc(d, func() {
		for _, name := range names {
			_, _ = call(js.Global(), "removeEventListener", name, callback, capture)
		}
		callback.Release()
	})
}
