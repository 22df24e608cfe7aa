//go:build !js

package runner_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// front stands between the pages and the chain's RPC: it changes what single
// methods are answered, as a dishonest or broken endpoint would.
type front struct {
	next http.Handler

	mu   sync.Mutex
	lies map[string]lie // by method
}

// lie is an answer that the chain did not give; it is not even asked.
type lie struct {
	result string // JSON
	code   int    // of an error, 0 = none
	text   string
}

func says(result string) *lie               { return &lie{result: result} }
func refuses(code int, message string) *lie { return &lie{code: code, text: message} }

// lie answers all calls of a method so from now on; nil ends it.
func (f *front) lie(method string, l *lie) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lies == nil {
		f.lies = map[string]lie{}
	}
	if delete(f.lies, method); l != nil {
		f.lies[method] = *l
	}
}

func (f *front) of(method string) (lie, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.lies[method]
	return l, ok
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var calls, honest []json.RawMessage
	var answers []any
	if err := json.Unmarshal(body, &calls); err != nil {
		http.Error(w, "the pages send batches only", http.StatusBadRequest)
		return
	}
	for _, raw := range calls {
		var call struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		if err := json.Unmarshal(raw, &call); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		l, lies := f.of(call.Method)
		answer := map[string]any{"jsonrpc": "2.0", "id": call.ID}
		switch {
		case !lies:
			honest = append(honest, raw)
			continue
		case l.code != 0:
			answer["error"] = map[string]any{"code": l.code, "message": l.text}
		default:
			answer["result"] = json.RawMessage(l.result)
		}
		answers = append(answers, answer)
	}
	if len(answers) == 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.next.ServeHTTP(w, r)
		return
	}
	if len(honest) > 0 {
		var truth []json.RawMessage
		if truth, err = f.ask(r, honest); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		for _, answer := range truth {
			answers = append(answers, answer)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answers) // whoever asked and left is told nothing
}

// ask makes the calls that nobody lies about.
func (f *front) ask(r *http.Request, calls []json.RawMessage) (answers []json.RawMessage, err error) {
	body, err := json.Marshal(calls)
	if err != nil {
		return nil, err
	}
	inner := r.Clone(r.Context())
	inner.Body, inner.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	recorded := httptest.NewRecorder()
	f.next.ServeHTTP(recorded, inner)
	return answers, json.Unmarshal(recorded.Body.Bytes(), &answers)
}
