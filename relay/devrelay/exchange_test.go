//go:build !js

package devrelay

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// exchange is one recorded request to the real Relay with its answer (testdata/exchanges.json).
type exchange struct {
	Name    string
	When    time.Time
	Request struct {
		Method, Target string
		Headers        map[string]string
		Body           recordedBody
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    recordedBody
	}
	// Other is how a build with a newer Go answered, where it differed.
	Other *struct {
		Status int
		Body   recordedBody
	}
}

// recordedBody is a body as the recording keeps it: as text, as base64, as parts of a form, or, when
// it was long, by length, hash, beginning and end.
type recordedBody struct {
	text      []byte
	Base64    []byte
	Multipart []struct {
		ContentDisposition string       `json:"content_disposition"`
		ContentType        string       `json:"content_type"`
		Content            recordedBody `json:"content"`
	}
	TotalLength int `json:"total_length"`
	Omitted     bool
	Length      int
	SHA256      string
	First       string
	Repeat      string // fills the middle
	Last        string
}

func (b *recordedBody) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		var text *string
		if err := json.Unmarshal(data, &text); err != nil || text == nil {
			return err
		}
		b.text = []byte(*text)
		return nil
	}
	type plain recordedBody
	return json.Unmarshal(data, (*plain)(b))
}

// bytes is the body as it was sent. A long one is rebuilt: between its ends one text was repeated.
func (b *recordedBody) bytes(contentType string) ([]byte, error) {
	switch {
	case b.Omitted:
		if b.Repeat == "" {
			return nil, errors.New("not kept whole")
		}
		gap := b.Length - len(b.First) - len(b.Last)
		filler := strings.Repeat(b.Repeat, gap/len(b.Repeat)+1)[:gap]
		whole := []byte(b.First + filler + b.Last)
		if sum := sha256.Sum256(whole); hex.EncodeToString(sum[:]) != b.SHA256 {
			return nil, fmt.Errorf("cannot be rebuilt: hash %x, want %s", sum, b.SHA256)
		}
		return whole, nil
	case b.Multipart != nil:
		_, parameters, err := mime.ParseMediaType(contentType)
		if err != nil {
			return nil, err
		}
		var form bytes.Buffer
		for _, part := range b.Multipart {
			content, err := part.Content.bytes("")
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&form, "--%s\r\nContent-Disposition: %s\r\n", parameters["boundary"], part.ContentDisposition)
			if part.ContentType != "" {
				fmt.Fprintf(&form, "Content-Type: %s\r\n", part.ContentType)
			}
			fmt.Fprintf(&form, "\r\n%s\r\n", content)
		}
		fmt.Fprintf(&form, "--%s--\r\n", parameters["boundary"])
		if form.Len() != b.TotalLength {
			return nil, fmt.Errorf("form of %d bytes, want %d", form.Len(), b.TotalLength)
		}
		return form.Bytes(), nil
	case b.Base64 != nil:
		return b.Base64, nil
	default:
		return b.text, nil
	}
}

// rowTime finds the times of database rows.
var rowTime = regexp.MustCompile(`"(CreatedAt|UpdatedAt)":( ?)"([^"]*)"`)

// schemaText finds what of a schema error must be equal: everything up to the schema's inner path.
var schemaText = regexp.MustCompile(`(jsonschema: '[^']*' does not validate with [^#]*#)[^}]*`)

// comparable is a body without what may differ: times are compared by presence, schema texts up to
// the pointer.
func comparable(body []byte) string {
	body = rowTime.ReplaceAll(body, []byte(`"$1":$2"time"`))
	return string(schemaText.ReplaceAll(body, []byte(`$1"`)))
}

// compare tells what differs from both recorded builds.
func (e *exchange) compare(response *http.Response, body []byte) []string {
	var problems []string
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	matches := func(status int, want recordedBody) bool {
		if want.Omitted { // a long answer, which only repeats what was sent; its times vary in length
			return response.StatusCode == status && strings.HasPrefix(comparable(body), comparable([]byte(want.First))) &&
				strings.HasSuffix(comparable(body), lastValue(want.Last)) && abs(len(body)-want.Length) < 200
		}
		content, err := want.bytes("")
		return err == nil && response.StatusCode == status && comparable(body) == comparable(content)
	}
	if !matches(e.Response.Status, e.Response.Body) && (e.Other == nil || !matches(e.Other.Status, e.Other.Body)) {
		want, _ := e.Response.Body.bytes("")
		report("status %d, body %.2000s\nwant %d, %.2000s", response.StatusCode, comparable(body), e.Response.Status, comparable(want))
	}
	for name, want := range e.Response.Headers {
		got := response.Header.Get(name)
		switch {
		case name == "Last-Modified" && got != "":
			continue
		case name == "Content-Length" && comparable(body) != string(body):
			continue // times and schema texts vary in length
		case got != want:
			report("%s: %q, want %q", name, got, want)
		}
	}
	for name := range response.Header {
		if _, recorded := e.Response.Headers[name]; !recorded && name != "Date" && name != "Content-Length" {
			report("has %s, the real one has not", name)
		}
	}
	return problems
}

// lastValue is the end of a long answer behind its last row time.
func lastValue(end string) string {
	if i := strings.LastIndex(end, `At":`); i >= 0 {
		end = end[i:]
		return end[strings.Index(end, ",")+1:]
	}
	return end
}

func abs(n int) int { return max(n, -n) }
