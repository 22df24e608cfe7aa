//go:build !js

package devrelay

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
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

// leftOut are the exchanges that are not replayed, each with its reason. Nothing may be added
// without one.
var leftOut = map[string]string{
	"root-page":                         documentation,
	"openapi-json":                      documentation,
	"openapi-yml":                       documentation,
	"api-docs-page":                     documentation,
	"body-task-id-9223372036854775808":  driver,
	"body-task-id-18446744073709551615": driver,
	"task-id-2^64-1":                    driver,
	"result-id-2^64-1":                  driver,
}

const (
	documentation = "documentation page of the real Relay"
	driver        = "the recording database refuses ids from 2^63, the public one is another"
)

// The three Relay processes of the recording, by the prefix of the exchange's name. The first round
// of each sync is set so that its rounds fall where the recorded row times say they fell.
var processes = []struct {
	prefix     string
	start      string
	startBlock uint64
	debug      bool
	dead       bool
}{
	{prefix: "late-", start: "2026-11-23T18:49:59.608Z", startBlock: 0x123, debug: true},
	{prefix: "no-chain-", start: "2026-11-23T18:50:34.000Z", dead: true},
	{prefix: "", start: "2026-11-23T18:46:00.785Z"},
}

// roundTime is what a round of the recorded sync took besides its pause.
const roundTime = 3800 * time.Microsecond

// process is one Relay of the recording with its own clock.
type process struct {
	relay  *Relay
	server *httptest.Server
	clock  *handClock
	next   time.Time // of the sync
}

func startProcesses(t *testing.T) map[string]*process {
	started := map[string]*process{}
	for _, p := range processes {
		begin, err := time.Parse(time.RFC3339Nano, p.start)
		if err != nil {
			t.Fatal(err)
		}
		clock := &handClock{now: begin}
		chain := loadChain(t, clock)
		options := Options{
			Chain: chain, Clock: clock, Contracts: chain.addresses(),
			StartBlock: p.startBlock, Debug: p.debug, SchemaURL: "http://127.0.0.1:18090/schema/",
		}
		if p.dead {
			options.Chain = deadChain{}
		}
		relay, err := New(options)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(relay)
		t.Cleanup(server.Close)
		started[p.prefix] = &process{relay: relay, server: server, clock: clock, next: begin}
	}
	return started
}

// advance lets the sync run as often as it did until t.
func (p *process) advance(t time.Time) {
	for !p.next.After(t) {
		p.clock.set(p.next)
		pause, _ := p.relay.follow(context.Background()) // the late process fails for good
		p.next = p.next.Add(pause + roundTime)
	}
	p.clock.set(t)
}

func (p *process) send(e *exchange) (*http.Response, []byte, error) {
	body, err := e.Request.Body.bytes(e.Request.Headers["Content-Type"])
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequest(e.Request.Method, p.server.URL+e.Request.Target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	for name, value := range e.Request.Headers {
		request.Header.Set(name, value)
	}
	if request.Header.Get("Transfer-Encoding") == "chunked" {
		request.ContentLength = -1
	}
	request.Host = "127.0.0.1:18080"
	client := http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response, answer, err
}

// TestReplay repeats what was asked of the real Relay, at the recorded times over the recorded logs,
// and compares status, headers and bytes.
func TestReplay(t *testing.T) {
	var exchanges []exchange
	readTestdata(t, "exchanges.json", &exchanges)
	running := startProcesses(t)

	replayed, skipped := 0, 0
	for i := range exchanges {
		e := &exchanges[i]
		if why, out := leftOut[e.Name]; out {
			t.Logf("left out: %s (%s)", e.Name, why)
			skipped++
			continue
		}
		for _, p := range processes {
			if !strings.HasPrefix(e.Name, p.prefix) {
				continue
			}
			process := running[p.prefix]
			process.advance(e.When)
			process.relay.SetFaults(Faults{SchemaDown: e.Name == "args-schema-source-down"})
			response, body, err := process.send(e)
			if err != nil {
				t.Fatalf("%s: %v", e.Name, err)
			}
			for _, problem := range e.compare(response, body) {
				t.Errorf("%s: %s", e.Name, problem)
			}
			replayed++
			break
		}
	}
	t.Logf("%d of %d exchanges replayed, %d left out", replayed, len(exchanges), skipped)
	if replayed != 286 || skipped != len(leftOut) {
		t.Errorf("replayed %d, left out %d; want 286 and the %d of the list", replayed, skipped, len(leftOut))
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

// TestReplayTimes compares the row times that the replay ignores: the sync model must put its rounds
// where the real ones were.
func TestReplayTimes(t *testing.T) {
	var exchanges []exchange
	readTestdata(t, "exchanges.json", &exchanges)
	main := startProcesses(t)[""]
	compared := 0
	for i := range exchanges {
		e := &exchanges[i]
		if e.Request.Method != http.MethodGet || e.Response.Status != http.StatusOK || strings.HasPrefix(e.Name, "late-") {
			continue
		}
		var want struct{ Data taskAnswer }
		if json.Unmarshal(e.Response.Body.text, &want) != nil || want.Data.TaskID == 0 {
			continue
		}
		main.advance(e.When)
		times, known := main.relay.Times(want.Data.TaskID)
		if off := times.Created.Sub(want.Data.CreatedAt); !known || off.Abs() > 200*time.Millisecond {
			t.Errorf("%s: created %v after the real one", e.Name, off)
		}
		compared++
	}
	if compared < 15 {
		t.Errorf("only %d tasks compared", compared)
	}
}
