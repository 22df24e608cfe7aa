//go:build js && wasm

package browser

import (
	"context"
	"syscall/js"
)

// Pick asks the person for a file whose type accept names, and reads it; ok is
// false when they chose none. A file of more than limit bytes is ErrTooLarge.
// Browsers show the question only soon after a click.
func Pick(ctx context.Context, accept string, limit int) (file []byte, ok bool, err error) {
	picked, err := pick(ctx, accept)
	if err != nil || !picked.Truthy() {
		return nil, false, err
	}
	if number(picked, "size") > limit {
		return nil, false, ErrTooLarge
	}
	file, err = Blob{picked}.Bytes(ctx)
	return file, err == nil, err
}

// pick asks for a File; undefined when the person chose none.
func pick(ctx context.Context, accept string) (js.Value, error) {
	input, err := try(func() js.Value {
		e := js.Global().Get("document").Call("createElement", "input")
		e.Set("type", "file")
		e.Set("accept", accept)
		return e
	})
	if err != nil {
		return js.Undefined(), err
	}
	answered := make(chan struct{}, 2)
	said := func(js.Value) { answered <- struct{}{} }
	for _, event := range []string{"change", "cancel"} {
		cancel, err := listen(input, event, said)
		if err != nil {
			return js.Undefined(), err
		}
		defer cancel()
	}
	if _, err := call(input, "click"); err != nil {
		return js.Undefined(), err
	}
	select {
	case <-answered:
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
	return property(property(input, "files"), "0"), nil
}
