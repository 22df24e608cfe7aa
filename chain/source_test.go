//go:build !js

package chain

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func TestRestsGrow(t *testing.T) {
	for _, x := range []struct {
		chance float64
		want   []time.Duration // seconds
	}{
		{0, []time.Duration{2, 4, 8, 16, 32, 64, 120, 120}},
		{1, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}},
	} {
		s, now := source{}, noon
		for i, want := range x.want {
			s.strike(s.strikes, ErrUnavailable, now, func() float64 { return x.chance })
			if got := s.until.Sub(now); got != want*time.Second {
				t.Errorf("chance %v, failure %d: %s, want %ds", x.chance, i+1, got, want)
			}
			now = s.until
		}
		if s.well(); s.strikes != 0 || now.Before(s.until) {
			t.Errorf("not well: %+v", s)
		}
	}
}

func TestRequestsThatFailTogetherCountOnce(t *testing.T) {
	var s source
	for range 5 {
		s.strike(0, ErrTimeout, noon, func() float64 { return 0 })
	}
	if s.strikes != 1 || s.until != noon.Add(firstRest) {
		t.Errorf("%+v", s)
	}
}

func TestRestThatTheServerNames(t *testing.T) {
	header := func(text string) error { return fmt.Errorf("x: %w", &busyError{ErrRateLimited, text}) }
	data := func(text string) error {
		return fmt.Errorf("x: %w", &ProviderError{Code: -32005, Data: []byte(text)})
	}
	for _, x := range []struct {
		why  error
		want time.Duration // 0 = none is named
	}{
		{header("30"), 30 * time.Second},
		{header(" 7 "), 7 * time.Second},
		{header("86400"), longestNamed},
		{header("99999999999999999999"), 0},
		{header("Wed, 25 Nov 2026 12:00:20 GMT"), 20 * time.Second},
		{header("Wed, 25 Nov 2026 11:00:00 GMT"), 0},
		{header("-3"), 0},
		{header("soon"), 0},
		{data(`{"rate":{"backoff_seconds":12.5}}`), 12500 * time.Millisecond},
		{data(`{"rate":{"backoff_seconds":1e300}}`), 0},
		{data(`{"rate":{"backoff_seconds":-1}}`), 0},
		{data(`"text"`), 0},
		{errors.New("x"), 0},
	} {
		var s source
		s.strike(0, x.why, noon, func() float64 { return 0 })
		if want := x.want; s.named != (want != 0) || want != 0 && s.until != noon.Add(want) {
			t.Errorf("%v: %+v", x.why, s)
		}
	}
}

func TestNamedRestIsNotShortenedByChance(t *testing.T) {
	var s source
	s.strike(0, &busyError{ErrRateLimited, "40"}, noon, func() float64 { return 1 })
	if s.until != noon.Add(50*time.Second) {
		t.Errorf("%s", s.until.Sub(noon))
	}
}

func TestWhichErrorsAskForFewerRequests(t *testing.T) {
	for _, x := range []struct {
		method  string
		code    int
		message string
		want    bool
	}{
		{"eth_call", -32005, "limit exceeded", true},
		{"eth_call", 429, "compute units", true},
		{"eth_call", -32000, "Too Many Requests", true},
		{"eth_call", 3, "execution reverted: rate limit", false},
		{"eth_call", -32000, "header not found", false},
		{"eth_getLogs", -32005, "limit exceeded", false},
		{"eth_getLogs", -32005, "query returned more than 10000 results", false},
		{"eth_getLogs", -32005, "daily request count exceeded, request rate limited", true},
		{"eth_getLogs", 429, "", true},
	} {
		if got := limits(Call{Method: x.method}, &ProviderError{Code: x.code, Message: x.message}); got != x.want {
			t.Errorf("%s %d %q: %t", x.method, x.code, x.message, got)
		}
	}
	if limits(Call{}, nil) || limits(Call{}, ErrMalformed) {
		t.Error("what is no error of a node is taken for one")
	}
}

func TestHeadInAnswers(t *testing.T) {
	block := []byte(`{"number":"0x64","hash":"0x0000000000000000000000000000000000000000000000000000000000000001","parentHash":"0x0000000000000000000000000000000000000000000000000000000000000002","timestamp":"0x1"}`)
	for _, x := range []struct {
		call   Call
		answer Result
		want   uint64 // 404 = it does not tell
	}{
		{Call{Method: "eth_blockNumber"}, Result{Value: []byte(`"0x0"`)}, 0},
		{Call{Method: "eth_blockNumber"}, Result{Value: []byte(`"0x64"`)}, 100},
		{Call{"eth_getBlockByNumber", []any{"latest", false}}, Result{Value: block}, 100},
		{Call{"eth_getBlockByNumber", []any{"0x64", false}}, Result{Value: block}, 404},
		{Call{"eth_getBlockByNumber", nil}, Result{Value: block}, 404},
		{Call{"eth_getBlockByNumber", []any{"latest", false}}, Result{Value: []byte("null")}, 404},
		{Call{Method: "eth_blockNumber"}, Result{Err: ErrMalformed}, 404},
		{Call{Method: "eth_gasPrice"}, Result{Value: []byte(`"0x64"`)}, 404},
	} {
		got, ok := headIn([]Call{x.call}, []Result{x.answer})
		if !ok {
			got = 404
		}
		if got != x.want {
			t.Errorf("%v: %d", x.call, got)
		}
	}
}
