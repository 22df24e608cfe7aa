package relay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"crynux-dapp/relay"
)

// carrier is a transport with one answer that remembers the request.
type carrier struct {
	status int
	answer []byte
	err    error

	url   string
	body  []byte
	limit int
	asked int
}

func (c *carrier) PostJSON(_ context.Context, url string, body []byte, limit int) (int, []byte, error) {
	c.asked++
	c.url, c.body, c.limit = url, body, limit
	if c.err != nil {
		return 0, nil, fmt.Errorf("POST %q: %w", url, c.err)
	}
	return c.status, c.answer, nil
}

func (c *carrier) Get(_ context.Context, url string, limit int) (int, []byte, error) {
	c.asked++
	c.url, c.limit = url, limit
	if c.err != nil {
		return 0, nil, fmt.Errorf("GET %q: %w", url, c.err)
	}
	return c.status, c.answer, nil
}

// anySignature has the form of a signature; carriers do not check it.
var anySignature = relay.Signed{Timestamp: 1795459815, Signature: bytes.Repeat([]byte{1}, 65)}

const anySignatureHex = "0101010101010101010101010101010101010101010101010101010101010101"

// calls are the four methods with harmless parameters.
var calls = map[string]func(context.Context, *relay.Client) error{
	"upload": func(ctx context.Context, c *relay.Client) error {
		return c.Upload(ctx, relay.UploadParams{TaskArgs: "{}", TaskID: 7}, anySignature)
	},
	"task": func(ctx context.Context, c *relay.Client) error {
		_, err := c.Task(ctx, relay.TaskParams{TaskID: 7}, anySignature)
		return err
	},
	"result": func(ctx context.Context, c *relay.Client) error {
		_, err := c.Result(ctx, relay.ResultParams{ImageNum: "0", TaskID: 7}, anySignature)
		return err
	},
	"nodes": func(ctx context.Context, c *relay.Client) error {
		_, err := c.Nodes(ctx)
		return err
	},
}

func fault(t *testing.T, err error) *relay.Error {
	t.Helper()
	e, ok := errors.AsType[*relay.Error](err)
	if !ok {
		t.Fatalf("error %v is no *relay.Error", err)
	}
	return e
}

func TestClient_names_answers_that_no_Relay_gives(t *testing.T) {
	const page = "\n <!DOCTYPE html><html><body>Bad gateway</body></html>"
	success := func(data string) string { return `{"message":"success","data":` + data + `}` }
	for name, c := range map[string]struct {
		status int
		answer string
		want   relay.Fault
		only   string // one call; "" is all
	}{
		"page for an answer":      {200, page, relay.Garbled, ""},
		"page for a refusal":      {400, page, relay.Garbled, ""},
		"page of a proxy":         {502, page, relay.Unavailable, ""},
		"page of another site":    {404, page, relay.WrongAddress, ""},
		"empty answer":            {200, "", relay.Garbled, ""},
		"cut refusal":             {400, `{"message":"validation_err`, relay.Garbled, ""},
		"other refusal":           {400, `{"message":"maintenance"}`, relay.Rejected, ""},
		"refusal without a value": {400, `{"message":"validation_error"}`, relay.Garbled, ""},
		"refusal of a list":       {400, `{"message":"validation_error","data":[1]}`, relay.Garbled, ""},
		"forbidden":               {403, `{"message":"blocked"}`, relay.Rejected, ""},
		"too many requests":       {429, `slow down`, relay.Unavailable, ""},
		"proxy limit":             {413, page, relay.TooLarge, ""},
		"redirect":                {302, "", relay.WrongAddress, ""},
		"no status":               {0, "", relay.Garbled, ""},
		"cut success":             {200, `{"message":"succ`, relay.Garbled, "upload"},
		"other message":           {200, `{"message":"validation_error"}`, relay.Garbled, "upload"},
		"a list":                  {200, `[]`, relay.Garbled, "upload"},
		"no data":                 {200, `{"message":"success"}`, relay.Garbled, "task"},
		"null":                    {200, success("null"), relay.Garbled, "task"},
		"half a task":             {200, success(`{"task_id":7,"status":1}`), relay.Garbled, "task"},
		"numbers as text":         {200, success(`{"all_nodes":"7","available_nodes":"7"}`), relay.Garbled, "nodes"},
		"negative numbers":        {200, success(`{"all_nodes":-7,"available_nodes":7}`), relay.Garbled, "nodes"},
		"half the numbers":        {200, success(`{"all_nodes":7}`), relay.Garbled, "nodes"},
		"numbers beyond float64":  {500, `{"message":"json: cannot unmarshal number 1e999 into Go value of type float64"}`, relay.ArgumentsNotJSON, "upload"},
	} {
		for call, ask := range calls {
			if c.only != "" && c.only != call {
				continue
			}
			t.Run(name+"/"+call, func(t *testing.T) {
				err := ask(t.Context(), relay.New("http://relay.test", &carrier{status: c.status, answer: []byte(c.answer)}))
				if e := fault(t, err); e.Fault != c.want || e.Call != call || e.Status != c.status {
					t.Errorf("%+v instead of %q", e, c.want)
				}
			})
		}
	}
}

