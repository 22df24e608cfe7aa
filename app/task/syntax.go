package task

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError says that arguments are not JSON in UTF-8. The Relay answers
// them with status 500 (protocol.md G.13).
type SyntaxError struct {
	Offset       int    // of the byte at fault; the length of the text if it ends too early
	Line, Column int    // the same as [Position] counts
	Text         string // for the person, without capital and full stop
	Err          error  // the decoder's, nil if it was not asked
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("task: not JSON at line %d, column %d: %s", e.Line, e.Column, e.Text)
}

func (e *SyntaxError) Unwrap() error { return e.Err }

func syntaxAt(args []byte, offset int, text string, err error) *SyntaxError {
	e := &SyntaxError{Offset: offset, Text: text, Err: err}
	e.Line, e.Column = lineColumn(args, offset)
	return e
}

// readable refuses what must not reach a decoder: too much, too deep (decoding
// recurses on the browser's small stack), and bytes that are not UTF-8, which
// the decoder would repair and so break hash and signature (protocol.md B.5).
func readable(args []byte) error {
	if len(args) > MaxBytes {
		return &InvalidError{Faults: []Fault{{"", fmt.Sprintf("the arguments take %d bytes, more than any node can run", len(args))}}}
	}
	if !utf8.Valid(args) {
		return syntaxAt(args, validUpTo(args), "these bytes are not UTF-8 text", nil)
	}
	if depth(args) > maxDepth {
		return &InvalidError{Faults: []Fault{{"", fmt.Sprintf("the arguments are nested more than %d levels deep", maxDepth)}}}
	}
	return nil
}

func validUpTo(b []byte) int {
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// depth returns how many brackets are open at once, those in texts not counted.
func depth(args []byte) int {
	deepest, open, inText := 0, 0, false
	for i := 0; i < len(args); i++ {
		switch c := args[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			open++
			deepest = max(deepest, open)
		case c == '}' || c == ']':
			open--
		}
	}
	return deepest
}

// syntaxError translates an error of encoding/json.
func syntaxError(args []byte, err error) error {
	var syntax *json.SyntaxError
	var number *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		if len(bytes.TrimSpace(args)) == 0 {
			return syntaxAt(args, len(args), "there is no text", err)
		}
		// Offset counts the bytes read: the one at fault is the last of them,
		// except where more was wanted.
		at := int(syntax.Offset) - 1
		if endsEarly(args, at, syntax) {
			at = len(args)
		}
		return syntaxAt(args, at, complaint(args, at), err)
	case errors.As(err, &number):
		return syntaxAt(args, firstHugeNumber(args), "this number is too large", err)
	}
	return fmt.Errorf("task: reading arguments: %w", err)
}

// endsEarly recognises the end of the text: the decoder either says so or
// complains about a space, by which it stands for the end.
func endsEarly(args []byte, at int, err *json.SyntaxError) bool {
	said := err.Error()
	return said == "unexpected end of JSON input" ||
		strings.HasPrefix(said, "invalid character ' '") && at == len(args)-1 && args[at] != ' '
}

// firstHugeNumber returns where the first number outside float64 stands.
func firstHugeNumber(args []byte) int {
	o := newOutline(args)
	for i, p := range o.places {
		c := o.opens(int32(i))
		if c != '-' && (c < '0' || c > '9') {
			continue
		}
		if _, err := strconv.ParseFloat(string(o.raw(int32(i))), 64); err != nil {
			return int(p.start)
		}
	}
	return len(args)
}

// complaint says what stands at offset at, with a cure for what people bring
// from Python; the upstream documentation has such samples (protocol.md G.39).
func complaint(args []byte, at int) string {
	if at >= len(args) {
		return "the text ends too early"
	}
	rest := args[at:]
	for python, js := range map[string]string{"True": "true", "False": "false", "None": "null"} {
		if bytes.HasPrefix(rest, []byte(python)) {
			return "write " + js + " instead of " + python
		}
	}
	before := bytes.TrimRight(args[:at], " \t\r\n")
	c, _ := utf8.DecodeRune(rest)
	switch {
	case (c == '}' || c == ']') && bytes.HasSuffix(before, []byte(",")):
		return fmt.Sprintf("there is a comma too many before %c", c)
	case c == '\'' || c == '“' || c == '”':
		return `texts and names need straight double quotes: "`
	case c == '\n' || c == '\r':
		return `a line break in a text is written \n`
	case c == '\t':
		return `a tab in a text is written \t`
	case c < 0x20:
		return fmt.Sprintf(`the control character \u%04x cannot stand here`, c)
	}
	return fmt.Sprintf("%q cannot stand here", c)
}
