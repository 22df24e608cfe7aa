//go:build !js

package devchain_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crynux-dapp/chain/devchain"
)

// walletServer serves wallets as the development server does.
func walletServer(t *testing.T, wallets ...*devchain.Wallet) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/_devwallet/", devchain.WalletHandler(wallets...))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<!doctype html><html lang="en"><title>shop</title><body>
			<script src="/_devwallet/wallet.js"></script><main><h1>Shop</h1><button id="pay">Pay</button></main></body></html>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		for _, w := range wallets {
			w.Close() // ends the streams, for which Close would wait
		}
		server.Close()
	})
	return server
}

// walletIDs returns what the served script calls the wallets.
func walletIDs(t *testing.T, server *httptest.Server) []string {
	t.Helper()
	script := fetch(t, server, http.MethodGet, "wallet.js", nil, nil).body
	_, config, ok := strings.Cut(script, "})(") // the call at the end
	for ok {
		var parsed struct{ Wallets []struct{ ID string } }
		if json.Unmarshal([]byte(strings.TrimSuffix(config, ");\n")), &parsed) == nil {
			ids := make([]string, len(parsed.Wallets))
			for i, w := range parsed.Wallets {
				ids[i] = w.ID
			}
			return ids
		}
		_, config, ok = strings.Cut(config, "})(")
	}
	t.Fatal("the script is not called with a configuration")
	return nil
}

type reply struct {
	status int
	header http.Header
	body   string
}

func fetch(t *testing.T, server *httptest.Server, method, path string, body any, change func(*http.Request)) reply {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(within(t), method, server.URL+"/_devwallet/"+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", server.URL)
	if change != nil {
		change(r)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

// streamEvent is one server-sent event.
type streamEvent struct{ id, name, data string }

// openStream reads a page's stream until its context ends.
func openStream(t *testing.T, ctx context.Context, server *httptest.Server, page, last string) <-chan streamEvent {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/_devwallet/stream?page="+page, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan streamEvent, 100)
	go func() {
		defer close(events)
		defer response.Body.Close()
		var e streamEvent
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				events <- e
				e = streamEvent{}
			}
		}
	}()
	return events
}

// nextEvent returns the next event of a name that holds some text.
func nextEvent(t *testing.T, events <-chan streamEvent, name, part string) streamEvent {
	t.Helper()
	ctx := within(t)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the stream ended before %s %q", name, part)
			}
			if e.name == name && strings.Contains(e.data, part) {
				return e
			}
		case <-ctx.Done():
			t.Fatalf("no event %s with %q", name, part)
		}
	}
}

