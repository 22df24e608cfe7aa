//go:build js && wasm

package browser

import (
	"syscall/js"
)

// Renewal is a newer version of the page that renew.js has found.
type Renewal struct{}

// Watch calls f when there is one, at once if there is already. f must not block.
func (Renewal) Watch(f func()) (cancel func()) {
	cancel, err := listen(js.Global(), "crynux-renewed", func(js.Value) { f() })
	if err != nil {
		return func() {} // a page without events has no service worker
	}
	if property(property(js.Global(), "crynuxBoot"), "renewed").Truthy() {
		f()
	}
	return cancel
}

// Take loads the page anew in the newer version.
func (Renewal) Take() {
	if _, err := call(property(js.Global(), "crynuxBoot"), "take"); err != nil {
		Reload() // the next version comes with another visit
	}
}

// Broken tells the page's scripts that it cannot start: a newer version that is
// there, or will be found, is then taken at once.
func Broken() {
	if boot := property(js.Global(), "crynuxBoot"); boot.Truthy() {
		boot.Set("broken", true)
	}
}
