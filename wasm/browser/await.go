//go:build js && wasm

package browser

import (
	"context"
	"syscall/js"
)

// await waits until v, a promise or a plain value, is settled. A rejection is
// an *Error. When ctx ends first its error is returned, and what the promise
// says later is dropped; the two callbacks live until then and release
// themselves.
func await(ctx context.Context, v js.Value) (js.Value, error) {
	// Foreign thenables may answer twice; a real promise does not.
	promise, err := call(promiseClass, "resolve", v)
	if err != nil {
		return js.Undefined(), err
	}
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var fulfil, reject js.Func
	settle := func(o outcome) any {
		fulfil.Release()
		reject.Release()
		settled <- o
		return nil
	}
	fulfil = js.FuncOf(func(_ js.Value, args []js.Value) any {
		return settle(outcome{value: first(args)})
	})
	reject = js.FuncOf(func(_ js.Value, args []js.Value) any {
		return settle(outcome{err: thrown(first(args))})
	})
	if _, err := call(promise, "then", fulfil, reject); err != nil {
		fulfil.Release()
		reject.Release()
		return js.Undefined(), err
	}
	select {
	case o := <-settled:
		return o.value, o.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

// awaitCall awaits object.method(args...).
func awaitCall(ctx context.Context, object js.Value, method string, args ...any) (js.Value, error) {
	v, err := call(object, method, args...)
	if err != nil {
		return js.Undefined(), err
	}
	return await(ctx, v)
}

func first(args []js.Value) js.Value {
	if len(args) == 0 {
		return js.Undefined()
	}
	return args[0]
}
