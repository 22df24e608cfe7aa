//go:build !js

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"crynux-dapp/chain/devchain"
)

// awaited waits for the promise that a script gives.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// goes opens an address without waiting until everything of it has come.
func (v *visitor) goes(address string) {
	v.t.Helper()
	v.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, _, _, err := page.Navigate(address).Do(ctx)
		return err
	}))
}

func TestShellIsUsableBeforeTheProgramRuns(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	v := browse(t)
	v.goes(host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasPrefix(r.URL.Path, "/app.wasm") {
			select {
			case <-arrived:
			case <-r.Context().Done(): // the test is over
			}
		}
		next.ServeHTTP(w, r)
	}))
	v.click("textbox", "Prompt")
	v.run(chromedp.KeyEvent("a red fox"))
	for range len("fox") {
		v.press(kb.ArrowLeft)
	}
	v.find("progressbar", "Loading the page")
	v.outlined(t)
	v.shot("shell")
	close(arrived)
	v.ready()
	v.run(chromedp.KeyEvent("little ")) // the hands never left the keys
	if got := v.value("textbox", "Prompt"); got != "a red little fox" {
		t.Errorf("the prompt is %q", got)
	}
	v.whole()
}

func TestShellSaysWhyItCannotStart(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile(filepath.Join(dist, "app.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	v := browse(t)
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter) // app.wasm; there is no packed one
		says   string
	}{
		"missing":    {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, "missing on the server (404)"},
		"overloaded": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }, "the server answered 503"},
		"cut_by_the_connection": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/wasm")
			w.Header().Set("Content-Length", fmt.Sprint(len(program)))
			w.Write(program[:len(program)/2])
			panic(http.ErrAbortHandler)
		}, "did not arrive completely"},
		"cut_by_the_host": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/wasm")
			w.Write(program[:len(program)/2])
		}, "is damaged"},
		"a_web_page_in_its_place": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!doctype html><h1>Welcome to the hotel</h1>")
		}, "a web page in place of app.wasm"},
	} {
		v.part(name, func(t *testing.T) {
			var mended atomic.Bool
			v.goes(host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				switch {
				case mended.Load():
					next.ServeHTTP(w, r)
				case r.URL.Path == "/app.wasm":
					c.answer(w)
				case r.URL.Path == "/app.wasm.gz":
					http.NotFound(w, r)
				default:
					next.ServeHTTP(w, r)
				}
			}))
			v.find("alertdialog", "The page could not be loaded")
			if text := v.text("alertdialog", "The page could not be loaded"); !strings.Contains(text, c.says) {
				t.Errorf("it does not say %q:\n%s", c.says, text)
			}
			v.until("the focus on the cure", func() bool { return v.focused() == "Reload" })
			v.legible(t)
			mended.Store(true)
			v.anew(func() { v.click("button", "Reload") })
			v.ready()
		})
	}
	v.part("a_host_that_does_not_know_wasm", func(t *testing.T) {
		v.open(host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Path == "/app.wasm" {
				w.Header().Set("Content-Type", "application/octet-stream")
				w.Write(program)
				return
			}
			next.ServeHTTP(w, r)
		}))
		v.ready()
		v.whole()
	})
}

