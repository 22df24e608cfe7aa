//go:build js && wasm

package browser

import (
	"fmt"
	"syscall/js"
)

// Fields are read and written by their id, because a text field keeps its own
// text: rendering it with another value does not change what stands in it.
// Positions are counted in UTF-16 units, as browsers do.

// Value is the text in a field.
func Value(id string) (string, error) {
	e, err := element(id)
	if err != nil {
		return "", err
	}
	return text(e, "value"), nil
}

// SetValue replaces the text in a field. Nobody is told: the caller knows.
func SetValue(id, value string) error {
	e, err := element(id)
	if err != nil {
		return err
	}
	_, err = call(reflectObject, "set", e, "value", value)
	return err
}

// Focus moves the keyboard to an element.
func Focus(id string) error {
	e, err := element(id)
	if err != nil {
		return err
	}
	_, err = call(e, "focus")
	return err
}

// Selection is what is selected in a field; start == end is the caret.
func Selection(id string) (start, end int, err error) {
	e, err := element(id)
	if err != nil {
		return 0, 0, err
	}
	return number(e, "selectionStart"), number(e, "selectionEnd"), nil
}

// Select selects from start to end in a field, or puts the caret there if they are equal.
func Select(id string, start, end int) error {
	e, err := element(id)
	if err != nil {
		return err
	}
	_, err = call(e, "setSelectionRange", start, end)
	return err
}

// ShowModal opens a <dialog>, which then holds keyboard and pointer. An open one stays open.
func ShowModal(id string) error {
	e, err := element(id)
	if err != nil || property(e, "open").Truthy() {
		return err
	}
	_, err = call(e, "showModal")
	return err
}

// CloseModal closes a <dialog>; a closed one stays closed.
func CloseModal(id string) error {
	e, err := element(id)
	if err != nil {
		return err
	}
	_, err = call(e, "close")
	return err
}

// element asks the document itself: dom.Document.GetElementByID links a type
// for every element of HTML, which costs 95 kB of the compressed program.
func element(id string) (js.Value, error) {
	e, err := call(property(js.Global(), "document"), "getElementById", id)
	if err == nil && e.IsNull() {
		err = fmt.Errorf("no element %q", id)
	}
	return e, err
}
