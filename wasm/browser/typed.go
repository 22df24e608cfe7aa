//go:build js && wasm

package browser

import "syscall/js"

// Typed is what a person wrote into the static shell before the app took over.
type Typed struct {
	Text    string
	Caret   int // in UTF-16 units
	Focused bool
}

// TypedBefore is what stands in the shell's prompt box, also after the shell
// was replaced. boot.js keeps it.
func TypedBefore() Typed {
	boot := property(js.Global(), "crynuxBoot")
	return Typed{
		Text:    text(boot, "typed"),
		Caret:   number(boot, "caret"),
		Focused: property(boot, "focused").Truthy(),
	}
}

// TakeOver puts what was typed into the field id, with caret and focus. It is
// called in the turn that replaced the shell, so that no key stroke is lost
// between the two fields.
func TakeOver(id string) (Typed, error) {
	t := TypedBefore()
	if t.Text != "" {
		if err := SetValue(id, t.Text); err != nil {
			return t, err
		}
	}
	if !t.Focused {
		return t, nil
	}
	if err := Focus(id); err != nil {
		return t, err
	}
	return t, Select(id, t.Caret, t.Caret)
}
