//go:build !js

package devrelay

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

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

// roundTime is what a round of the recorded sync took besides its pause: never less than this, and
// over the whole recording 0.2 s more, which makes no difference to what was asked when.
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
	if testing.Short() {
		t.Skip("-short replays nothing: one request follows the other, and it takes seven times as long with the race detector")
	}
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
