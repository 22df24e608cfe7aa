package relay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"crynux-dapp/relay"
)

// exchange is one recorded request with its answer (testdata/exchanges.json).
type exchange struct {
	Name    string
	Method  string
	Target  string
	Request string // the body of a successful upload
	Status  int
	Body    string
	Base64  []byte
	Rule    *repetition
	Want    string // fault that the client must find; "ok" for none
}

func (x exchange) answer() []byte {
	switch {
	case x.Base64 != nil:
		return x.Base64
	case x.Rule != nil:
		return []byte(x.Rule.String())
	}
	return []byte(x.Body)
}

func exchanges(t testing.TB) []exchange {
	t.Helper()
	all := load[[]exchange](t, "exchanges.json")
	if len(all) != 296 {
		t.Fatalf("%d exchanges instead of 296", len(all))
	}
	return all
}

// id is the task in the target; 1 where there is none that a client could ask for.
func (x exchange) id() uint64 {
	path, _, _ := strings.Cut(x.Target, "?")
	if parts := strings.Split(path, "/"); len(parts) > 3 {
		if id, err := strconv.ParseUint(parts[3], 10, 64); err == nil {
			return id
		}
	}
	return 1
}

// ask makes the client meet the recorded answer in the method that asks that
// address. Requests that the client never makes count as the nearest one.
func (x exchange) ask() (any, error) {
	c := relay.New("http://relay.test", &carrier{status: x.Status, answer: x.answer()})
	ctx := context.Background()
	switch {
	case strings.HasPrefix(x.Target, "/v1/network/"):
		return c.Nodes(ctx)
	case x.Method == "POST" || !strings.HasPrefix(x.Target, "/v1/inference_tasks/"):
		args := "{}"
		if x.Rule != nil { // the answer echoes what was uploaded
			args = strings.Repeat(x.Rule.Repeat, x.Rule.Count)
		}
		return nil, c.Upload(ctx, relay.UploadParams{TaskArgs: args, TaskID: x.id()}, anySignature)
	case strings.Contains(x.Target, "/results"):
		return c.Result(ctx, relay.ResultParams{ImageNum: "0", TaskID: x.id()}, anySignature)
	}
	return c.Task(ctx, relay.TaskParams{TaskID: x.id()}, anySignature)
}

// TestClient_knows_every_recorded_answer is the table of protocol.md B.1 to B.3
// as the real Relay filled it in.
func TestClient_knows_every_recorded_answer(t *testing.T) {
	for _, x := range exchanges(t) {
		t.Run(x.Name, func(t *testing.T) {
			got, err := x.ask()
			if x.Want == "ok" {
				if err != nil {
					t.Fatal(err)
				}
				if file, ok := got.([]byte); ok && !bytes.Equal(file, x.answer()) {
					t.Error("file was changed on the way")
				}
				return
			}
			e, ok := errors.AsType[*relay.Error](err)
			if !ok {
				t.Fatalf("error %v is no *relay.Error", err)
			}
			if string(e.Fault) != x.Want || e.Status != x.Status || e.Call == "" {
				t.Errorf("%q (status %d, call %q) instead of %q: %s", e.Fault, e.Status, e.Call, x.Want, x.Body)
			}
			if !errors.Is(err, e.Fault) {
				t.Error("errors.Is does not find the fault")
			}
		})
	}
}

func TestClient_tells_pointer_and_reason_of_a_schema_violation(t *testing.T) {
	want := map[string][2]string{ // pointer, reason
		"args-schema-num-images-11":      {"/task_config/num_images", "must be <= 10 but found 11"},
		"args-schema-missing-required":   {"", "missing properties: 'base_model'"},
		"args-schema-preprocess-unknown": {"/controlnet/preprocess/method", `value must be "canny"`},
		"gpt-args-bad-role":              {"/messages/0/role", `value must be one of "system", "user", "assistant"`},
	}
	for _, x := range exchanges(t) {
		w, ok := want[x.Name]
		if !ok {
			continue
		}
		delete(want, x.Name)
		_, err := x.ask()
		e, ok := errors.AsType[*relay.Error](err)
		if !ok || e.Fault != relay.SchemaViolation || e.Pointer != w[0] || e.Text != w[1] {
			t.Errorf("%s: %+v instead of %q %q", x.Name, e, w[0], w[1])
		}
	}
	if len(want) != 0 {
		t.Errorf("not recorded: %v", want)
	}
}

