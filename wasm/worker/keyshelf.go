//go:build js && wasm

package main

import (
	"context"
	"errors"
	"path"
	"syscall/js"
)

// keyShelf is the database that holds the browser's CryptoKey and nothing else.
// There is one for each address that the page is served from, as for the page's
// own database.
type keyShelf struct{ db js.Value }

const (
	shelfVersion = 1
	shelfStore   = "keys"
	shelfKey     = "aes-gcm"
)

func openKeyShelf(ctx context.Context) (keyShelf, error) {
	name := "crynux-dapp-vault:" + path.Dir(js.Global().Get("location").Get("pathname").String())
	db, err := await(ctx, func() js.Value {
		request := js.Global().Get("indexedDB").Call("open", name, shelfVersion)
		var upgrade js.Func
		upgrade = js.FuncOf(func(js.Value, []js.Value) any {
			defer upgrade.Release()
			request.Get("result").Call("createObjectStore", shelfStore)
			return nil
		})
		request.Set("onupgradeneeded", upgrade)
		return settled(request, "success", "error")
	})
	return keyShelf{db}, err
}

// get is the key, or undefined.
func (s keyShelf) get(ctx context.Context) (js.Value, error) {
	return await(ctx, func() js.Value {
		request := s.db.Call("transaction", shelfStore).Call("objectStore", shelfStore).Call("get", shelfKey)
		return settled(request, "success", "error")
	})
}

// add keeps the key, unless there is one: the first stays, since something may
// have been locked with it.
func (s keyShelf) add(ctx context.Context, key js.Value) error {
	_, err := await(ctx, func() js.Value {
		transaction := s.db.Call("transaction", shelfStore, "readwrite", map[string]any{"durability": "strict"})
		transaction.Call("objectStore", shelfStore).Call("add", key, shelfKey)
		return settled(transaction, "complete", "abort")
	})
	var refused *thrown
	if errors.As(err, &refused) && refused.name == "ConstraintError" {
		return nil
	}
	return err
}

func (s keyShelf) close() { s.db.Call("close") }
