//go:build js && wasm

package browser

import (
	"sync/atomic"
	"syscall/js"
)

// Typed is what a person wrote into the static shell before the program ran.
type Typed struct {
	Text    string
	Caret   int // in UTF-16 units
	Focused bool
}

var typedTaken atomic.Bool

// TakeTyped is what stands in the shell's prompt box, also after the shell was
// replaced; ok only once. Taken in the turn that replaces the shell, no key
// stroke is lost between the two boxes. boot.js keeps it.
func TakeTyped() (t Typed, ok bool) {
	if typedTaken.Swap(true) {
		return Typed{}, false
	}
	boot := property(js.Global(), "crynuxBoot")
	return Typed{
		Text:    text(boot, "typed"),
		Caret:   number(boot, "caret"),
		Focused: property(boot, "focused").Truthy(),
	}, true
}
