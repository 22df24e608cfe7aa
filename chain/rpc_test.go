//go:build !js

package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// overHTTP is the Transport of native tests.
type overHTTP struct{}

func (overHTTP) PostJSON(ctx context.Context, url string, body []byte, limit int) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, int64(limit)+1))
	return response.StatusCode, answer, err
}

// endpoint serves one fixed answer and keeps the last request.
func endpoint(t *testing.T, status int, answer string) (rpc *RPC, last *string) {
	t.Helper()
	last = new(string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*last = string(body)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return NewRPC(server.URL+"/secret-key", overHTTP{}), last
}

func TestBatchIsOneRequest(t *testing.T) {
	rpc, last := endpoint(t, 200, `[{"id":1,"result":null},{"id":0,"result":"0x2a"}]`)
	results, err := rpc.Batch(t.Context(), []Call{{Method: "eth_chainId"}, {"eth_getTransactionReceipt", []any{"0x00"}}})
	if err != nil {
		t.Fatal(err)
	}
	if string(results[0].Value) != `"0x2a"` || string(results[1].Value) != "null" || results[1].Err != nil {
		t.Errorf("%s %s %v", results[0].Value, results[1].Value, results[1].Err)
	}
	want := `[{"jsonrpc":"2.0","id":0,"method":"eth_chainId","params":[]},{"jsonrpc":"2.0","id":1,"method":"eth_getTransactionReceipt","params":["0x00"]}]`
	if *last != want {
		t.Errorf("sent %s", *last)
	}
}

func TestBatchOfNothingSendsNothing(t *testing.T) {
	rpc, last := endpoint(t, 500, "")
	if results, err := rpc.Batch(t.Context(), nil); results != nil || err != nil || *last != "" {
		t.Error(results, err, *last)
	}
}

func TestBatchEntries(t *testing.T) {
	revert := `{"code":3,"message":"execution reverted: Task not exist"}`
	for name, x := range map[string]struct {
		answer string
		first  string // value of call 0
		second error  // of call 1
	}{
		"an error of one entry":    {`[{"id":0,"result":"0x1"},{"id":1,"error":` + revert + `}]`, `"0x1"`, RevertNoTask},
		"a missing answer":         {`[{"id":0,"result":"0x1"}]`, `"0x1"`, ErrMalformed},
		"a duplicate answer":       {`[{"id":0,"result":"0x1"},{"id":1,"result":"0x1"},{"id":1,"result":"0x2"}]`, `"0x1"`, ErrMalformed},
		"neither result nor error": {`[{"id":1},{"id":0,"result":"0x1"}]`, `"0x1"`, ErrMalformed},
		"ids nobody asked for":     {`[{"id":7,"result":"0x7"},{"id":"x","result":"0x8"},{"id":-1},{"id":0.5},{"id":0,"result":"0x1"}]`, `"0x1"`, ErrMalformed},
		"an error beside a result": {`[{"id":0,"result":"0x1","error":null},{"id":1,"result":"0x1","error":` + revert + `}]`, `"0x1"`, RevertNoTask},
		"ids as text":              {`[{"id":0,"result":"0x1"},{"id":"1","result":"0x1"}]`, `"0x1"`, ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			rpc, _ := endpoint(t, 200, x.answer)
			results, err := rpc.Batch(t.Context(), []Call{{Method: "a"}, {Method: "b"}})
			if err != nil || len(results) != 2 {
				t.Fatal(results, err)
			}
			if string(results[0].Value) != x.first || results[0].Err != nil {
				t.Errorf("first %s %v", results[0].Value, results[0].Err)
			}
			if !errors.Is(results[1].Err, x.second) || results[1].Value != nil {
				t.Errorf("second %s %v, want %v", results[1].Value, results[1].Err, x.second)
			}
		})
	}
}