func TestClient_reads_recorded_tasks(t *testing.T) {
	want := map[string]relay.Status{
		"task-by-creator":                 relay.ParamsUploaded,
		"task-after-success":              relay.PendingResults,
		"task-results-uploaded":           relay.ResultsUploaded,
		"abort1-task":                     relay.TaskAborted,
		"abort2-task-args-never-uploaded": relay.TaskAborted,
		"late-task-M-uploaded":            relay.ParamsUploaded, // indented, of a Relay in debug mode
	}
	for _, x := range exchanges(t) {
		status, ok := want[x.Name]
		if !ok {
			continue
		}
		delete(want, x.Name)
		got, err := x.ask()
		task, ok := got.(relay.Task)
		if err != nil || !ok {
			t.Fatalf("%s: %T, %v", x.Name, got, err)
		}
		if task.ID != x.id() || task.Status != status {
			t.Errorf("%s: %+v instead of status %d", x.Name, task, status)
		}
		// The arguments are the very bytes whose hash is the task hash.
		if never := x.Name == "abort2-task-args-never-uploaded"; never != (task.Args == "") {
			t.Errorf("%s: arguments %q", x.Name, task.Args)
		} else if !never && relay.Digest([]byte(task.Args)) != task.TaskHash {
			t.Errorf("%s: arguments do not hash to %s", x.Name, task.TaskHash)
		}
	}
	if len(want) != 0 {
		t.Errorf("not recorded: %v", want)
	}
}

// TestClient_sends_what_the_reference_client_sent repeats the uploads that the
// real Relay accepted: the same body to the byte, and a signature of the creator.
func TestClient_sends_what_the_reference_client_sent(t *testing.T) {
	repeated := 0
	for _, x := range exchanges(t) {
		if x.Request == "" {
			continue
		}
		t.Run(x.Name, func(t *testing.T) {
			var sent struct {
				relay.UploadParams
				Timestamp int64
				Signature hexutil.Bytes
			}
			if err := json.Unmarshal([]byte(x.Request), &sent); err != nil {
				t.Fatal(err)
			}
			wire := &carrier{status: x.Status, answer: x.answer()}
			c := relay.New("http://relay.test", wire)
			if err := c.Upload(t.Context(), sent.UploadParams, relay.Signed{Timestamp: sent.Timestamp, Signature: sent.Signature}); err != nil {
				t.Fatal(err)
			}
			if wire.url != "http://relay.test"+x.Target || string(wire.body) != x.Request {
				t.Errorf("%s\n%s instead of\n%s", wire.url, wire.body, x.Request)
			}
			text, err := relay.SigningText(sent.UploadParams, sent.Timestamp)
			if err != nil {
				t.Fatal(err)
			}
			var answer struct{ Data struct{ Creator string } }
			if err := json.Unmarshal(x.answer(), &answer); err != nil {
				t.Fatal(err)
			}
			if who, ok := signer(relay.Digest(text), sent.Signature); !ok || who.Hex() != answer.Data.Creator {
				t.Errorf("signed by %s instead of %s", who, answer.Data.Creator)
			}
		})
		repeated++
	}
	if repeated < 10 {
		t.Errorf("only %d uploads were recorded", repeated)
	}
}

// TestClient_asks_where_the_reference_client_asked repeats recorded downloads.
func TestClient_asks_where_the_reference_client_asked(t *testing.T) {
	for _, name := range []string{"result-ok-2", "many-result-10", "task-by-creator"} {
		t.Run(name, func(t *testing.T) {
			var x exchange
			for _, one := range exchanges(t) {
				if one.Name == name {
					x = one
				}
			}
			target, err := url.Parse(x.Target)
			if err != nil {
				t.Fatal(err)
			}
			unix, err := strconv.ParseInt(target.Query().Get("timestamp"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			signed := relay.Signed{Timestamp: unix, Signature: hexutil.MustDecode(target.Query().Get("signature"))}
			wire := &carrier{status: x.Status, answer: x.answer()}
			c := relay.New("http://relay.test", wire)
			if _, num, ok := strings.Cut(target.Path, "/results/"); ok {
				_, err = c.Result(t.Context(), relay.ResultParams{ImageNum: num, TaskID: x.id()}, signed)
			} else {
				_, err = c.Task(t.Context(), relay.TaskParams{TaskID: x.id()}, signed)
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := url.Parse(wire.url)
			if err != nil || got.Path != target.Path || got.RawQuery != target.Query().Encode() {
				t.Errorf("%s instead of %s", wire.url, x.Target)
			}
		})
	}
}