func TestShellSaysWhatTheHostHasToMend(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(filepath.Join(dist, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	v := browse(t)
	var poured atomic.Int64 // bytes of the huge one that left
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		says   []string
	}{
		"missing": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, []string{"config.json", "404"}},
		"no_JSON": {func(w http.ResponseWriter) { fmt.Fprint(w, `{"version": 1,`) }, []string{"config.json"}},
		"misspelt": {func(w http.ResponseWriter) {
			fmt.Fprint(w, strings.Replace(string(config), `"relays":`, `"realys":`, 1))
		}, []string{"config.json", "realys"}},
		"a_wrong_address": {func(w http.ResponseWriter) {
			fmt.Fprint(w, strings.Replace(string(config), `"task": "0x`, `"task": "0xf`, 1))
		}, []string{"config.json", "networks[0].contracts.task"}},
		"no_network": {func(w http.ResponseWriter) { fmt.Fprint(w, `{"version": 1, "networks": []}`) }, []string{"config.json", "at least one network"}},
		"hundreds_of_megabytes": {func(w http.ResponseWriter) {
			for piece := bytes.Repeat([]byte(" "), 1<<20); poured.Load() < 300<<20; poured.Add(1 << 20) {
				if _, err := w.Write(piece); err != nil {
					return // nobody listens any more
				}
			}
		}, []string{"config.json: the file: is larger than 1 MB"}},
	} {
		v.part(name, func(t *testing.T) {
			v.open(host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.URL.Path == "/config.json" {
					c.answer(w)
					return
				}
				next.ServeHTTP(w, r)
			}))
			v.find("heading", "This page cannot start")
			text := v.body()
			for _, part := range append(c.says, "Nothing was charged", "host") {
				if !strings.Contains(text, part) {
					t.Errorf("it does not say %q:\n%s", part, text)
				}
			}
			v.legible(t)
			v.whole()
		})
	}
	if sent := poured.Load(); sent == 0 || sent > 50<<20 {
		t.Errorf("%d MB of the huge one were read", sent>>20)
	}
}

// TestShellWarnsOfOtherContracts: whoever changes the addresses of a network in
// config.json cannot do so unseen.
func TestShellWarnsOfOtherContracts(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(filepath.Join(dist, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	const task, other = "0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451146", "0x00000000000000000000000000000000000000aa"
	const helium = "Crynux, generation 1 (Helium start"
	const red = "The contracts of this network were changed"
	if !strings.Contains(string(config), task) {
		t.Fatal("config.json does not name the contract that is to be changed")
	}
	var changed atomic.Bool
	v := browse(t)
	address := host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/config.json" && changed.Load() {
			fmt.Fprint(w, strings.Replace(string(config), task, other, 1))
			return
		}
		next.ServeHTTP(w, r)
	})
	v.goes(address)
	v.choose("Network", helium)
	v.find("status", "This network is of the past")
	if v.has("alert", red) {
		t.Error("it is red although nothing was changed")
	}
	changed.Store(true)
	v.reload()
	v.choose("Network", helium)
	v.find("alert", red)
	v.legible(t)
	v.top()
	v.shot("contracts-changed-1440")
	v.onPhone("contracts-changed")
	v.whole()
}

func TestShellWhereStorageIsRefused(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"missing": `Object.defineProperty(window, "indexedDB", {value: undefined})`,
		"refused": `const refuse = {get() { throw new DOMException("denied", "SecurityError") }};
			for (const name of ["indexedDB", "localStorage", "sessionStorage"]) Object.defineProperty(window, name, refuse)`,
	} {
		t.Run(name, func(t *testing.T) {
			n := network(t)
			v := browse(t)
			v.net = n
			v.before(clockScript(n.Chain.Clock()))
			v.before(script)
			v.open(n.Page)
			v.sees("This browser stores nothing for this page")
			v.connect(digests)
			v.order("a name in the sand", 1)
			v.done("a name in the sand", 1)
		})
	}
}

// tabs presses Tab until the focus is on something of a name.
func (v *visitor) tabs(name string) {
	v.t.Helper()
	const most = 60
	var passed []string
	for range most {
		v.press(kb.Tab)
		at := v.focused()
		if at == name {
			return
		}
		passed = append(passed, at)
	}
	v.t.Fatalf("%q is not reached by Tab; passed %.40q", name, passed)
}

