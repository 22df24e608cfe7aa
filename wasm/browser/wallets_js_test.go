//go:build js && wasm

package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/chain"
	"crynux-dapp/wasm/browser"
)

// script runs JavaScript in the page, as wallets do.
func script(t *testing.T, code string, args ...any) js.Value {
	t.Helper()
	return js.Global().Get("Function").New("a", "b", code).Invoke(args...)
}

const announce = `
window.announceWallet = (info, provider) => window.dispatchEvent(
	new CustomEvent("eip6963:announceProvider", { detail: { info, provider } }));`

func discover(t *testing.T) *browser.Wallets {
	t.Helper()
	script(t, announce)
	w, err := browser.Discover()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestWallets_lists_those_that_announce_themselves(t *testing.T) {
	script(t, announce+`
		window.answering = () => announceWallet({ uuid: "early", name: "Early", rdns: "org.early", icon: "data:image/svg+xml,<svg/>" }, { request() {} });
		window.addEventListener("eip6963:requestProvider", answering);`)
	defer script(t, `window.removeEventListener("eip6963:requestProvider", answering)`)
	w := discover(t)
	changes := 0
	cancel := w.Watch(func() { changes++ })
	script(t, `
		announceWallet({ uuid: "late", name: "Late", rdns: "org.late", icon: "https://example.org/spy.png" }, { request() {} });
		announceWallet({ uuid: "late", name: "Impostor", rdns: "org.impostor" }, { request() {} });
		announceWallet({ uuid: "nameless" }, { request() {} });`)
	cancel()
	script(t, `announceWallet({ uuid: "after", name: "After" }, { request() {} })`)
	want := []browser.Wallet{
		{UUID: "early", Name: "Early", RDNS: "org.early", Icon: "data:image/svg+xml,<svg/>"},
		{UUID: "late", Name: "Late", RDNS: "org.late"},
		{UUID: "nameless", Name: "Wallet without a name"},
		{UUID: "after", Name: "After"},
	}
	if d := cmp.Diff(want, w.List()); d != "" {
		t.Errorf("wallets (-want +got):\n%s", d)
	}
	if changes != 2 {
		t.Errorf("told of %d changes, want 2", changes)
	}
}

// TestWallets_take_icons_only_as_images: any other address would tell a stranger
// that the page was opened, or run. A script inside an SVG does not run in an <img>.
func TestWallets_take_icons_only_as_images(t *testing.T) {
	w := discover(t)
	scripted := "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>window.iconRan = true</script></svg>"
	icons := map[string]bool{
		"data:image/png;base64,iVBORw0KGgo=": true, "data:image/svg+xml;utf8,<svg/>": true, "data:image/webp;base64,AA==": true, scripted: true,
		"": false, "https://example.org/spy.png": false, "http://127.0.0.1/spy.png": false, "//example.org/spy.png": false, "spy.png": false,
		"javascript:alert(1)": false, "JavaScript:alert(1)": false, " javascript:alert(1)": false, "data:text/html,<script>alert(1)</script>": false,
		"data:,": false, "data:image/": false, "data:image/pngx,AA": false, "data:image/xml,<svg/>": false, "blob:https://example.org/1": false,
		"data:image/png;base64," + strings.Repeat("A", 512_000): false,
	}
	for icon := range icons {
		script(t, `announceWallet({ uuid: a, name: "W", icon: a }, { request() {} })`, "icon "+icon)
		script(t, `announceWallet({ uuid: "w" + a.length + a, name: "W", icon: a }, { request() {} })`, icon)
	}
	shown := map[string]bool{}
	for _, wallet := range w.List() {
		if wallet.Icon != "" && !icons[wallet.Icon] {
			t.Errorf("icon %.60q is taken", wallet.Icon)
		}
		shown[wallet.Icon] = true
	}
	for icon, ok := range icons {
		if ok && !shown[icon] {
			t.Errorf("icon %.60q is not taken", icon)
		}
	}
	drawn := make(chan struct{})
	done := js.FuncOf(func(js.Value, []js.Value) any { close(drawn); return nil })
	defer done.Release()
	script(t, `const i = new Image(); i.onload = i.onerror = () => b(); i.src = a`, scripted, done)
	<-drawn
	if js.Global().Get("iconRan").Truthy() {
		t.Error("a script in an icon ran")
	}
}

func TestWallets_ignores_announcements_that_make_no_sense(t *testing.T) {
	w := discover(t)
	script(t, `
		const dispatch = (detail) => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
		dispatch(null); dispatch("x"); dispatch({}); dispatch({ info: 1, provider: 2 });
		dispatch({ get info() { throw new Error("trap"); } });
		announceWallet({ uuid: "a", get name() { throw "trap"; } }, {});
		announceWallet({ uuid: 7, name: "Number" }, { request() {} });
		announceWallet({ uuid: "window.ethereum", name: "Impostor" }, { request() {} });
		announceWallet({ uuid: "deaf", name: "Deaf" }, { get request() { throw new Error("trap"); } });`)
	if got := w.List(); len(got) != 0 {
		t.Errorf("wallets %v", got)
	}
}

func TestWallets_falls_back_to_window_ethereum(t *testing.T) {
	w := discover(t)
	if _, ok := w.Provider(browser.Injected); ok {
		t.Error("a provider from nowhere")
	}
	script(t, `window.ethereum = { request: async () => "0x1" }`)
	defer script(t, `delete window.ethereum`)
	if got := w.List(); len(got) != 1 || got[0].UUID != browser.Injected {
		t.Errorf("wallets %v", got)
	}
	p, ok := w.Provider(browser.Injected)
	if !ok {
		t.Fatal("no provider")
	}
	if got, err := p.Request(t.Context(), "eth_chainId", nil); err != nil || string(got) != `"0x1"` {
		t.Errorf("%s, error %v", got, err)
	}
	script(t, `announceWallet({ uuid: "real", name: "Real" }, { request() {} })`)
	if got := w.List(); len(got) != 1 || got[0].UUID != "real" {
		t.Errorf("wallets %v", got)
	}
}

// provider makes a wallet whose request method has this body.
func provider(t *testing.T, body string) *browser.Provider {
	t.Helper()
	w := discover(t)
	script(t, `announceWallet({ uuid: "w", name: "W" }, window.testWallet = {
		handlers: {},
		on(name, f) { this.handlers[name] = f; },
		removeListener(name, f) { if (this.handlers[name] === f) delete this.handlers[name]; },
		request({ method, params }) { `+body+` },
	})`)
	p, ok := w.Provider("w")
	if !ok {
		t.Fatal("no provider")
	}
	return p
}

func TestProvider_answers(t *testing.T) {
	for _, c := range []struct {
		name, body string
		params     any
		want       string
	}{
		{"value", `return Promise.resolve(["0x1", 2, null])`, nil, `["0x1",2,null]`},
		{"no promise", `return "0x1"`, nil, `"0x1"`},
		{"undefined", `return Promise.resolve()`, nil, `null`},
		{"params as they are", `return Promise.resolve({ method, params })`, []any{"é\U0001f980", map[string]int{"a": 1}}, `{"method":"m","params":["é🦀",{"a":1}]}`},
		{"no params", `return Promise.resolve(params === undefined)`, nil, `true`},
		{"answers twice", `return { then(ok) { ok(1); ok(2); } }`, nil, `1`},
		{"answers, then throws", `return { then(ok) { ok(1); throw "late"; } }`, nil, `1`},
	} {
		got, err := provider(t, c.body).Request(t.Context(), "m", c.params)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, error %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestProvider_errors_carry_what_the_wallet_said(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       chain.ProviderError
	}{
		{"rejected", `return Promise.reject({ code: 4001, message: "no" })`, chain.ProviderError{Code: 4001, Message: "no"}},
		{"thrown", `throw Object.assign(new Error("busy"), { code: -32002 })`, chain.ProviderError{Code: -32002, Message: "busy"}},
		{"text", `throw "nope"`, chain.ProviderError{Code: -32603, Message: "nope"}},
		{"nothing", `throw undefined`, chain.ProviderError{Code: -32603, Message: "unknown error"}},
		{"code as text", `throw { code: "4902", message: "chain" }`, chain.ProviderError{Code: 4902, Message: "chain"}},
		{"data", `throw { code: 3, message: "reverted", data: { data: "0x08c379a0" } }`,
			chain.ProviderError{Code: 3, Message: "reverted", Data: json.RawMessage(`{"data":"0x08c379a0"}`)}},
		{"data that is a circle", `const e = { code: 3, message: "m" }; e.data = e; throw e`, chain.ProviderError{Code: 3, Message: "m"}},
		{"traps", `throw { get code() { throw 1; }, get message() { throw 2; } }`, chain.ProviderError{Code: -32603, Message: "unknown error"}},
		{"code is not a number", `throw { code: NaN, message: "m" }`, chain.ProviderError{Code: -32603, Message: "m"}},
	} {
		_, err := provider(t, c.body).Request(t.Context(), "m", nil)
		var got *chain.ProviderError
		if !errors.As(err, &got) {
			t.Errorf("%s: %T %v", c.name, err, err)
			continue
		}
		if d := cmp.Diff(c.want, *got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestProvider_answers_that_are_no_JSON_are_malformed(t *testing.T) {
	for _, body := range []string{`return 1n`, `const a = []; a.push(a); return a`} {
		if _, err := provider(t, body).Request(t.Context(), "m", nil); !errors.Is(err, chain.ErrMalformed) {
			t.Errorf("%s: error %v", body, err)
		}
	}
}

func TestProvider_that_never_answers_ends_with_the_context(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	p := provider(t, `return new Promise((ok, no) => { window.lateReject = no; })`)
	if _, err := p.Request(ctx, "m", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	script(t, `lateReject("late")`) // must reach nobody, and break nothing
	if got, err := provider(t, `return 1`).Request(t.Context(), "m", nil); err != nil || string(got) != "1" {
		t.Errorf("after the late answer: %s, error %v", got, err)
	}
}

func TestProvider_tells_events_until_cancelled(t *testing.T) {
	p := provider(t, ``)
	var got []string
	cancel := p.On("accountsChanged", func(payload json.RawMessage) { got = append(got, string(payload)) })
	script(t, `testWallet.handlers.accountsChanged(["0x1"]); testWallet.handlers.accountsChanged([]); testWallet.handlers.accountsChanged(1n);`)
	cancel()
	cancel()
	if left := script(t, `return Object.keys(testWallet.handlers).length`); left.Int() != 0 {
		t.Error("the handler is still there")
	}
	if d := cmp.Diff([]string{`["0x1"]`, `[]`, `null`}, got); d != "" {
		t.Errorf("payloads (-want +got):\n%s", d)
	}
}

func TestProvider_survives_a_handler_that_panics(t *testing.T) {
	p := provider(t, `return 1`)
	defer p.On("chainChanged", func(json.RawMessage) { panic("expected by the test") })()
	script(t, `testWallet.handlers.chainChanged("0x1")`)
	if _, err := p.Request(t.Context(), "m", nil); err != nil {
		t.Error(err)
	}
}

func TestProvider_without_events_is_silent(t *testing.T) {
	w := discover(t)
	script(t, `announceWallet({ uuid: "plain", name: "P" }, { request() {} })`)
	p, _ := w.Provider("plain")
	p.On("accountsChanged", func(json.RawMessage) {})()
}
