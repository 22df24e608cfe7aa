//go:build js && wasm

package browser_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"crynux-dapp/wasm/browser"
)

func TestFetch_brings_the_exact_bytes_there_and_back(t *testing.T) {
	body := []byte("{\"p\":\"a < b & \u2028 \U0001f980 \\u0000\"}")
	status, answer, err := browser.Fetch{}.PostJSON(t.Context(), "/echo", body, 1000)
	if err != nil || status != 418 {
		t.Fatalf("status %d, error %v", status, err)
	}
	if want := "application/json|||" + string(body); string(answer) != want {
		t.Errorf("answer %q, want %q", answer, want)
	}
}

func TestFetch_any_status_is_an_answer(t *testing.T) {
	status, _, err := browser.Fetch{}.Get(t.Context(), "/nothing-here", 1000)
	if err != nil || status != 404 {
		t.Errorf("status %d, error %v", status, err)
	}
	status, answer, err := browser.Fetch{}.Get(t.Context(), "/empty", 0)
	if err != nil || status != 204 || len(answer) != 0 {
		t.Errorf("status %d, %d bytes, error %v", status, len(answer), err)
	}
}

func TestFetch_reads_when_to_come_back(t *testing.T) {
	for url, want := range map[string]string{"/busy": "7", "/echo": ""} {
		status, answer, wait, err := browser.Fetch{}.PostJSONPaced(t.Context(), url, []byte("1"), 1000)
		if err != nil || wait != want || (status == 429) != (want != "") || (len(answer) == 0) != (want != "") {
			t.Errorf("%s: status %d, %q, Retry-After %q, error %v", url, status, answer, wait, err)
		}
	}
}

func TestFetch_limit_is_the_last_byte_allowed(t *testing.T) {
	_, answer, err := browser.Fetch{}.Get(t.Context(), "/exactly1000", 1000)
	if err != nil || !bytes.Equal(answer, bytes.Repeat([]byte("x"), 1000)) {
		t.Errorf("%d bytes, error %v", len(answer), err)
	}
	for _, c := range []struct {
		url   string
		limit int
	}{{"/exactly1000", 999}, {"/endless", 1 << 20}} {
		_, answer, err := browser.Fetch{}.Get(t.Context(), c.url, c.limit)
		if !errors.Is(err, browser.ErrTooLarge) || answer != nil {
			t.Errorf("%s: %d bytes, error %v", c.url, len(answer), err)
		}
	}
}

func TestFetch_without_an_answer_is_unreachable(t *testing.T) {
	for _, url := range []string{"/broken", "/redirect", "http://127.0.0.1:1/", "no-scheme://x", "http://"} {
		_, answer, err := browser.Fetch{}.Get(t.Context(), url, 1000)
		if !errors.Is(err, browser.ErrUnreachable) || answer != nil {
			t.Errorf("%s: %q, error %v", url, answer, err)
		}
	}
}

func TestFetch_ends_with_its_context(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err := browser.Fetch{}.Get(ctx, "/silent", 1000)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestFetch_errors_do_not_show_the_signature(t *testing.T) {
	_, _, err := browser.Fetch{}.Get(t.Context(), "http://127.0.0.1:1/x?signature=secret", 1000)
	if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "http://127.0.0.1:1/x") {
		t.Errorf("error %v", err)
	}
}