func TestShellByKeyboardAlone(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.wallet(digests).AnswerWith(devchain.AskAlways)
	confirm := func(method string) {
		t.Helper()
		v.answersBy(digests, method, func() {
			v.tabs("Confirm")
			v.press(kb.Enter)
		})
	}
	v.ready()
	v.tabs("Connect wallet")
	v.press(kb.Enter)
	v.find("dialog", "Connect a wallet")
	v.tabs(digests)
	v.press(kb.Enter)
	confirm(connecting)
	wallet := "Wallet " + v.wallet(digests).Address().Hex()
	v.find("button", wallet)
	v.tabs(wallet)
	v.press(kb.Enter)
	v.find("dialog", "Your wallet")
	v.tabs("Advanced")
	v.press(kb.Enter)
	v.tabs(direct)
	v.press(" ")
	v.press(kb.Escape)
	v.until("the balance", func() bool { return v.has("group", "Balances") })

	v.tabs("Prompt")
	const prompt = "ten fingers"
	v.run(chromedp.KeyEvent(prompt))
	v.tabs("Pictures")
	v.run(chromedp.KeyEvent("1")) // what stood there is selected
	v.tabs("Generate")
	v.press(kb.Enter)
	confirm(sending)
	confirm(sending)
	confirm(signing)
	confirm(signing)
	v.done(prompt, 1)

	v.tabs("Open " + prompt)
	v.press(kb.Enter)
	v.find("dialog", prompt)
	v.press(kb.Escape)
	v.gone("dialog", prompt)
	v.until("the focus where it was", func() bool { return v.focused() == "Open "+prompt })
	v.tabs("verified")
	v.press(kb.Enter)
	v.find("dialog", "Why this is verified")
}

// TestShellIsForEverybody walks through the states of the page and looks in each
// at names, headings, room and contrast.
func TestShellIsForEverybody(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	look := func(state string) {
		t.Helper()
		v.part(state, func(t *testing.T) {
			for _, width := range []int64{390, 320, 1440} {
				v.size(width, 844, width < 1000)
				v.fits()
				if width == 390 {
					v.touchable(t)
				}
			}
			v.outlined(t)
			for _, dark := range []bool{true, false} {
				v.dark(dark)
				v.legible(t)
			}
		})
	}
	v.ready()
	look("empty")
	v.click("button", "Connect wallet")
	v.find("dialog", "Connect a wallet")
	look("choosing_a_wallet")
	v.click("button", digests)
	v.sees("300 CNX in your wallet")
	look("before_the_first_task")
	v.click("button", "Set up task wallet")
	v.until("the dialog of the task wallet", func() bool { return len(v.all("dialog", anything)) == 1 })
	look("the_task_wallet")
	v.click("button", "Close")
	v.allowDirect()
	v.click("button", "Wallet "+v.wallet(digests).Address().Hex())
	look("the_wallet")
	v.click("button", "Close")

	v.fill("spinbutton", "Pictures", "99")
	v.click("button", "Generate")
	v.sees("Describe the picture first.")
	look("faults_in_the_form")

	v.wallet(digests).Answer(sending, devchain.Reject)
	const prompt = "a_word_that_is_longer_than_any_window_of_a_telephone_could_ever_be_even_in_landscape"
	v.order(prompt, 2)
	v.problem("You said no in the wallet")
	look("a_rejection")
	v.click("button", "Ask again")
	v.done(prompt, 2)
	look("done")
	v.click("button", "verified")
	v.find("dialog", "Why this is verified")
	look("the_proof")
	v.press(kb.Escape)

	v.wallet(digests).SetChain(1)
	v.sees("Your wallet is on another network")
	look("another_network")
	v.click("button", "Arguments")
	v.find("textbox", "Arguments")
	look("the_editor")
	v.click("link", "Chat")
	v.find("textbox", "Question")
	look("chat")
}

// outlined checks landmarks, headings, and that whatever can be operated has a name.
func (v *visitor) outlined(t *testing.T) {
	t.Helper()
	for _, role := range []string{"banner", "navigation", "main"} {
		if n := len(v.all(role, anything)); n != 1 && len(v.all("dialog", anything)) == 0 {
			t.Errorf("%d landmarks %q", n, role)
		}
	}
	for _, role := range []string{"button", "link", "textbox", "spinbutton", "checkbox", "combobox", "slider", "image", "dialog", "alertdialog", "region", "navigation", "form"} {
		if n := len(v.all(role, named(""))); n != 0 {
			t.Errorf("%d × %s without a name", n, role)
		}
	}
	var levels []int
	v.run(chromedp.Evaluate(`[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(h => h.checkVisibility()).map(h => Number(h.tagName[1]))`, &levels))
	last, tops := 0, 0
	for _, level := range levels {
		if level == 1 {
			tops++
		}
		if level > last+1 {
			t.Errorf("a heading of level %d after one of level %d: %v", level, last, levels)
		}
		last = level
	}
	if tops != 1 {
		t.Errorf("%d headings of level 1", tops)
	}
}

