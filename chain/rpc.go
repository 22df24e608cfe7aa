package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Transport posts one JSON body to an address and returns the whole answer
// with its HTTP status, whatever that is. An answer longer than limit bytes,
// and no answer, are errors. The page implements it with fetch.
type Transport interface {
	PostJSON(ctx context.Context, url string, body []byte, limit int) (status int, answer []byte, err error)
}

// Pacer is a Transport that can also read the header Retry-After of an answer, ""
// if there is none. In a page the server has to let other origins read it.
type Pacer interface {
	PostJSONPaced(ctx context.Context, url string, body []byte, limit int) (status int, answer []byte, retryAfter string, err error)
}

const (
	answerLimit   = 8 << 20 // bytes; 500 blocks full of task logs stay far below
	answerTimeout = 20 * time.Second
)

// RPC is a node's JSON-RPC endpoint. It is a Provider and a Reader. It never
// repeats a request: that is for the caller to decide, or for Endpoints.
//
// Errors of both methods: *ProviderError for what the node answered,
// ErrUnavailable, ErrRateLimited, ErrTimeout (also after 20 s without an
// answer) and ErrMalformed, or the error of ctx once that has ended.
type RPC struct {
	url       string
	transport Transport
}

// NewRPC returns the endpoint at an http or https address. It sends nothing.
func NewRPC(url string, t Transport) *RPC {
	return &RPC{url: url, transport: t}
}

// Request makes one call.
func (r *RPC) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	body, err := encodeCall(0, Call{Method: method, Params: params})
	if err != nil {
		return nil, err
	}
	answer, err := r.post(ctx, body, answerTimeout)
	if err != nil {
		return nil, err
	}
	list, err := r.decode(answer)
	if err != nil {
		return nil, err
	}
	result := matchAnswers(list, 1)[0]
	return result.Value, result.Err
}

// Batch makes all calls in one HTTP request.
func (r *RPC) Batch(ctx context.Context, calls []Call) ([]Result, error) {
	return r.batch(ctx, calls, answerTimeout)
}

// batch is Batch with another time limit.
func (r *RPC) batch(ctx context.Context, calls []Call, timeout time.Duration) ([]Result, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	body, err := encodeBatch(calls)
	if err != nil {
		return nil, err
	}
	answer, err := r.post(ctx, body, timeout)
	if err != nil {
		return nil, err
	}
	list, err := r.decode(answer)
	if err != nil {
		return nil, err
	}
	if err := refusal(list); err != nil {
		return nil, err
	}
	return matchAnswers(list, len(calls)), nil
}

// decode is decodeAnswers with the endpoint's name in the error.
func (r *RPC) decode(body []byte) ([]answer, error) {
	list, err := decodeAnswers(body)
	if err != nil {
		err = fmt.Errorf("%s: %w", r.host(), err)
	}
	return list, err
}

// post returns the body of an answer that may hold JSON-RPC.
func (r *RPC) post(ctx context.Context, body []byte, timeout time.Duration) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var status int
	var answer []byte
	var wait string
	var err error
	if t, ok := r.transport.(Pacer); ok {
		status, answer, wait, err = t.PostJSONPaced(limited, r.url, body, answerLimit)
	} else {
		status, answer, err = r.transport.PostJSON(limited, r.url, body, answerLimit)
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("%s: %w", r.host(), ErrTimeout)
	case err != nil:
		return nil, fmt.Errorf("%s: %w: %w", r.host(), ErrUnavailable, err)
	case len(answer) > answerLimit:
		return nil, fmt.Errorf("%s: %w: %d bytes", r.host(), ErrMalformed, len(answer))
	case status < 200 || status > 299:
		err = fmt.Errorf("%s: %w", r.host(), statusError(status, answer))
		if wait != "" {
			err = &busyError{err, wait}
		}
		return nil, err
	}
	return answer, nil
}

// busyError is an error of a server that says when to come back.
type busyError struct {
	error
	header string // Retry-After
}

func (e *busyError) Unwrap() error { return e.error }

// host names the endpoint in errors without its path, which may hold a key.
func (r *RPC) host() string {
	u, err := url.Parse(r.url)
	if err != nil {
		return "rpc"
	}
	return u.Host
}

// statusError translates an HTTP status. Some nodes send an ordinary JSON-RPC
// error with a status of 4xx or 5xx: then its meaning counts, if it has one.
func statusError(status int, answer []byte) error {
	if list, err := decodeAnswers(answer); err == nil {
		if said := refusal(list); said != nil && errors.Unwrap(said) != nil {
			return said
		}
	}
	meaning := ErrUnavailable
	switch status {
	case 429:
		meaning = ErrRateLimited
	case 408, 504:
		meaning = ErrTimeout
	}
	return fmt.Errorf("%w: HTTP status %d", meaning, status)
}
