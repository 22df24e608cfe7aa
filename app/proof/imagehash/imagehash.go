// Package imagehash computes the perceptual hash of a picture exactly as nodes
// and the Relay do: Go's PNG decoder and the pHash of corona10/goimagehash
// (protocol.md A.4). It stands apart from package proof because only the second
// wasm links a PNG decoder.
//
//	hash, err := imagehash.Of(png)
//	file := proof.Image(0, hash, result)
package imagehash

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io"

	"github.com/corona10/goimagehash"
)

// Limits of a picture. The tab has to hold it decoded: 64 MiB at 8 bits a
// channel, 128 MiB at 16.
const (
	MaxBytes = 32 << 20
	MaxSide  = 4096 // pixels
)

// Why a picture has no hash.
var (
	// ErrTooLarge is a picture beyond MaxBytes or MaxSide. It was not decoded.
	ErrTooLarge = errors.New("imagehash: picture is too large")
	// ErrUnreadable is no PNG, or a damaged or truncated one.
	ErrUnreadable = errors.New("imagehash: not a readable PNG")
)

// Of returns the pHash of a PNG. Written as eight bytes, most significant
// first, it is the picture's part of the result on chain. The error is
// [ErrTooLarge] or [ErrUnreadable].
func Of(data []byte) (uint64, error) { return OfPaced(data, func() {}) }

// OfPaced is Of for a thread that others wait for: it calls pause between the parts of
// its reading, at least every few milliseconds. The rest, a quarter of the work, is one
// piece.
func OfPaced(data []byte, pause func()) (uint64, error) {
	if len(data) > MaxBytes {
		return 0, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(data))
	}
	header, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if header.Width > MaxSide || header.Height > MaxSide {
		return 0, fmt.Errorf("%w: %d × %d pixels", ErrTooLarge, header.Width, header.Height)
	}
	picture, err := png.Decode(paced{bytes.NewReader(data), pause})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	hash, err := goimagehash.PerceptionHash(picture)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return hash.GetHash(), nil
}

// paced pauses before each part of what is read; the PNG decoder takes 4 KB at once.
type paced struct {
	io.Reader
	pause func()
}

func (p paced) Read(b []byte) (int, error) {
	p.pause()
	return p.Reader.Read(b)
}
