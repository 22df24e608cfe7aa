//go:build !js

package site

import (
	"bytes"

	"github.com/andybalholm/brotli"
)

// brotlied compresses as far as brotli goes: quality 11 with the largest window
// that browsers take. It is slow: app.wasm takes most of a minute.
func brotlied(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 24})
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
