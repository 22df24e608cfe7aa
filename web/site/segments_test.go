//go:build !js

package site

import (
	"bytes"
	"math"
	"testing"
)

const wasmHeader = "\x00asm\x01\x00\x00\x00"

func TestMergeSegments(t *testing.T) {
	other := "\x0a\x02\x00\x00" // a section that stays as it is
	for name, c := range map[string]struct{ in, want string }{
		"nothing to merge": {
			wasmHeader + other,
			wasmHeader + other,
		},
		"a short gap is filled with zeros": {
			wasmHeader + other + "\x0b\x0e\x02" + "\x00\x41\x08\x0b\x02ab" + "\x00\x41\x0d\x0b\x01c",
			wasmHeader + other + "\x0b\x0c\x01" + "\x00\x41\x08\x0b\x06ab\x00\x00\x00c",
		},
		"neighbours become one": {
			wasmHeader + "\x0b\x0d\x02" + "\x00\x41\x08\x0b\x01a" + "\x00\x41\x09\x0b\x01b",
			wasmHeader + "\x0b\x08\x01" + "\x00\x41\x08\x0b\x02ab",
		},
		"a long gap stays": {
			wasmHeader + "\x0b\x0e\x02" + "\x00\x41\x08\x0b\x01a" + "\x00\x41\x80\x02\x0b\x01b",
			wasmHeader + "\x0b\x0e\x02" + "\x00\x41\x08\x0b\x01a" + "\x00\x41\x80\x02\x0b\x01b",
		},
		"zeros do not fall on a segment that stands before": {
			wasmHeader + "\x0b\x13\x03" + "\x00\x41\x0a\x0b\x01b" + "\x00\x41\x08\x0b\x01a" + "\x00\x41\x0c\x0b\x01c",
			wasmHeader + "\x0b\x0b\x01" + "\x00\x41\x08\x0b\x05a\x00b\x00c",
		},
		"sizes in five bytes, as the linker writes them": {
			wasmHeader + "\x0b\x8d\x80\x80\x80\x00\x02" + "\x00\x41\x08\x0b\x01a" + "\x00\x41\x09\x0b\x01b",
			wasmHeader + "\x0b\x08\x01" + "\x00\x41\x08\x0b\x02ab",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := mergeSegments([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, []byte(c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestMergeSegments_leaves_what_it_was_given_alone(t *testing.T) {
	in := []byte(wasmHeader + "\x0b\x0f\x02" + "\x00\x41\x08\x0b\x02ab" + "\x00\x41\x0d\x0b\x02cd")
	before := bytes.Clone(in)
	if _, err := mergeSegments(in); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(in, before) {
		t.Errorf("it became %q", in)
	}
}

func TestMergeSegments_refuses_what_it_does_not_know(t *testing.T) {
	for name, in := range map[string]string{
		"empty":            "",
		"no wasm":          "<!doctype html>",
		"other version":    "\x00asm\x02\x00\x00\x00",
		"cut off":          wasmHeader + "\x0b\x0f\x02\x00\x41",
		"passive":          wasmHeader + "\x0b\x04\x01\x01\x01a",
		"other memory":     wasmHeader + "\x0b\x08\x01\x02\x00\x41\x08\x0b\x01a",
		"no constant":      wasmHeader + "\x0b\x07\x01\x00\x23\x00\x0b\x01a",
		"negative offset":  wasmHeader + "\x0b\x07\x01\x00\x41\x7f\x0b\x01a",
		"left over":        wasmHeader + "\x0b\x02\x00a",
		"endless count":    wasmHeader + "\x0b\x02\xff\xff",
		"huge number":      wasmHeader + "\x0b\x06\x80\x80\x80\x80\x80\x00",
		"over 32 bits":     wasmHeader + "\x0b\x05\x80\x80\x80\x80\x10",
		"numbered":         wasmHeader + "\x0c\x01\x01" + "\x0b\x07\x01\x00\x41\x08\x0b\x01a",
		"inside another":   wasmHeader + "\x0b\x0f\x02" + "\x00\x41\x09\x0b\x01b" + "\x00\x41\x08\x0b\x03abc",
		"over one another": wasmHeader + "\x0b\x0e\x02" + "\x00\x41\x08\x0b\x02ab" + "\x00\x41\x09\x0b\x01c",
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := mergeSegments([]byte(in)); err == nil {
				t.Errorf("got %q", out)
			}
		})
	}
}

func TestInt32_is_read_as_it_was_written(t *testing.T) {
	for _, c := range []struct {
		n    int32
		want string
	}{
		{0, "\x00"},
		{63, "\x3f"},
		{64, "\xc0\x00"},
		{-64, "\x40"},
		{-65, "\xbf\x7f"},
		{math.MaxInt32, "\xff\xff\xff\xff\x07"},
		{math.MinInt32, "\x80\x80\x80\x80\x78"},
	} {
		written := appendInt32(nil, c.n)
		if string(written) != c.want {
			t.Errorf("%d is written as %x, want %x", c.n, written, c.want)
		}
		r := leb128Reader{rest: written}
		if n := r.int32(); n != c.n || r.err != nil || len(r.rest) > 0 {
			t.Errorf("%x is read as %d (error %v), want %d", written, n, r.err, c.n)
		}
	}
}

func FuzzMergeSegments(f *testing.F) {
	f.Add([]byte(wasmHeader + "\x0b\x0e\x02" + "\x00\x41\x08\x0b\x02ab" + "\x00\x41\x0d\x0b\x01c"))
	f.Add([]byte(wasmHeader + "\x0a\x02\x00\x00"))
	f.Fuzz(func(t *testing.T, program []byte) {
		once, err := mergeSegments(program)
		if err != nil {
			return
		}
		twice, err := mergeSegments(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%x becomes %x, and that %x (error %v)", program, once, twice, err)
		}
	})
}
