//go:build !js

package site

import (
	"bytes"
	"compress/gzip"
)

// gzipped compresses as far as gzip goes. Its header holds no name and no
// time, so equal input gives equal output.
func gzipped(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
