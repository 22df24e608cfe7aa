//go:build !js

package site

import "errors"

// leb128Reader reads wasm's bytes and numbers (WebAssembly core specification
// 5.2). After an error it has nothing left and gives zeros, so err may be looked
// at once after several reads.
type leb128Reader struct {
	rest []byte
	err  error
}

var (
	errCut  = errors.New("the program is cut off")
	errLong = errors.New("a number has more than 32 bits")
)

func (r *leb128Reader) fail(err error) {
	r.rest = nil
	if r.err == nil {
		r.err = err
	}
}

func (r *leb128Reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail(errCut)
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// bytes are the next n; they are a part of the program, not a copy.
func (r *leb128Reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(r.rest)) {
		r.fail(errCut)
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *leb128Reader) uint32() uint32 {
	n, _ := r.groups()
	if n >= 1<<32 {
		r.fail(errLong)
		return 0
	}
	return uint32(n)
}

// int32 is a number in two's complement: the highest bit of its last group is
// the sign.
func (r *leb128Reader) int32() int32 {
	u, width := r.groups()
	unused := 64 - width
	n := int64(u<<unused) >> unused
	if n != int64(int32(n)) {
		r.fail(errLong)
		return 0
	}
	return int32(n)
}

// groups reads groups of 7 bits, the lowest first, and how many bits that were:
// at most 35, which hold 32.
func (r *leb128Reader) groups() (n uint64, width int) {
	for width < 35 {
		b := r.byte()
		n |= uint64(b&0x7f) << width
		width += 7
		if b < 0x80 {
			return n, width
		}
	}
	r.fail(errLong)
	return 0, 7
}

// appendInt32 writes what leb128Reader.int32 reads, as short as can be.
func appendInt32(out []byte, n int32) []byte {
	for n < -64 || n > 63 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n)&0x7f)
}
