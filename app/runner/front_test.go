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

// lie turns the true answer of a call into another one.
type lie func(rpcAnswer) rpcAnswer

// rpcAnswer is one answer of JSON-RPC.
type rpcAnswer struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

// lie changes the answers to a method from now on; nil ends it.
func (f *front) lie(method string, change lie) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lies == nil {
		f.lies = map[string]lie{}
	}
	f.lies[method] = change
}

// says answers with this result, whatever the truth is.
func says(result string) lie {
	return func(a rpcAnswer) rpcAnswer {
		a.Result, a.Error = json.RawMessage(result), nil
		return a
	}
}

// refuses answers with this error.
func refuses(code int, message string) lie {
	return func(a rpcAnswer) rpcAnswer {
		text, err := json.Marshal(map[string]any{"code": code, "message": message})
		if err != nil {
			panic(err)
		}
		a.Result, a.Error = nil, text
		return a
	}
}

func (f *front) of(method string) lie {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lies[method]
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	type call struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	var calls []call
	if json.Unmarshal(body, &calls) != nil {
		f.next.ServeHTTP(w, r) // no batch: the pages make none else
		return
	}
	recorded := httptest.NewRecorder()
	f.next.ServeHTTP(recorded, r)
	answer := recorded.Body.Bytes()
	var answers []rpcAnswer
	if json.Unmarshal(answer, &answers) == nil {
		for _, c := range calls {
			change := f.of(c.Method)
			for i := range answers {
				if change != nil && bytes.Equal(answers[i].ID, c.ID) {
					answers[i] = change(answers[i])
				}
			}
		}
		if answer, err = json.Marshal(answers); err != nil {
			panic(err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(answer) // whoever asked and left is told nothing
}
