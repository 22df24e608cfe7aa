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
	input, err := try(func() js.Value {
		e := js.Global().Get("document").Call("createElement", "input")
		e.Set("type", "file")
		e.Set("accept", accept)
		return e
	})
	if err != nil {
		return nil, false, err
	}
	answered := make(chan struct{}, 2)
	said := func(js.Value) { answered <- struct{}{} }
	for _, event := range []string{"change", "cancel"} {
		cancel, err := listen(input, event, said)
		if err != nil {
			return nil, false, err
		}
		defer cancel()
	}
	if _, err := call(input, "click"); err != nil {
		return nil, false, err
	}
	select {
	case <-answered:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	picked := property(property(input, "files"), "0")
	if !picked.Truthy() {
		return nil, false, nil
	}
	if number(picked, "size") > limit {
		return nil, false, ErrTooLarge
	}
	buffer, err := awaitCall(ctx, picked, "arrayBuffer")
	if err != nil {
		return nil, false, err
	}
	array, err := try(func() js.Value { return uint8Array.New(buffer) })
	if err != nil {
		return nil, false, err
	}
	file, err = bytesOf(array)
	return file, err == nil, err
}
