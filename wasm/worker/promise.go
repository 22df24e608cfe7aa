//go:build js && wasm

package main

import (
	"context"
	"syscall/js"
)

// thrown is what the browser threw, or rejected a promise with.
type thrown struct{ name, message string }

func (e *thrown) Error() string { return e.name + ": " + e.message }

func newThrown(v js.Value) *thrown {
	if v.Type() != js.TypeObject {
		return &thrown{"Error", "unknown"}
	}
	return &thrown{v.Get("name").String(), v.Get("message").String()}
}

// await waits for the promise that f returns. It must not be called within an
// event. When ctx ends first, the two callbacks live until the promise is settled.
func await(ctx context.Context, f func() js.Value) (js.Value, error) {
	promise, err := try(f)
	if err != nil {
		return js.Undefined(), err
	}
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	var fulfil, reject js.Func
	settle := func(o outcome) any {
		fulfil.Release()
		reject.Release()
		done <- o
		return nil
	}
	fulfil = js.FuncOf(func(_ js.Value, args []js.Value) any { return settle(outcome{value: args[0]}) })
	reject = js.FuncOf(func(_ js.Value, args []js.Value) any { return settle(outcome{err: newThrown(args[0])}) })
	promise.Call("then", fulfil, reject)
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

// try turns what JavaScript throws into an error.
func try(f func() js.Value) (v js.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case js.Error:
			err = newThrown(r.Value)
		default:
			panic(r)
		}
	}()
	return f(), nil
}

// settled is a promise of what a request or transaction of IndexedDB comes to:
// its result, if it has one, or its error.
func settled(target js.Value, good, bad string) js.Value {
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject := args[0], args[1]
		var onGood, onBad js.Func
		release := func() {
			onGood.Release()
			onBad.Release()
		}
		onGood = js.FuncOf(func(js.Value, []js.Value) any {
			release()
			resolve.Invoke(target.Get("result"))
			return nil
		})
		onBad = js.FuncOf(func(js.Value, []js.Value) any {
			release()
			reject.Invoke(target.Get("error"))
			return nil
		})
		target.Set("on"+good, onGood)
		target.Set("on"+bad, onBad)
		return nil
	})
	defer executor.Release() // it has run when New returns
	return js.Global().Get("Promise").New(executor)
}
