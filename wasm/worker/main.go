//go:build js && wasm

// The second wasm of the page. It runs in a Web Worker, answers the questions
// of package protocol, and holds what is heavy and not needed for the first
// click: the curve and the decoding of pictures.
package main

import (
	"encoding/json"
	"fmt"
	"syscall/js"

	"crynux-dapp/wasm/worker/protocol"
)

// main takes over from worker.js, which kept the questions that came while
// this program was loading.
func main() {
	self := js.Global()
	self.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		reply(self, args[0].Get("data"))
		return nil
	}))
	for early := self.Get("crynuxEarly"); early.Length() > 0; {
		reply(self, early.Call("shift"))
	}
	select {}
}

// reply answers one question of the page.
func reply(self, question js.Value) {
	message := map[string]any{"id": question.Get("id")}
	ok, err := answer(question)
	if err != nil {
		message["error"] = err.Error()
	} else {
		message["ok"] = string(ok)
	}
	self.Call("postMessage", message)
}

// answer never panics: one bad picture must not take other questions with it.
func answer(question js.Value) (ok []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			ok, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	op, args := question.Get("op").String(), []byte(question.Get("args").String())
	var result any
	switch op {
	case protocol.Recover:
		var a protocol.RecoverArgs
		if err := json.Unmarshal(args, &a); err != nil {
			return nil, err
		}
		result, err = recoverSigner(a)
	case protocol.ImageHash:
		result, err = imageHash(bytesOf(question.Get("data")))
	default:
		err = fmt.Errorf("unknown operation %q", op)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

// bytesOf copies an ArrayBuffer.
func bytesOf(buffer js.Value) []byte {
	array := js.Global().Get("Uint8Array").New(buffer)
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	return b
}
