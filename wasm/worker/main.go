//go:build js && wasm

// The second wasm of the page. It runs in a Web Worker, or where the browser refuses
// that on the page's own thread without ever getting a key. It answers the questions
// of package protocol, and holds what is heavy and not needed for the first
// click, and what the page must not see: the curve, the decoding of pictures,
// and the key of the task wallet.
package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"syscall/js"

	"crynux-dapp/wasm/worker/protocol"
)

// main answers what comes to the port that load.js gives it: the worker itself, which
// kept in early what came while this program was loading, or one end of a channel.
func main() {
	port := js.Global().Get("crynuxPort")
	js.Global().Delete("crynuxPort")
	s := &server{port: port, apart: port.Equal(js.Global())}
	// Answering may wait for the browser, which an event must not do.
	port.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		go s.reply(args[0].Get("data"))
		return nil
	}))
	if early := port.Get("early"); early.Truthy() {
		for early.Length() > 0 {
			go s.reply(early.Call("shift").Get("data"))
		}
	}
	select {}
}

// server answers the questions of the page.
type server struct {
	port  js.Value
	apart bool // in a worker
	keys  keyholder
	files exports
}

// reply answers one question.
func (s *server) reply(question js.Value) {
	message := map[string]any{"id": question.Get("id")}
	ok, beside, err := s.answer(question)
	if err != nil {
		failure, _ := json.Marshal(protocol.FailureOf(err)) // texts only: it cannot fail
		message["error"] = string(failure)
	} else {
		message["ok"] = string(ok)
	}
	if beside == nil {
		s.port.Call("postMessage", message)
		return
	}
	array := js.Global().Get("Uint8Array").New(len(beside))
	js.CopyBytesToJS(array, beside)
	clear(beside)
	message["data"] = array.Get("buffer")
	s.port.Call("postMessage", message, []any{array.Get("buffer")}) // moved: no copy stays
}

// answer never panics: one bad picture must not take the beside with it. beside is with
// the answer of protocol.HandOver, and what was locked or opened with those of an
// export; nil otherwise.
func (s *server) answer(question js.Value) (ok, beside []byte, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case runtime.Error: // about indexes and types
			ok, beside, err = nil, nil, fmt.Errorf("panic: %w", r)
		default: // whatever it is may have a secret in it
			ok, beside, err = nil, nil, fmt.Errorf("panic with %T", r)
		}
	}()
	op, args := question.Get("op").String(), []byte(question.Get("args").String())
	data := takeBytes(question.Get("data"))
	defer func() {
		for _, b := range data {
			clear(b)
		}
	}()
	var result any
	switch op {
	case protocol.Recover:
		result, err = with(args, recoverSigner)
	case protocol.ImageHash:
		result, err = imageHash(data[0], s.pause())
	case protocol.ExportKey, protocol.ExportSeal, protocol.ExportOpen, protocol.ExportEnd:
		result, err = s.files.answer(op, args, data)
	default:
		result, err = s.keys.answer(op, args, data)
	}
	if err != nil {
		return nil, nil, err
	}
	switch r := result.(type) {
	case handed:
		beside = r.key
	case buffer:
		beside, result = r, nil
	}
	ok, err = json.Marshal(result)
	return ok, beside, err
}

// pause is what a long piece of work calls now and then.
func (s *server) pause() func() {
	if s.apart {
		return func() {}
	}
	return pacer()
}

// with calls f with its arguments.
func with[Args, OK any](text []byte, f func(Args) (OK, error)) (any, error) {
	var args Args
	if err := json.Unmarshal(text, &args); err != nil {
		return nil, err
	}
	return f(args)
}

// takeBytes copies an array of ArrayBuffers and overwrites them.
func takeBytes(buffers js.Value) [][]byte {
	data := make([][]byte, buffers.Length())
	for i := range data {
		data[i] = takeBuffer(buffers.Index(i))
	}
	return data
}

// takeBuffer copies an ArrayBuffer and overwrites it.
func takeBuffer(buffer js.Value) []byte {
	array := js.Global().Get("Uint8Array").New(buffer)
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	array.Call("fill", 0)
	return b
}
