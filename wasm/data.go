//go:build js && wasm

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

// data is the browser's storage as a whole.
type data struct {
	store  *browser.Store
	second *browser.Worker
}

func (d data) Keys(ctx context.Context, store string) ([]string, error) {
	return d.store.Keys(ctx, store)
}

func (data) Forget(ctx context.Context) error { return browser.ForgetVault(ctx) }
func (data) Room(ctx context.Context) (used, most int64, err error) {
	return browser.Room(ctx)
}
func (data) Kept(ctx context.Context) (bool, error) { return browser.Kept(ctx) }
func (data) Keep(ctx context.Context) (bool, error) { return browser.Keep(ctx) }

// file is one that stays in the browser.
type file struct{ browser.Blob }

func (f file) Read(ctx context.Context, at int64, n int) ([]byte, error) {
	part, err := f.Slice(at, n)
	if err != nil {
		return nil, err
	}
	return part.Bytes(ctx)
}

type fileWriter struct{ *browser.BlobWriter }

func (w fileWriter) File() (runner.File, error) {
	blob, err := w.Blob()
	return file{blob}, err
}

func (data) NewFile() runner.FileWriter {
	return fileWriter{&browser.BlobWriter{Type: "application/zip"}}
}

func (data) Save(f runner.File, name string) error { return blobOf(f).Save(name) }

func (data) Pick(ctx context.Context) (runner.File, bool, error) {
	blob, ok, err := browser.PickBlob(ctx, ".zip,.crynux")
	return file{blob}, ok, err
}

// blobOf is the Blob of a file: there are no others here.
func blobOf(f runner.File) browser.Blob { return f.(file).Blob }

func (d data) Lock(ctx context.Context, f runner.File, passphrase string) (runner.File, error) {
	salt, err := hex.DecodeString(strings.ReplaceAll(browser.NewID(), "-", "")) // 122 bits of chance, without the weight of crypto/rand
	if err != nil {
		return nil, err
	}
	e := archive.NewEnvelope(f.Size(), salt)
	out := &browser.BlobWriter{Type: "application/octet-stream"}
	if err := out.Write(e.Head()); err != nil {
		return nil, err
	}
	return d.segments(ctx, e, passphrase, out, d.second.ExportSeal, func(i int) (browser.Blob, error) {
		return blobOf(f).Slice(int64(i)*archive.Segment, e.Length(i))
	})
}

func (d data) Unlock(ctx context.Context, f runner.File, e archive.Envelope, passphrase string) (runner.File, error) {
	begin := int64(len(e.Head()))
	return d.segments(ctx, e, passphrase, &browser.BlobWriter{Type: "application/zip"}, d.second.ExportOpen, func(i int) (browser.Blob, error) {
		return blobOf(f).Slice(begin+int64(i)*(archive.Segment+archive.Tag), e.Length(i)+archive.Tag)
	})
}

// segments has each segment of a file locked or opened by the second program.
func (d data) segments(ctx context.Context, e archive.Envelope, passphrase string, out *browser.BlobWriter,
	do func(ctx context.Context, part browser.Blob, iv, additional []byte) (browser.Blob, error), part func(i int) (browser.Blob, error)) (runner.File, error) {
	if err := d.second.ExportKey(ctx, passphrase, e.Salt, e.Iterations); err != nil {
		return nil, err
	}
	defer d.second.ExportEnd(ctx)
	for i := range e.Segments() {
		blob, err := part(i)
		if err != nil {
			return nil, err
		}
		done, err := do(ctx, blob, e.IV(i), e.Head())
		if errors.Is(err, taskwallet.WrongPassword) {
			return nil, fmt.Errorf("%w: %w", runner.ErrPassphrase, err)
		}
		if err == nil {
			err = out.Add(done)
		}
		if err != nil {
			return nil, err
		}
	}
	return fileWriter{out}.File()
}
