package relay_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"crynux-dapp/relay"
)

// several is a Transport to Relays that answer what a test wants.
type several struct {
	mu    sync.Mutex
	says  map[string]reply // by host
	asked []string         // hosts
}

type reply struct {
	status int
	body   string
	wait   string // Retry-After
	err    error
}

const (
	fine     = `{"message":"success"}`
	notThere = `{"message":"validation_error","data":{"field_name":"task_id","message":"Task results not uploaded"}}`
	unsynced = `{"message":"validation_error","data":{"field_name":"task_id","message":"Task not found on the Blockchain"}}`
	stranger = `{"message":"validation_error","data":{"field_name":"signature","message":"Signer not allowed"}}`
	already  = `{"message":"validation_error","data":{"field_name":"task_id","message":"Task already uploaded"}}`
	page     = `<!DOCTYPE html><html></html>`
)

func (s *several) answer(url string) (int, []byte, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	s.asked = append(s.asked, host)
	r := s.says[host]
	return r.status, []byte(r.body), r.wait, r.err
}

func (s *several) PostJSONPaced(_ context.Context, url string, _ []byte, _ int) (int, []byte, string, error) {
	return s.answer(url)
}
func (s *several) GetPaced(_ context.Context, url string, _ int) (int, []byte, string, error) {
	return s.answer(url)
}
func (s *several) PostJSON(_ context.Context, url string, _ []byte, _ int) (int, []byte, error) {
	status, body, _, err := s.answer(url)
	return status, body, err
}
func (s *several) Get(_ context.Context, url string, _ int) (int, []byte, error) {
	status, body, _, err := s.answer(url)
	return status, body, err
}

// who returns the hosts that were asked since.
func (s *several) who() string {
	list := strings.Join(s.asked, " ")
	s.asked = nil
	return list
}

type watch struct{ now time.Time }

func (w *watch) Now() time.Time { return w.now }

var proof = relay.Signed{Timestamp: 1, Signature: append(append(make([]byte, 31), 1), append(append(make([]byte, 31), 1), 0)...)}

func pairOf(a, b reply) (*relay.Relays, *several, *watch) {
	s, w := &several{says: map[string]reply{"a": a, "b": b}}, &watch{time.Unix(1e9, 0)}
	return relay.NewRelays([]string{"http://a", "http://b"}, s, w, nil), s, w
}

func TestUploadGoesToTheFirstRelayThatTakesIt(t *testing.T) {
	ok := reply{200, fine, "", nil}
	for name, tt := range map[string]struct {
		a, b  reply
		taker string
		asked string
		fault error
		wait  bool
	}{
		"the preferred one":                    {ok, ok, "http://a", "a", nil, false},
		"which has it already":                 {reply{400, already, "", nil}, ok, "http://a", "a", nil, false},
		"it does not answer":                   {reply{err: errors.New("no route to host")}, ok, "http://b", "a b", nil, false},
		"a gateway answers":                    {reply{502, page, "", nil}, ok, "http://b", "a b", nil, false},
		"a page with status 200":               {reply{200, page, "", nil}, ok, "http://b", "a b", nil, false},
		"too many requests":                    {reply{429, "", "3", nil}, ok, "http://b", "a b", nil, false},
		"no Relay is there":                    {reply{404, "404 page not found", "", nil}, ok, "http://b", "a b", nil, false},
		"it has not seen the task yet":         {reply{400, unsynced, "", nil}, ok, "http://b", "a b", nil, false},
		"it is given time to see the task":     {reply{400, unsynced, "", nil}, ok, "", "a", relay.NotSynced, true},
		"which the next is not, if it is down": {reply{err: errors.New("down")}, ok, "http://b", "a b", nil, true},
		"it takes the task for somebody's":     {reply{400, stranger, "", nil}, ok, "http://b", "a b", nil, false},
		"nobody has seen it":                   {reply{400, unsynced, "", nil}, reply{503, page, "", nil}, "", "a b", relay.NotSynced, false},
		"refused here, perhaps there later":    {reply{400, stranger, "", nil}, reply{503, page, "", nil}, "", "a b", relay.Unavailable, false},
		"refused by both, the first is heard":  {reply{400, stranger, "", nil}, reply{404, "", "", nil}, "", "a b", relay.SignerRefused, false},
	} {
		t.Run(name, func(t *testing.T) {
			relays, s, _ := pairOf(tt.a, tt.b)
			taker, err := relays.Upload(t.Context(), relay.UploadParams{TaskArgs: "{}", TaskID: 7}, proof, tt.wait)
			if taker != tt.taker || s.who() != tt.asked || !errors.Is(err, tt.fault) {
				t.Errorf("taken by %q, %v", taker, err)
			}
		})
	}
}

