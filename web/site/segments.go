//go:build !js

package site

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// mergeGap is how many zero bytes between two data segments are written out
// instead of starting a new segment. What it saves of the page's program, in KB
// of gzip -9 and brotli 11: with 16, 29 and 27; with 64, 177 and 119; with 1024,
// 178 and 119.
const mergeGap = 64

// Ids of sections (WebAssembly core specification 2.0, 5.5.2).
const (
	dataSection      = 11 // the program's initial memory
	dataCountSection = 12 // how many segments that is; Go's linker writes none
)

// segment is a run of initial memory.
type segment struct {
	offset uint64
	data   []byte
}

func (s segment) end() uint64 { return s.offset + uint64(len(s.data)) }

// mergeSegments rewrites the data section of a wasm program with fewer, longer
// segments. Go's linker starts a new one at every eight zero bytes, up to
// 100 000 of them: that makes the file smaller, but the compressed file larger
// by 6 %, because the offsets between the runs do not compress and zeros do.
//
// The program starts with the same memory as before. Only zeros are added, only
// between two segments that were there, so nothing reaches further than before;
// and memory is zero where no segment wrote, because the program brings its own.
// The linker writes the segments nearly, not wholly, in the order of their
// addresses; here they are sorted, which changes nothing as long as none lies
// over another. Such ones are refused, so the zeros hit none. No instruction can name a segment by its number, because validation
// demands a data count section for that: a program with one is refused too.
// A test lets a browser build the memory of both programs and compares it.
func mergeSegments(program []byte) ([]byte, error) {
	const header = "\x00asm\x01\x00\x00\x00"
	rest, ok := bytes.CutPrefix(program, []byte(header))
	if !ok {
		return nil, errors.New("not a wasm program of version 1")
	}
	out := make([]byte, 0, len(program)*11/10)
	out = append(out, header...)
	for r := (leb128Reader{rest: rest}); len(r.rest) > 0; {
		id := r.byte()
		content := r.bytes(r.uint32())
		err := r.err
		switch {
		case err != nil:
		case id == dataSection:
			content, err = mergeData(content)
		case id == dataCountSection:
			err = errors.New("segments are named by their number")
		}
		if err != nil {
			return nil, fmt.Errorf("wasm section %d: %w", id, err)
		}
		out = append(out, id)
		out = binary.AppendUvarint(out, uint64(len(content)))
		out = append(out, content...)
	}
	return out, nil
}

// mergeData does it for the content of the data section.
func mergeData(content []byte) ([]byte, error) {
	segments, err := readSegments(content)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(segments, func(a, b segment) int { return cmp.Compare(a.offset, b.offset) })
	var merged []segment
	for _, s := range segments {
		if n := len(merged); n > 0 {
			last := &merged[n-1]
			if s.offset < last.end() {
				return nil, errors.New("data segments lie over one another")
			}
			if gap := s.offset - last.end(); gap <= mergeGap {
				last.data = append(last.data, make([]byte, gap)...)
				last.data = append(last.data, s.data...)
				continue
			}
		}
		s.data = bytes.Clone(s.data) // it may grow
		merged = append(merged, s)
	}
	return appendSegments(nil, merged), nil
}

// What a segment is written as: memory 0, i32.const offset, end, data. The
// linker writes no other form, and none is read.
const (
	opI32Const = 0x41
	opEnd      = 0x0b
)

func readSegments(content []byte) ([]segment, error) {
	r := leb128Reader{rest: content}
	var segments []segment
	for range r.uint32() {
		memory, op, offset, end := r.byte(), r.byte(), r.int32(), r.byte()
		data := r.bytes(r.uint32())
		if r.err != nil {
			return nil, r.err
		}
		if memory != 0 || op != opI32Const || offset < 0 || end != opEnd {
			return nil, errors.New("a data segment of an unknown form")
		}
		segments = append(segments, segment{uint64(offset), data})
	}
	if r.err == nil && len(r.rest) > 0 {
		return nil, errors.New("more data than its segments")
	}
	return segments, r.err
}

func appendSegments(out []byte, segments []segment) []byte {
	out = binary.AppendUvarint(out, uint64(len(segments)))
	for _, s := range segments {
		out = append(out, 0, opI32Const)
		out = appendInt32(out, int32(s.offset))
		out = append(out, opEnd)
		out = binary.AppendUvarint(out, uint64(len(s.data)))
		out = append(out, s.data...)
	}
	return out
}
