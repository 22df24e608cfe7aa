//go:build js && wasm

package browser

import (
	"fmt"
	"syscall/js"
)

// Error is what JavaScript threw, or what a promise was rejected with.
type Error struct {
	// Name is the class of the error ("TypeError", "AbortError", …), or "" if
	// something else than an Error was thrown.
	Name    string
	Message string

	// value is what was thrown, for callers in this package that need more of it.
	value js.Value
}

func (e *Error) Error() string {
	if e.Name == "" {
		return e.Message
	}
	return e.Name + ": " + e.Message
}

// Foreign objects are read through Reflect: a getter that throws inside
// js.Value.Get would tear down the whole Go program, because only calls are
// guarded in wasm_exec.js.
var (
	reflectObject = js.Global().Get("Reflect")
	jsonObject    = js.Global().Get("JSON")
	promiseClass  = js.Global().Get("Promise")
	uint8Array    = js.Global().Get("Uint8Array")
)

// try runs f and turns what it throws or panics with into an error.
func try(f func() js.Value) (result js.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case js.Error:
			result, err = js.Undefined(), thrown(r.Value)
		case error: // *js.ValueError: not an object, not a function
			result, err = js.Undefined(), r
		default:
			result, err = js.Undefined(), fmt.Errorf("browser: %v", r)
		}
	}()
	return f(), nil
}

// call is object.method(args...).
func call(object js.Value, method string, args ...any) (js.Value, error) {
	return try(func() js.Value { return object.Call(method, args...) })
}

// construct is new global.class(args...).
func construct(class string, args ...any) (js.Value, error) {
	return try(func() js.Value { return js.Global().Get(class).New(args...) })
}

// property reads one property of anything. A missing one, a getter that
// throws and a value without properties all answer undefined.
func property(v js.Value, name string) js.Value {
	if v.Type() != js.TypeObject && v.Type() != js.TypeFunction {
		return js.Undefined()
	}
	p, err := call(reflectObject, "get", v, name)
	if err != nil {
		return js.Undefined()
	}
	return p
}

// text is a string property, or "" if it is something else.
func text(v js.Value, name string) string {
	if p := property(v, name); p.Type() == js.TypeString {
		return p.String()
	}
	return ""
}

// number is a whole-number property, or 0 if it is something else.
func number(v js.Value, name string) int {
	if p := property(v, name); p.Type() == js.TypeNumber {
		return p.Int()
	}
	return 0
}

// thrown makes an error of anything JavaScript can throw.
func thrown(v js.Value) *Error {
	e := &Error{value: v}
	switch v.Type() {
	case js.TypeString:
		e.Message = v.String()
	case js.TypeObject, js.TypeFunction:
		e.Name, e.Message = text(v, "name"), text(v, "message")
	}
	if e.Message == "" {
		e.Message = "unknown error"
		if json, err := jsonText(v); err == nil && json != "null" && json != "{}" {
			e.Message = json
		}
	}
	return e
}

// jsonText is JSON.stringify(v); what JSON cannot say (undefined, a function) is null.
func jsonText(v js.Value) (string, error) {
	s, err := call(jsonObject, "stringify", v)
	if err != nil {
		return "", err
	}
	if s.Type() != js.TypeString {
		return "null", nil
	}
	return s.String(), nil
}

// parseJSON is JSON.parse(text).
func parseJSON(text []byte) (js.Value, error) {
	return call(jsonObject, "parse", string(text))
}

// bytesOf copies a Uint8Array out of JavaScript.
func bytesOf(array js.Value) ([]byte, error) {
	out := make([]byte, number(array, "byteLength"))
	_, err := try(func() js.Value {
		js.CopyBytesToGo(out, array)
		return js.Undefined()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// newBytes copies b into a new Uint8Array.
func newBytes(b []byte) (js.Value, error) {
	return try(func() js.Value {
		array := uint8Array.New(len(b))
		js.CopyBytesToJS(array, b)
		return array
	})
}