func TestResultsAreAskedForWhereTheArgumentsWereTaken(t *testing.T) {
	file := reply{200, `{"choices":[]}`, "", nil}
	get := func(r *relay.Relays, taker string) ([]byte, error) {
		return r.Result(t.Context(), relay.ResultParams{ImageNum: "0", TaskID: 7}, proof, taker)
	}
	relays, s, _ := pairOf(file, file)
	if got, err := get(relays, "http://b"); err != nil || string(got) != file.body || s.who() != "b" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := get(relays, "http://gone"); err != nil || s.who() != "a" {
		t.Error("a Relay that is not configured any more is nobody:", err)
	}
	relays, s, _ = pairOf(file, reply{400, notThere, "", nil})
	if _, err := get(relays, "http://b"); err != nil || s.who() != "b a" {
		t.Error("the other one may have them:", err)
	}
	relays, s, _ = pairOf(reply{400, stranger, "", nil}, reply{400, notThere, "", nil})
	if _, err := get(relays, "http://a"); !errors.Is(err, relay.ResultsMissing) || s.who() != "a b" {
		t.Error("what may still come counts more:", err)
	}
}

func TestRelayThatFailsRests(t *testing.T) {
	ok := reply{200, fine, "", nil}
	up := func(r *relay.Relays) error {
		_, err := r.Upload(t.Context(), relay.UploadParams{TaskArgs: "{}", TaskID: 7}, proof, false)
		return err
	}
	relays, s, w := pairOf(reply{503, page, "", nil}, ok)
	for i, tt := range []struct {
		after time.Duration
		asked string
	}{{0, "a b"}, {time.Second, "b"}, {time.Second, "a b"}, {2 * time.Second, "b"}, {2 * time.Second, "a b"}} {
		w.now = w.now.Add(tt.after)
		if err := up(relays); err != nil || s.who() != tt.asked {
			t.Errorf("%d: %v", i, err)
		}
	}
	s.says["b"] = reply{err: errors.New("down")} // then those that rest are asked all the same
	if err := up(relays); !errors.Is(err, relay.Unreachable) || s.who() != "b a" {
		t.Error(err)
	}
	s.says["a"] = ok
	if err := up(relays); err != nil || s.who() != "b a" && s.who() != "" {
		t.Error(err)
	}

	relays, s, w = pairOf(reply{429, "", "90", nil}, reply{err: errors.New("down")}) // it named its time
	_ = up(relays)
	s.who()
	w.now = w.now.Add(89 * time.Second)
	if err := up(relays); !errors.Is(err, relay.Unavailable) && !errors.Is(err, relay.Unreachable) || s.who() != "b" {
		t.Error(err)
	}
	w.now = w.now.Add(2 * time.Second)
	s.says["a"] = ok
	if err := up(relays); err != nil || s.who() != "a" {
		t.Error(err)
	}
}

// Whoever leaves is nobody's fault, and no Relay is asked after that.
func TestCallerWhoLeaves(t *testing.T) {
	relays, s, _ := pairOf(reply{err: context.Canceled}, reply{200, fine, "", nil})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := relays.Upload(ctx, relay.UploadParams{TaskArgs: "{}", TaskID: 7}, proof, false); !errors.Is(err, context.Canceled) || s.who() != "a" {
		t.Error(err)
	}
	if _, err := relays.Upload(t.Context(), relay.UploadParams{TaskArgs: "{}", TaskID: 7}, proof, false); err != nil || s.who() != "a b" {
		t.Error("it rests for that:", err)
	}
}
