//go:build js && wasm

package main

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	"crynux-dapp/chain/taskwallet/vault"
)

// browserKey is the box of "this browser" (taskwallet.md §6): the key that locks
// was made by the browser, lies in IndexedDB, and is shown to no script. Other
// scripts of this origin can use it, though, as this one does.
var browserKey = vault.Browser(
	func(iv, text, additional []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		key, err := keyOfBrowser(ctx, true)
		if err != nil {
			return nil, err
		}
		return crypt(ctx, "encrypt", key, iv, text, additional)
	},
	func(iv, text, additional []byte) ([]byte, error) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		key, err := keyOfBrowser(ctx, false)
		if err != nil {
			return nil, err
		}
		if key.IsUndefined() {
			return nil, errors.New("its key is gone")
		}
		return crypt(ctx, "decrypt", key, iv, text, additional)
	},
)

// patience bounds the wait for a database that another tab keeps blocked.
const patience = 10 * time.Second

var errNoBrowserKey = errors.New("no IndexedDB or no WebCrypto here")

// crypt is subtle.encrypt or subtle.decrypt. What it was given is overwritten on
// JavaScript's side.
func crypt(ctx context.Context, method string, key js.Value, iv, text, additional []byte) ([]byte, error) {
	array := newBytes(text)
	defer array.Call("fill", 0)
	algorithm := map[string]any{"name": "AES-GCM", "iv": newBytes(iv), "additionalData": newBytes(additional)}
	out, err := await(ctx, func() js.Value {
		return js.Global().Get("crypto").Get("subtle").Call(method, algorithm, key, array)
	})
	if err != nil {
		return nil, err
	}
	return takeBuffer(out), nil
}

// keyOfBrowser is the CryptoKey of this browser. Where there is none it is made,
// or undefined.
func keyOfBrowser(ctx context.Context, orMake bool) (js.Value, error) {
	if !js.Global().Get("indexedDB").Truthy() || !js.Global().Get("crypto").Get("subtle").Truthy() {
		return js.Undefined(), errNoBrowserKey
	}
	shelf, err := openKeyShelf(ctx)
	if err != nil {
		return js.Undefined(), err
	}
	defer shelf.close()
	key, err := shelf.get(ctx)
	if err != nil || !key.IsUndefined() || !orMake {
		return key, err
	}
	fresh, err := await(ctx, func() js.Value {
		extractable := false
		return js.Global().Get("crypto").Get("subtle").Call("generateKey",
			map[string]any{"name": "AES-GCM", "length": 256}, extractable, []any{"encrypt", "decrypt"})
	})
	if err != nil {
		return js.Undefined(), err
	}
	if err := shelf.add(ctx, fresh); err != nil {
		return js.Undefined(), err
	}
	return shelf.get(ctx) // another tab may have been first
}

func newBytes(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}