// legible checks the contrast of all text in sight (WCAG 2.2, 1.4.3).
func (v *visitor) legible(t *testing.T) {
	t.Helper()
	var poor []string
	v.run(chromedp.Evaluate(contrastScript, &poor))
	for _, p := range poor {
		t.Error(p)
	}
}

// touchable checks that a finger hits whatever can be operated, also what is folded
// (WCAG 2.2, 2.5.8; links within a sentence are exempt).
func (v *visitor) touchable(t *testing.T) {
	t.Helper()
	var small []string
	v.run(chromedp.Evaluate(`(() => {
		const closed = [...document.querySelectorAll("details:not([open])")];
		const folded = [...document.querySelectorAll(".panel:not(.open)")];
		closed.forEach((e) => e.open = true);
		folded.forEach((e) => e.classList.add("open"));
		const small = [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter((e) => {
			const r = e.getBoundingClientRect();
			const sentence = e.tagName === "A" && e.parentElement.innerText !== e.innerText && getComputedStyle(e).display === "inline";
			return r.width && !sentence && (r.width < 24 || r.height < 24) && e.checkVisibility();
		}).map((e) => e.outerHTML);
		closed.forEach((e) => e.open = false);
		folded.forEach((e) => e.classList.remove("open"));
		return small;
	})()`, &small))
	for _, e := range small {
		t.Error("small:", e)
	}
}

// contrastScript lists texts whose contrast with what is behind them is below 4.5,
// or below 3 for large ones. Text of switched-off controls is exempt; in the shell
// those are hidden from screen readers.
const contrastScript = `(() => {
	const pen = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
	const rgba = (color) => { // in whatever notation
		pen.clearRect(0, 0, 1, 1);
		pen.fillStyle = color;
		pen.fillRect(0, 0, 1, 1);
		const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
		return [r, g, b, a / 255];
	};
	const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
	const light = (c) => {
		const [r, g, b] = c.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
	const behind = (e) => {
		const layers = [];
		for (; e; e = e.parentElement) {
			const c = rgba(getComputedStyle(e).backgroundColor);
			layers.push(c);
			if (c[3] === 1) break;
		}
		return layers.reduceRight((under, c) => over(c, under), rgba(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#fff"));
	};
	const opacity = (e) => { let o = 1; for (; e; e = e.parentElement) o *= Number(getComputedStyle(e).opacity); return o; };
	const poor = new Set();
	const check = (e, style, text) => {
		const back = behind(e), color = rgba(style.color);
		color[3] *= opacity(e);
		const size = parseFloat(style.fontSize), least = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700 ? 3 : 4.5;
		const got = ratio(over(color, back), back);
		if (got < least) poor.add("contrast " + got.toFixed(2) + " of “" + text.trim().slice(0, 40) + "” (" + e.tagName + "." + e.className + ", " + style.color + " on " + back.map(Math.round) + ")");
	};
	const seen = (e) => {
		const box = e.getBoundingClientRect();
		return box.width > 1 && box.height > 1 && e.checkVisibility({opacityProperty: true, visibilityProperty: true});
	};
	const off = (e) => e.closest(":disabled, [aria-disabled=true], [aria-hidden=true]");
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; (node = walker.nextNode()); ) {
		const e = node.parentElement;
		if (node.data.trim() && !["SCRIPT", "STYLE", "TEXTAREA", "OPTION"].includes(e.tagName) && seen(e) && !off(e)) check(e, getComputedStyle(e), node.data);
	}
	for (const e of document.querySelectorAll("input, textarea, select")) {
		if (!seen(e) || off(e)) continue;
		check(e, getComputedStyle(e), e.value || e.id);
		if (e.placeholder && !e.value) check(e, {color: getComputedStyle(e, "::placeholder").color, fontSize: getComputedStyle(e).fontSize, fontWeight: getComputedStyle(e).fontWeight}, e.placeholder);
	}
	return [...poor];
})()`
