package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// reads collects calls together with the places their answers go to, so that a
// batch is written as the list of what is wanted.
type reads struct {
	calls []Call
	takes []take
}

// take puts an answer where it belongs, or returns why it cannot.
type take func(Result) error

func (r *reads) add(t take, method string, params ...any) {
	if params == nil {
		params = []any{}
	}
	r.calls = append(r.calls, Call{Method: method, Params: params})
	r.takes = append(r.takes, t)
}

// view adds a call of a contract at the latest block.
func (r *reads) view(t take, to common.Address, calldata []byte) {
	r.add(t, "eth_call", map[string]string{"to": data(to[:]), "data": data(calldata)}, "latest")
}

// batchLimit is how many calls one request makes. Public nodes allow from 100 on.
const batchLimit = 100

// run asks, in as many requests as the limit wants, and hands out the answers. The
// first error ends it.
func (r *reads) run(ctx context.Context, reader Reader) error {
	var results []Result
	for calls := range slices.Chunk(r.calls, batchLimit) {
		part, err := reader.Batch(ctx, calls)
		if err != nil {
			return err
		}
		if len(part) != len(calls) {
			return fmt.Errorf("%w: %d results of %d calls", ErrMalformed, len(part), len(calls))
		}
		results = append(results, part...)
	}
	for i, t := range r.takes {
		if err := t(results[i]); err != nil {
			return fmt.Errorf("%s: %w", r.calls[i].Method, err)
		}
	}
	return nil
}

// into stores the parsed value of an answer.
func into[T any](place *T, parse func(json.RawMessage) (T, error)) take {
	return func(r Result) (err error) {
		if r.Err != nil {
			return r.Err
		}
		*place, err = parse(r.Value)
		return err
	}
}

// optional leaves the place untouched where the node cannot or will not say.
func optional(t take) take {
	return func(r Result) error {
		if r.Err != nil {
			return nil // the caller said that it can do without
		}
		return t(r)
	}
}

// returned parses the answer of a view that returns one value or tuple.
func returned[T any](decode func(*tuple) T) func(json.RawMessage) (T, error) {
	return func(raw json.RawMessage) (value T, err error) {
		b, err := parseData(raw)
		if err != nil {
			return value, err
		}
		t := newWords(b)
		value = decode(t)
		if t.err() != nil {
			var zero T
			return zero, t.err()
		}
		return value, nil
	}
}

// ifDeployed is for views that tell whether a contract is there at all: an
// address without code answers "0x", another contract mostly reverts. Then
// found is false and the place stays untouched.
func ifDeployed(found *bool, t take) take {
	return func(r Result) error {
		var revert *RevertError
		if errors.As(r.Err, &revert) || (r.Err == nil && string(r.Value) == `"0x"`) {
			*found = false
			return nil
		}
		*found = true
		return t(r)
	}
}
