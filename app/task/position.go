package task

import (
	"bytes"
	"unicode/utf8"
)

// Position returns where the value at a JSON pointer begins in args: line and
// column count from 1, columns in characters (code points). If there is no
// such value it is the place of the nearest value around it; in a text that is
// not JSON, of those before the fault; in an empty text, 1 and 1.
func Position(args []byte, pointer string) (line, column int) {
	o := newOutline(args)
	i, _ := o.nearest(split(pointer))
	if i < 0 {
		return 1, 1
	}
	return lineColumn(args, int(o.places[i].start))
}

func lineColumn(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
