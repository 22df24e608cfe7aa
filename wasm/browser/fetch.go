//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall/js"

	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

var (
	// ErrUnreachable is a request without an answer: offline, unknown host,
	// refused or broken connection, redirect, or an answer that CORS hides.
	// A browser does not tell these apart.
	ErrUnreachable = errors.New("no answer from the server")

	// ErrTooLarge is an answer longer than the caller allowed.
	ErrTooLarge = errors.New("the answer is larger than allowed")
)

// FetchError is a request that brought no complete answer. Err is
// ErrUnreachable, ErrTooLarge or the error of the context.
type FetchError struct {
	Method string
	URL    string // without query, which may hold a signature
	Err    error
	Detail string // what the browser said, for the console
}

func (e *FetchError) Error() string {
	s := e.Method + " " + e.URL + ": " + e.Err.Error()
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

func (e *FetchError) Unwrap() error { return e.Err }

// Fetch makes HTTP requests through the browser: nothing is cached, no cookie
// and no referrer is sent, a redirect is an error, since it could carry a
// signed URL elsewhere.
type Fetch struct{}

// Get asks for url. An answer of any status is not an error; one of more than
// limit bytes is.
func (Fetch) Get(ctx context.Context, url string, limit int) (status int, answer []byte, err error) {
	got, err := fetch(ctx, "GET", url, nil, limit)
	return got.status, got.body, err
}

// PostJSON posts body, which is JSON already, and otherwise behaves as Get.
func (Fetch) PostJSON(ctx context.Context, url string, body []byte, limit int) (status int, answer []byte, err error) {
	got, err := fetch(ctx, "POST", url, body, limit)
	return got.status, got.body, err
}

// PostJSONPaced is PostJSON that also returns the header Retry-After; "" if there is
// none, or if the server does not let this origin read it.
func (Fetch) PostJSONPaced(ctx context.Context, url string, body []byte, limit int) (status int, answer []byte, retryAfter string, err error) {
	got, err := fetch(ctx, "POST", url, body, limit)
	return got.status, got.body, got.retryAfter, err
}

// GetPaced is Get that also returns the header Retry-After, as PostJSONPaced does.
func (Fetch) GetPaced(ctx context.Context, url string, limit int) (status int, answer []byte, retryAfter string, err error) {
	got, err := fetch(ctx, "GET", url, nil, limit)
	return got.status, got.body, got.retryAfter, err
}

// RPC endpoints and Relays are left alone for as long as they ask for.
var (
	_ chain.Pacer = Fetch{}
	_ relay.Pacer = Fetch{}
)

// fetched is an answer.
type fetched struct {
	status     int
	body       []byte
	retryAfter string // header
}

func fetch(ctx context.Context, method, url string, body []byte, limit int) (fetched, error) {
	fail := func(err error) (fetched, error) {
		e := &FetchError{Method: method, URL: withoutQuery(url), Err: err}
		if ctx.Err() != nil {
			e.Err = ctx.Err()
		} else if !errors.Is(err, ErrTooLarge) {
			e.Err, e.Detail = ErrUnreachable, err.Error()
		}
		return fetched{}, e
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	abort, err := construct("AbortController")
	if err != nil {
		return fail(err)
	}
	// Ends the request on every way out; after its end this does nothing.
	defer func() { _, _ = call(abort, "abort") }()

	options := map[string]any{
		"method":         method,
		"cache":          "no-store",
		"credentials":    "omit",
		"redirect":       "error",
		"referrerPolicy": "no-referrer",
		"signal":         property(abort, "signal"),
	}
	if body != nil {
		array, err := newBytes(body)
		if err != nil {
			return fail(err)
		}
		options["body"] = array
		options["headers"] = map[string]any{"Content-Type": "application/json"}
	}
	response, err := awaitCall(ctx, js.Global(), "fetch", url, options)
	if err != nil {
		return fail(err)
	}
	answer, err := readAll(ctx, property(response, "body"), limit)
	if err != nil {
		return fail(err)
	}
	got := fetched{status: number(response, "status"), body: answer}
	if wait, err := call(property(response, "headers"), "get", "Retry-After"); err == nil && wait.Type() == js.TypeString {
		got.retryAfter = wait.String()
	}
	return got, nil
}

// readAll reads a ReadableStream; null is an empty one. The limit is checked
// before a piece is copied.
func readAll(ctx context.Context, stream js.Value, limit int) ([]byte, error) {
	if !stream.Truthy() {
		return nil, nil
	}
	reader, err := call(stream, "getReader")
	if err != nil {
		return nil, err
	}
	var all []byte
	for {
		piece, err := awaitCall(ctx, reader, "read")
		if err != nil {
			return nil, err
		}
		if property(piece, "done").Truthy() {
			return all, nil
		}
		value := property(piece, "value")
		if size := number(value, "byteLength"); size > limit-len(all) {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
		}
		b, err := bytesOf(value)
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
}

func withoutQuery(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		return url[:i]
	}
	return url
}
