package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Reader answers several reads at once, in the order of the calls. An error
// means that none was answered; otherwise each Result has its own.
type Reader interface {
	Batch(ctx context.Context, calls []Call) ([]Result, error)
}

// Call is one JSON-RPC call. Params marshals to an array or object, nil means
// no parameters.
type Call struct {
	Method string
	Params any
}

// Result is what a Call got: Value, which may be the JSON null, or Err.
type Result struct {
	Value json.RawMessage
	Err   error
}

type request struct {
	Version string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// answer is one JSON-RPC response. Members that are absent stay nil, so that
// "result": null is told from no result.
type answer struct {
	ID     json.RawMessage `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

func newRequest(id int, c Call) request {
	if c.Params == nil {
		c.Params = []any{} // not all nodes accept a request without params
	}
	return request{Version: "2.0", ID: id, Method: c.Method, Params: c.Params}
}

func encodeCall(id int, c Call) ([]byte, error) {
	return json.Marshal(newRequest(id, c))
}

func encodeBatch(calls []Call) ([]byte, error) {
	requests := make([]request, len(calls))
	for i, c := range calls {
		requests[i] = newRequest(i, c)
	}
	return json.Marshal(requests)
}

// decodeAnswers reads one answer or a list of them. The error is ErrMalformed,
// for example when a login page came instead.
func decodeAnswers(body []byte) ([]answer, error) {
	body = bytes.TrimSpace(body)
	list := make([]answer, 1)
	var err error
	if len(body) > 0 && body[0] == '[' {
		err = json.Unmarshal(body, &list)
	} else {
		err = json.Unmarshal(body, &list[0])
	}
	if err != nil {
		return nil, fmt.Errorf("%w: JSON-RPC expected, got %q: %w", ErrMalformed, excerpt(string(body)), err)
	}
	return list, nil
}

// matchAnswers puts answers at the places of their calls, whose ids are 0 to
// n-1. Nodes may answer in any order. Answers that nobody asked for are
// ignored; a call without an answer, or with two, gets an error.
func matchAnswers(list []answer, n int) []Result {
	results := make([]Result, n)
	seen := make([]int, n)
	for _, a := range list {
		id := -1
		if json.Unmarshal(a.ID, &id) != nil || id < 0 || id >= n {
			continue
		}
		seen[id]++
		results[id] = a.result()
	}
	refused := refusal(list)
	for id, times := range seen {
		switch {
		case times == 0 && refused != nil:
			results[id] = Result{Err: refused}
		case times != 1:
			results[id] = Result{Err: fmt.Errorf("%w: call %d was answered %d times", ErrMalformed, id, times)}
		}
	}
	return results
}

// refusal returns the error of an answer to no call in particular: nodes say
// so that they refuse a batch or could not read it.
func refusal(list []answer) error {
	for _, a := range list {
		if a.Error != nil && (len(a.ID) == 0 || string(a.ID) == "null") {
			return a.result().Err
		}
	}
	return nil
}

func (a answer) result() Result {
	switch {
	case a.Error != nil:
		return Result{Err: &ProviderError{Code: a.Error.Code, Message: a.Error.Message, Data: a.Error.Data}}
	case a.Result == nil:
		return Result{Err: fmt.Errorf("%w: neither result nor error", ErrMalformed)}
	}
	return Result{Value: a.Result}
}

// SingleReads makes a Reader of a Provider that cannot batch, for a wallet
// without an RPC endpoint beside it. Calls are made one after another.
func SingleReads(p Provider) Reader { return singleReads{p} }

type singleReads struct{ provider Provider }

func (s singleReads) Batch(ctx context.Context, calls []Call) ([]Result, error) {
	results := make([]Result, len(calls))
	for i, c := range calls {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		results[i].Value, results[i].Err = s.provider.Request(ctx, c.Method, c.Params)
	}
	return results, ctx.Err()
}
