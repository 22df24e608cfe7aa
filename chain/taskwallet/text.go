package taskwallet

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// TextKind is what a Relay does with a text that the creator of a task signed.
type TextKind uint8

const (
	UploadText TextKind = iota // takes the arguments
	StatusText                 // tells what it knows
	ResultText                 // gives one file
)

// Text is what a text to be signed says.
type Text struct {
	Kind   TextKind
	TaskID uint64
	File   string // number of the file, of ResultText
	Time   time.Time
}

const (
	minText = 12
	maxText = 1 << 20
	// textWindow is how far the time of a text may be from now. A Relay allows
	// less; this keeps signatures for another day from being made.
	textWindow = 10 * time.Minute
	timeDigits = 10
	maxFile    = 3 // digits
)

// ReadText reads one of the three texts of generation 1, byte by byte as the
// Relay writes them (protocol.md B.5); a later generation adds its own here.
//
// It is the only gate before a signature without any prefix. All three start
// with 7b 22, which no transaction does: transactions start with a type below
// 7f, of which 7b alone is one of Celo's, or with the c0 and more of RLP.
//
// The error is NotAText or OutOfTime.
func ReadText(text []byte, now time.Time) (Text, error) {
	if len(text) < minText || len(text) > maxText {
		return Text{}, NotAText.Because("%d bytes", len(text))
	}
	if !bytes.HasPrefix(text, []byte(`{"`)) {
		return Text{}, NotAText.Because("starts with % x", text[:2])
	}
	var t Text
	r := textReader{rest: text}
	switch {
	case r.skip(`{"task_args":"`):
		t.Kind = UploadText
		r.escaped()
		r.want(`","task_id":`)
	case r.skip(`{"image_num":"`):
		t.Kind = ResultText
		t.File = r.number(maxFile)
		r.want(`","task_id":`)
	default:
		t.Kind = StatusText
		r.want(`{"task_id":`)
	}
	id, err := strconv.ParseUint(r.number(20), 10, 64)
	r.want("}")
	unix, timeErr := strconv.ParseInt(r.number(timeDigits), 10, 64)
	if r.failed || err != nil || timeErr != nil || unix < 1e9 || len(r.rest) != 0 {
		return Text{}, NotAText.Because("differs %d bytes before its end", len(r.rest))
	}
	t.TaskID, t.Time = id, time.Unix(unix, 0)
	if age := now.Sub(t.Time); age.Abs() > textWindow {
		return Text{}, OutOfTime.Because("%d, %d seconds ago", unix, int64(age.Seconds()))
	}
	return t, nil
}

// textReader takes a text apart from its front. The first mistake sticks.
type textReader struct {
	rest   []byte
	failed bool
}

// skip takes these bytes off, if they are there.
func (r *textReader) skip(s string) bool {
	rest, found := bytes.CutPrefix(r.rest, []byte(s))
	if found {
		r.rest = rest
	}
	return found
}

func (r *textReader) want(s string) {
	if r.failed || !r.skip(s) {
		r.failed = true
	}
}

// number takes off a decimal number without leading zeros.
func (r *textReader) number(most int) string {
	n := 0
	for n < len(r.rest) && '0' <= r.rest[n] && r.rest[n] <= '9' {
		n++
	}
	digits := string(r.rest[:n])
	if n == 0 || n > most || n > 1 && digits[0] == '0' {
		r.failed = true
	}
	if r.failed {
		return ""
	}
	r.rest = r.rest[n:]
	return digits
}

// escaped takes off the inside of a JSON string in the one spelling that Go's
// encoding/json has for it, up to its closing quote.
func (r *textReader) escaped() {
	for !r.failed && len(r.rest) > 0 && r.rest[0] != '"' {
		if r.rest[0] == '\\' {
			n := escapeLength(r.rest)
			r.failed = n == 0
			r.rest = r.rest[n:]
			continue
		}
		c, n := utf8.DecodeRune(r.rest)
		if c < ' ' || c == utf8.RuneError && n == 1 || strings.ContainsRune("<>&\u2028\u2029", c) {
			r.failed = true
			return
		}
		r.rest = r.rest[n:]
	}
}

// escapes are all that occur. encoding/json writes other control characters
// differently from version to version, but the text inside is JSON itself, so
// there are none.
var escapes = []string{`\"`, `\\`, `\n`, `\r`, `\t`, `\u003c`, `\u003e`, `\u0026`, `\u2028`, `\u2029`}

// escapeLength is how many bytes the escape at the start of text has, 0 for
// one that is never written.
func escapeLength(text []byte) int {
	for _, e := range escapes {
		if bytes.HasPrefix(text, []byte(e)) {
			return len(e)
		}
	}
	return 0
}