func TestNoUsableAnswer(t *testing.T) {
	for name, x := range map[string]struct {
		status int
		answer string
		want   error
	}{
		"a page instead of JSON":         {200, "<!DOCTYPE html><html>Sign in to this network", ErrMalformed},
		"nothing":                        {200, "", ErrMalformed},
		"cut short":                      {200, `[{"id":0,"result":"0x`, ErrMalformed},
		"a list of numbers":              {200, "[1,2]", ErrMalformed},
		"a batch refused":                {200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large, rate limit"}}`, ErrRateLimited},
		"too many requests":              {429, "slow down", ErrRateLimited},
		"a server's trouble":             {503, "<html>", ErrUnavailable},
		"a gateway's time-out":           {504, "", ErrTimeout},
		"not found":                      {404, "404 page not found", ErrUnavailable},
		"a known error with a status":    {400, `{"id":null,"error":{"code":-32005,"message":"limit"}}`, ErrRateLimited},
		"an unknown error with a status": {500, `{"id":null,"error":{"code":-32603,"message":"Internal error"}}`, ErrUnavailable},
		"too long":                       {200, strings.Repeat(" ", answerLimit+1), ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			rpc, _ := endpoint(t, x.status, x.answer)
			if results, err := rpc.Batch(t.Context(), []Call{{Method: "a"}, {Method: "b"}}); !errors.Is(err, x.want) || results != nil {
				t.Errorf("batch: %v, want %v", err, x.want)
			}
			value, err := rpc.Request(t.Context(), "a", nil)
			if !errors.Is(err, x.want) || value != nil {
				t.Errorf("request: %v, want %v", err, x.want)
			}
			if strings.Contains(err.Error(), "secret-key") {
				t.Errorf("the endpoint's key is in %q", err)
			}
		})
	}
}

func TestRequest(t *testing.T) {
	rpc, last := endpoint(t, 200, ` {"id":0,"result":{"a":1}} `)
	value, err := rpc.Request(t.Context(), "eth_x", map[string]int{"a": 1})
	if string(value) != `{"a":1}` || err != nil {
		t.Error(value, err)
	}
	if want := `{"jsonrpc":"2.0","id":0,"method":"eth_x","params":{"a":1}}`; *last != want {
		t.Errorf("sent %s", *last)
	}
}

// transportFunc answers without a network.
type transportFunc func(ctx context.Context) (int, []byte, error)

func (f transportFunc) PostJSON(ctx context.Context, _ string, _ []byte, _ int) (int, []byte, error) {
	return f(ctx)
}

func TestTransportTrouble(t *testing.T) {
	t.Run("the network is gone", func(t *testing.T) {
		cause := errors.New("TypeError: Failed to fetch")
		rpc := NewRPC("https://x/", transportFunc(func(context.Context) (int, []byte, error) { return 0, nil, cause }))
		if _, err := rpc.Request(t.Context(), "a", nil); !errors.Is(err, ErrUnavailable) || !errors.Is(err, cause) {
			t.Error(err)
		}
	})
	t.Run("the transport ran out of time", func(t *testing.T) {
		rpc := NewRPC("https://x/", transportFunc(func(context.Context) (int, []byte, error) {
			return 0, nil, fmt.Errorf("fetch: %w", context.DeadlineExceeded)
		}))
		if _, err := rpc.Request(t.Context(), "a", nil); !errors.Is(err, ErrTimeout) {
			t.Error(err)
		}
	})
	t.Run("every request has a deadline", func(t *testing.T) {
		rpc := NewRPC("https://x/", transportFunc(func(ctx context.Context) (int, []byte, error) {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("none")
			}
			return 200, []byte(`{"id":0,"result":1}`), nil
		}))
		if _, err := rpc.Request(t.Context(), "a", nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("the caller gave up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		rpc := NewRPC("https://x/", transportFunc(func(ctx context.Context) (int, []byte, error) {
			cancel()
			return 0, nil, ctx.Err()
		}))
		if _, err := rpc.Request(ctx, "a", nil); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
			t.Error(err)
		}
	})
}

// providerFunc answers as a wallet.
type providerFunc func(method string, params any) (string, error)

func (f providerFunc) Request(_ context.Context, method string, params any) (json.RawMessage, error) {
	answer, err := f(method, params)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(answer), nil
}

func TestSingleReadsAskOneByOne(t *testing.T) {
	var asked []string
	reader := SingleReads(providerFunc(func(method string, _ any) (string, error) {
		asked = append(asked, method)
		if method == "b" {
			return "", &ProviderError{Code: 4200}
		}
		return `"` + method + `"`, nil
	}))
	results, err := reader.Batch(t.Context(), []Call{{Method: "a"}, {Method: "b"}, {Method: "c"}})
	if err != nil || strings.Join(asked, "") != "abc" {
		t.Fatal(asked, err)
	}
	if string(results[0].Value) != `"a"` || !errors.Is(results[1].Err, ErrUnsupported) || string(results[2].Value) != `"c"` {
		t.Error(results)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := reader.Batch(ended, []Call{{Method: "a"}}); !errors.Is(err, context.Canceled) || len(asked) != 3 {
		t.Error(err, asked)
	}
}
