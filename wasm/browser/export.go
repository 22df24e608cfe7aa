//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"path"
	"syscall/js"

	"crynux-dapp/wasm/worker/protocol"
)

// ExportKey has the second wasm make the key that locks or opens an export.
func (w *Worker) ExportKey(ctx context.Context, passphrase string, salt []byte, iterations int) error {
	secret := []byte(passphrase)
	defer clear(secret)
	return w.ask(ctx, new(any), protocol.ExportKey, protocol.ExportKeyArgs{Salt: salt, Iterations: iterations}, secret)
}

// ExportEnd forgets that key.
func (w *Worker) ExportEnd(ctx context.Context) {
	if running, err := w.current(); err == nil {
		_ = running.ask(ctx, new(any), protocol.ExportEnd, nil) // a worker that is gone took it along
	}
}

// ExportSeal locks a segment with the key. additional is what it is bound to.
func (w *Worker) ExportSeal(ctx context.Context, part Blob, iv, additional []byte) (Blob, error) {
	return w.exportPart(ctx, protocol.ExportSeal, part, iv, additional)
}

// ExportOpen opens a segment. The error is taskwallet.WrongPassword where passphrase or
// segment are not the right ones.
func (w *Worker) ExportOpen(ctx context.Context, part Blob, iv, additional []byte) (Blob, error) {
	return w.exportPart(ctx, protocol.ExportOpen, part, iv, additional)
}

func (w *Worker) exportPart(ctx context.Context, op string, part Blob, iv, additional []byte) (Blob, error) {
	running, err := w.current() // not asked twice: a new one has no key
	if err != nil {
		return Blob{}, err
	}
	content, err := part.buffer(ctx)
	if err != nil {
		return Blob{}, err
	}
	more, err := newBuffers([][]byte{additional})
	if err != nil {
		return Blob{}, err
	}
	var out buffer
	if err := running.askWith(ctx, &out, op, protocol.ExportArgs{IV: iv}, append([]any{content}, more...)); err != nil {
		return Blob{}, err
	}
	blob, err := construct("Blob", []any{out.value})
	return Blob{blob}, err
}

// buffer is an ArrayBuffer beside an answer.
type buffer struct{ value js.Value }

func (b *buffer) take(value js.Value) { b.value = value }

// UnmarshalJSON takes the answer itself, which says nothing.
func (b *buffer) UnmarshalJSON([]byte) error { return nil }

// PickBlob asks the person for a file whose type accept names; ok is false when they
// chose none. Browsers show the question only soon after a click.
func PickBlob(ctx context.Context, accept string) (file Blob, ok bool, err error) {
	picked, err := pick(ctx, accept)
	if err != nil || !picked.Truthy() {
		return Blob{}, false, err
	}
	return Blob{picked}, true, nil
}

var errVaultStays = errors.New("the browser does not delete the database of its key")

// vaultDatabase is where the second wasm keeps the browser's own key, by the path that
// it is served from.
func vaultDatabase() string {
	return "crynux-dapp-vault:" + path.Dir(ServedFrom()+"worker.js")
}

// ForgetVault removes the key with which this browser locked the task wallet's, and so
// the last way to open that without a passphrase.
func ForgetVault(ctx context.Context) error {
	if !property(js.Global(), "indexedDB").Truthy() {
		return nil // nothing is kept
	}
	request, err := call(property(js.Global(), "indexedDB"), "deleteDatabase", vaultDatabase())
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	for event, result := range map[string]error{"success": nil, "error": errVaultStays} {
		cancel, err := listen(request, event, func(js.Value) { done <- result })
		if err != nil {
			return err
		}
		defer cancel()
	}
	select { // the worker closes its connection after each use: it blocks for a moment at most
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