func TestWalletHandler(t *testing.T) {
	w := newWallet(t, newStandIn(t, 42), func(o *devchain.WalletOptions) { o.Ask = true })
	server := walletServer(t, w)
	id := walletIDs(t, server)[0]
	request := func(n int, method string) map[string]any {
		return map[string]any{"page": "p", "id": n, "wallet": id, "method": method, "params": []any{}}
	}

	t.Run("the_script_is_not_cached_and_is_valid", func(t *testing.T) {
		got := fetch(t, server, http.MethodGet, "wallet.js", nil, nil)
		if got.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/javascript") {
			t.Errorf("headers %v", got.header)
		}
		node, err := exec.LookPath("node")
		if err != nil {
			t.Log("no node here: the browser test is the one that runs the script")
			return
		}
		file := filepath.Join(t.TempDir(), "wallet.js")
		if err := os.WriteFile(file, []byte(got.body), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(within(t), node, "--check", file).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("reads_are_answered_at_once", func(t *testing.T) {
		got := fetch(t, server, http.MethodPost, "request", request(1, "eth_chainId"), nil)
		if got.status != 200 || got.body != `{"id":1,"result":"0x2a"}`+"\n" {
			t.Errorf("%d %s", got.status, got.body)
		}
		got = fetch(t, server, http.MethodPost, "request", request(2, "eth_sign"), nil)
		want := fmt.Sprintf(`{"id":2,"error":{"code":-32601,"message":"The method \"eth_sign\" does not exist / is not available.","data":{"cause":null,"origin":%q}}}`, server.URL)
		if got.status != 200 || got.body != want+"\n" {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("prompts_answers_and_events_come_through_the_stream", func(t *testing.T) {
		ctx, cancel := context.WithCancel(within(t))
		events := openStream(t, ctx, server, "p", "")
		nextEvent(t, events, "prompts", "[]")
		if got := fetch(t, server, http.MethodPost, "request", request(3, "eth_requestAccounts"), nil); got.status != 202 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		shown := nextEvent(t, events, "prompts", "Connect this account")
		for _, part := range []string{`"origin":"` + server.URL + `"`, `"account":"` + alice.Hex() + `"`, `"balance":"2 ETH, 120 CNX"`} {
			if !strings.Contains(shown.data, part) {
				t.Errorf("prompt %s lacks %s", shown.data, part)
			}
		}
		decision := map[string]any{"wallet": id, "id": 1, "confirm": true}
		if got := fetch(t, server, http.MethodPost, "decide", decision, nil); got.status != 204 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		last := nextEvent(t, events, "response", `{"id":3,"result":["`+lower(alice)+`"]}`)
		if got := fetch(t, server, http.MethodPost, "decide", decision, nil); got.status != 409 {
			t.Errorf("deciding twice: %d %s", got.status, got.body)
		}
		cancel()

		// What happens while the stream is broken is not lost.
		w.SetChain(1)
		again := openStream(t, within(t), server, "p", last.id)
		nextEvent(t, again, "event", `"name":"chainChanged","data":"0x1"`)
	})
	t.Run("a_request_outlives_its_page", func(t *testing.T) {
		if got := fetch(t, server, http.MethodPost, "request", map[string]any{
			"page": "gone", "id": 1, "wallet": id, "method": "personal_sign", "params": []string{"0x01", lower(alice)},
		}, nil); got.status != 202 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		nextEvent(t, openStream(t, within(t), server, "reloaded", ""), "prompts", "Sign a message")
	})
	t.Run("old_pages_make_room", func(t *testing.T) {
		for n := range 70 {
			call := request(1, "eth_chainId")
			call["page"] = fmt.Sprint("page ", n)
			if got := fetch(t, server, http.MethodPost, "request", call, nil); got.status != 200 {
				t.Fatalf("page %d: %d %s", n, got.status, got.body)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		header := func(key, value string) func(*http.Request) {
			return func(r *http.Request) { r.Header.Set(key, value) }
		}
		for name, tc := range map[string]struct {
			method, path string
			body         any
			change       func(*http.Request)
			status       int
		}{
			"another_host":       {"GET", "wallet.js", nil, func(r *http.Request) { r.Host = "evil.example" }, 403},
			"a_host_like_ours":   {"GET", "wallet.js", nil, func(r *http.Request) { r.Host = "127.0.0.1.evil.example:80" }, 403},
			"another_origin":     {"POST", "request", request(9, "eth_chainId"), header("Origin", "http://127.0.0.1:1"), 403},
			"no_origin":          {"POST", "request", request(9, "eth_chainId"), func(r *http.Request) { r.Header.Del("Origin") }, 403},
			"a_form":             {"POST", "decide", nil, header("Content-Type", "text/plain"), 415},
			"no_json":            {"POST", "request", "text", nil, 400},
			"no_such_wallet":     {"POST", "request", map[string]any{"page": "p", "wallet": "x"}, nil, 404},
			"no_page":            {"POST", "request", map[string]any{"wallet": id, "method": "eth_chainId"}, nil, 404},
			"too_large":          {"POST", "request", strings.Repeat("x", 5<<20), nil, 400},
			"no_such_prompt":     {"POST", "decide", map[string]any{"wallet": id, "id": 99}, nil, 409},
			"a_cap_of_no_number": {"POST", "decide", map[string]any{"wallet": id, "id": 2, "confirm": true, "cap": "1e9"}, nil, 400},
			"another_path":       {"GET", "keys", nil, nil, 404},
		} {
			t.Run(name, func(t *testing.T) {
				if got := fetch(t, server, tc.method, tc.path, tc.body, tc.change); got.status != tc.status {
					t.Errorf("%d %s, want %d", got.status, got.body, tc.status)
				}
			})
		}
	})
	t.Run("loopback_has_many_names", func(t *testing.T) {
		for _, host := range []string{"localhost:80", "localhost", "bafy.ipfs.localhost:8080", "127.9.9.9:1", "[::1]:8080", "[::1]"} {
			if got := fetch(t, server, http.MethodGet, "wallet.js", nil, func(r *http.Request) { r.Host = host; r.Header.Del("Origin") }); got.status != 200 {
				t.Errorf("%s: %d", host, got.status)
			}
		}
	})
	t.Run("prompts_are_shown_to_their_origin_only", func(t *testing.T) {
		open := later(t, w.Site(shop), "eth_requestAccounts")
		p, err := w.AwaitPrompt(within(t), "eth_requestAccounts")
		if err != nil {
			t.Fatal(err)
		}
		first := nextEvent(t, openStream(t, within(t), server, "q", ""), "prompts", "")
		if strings.Contains(first.data, shop) {
			t.Errorf("shown to %s: %s", server.URL, first.data)
		}
		if err := w.Decide(p.ID, devchain.Reject); err != nil {
			t.Fatal(err)
		}
		<-open
	})
}

// A person may allow less than the page asked for.
func TestWalletHandlerEditsApprovals(t *testing.T) {
	c := newStandIn(t, 42)
	w, site := connected(t, c)
	w.AnswerWith(devchain.AskAlways)
	server := walletServer(t, w)
	open := later(t, site, "eth_sendTransaction", map[string]any{
		"from": alice, "to": c.contracts.Token, "data": approveData(c.contracts.Task, cnx(30)),
	})
	p, err := w.AwaitPrompt(within(t), "eth_sendTransaction")
	if err != nil {
		t.Fatal(err)
	}
	if p.Cap != "30" {
		t.Errorf("cap %q", p.Cap)
	}
	fetch(t, server, http.MethodPost, "decide", map[string]any{
		"wallet": walletIDs(t, server)[0], "id": p.ID, "confirm": true, "cap": "12.5",
	}, nil)
	if a := <-open; a.err != nil {
		t.Fatal(a.err)
	}
	half := cnx(25)
	if got, want := fmt.Sprintf("0x%x", c.eth.only(t).Data()), approveData(c.contracts.Task, half.Rsh(half, 1)); got != want {
		t.Errorf("data %s, want %s", got, want)
	}
}