func TestTask_refuses_another_task_and_unknown_states(t *testing.T) {
	data := func(id, status string) []byte {
		return []byte(`{"message":"success","data":{"task_args":"{}","task_id":` + id + `,"status":` + status +
			`,"creator":"0x025935b18F850C2932e57DBD807C68C491b33197","task_hash":"0x` + strings.Repeat("ab", 32) + `"}}`)
	}
	for name, c := range map[string]struct {
		id, status string
		ok         bool
	}{
		"the task":       {"7", "4", true},
		"another task":   {"8", "4", false},
		"unknown status": {"7", "5", false},
		"no byte":        {"7", "256", false},
		"fraction":       {"7", "1.5", false},
		"id above 2^64":  {"18446744073709551616", "1", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := calls["task"](t.Context(), relay.New("http://relay.test", &carrier{status: 200, answer: data(c.id, c.status)}))
			if c.ok != (err == nil) {
				t.Fatal(err)
			}
			if !c.ok && fault(t, err).Fault != relay.Garbled {
				t.Error(err)
			}
		})
	}
}

func TestClient_refuses_more_than_it_asked_for(t *testing.T) {
	for call, ask := range calls {
		t.Run(call, func(t *testing.T) {
			wire := &carrier{status: http.StatusOK}
			c := relay.New("http://relay.test", wire)
			_ = ask(t.Context(), c) // to learn the limit
			wire.answer = append([]byte(`{"message":"success"}`), bytes.Repeat([]byte{' '}, wire.limit)...)
			if e := fault(t, ask(t.Context(), c)); e.Fault != relay.Garbled || e.Fault.Advice() != relay.Retry {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestClient_hides_the_signature_when_the_network_fails(t *testing.T) {
	for call, ask := range calls {
		t.Run(call, func(t *testing.T) {
			err := ask(t.Context(), relay.New("http://relay.test", &carrier{err: context.DeadlineExceeded}))
			if e := fault(t, err); e.Fault != relay.Unreachable || e.Status != 0 || e.Fault.Advice() != relay.Retry {
				t.Errorf("%+v", e)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Error("the cause is lost")
			}
			if strings.Contains(err.Error(), anySignatureHex) {
				t.Errorf("signature in %q", err)
			}
			if !strings.Contains(err.Error(), "http://relay.test/v1/") {
				t.Errorf("no address in %q", err)
			}
		})
	}
}

// silence is a transport that never answers.
type silence struct{}

func (silence) PostJSON(ctx context.Context, _ string, _ []byte, _ int) (int, []byte, error) {
	<-ctx.Done()
	return 0, nil, ctx.Err()
}

func (s silence) Get(ctx context.Context, url string, limit int) (int, []byte, error) {
	return s.PostJSON(ctx, url, nil, limit)
}

func TestClient_does_not_wait_for_ever(t *testing.T) {
	for call, ask := range calls {
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // time passes by itself
				err := ask(t.Context(), relay.New("http://relay.test", silence{}))
				if e := fault(t, err); e.Fault != relay.Unreachable || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%+v", e)
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if err := ask(ctx, relay.New("http://relay.test", silence{})); !errors.Is(err, context.Canceled) {
					t.Errorf("%v instead of context.Canceled", err)
				}
			})
		})
	}
}

func TestClient_sends_nothing_that_cannot_succeed(t *testing.T) {
	bad := relay.Signed{Timestamp: 1, Signature: []byte("0x")}
	for name, c := range map[string]struct {
		want relay.Fault
		ask  func(*relay.Client) error
	}{
		"arguments that are not UTF-8": {relay.Rejected, func(c *relay.Client) error {
			return c.Upload(t.Context(), relay.UploadParams{TaskArgs: "\"\xff\"", TaskID: 1}, anySignature)
		}},
		"arguments beyond the limit": {relay.TooLarge, func(c *relay.Client) error {
			return c.Upload(t.Context(), relay.UploadParams{TaskArgs: strings.Repeat("x", 32<<20), TaskID: 1}, anySignature)
		}},
		"upload without a signature": {relay.SignatureInvalid, func(c *relay.Client) error {
			return c.Upload(t.Context(), relay.UploadParams{TaskArgs: "{}", TaskID: 1}, bad)
		}},
		"question without a signature": {relay.SignatureInvalid, func(c *relay.Client) error {
			_, err := c.Task(t.Context(), relay.TaskParams{TaskID: 1}, bad)
			return err
		}},
		"file that leaves the path": {relay.FileMissing, func(c *relay.Client) error {
			_, err := c.Result(t.Context(), relay.ResultParams{ImageNum: "..", TaskID: 1}, anySignature)
			return err
		}},
		"file with a query": {relay.FileMissing, func(c *relay.Client) error {
			_, err := c.Result(t.Context(), relay.ResultParams{ImageNum: "0?x=1", TaskID: 1}, anySignature)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			wire := &carrier{status: 200}
			if e := fault(t, c.ask(relay.New("http://relay.test", wire))); e.Fault != c.want || e.Fault.Advice() != relay.Fix {
				t.Errorf("%+v instead of %q", e, c.want)
			}
			if wire.asked != 0 {
				t.Error("something was sent")
			}
		})
	}
}

func TestClient_sends_the_normal_form_of_a_wallet_signature(t *testing.T) {
	sig := bytes.Clone(anySignature.Signature)
	sig[64] = 28
	wire := &carrier{status: 200}
	_, _ = relay.New("http://relay.test", wire).Task(t.Context(), relay.TaskParams{TaskID: 1}, relay.Signed{Timestamp: 5, Signature: sig})
	if want := "http://relay.test/v1/inference_tasks/1?signature=0x" + anySignatureHex + anySignatureHex + "01&timestamp=5"; wire.url != want {
		t.Errorf("%s instead of %s", wire.url, want)
	}
}

func TestNew_takes_addresses_of_Relays_only(t *testing.T) {
	for base, want := range map[string]string{
		"https://relay.test":            "https://relay.test/v1/network/nodes/number",
		"https://relay.test/":           "https://relay.test/v1/network/nodes/number",
		"http://127.0.0.1:8081/relay//": "http://127.0.0.1:8081/relay/v1/network/nodes/number",
		"":                              "",
		"relay.test":                    "",
		"//relay.test":                  "",
		"javascript:alert(1)":           "",
		"data:text/html,x":              "",
		"https://":                      "",
		"https://me:secret@relay.test":  "",
		"https://relay.test/?token=1":   "",
		"https://relay.test/?":          "",
		"https://relay.test/#x":         "",
		"https://relay.test:port/":      "",
		"https://relay.test/%zz":        "",
	} {
		t.Run(base, func(t *testing.T) {
			wire := &carrier{status: 200, answer: []byte(`{"message":"success","data":{"all_nodes":7,"available_nodes":4}}`)}
			nodes, err := relay.New(base, wire).Nodes(t.Context())
			if wire.url != want {
				t.Errorf("asks %q instead of %q", wire.url, want)
			}
			if want == "" {
				if e := fault(t, err); e.Fault != relay.WrongAddress {
					t.Errorf("%+v", e)
				}
			} else if err != nil || nodes != (relay.Nodes{All: 7, Available: 4}) {
				t.Errorf("%+v, %v", nodes, err)
			}
		})
	}
}

// FuzzAnswer feeds any answer to every call: a success has to be one, and
// everything else a fault with a call and a bounded text.
func FuzzAnswer(f *testing.F) {
	seen := map[string]bool{}
	for _, x := range exchanges(f) {
		if a := x.answer(); len(a) < 4000 && !seen[x.Want+string(a[:min(len(a), 90)])] {
			seen[x.Want+string(a[:min(len(a), 90)])] = true
			f.Add(x.Status, a)
		}
	}
	f.Fuzz(func(t *testing.T, status int, answer []byte) {
		for call, ask := range calls {
			err := ask(t.Context(), relay.New("http://relay.test", &carrier{status: status, answer: answer}))
			if err == nil {
				if status != 200 || len(answer) == 0 {
					t.Fatalf("%s: status %d with %q is a success", call, status, answer)
				}
				continue
			}
			e := fault(t, err)
			if e.Call != call || e.Fault == "" || e.Status != status || e.Fault == relay.Unreachable {
				t.Fatalf("%s: %+v", call, e)
			}
			if len(err.Error()) > 2500 {
				t.Fatalf("%s: text of %d bytes", call, len(err.Error()))
			}
		}
	})
}
