//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"syscall/js"
)

// ErrNoRoomTold is a browser that does not say how much it stores.
var ErrNoRoomTold = errors.New("the browser does not tell about its storage")

// storageManager is navigator.storage, or undefined (a page without TLS).
func storageManager() js.Value {
	return property(property(js.Global(), "navigator"), "storage")
}

// Room is what this origin stores, and the most that it may, in bytes, as far as the
// browser tells: it rounds, and what was deleted counts for a while.
func Room(ctx context.Context) (used, most int64, err error) {
	manager := storageManager()
	if !manager.Truthy() {
		return 0, 0, ErrNoRoomTold
	}
	estimate, err := awaitCall(ctx, manager, "estimate")
	if err != nil {
		return 0, 0, err
	}
	u, m := property(estimate, "usage"), property(estimate, "quota")
	if u.Type() != js.TypeNumber || m.Type() != js.TypeNumber {
		return 0, 0, ErrNoRoomTold
	}
	return int64(u.Float()), int64(m.Float()), nil
}

// Kept reports whether the browser has promised to keep what is stored when it needs
// room.
func Kept(ctx context.Context) (bool, error) { return askStorage(ctx, "persisted") }

// Keep asks for that promise. Some browsers ask the person.
func Keep(ctx context.Context) (bool, error) { return askStorage(ctx, "persist") }

func askStorage(ctx context.Context, method string) (bool, error) {
	manager := storageManager()
	if !manager.Truthy() {
		return false, ErrNoRoomTold
	}
	answer, err := awaitCall(ctx, manager, method)
	return err == nil && answer.Truthy(), err
}
