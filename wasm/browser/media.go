//go:build js && wasm

package browser

import "syscall/js"

// Matches reports whether a media query holds now, e.g. "(max-width: 60rem)".
func Matches(query string) bool {
	list, err := call(js.Global(), "matchMedia", query)
	return err == nil && property(list, "matches").Truthy()
}

// WatchMedia calls f when the query begins or ceases to hold, until cancel is
// called. f must not block.
func WatchMedia(query string, f func(matches bool)) (cancel func(), err error) {
	list, err := call(js.Global(), "matchMedia", query)
	if err != nil {
		return func() {}, err
	}
	return listen(list, "change", func(e js.Value) { f(property(e, "matches").Truthy()) })
}

// Hidden reports whether the tab is in the background.
func Hidden() bool {
	return property(property(js.Global(), "document"), "hidden").Truthy()
}

// WatchHidden calls f when the tab goes to the background or comes back, until
// cancel is called. f must not block.
func WatchHidden(f func(hidden bool)) (cancel func(), err error) {
	return listen(property(js.Global(), "document"), "visibilitychange", func(js.Value) { f(Hidden()) })
}
