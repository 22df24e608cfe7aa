//go:build js && wasm

package browser

import (
	"context"
	"syscall/js"
	"time"
)

// Blob is a file that stays in the browser: only what is asked for becomes bytes here.
type Blob struct{ value js.Value }

// Size in bytes.
func (b Blob) Size() int64 { return int64(property(b.value, "size").Float()) }

// Slice is a part of it.
func (b Blob) Slice(at int64, n int) (Blob, error) {
	part, err := call(b.value, "slice", float64(at), float64(at+int64(n)))
	return Blob{part}, err
}

// Bytes reads all of it.
func (b Blob) Bytes(ctx context.Context) ([]byte, error) {
	buffer, err := b.buffer(ctx)
	if err != nil {
		return nil, err
	}
	array, err := try(func() js.Value { return uint8Array.New(buffer) })
	if err != nil {
		return nil, err
	}
	return bytesOf(array)
}

func (b Blob) buffer(ctx context.Context) (js.Value, error) {
	return awaitCall(ctx, b.value, "arrayBuffer")
}

// Save hands it to the person as a file of that name.
func (b Blob) Save(name string) error {
	url, err := call(property(js.Global(), "URL"), "createObjectURL", b.value)
	if err != nil {
		return err
	}
	return saveURL(url.String(), name)
}

// BlobWriter puts a Blob together. What is written is handed to the browser at once.
type BlobWriter struct {
	Type    string // of its content, as in "application/zip"
	parts   []any
	pending int64 // bytes in parts
}

// foldAfter is how much is kept in pieces. A Blob made of them may go to disk.
const foldAfter = 8 << 20

// Write adds bytes, which are copied.
func (w *BlobWriter) Write(b []byte) error {
	array, err := newBytes(b)
	if err != nil {
		return err
	}
	return w.add(array, int64(len(b)))
}

// Add adds another Blob.
func (w *BlobWriter) Add(b Blob) error { return w.add(b.value, b.Size()) }

func (w *BlobWriter) add(part js.Value, size int64) error {
	w.parts = append(w.parts, part)
	if w.pending += size; w.pending > foldAfter {
		_, err := w.Blob()
		return err
	}
	return nil
}

// Blob is what was written so far.
func (w *BlobWriter) Blob() (Blob, error) {
	blob, err := construct("Blob", w.parts, map[string]any{"type": w.Type})
	if err != nil {
		return Blob{}, err
	}
	w.parts, w.pending = []any{blob}, 0
	return Blob{blob}, nil
}

// saveURL clicks on a link to a blob: URL, which is forgotten later.
func saveURL(url, name string) error {
	time.AfterFunc(downloadGrace, func() { Revoke(url) })
	link, err := call(property(js.Global(), "document"), "createElement", "a")
	if err != nil {
		return err
	}
	_, err = try(func() js.Value {
		link.Set("href", url)
		link.Set("download", name) // without it the click would leave the page
		return link.Call("click")
	})
	return err
}
