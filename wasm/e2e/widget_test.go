//go:build !js

package e2e

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// The journeys of the widget have three windows: the page of a host on an origin of
// its own, the frame in it, and a tab. Scripts cannot be put into all of them before
// they load, so these networks live in real time.

// hosting is a page of somebody else.
type hosting struct {
	*visitor
	origin string
	frame  *visitor // what the person sees in the frame
	last   target.ID
	known  []target.ID // windows that are or were there
}

// hosted starts a network and opens a page of a host that has the widget in it.
// body is HTML; WIDGET in it is the address of widget.js. The host is another site
// for the browser: another name of this computer, on another port.
func hosted(t *testing.T, body string, change ...func(*devnet.Options)) *hosting {
	t.Helper()
	return hostedAs(t, true, body, change...)
}

func hostedAs(t *testing.T, allowed bool, body string, change ...func(*devnet.Options)) *hosting {
	t.Helper()
	var content string
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/trap" {
			fmt.Fprint(w, "<!doctype html><title>Trap</title><p>A trap</p>", listening)
			return
		}
		fmt.Fprint(w, content)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections() // streams of the wallets do not end by themselves
		server.Close()
	})
	origin := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	n := network(t, append([]func(*devnet.Options){func(o *devnet.Options) {
		o.Rate = 1
		if allowed {
			o.Hosts = []string{origin}
		}
	}}, change...)...)
	mux.Handle("/_devwallet/", devchain.WalletHandler(n.Wallets...)) // for a host with a wallet
	content = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Host</title><link rel="icon" href="data:,"><style>body { margin: 20px }</style>` + listening + strings.ReplaceAll(body, "WIDGET", n.Page+"widget.js") + heard
	v := browse(t)
	v.net = n
	v.open(origin + "/")
	h := &hosting{visitor: v, origin: origin}
	h.look()
	return h
}

// look takes the frame that came after the last one: it is a target of its own in the browser.
func (h *hosting) look() {
	h.t.Helper()
	h.until("a frame", func() bool {
		all, err := h.targets()
		i := slices.IndexFunc(all, func(i *target.Info) bool { return i.Type == "iframe" && i.TargetID != h.last })
		if err != nil || i < 0 {
			return false
		}
		h.last = all[i].TargetID
		h.frame = h.attach(h.last)
		return true
	})
}

// targets are the windows and frames of this visitor.
func (h *hosting) targets() ([]*target.Info, error) {
	all, err := chromedp.Targets(h.ctx)
	return slices.DeleteFunc(all, func(i *target.Info) bool { return i.BrowserContextID != h.inside() }), err
}

// attach is somebody who looks at another target of the same browser.
func (h *hosting) attach(id target.ID) *visitor {
	ctx, cancel := chromedp.NewContext(h.ctx, chromedp.WithTargetID(id))
	v := &visitor{t: h.t, ctx: ctx, net: h.net}
	h.t.Cleanup(func() {
		if h.t.Failed() {
			h.t.Log("another window:", v.outline(), v.said())
			v.shot(fmt.Sprintf("failed-%s-%s", h.t.Name(), id))
		}
		cancel()
	})
	chromedp.ListenTarget(ctx, v.listen)
	if err := chromedp.Run(ctx); err != nil { // it lives as long as the context of its first run
		h.t.Fatal(err)
	}
	return v
}

// heard has the host's page write down what its widget tells.
const heard = `<script>
	window.heard = [];
	for (const name of ["ready", "progress", "result", "error", "resize"]) addEventListener(name, ({ type, detail }) => {
		if (!detail) return;
		heard.push(type + " " + JSON.stringify({ ...detail, files: detail.files?.map((f) => [f.type, f.size]) }));
	});
</script>`

// listening has a page write down every message to it, with all of its bytes.
const listening = `<script>
	window.caught = [];
	addEventListener("message", ({ origin, data }) => caught.push(origin + " " + JSON.stringify(data, (_, v) =>
		v instanceof ArrayBuffer || ArrayBuffer.isView(v) ? [...new Uint8Array(v.buffer ?? v)].map((b) => b.toString(16).padStart(2, "0")).join("") : v)));
</script>`

// hears waits until the host was told something that contains all of these.
func (h *hosting) hears(parts ...string) {
	h.t.Helper()
	h.until(fmt.Sprintf("the host to hear %q", parts), func() bool {
		for _, line := range h.told() {
			all := true
			for _, p := range parts {
				all = all && strings.Contains(line, p)
			}
			if all {
				return true
			}
		}
		return false
	})
}

func (h *hosting) told() (lines []string) {
	h.run(chromedp.Evaluate("window.heard ?? []", &lines))
	return lines
}

// onePicture asks for one in the frame.
func (h *hosting) onePicture() {
	h.t.Helper()
	h.frame.click("button", h.frame.begins("button", "Parameters").name)
	h.frame.fill("spinbutton", "Pictures", "1")
}

// strike presses where a button of the frame is, whatever lies over it.
func (h *hosting) strike(button string) {
	h.t.Helper()
	at := h.frame.find("button", button)
	h.frame.run(chromedp.ActionFunc(func(ctx context.Context) error {
		quads, err := dom.GetContentQuads().WithBackendNodeID(at.id).Do(ctx)
		if err != nil || len(quads) == 0 {
			return err
		}
		q := quads[0]
		return chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2).Do(ctx)
	}))
}

// looks takes pictures of a page, light on a desk and dark on a phone, and checks
// that nothing is too wide there.
func (v *visitor) looks(name string) {
	v.t.Helper()
	v.pictured(v, name)
}

// looks is that of the host's page with the frame in it.
func (h *hosting) looks(name string) {
	h.t.Helper()
	h.pictured(h.frame, name)
}

// pictured takes the pictures; within is what shows the page of ours.
func (v *visitor) pictured(within *visitor, name string) {
	v.t.Helper()
	drawn := func() { // first the page around, then what is in it
		v.run(chromedp.Evaluate(twoFrames, nil, awaited))
		within.run(chromedp.Evaluate(twoFrames, nil, awaited))
	}
	v.shot(name + "-1440")
	within.dark(true)
	v.dark(true)
	v.size(390, 844, true)
	drawn()
	within.fits()
	v.shot(name + "-390-dark")
	v.size(1440, 900, false)
	within.dark(false)
	v.dark(false)
	drawn()
}

// script runs in the host's page.
func (h *hosting) script(code string) {
	h.t.Helper()
	h.run(chromedp.Evaluate(code, nil))
}

// tab is the tab that something opens.
func (h *hosting) tab(opens func()) *visitor {
	h.t.Helper()
	before, err := h.targets()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, i := range before {
		h.known = append(h.known, i.TargetID)
	}
	known := slices.Clone(h.known) // what is told of these, a closed one included, is no news
	wait := chromedp.WaitNewTarget(h.ctx, func(i *target.Info) bool {
		return i.Type == "page" && i.BrowserContextID == h.inside() && !slices.Contains(known, i.TargetID)
	})
	opens()
	ctx, cancel := context.WithTimeout(h.ctx, patience)
	defer cancel()
	select {
	case id := <-wait:
		h.known = append(h.known, id)
		v := h.attach(id)
		v.size(1440, 900, false)
		return v
	case <-ctx.Done():
		h.t.Fatal("no tab was opened")
		return nil
	}
}

const plainWidget = `<script src="WIDGET"></script><crynux-widget mode="image" prompt="a lighthouse"></crynux-widget>`

// TestWidgetPaysInATab is the way of every wallet: the frame is filled by the host,
// the tab pays with a task wallet, and the picture comes back into the frame and to
// the host.
func TestWidgetPaysInATab(t *testing.T) {
	t.Parallel()
	h := hosted(t, plainWidget)
	h.hears("ready", `["tab","purse"]`)
	h.frame.until("the prompt of the host", func() bool { return h.frame.value("textbox", "Prompt") == "a lighthouse" })
	h.looks("widget-frame")
	mine := h.another() // has the place where tasks run
	mine.find("button", "Connect wallet")
	h.front()
	tab := h.tab(func() { h.frame.click("button", "Generate") })
	tab.find("status", elsewhere)
	tab.sees("Filled in by http://localhost:")
	tab.looks("widget-follower")
	tab.click("button", "Work in this tab")
	tab.gone("status", elsewhere)
	tab.connect(modern)
	tab.setUp(2)
	tab.until("the host's form", func() bool { return tab.value("textbox", "Prompt") == "a lighthouse" })
	if n := h.tasks(); n != 0 {
		t.Fatalf("%d tasks before anybody pressed a button in the tab", n)
	}
	tab.looks("widget-tab")
	tab.click("button", "Generate")
	tab.find("image", "a lighthouse (1 of 4)")
	h.hears("progress", `"phase":"running"`)
	h.hears("result", `"verified":true`, `"image/png"`)
	h.front() // what is behind is not drawn
	h.frame.find("image", "a lighthouse (1 of 4)")
	h.looks("widget-result")
	tab.front()
	tab.find("status", "Shown on "+h.origin+" as well")
	tab.whole()
}

// TestWidgetPaysFromAPurse: the person gives a host a cap, and then nothing is asked
// until it is reached. Nothing in the host's page gets at the key.
func TestWidgetPaysFromAPurse(t *testing.T) {
	t.Parallel()
	h := hosted(t, strings.Replace(plainWidget, "mode=", `pay="purse" mode=`, 1), oneModern)
	h.hears("ready", `["tab","purse"]`)
	h.frame.sees("Its key is not here yet")
	h.onePicture()
	tab := h.tab(func() { h.frame.click("button", "Generate") })
	tab.sees("A purse for http://localhost:")
	tab.click("button", "Connect wallet") // there is one only
	tab.begins("button", "Wallet 0x")
	tab.setUp(4)
	tab.until("the price", func() bool { return len(tab.all("button", starting("Send 30 CNX"))) > 0 })
	tab.fill("spinbutton", "Tasks it may pay for", "2")
	tab.until("the price of two", func() bool { return len(tab.all("button", starting("Send 60 CNX"))) > 0 })
	tab.looks("widget-purse")
	tab.click("button", tab.begins("button", "Send 60 CNX").name)
	tab.sees("The purse is open in the frame")
	tab.begins("button", "Send 60 CNX") // the next one is planned, and takes another press
	h.frame.sees("60 CNX in it, about 2 tasks")

	// The key, by other means than the page's: taskwallet.md §4.
	alice := h.net.Chain.Key("alice")
	_, ours := keyOf(t, alice, "localhost", h.net.Chain.ChainID().Uint64(), 0)
	key := hostKey(t, ours, h.net.Chain.ChainID().Uint64(), h.origin)
	private, err := crypto.ToECDSA(key)
	if err != nil {
		t.Fatal(err)
	}
	at := crypto.PubkeyToAddress(private.PublicKey)
	if _, tokens := h.owns(at); tokens.Cmp(cnx(60)) != 0 {
		t.Fatalf("%s has %s CNX units: the key is not that of the specification", at, tokens)
	}

	h.front()
	h.frame.click("button", "Generate")
	h.hears("result", `"verified":true`)
	h.frame.find("image", "a lighthouse")
	h.looks("widget-purse-result")
	if _, tokens := h.owns(at); tokens.Cmp(cnx(30)) != 0 {
		t.Errorf("%s CNX units are left", tokens)
	}
	t.Run("the host cannot read the key", func(t *testing.T) { h.robbed(t, key) })

	// Another page in place of the frame is given nothing.
	h.script(`document.querySelector("crynux-widget").shadowRoot.querySelector("iframe").src = "/trap"`)
	h.until("the trap", func() bool { return h.inFirstFrame("document.title") == "Trap" })
	tab.front()
	tab.click("button", tab.begins("button", "Open it with the").name)
	tab.sees("no such frame has answered yet")
	if caught := h.inFirstFrame("JSON.stringify(caught)"); caught != "[]" {
		t.Errorf("the trap caught %s", caught)
	}

	// A new frame opens the purse again, spends the rest, and then the cap is reached.
	h.front()
	h.script(`(() => { const w = document.querySelector("crynux-widget"); document.body.prepend(w); })()`)
	h.look()
	h.frame.sees("Its key is not here yet")
	h.frame.find("button", "Parameters 512 × 512, 1 picture") // the form is as it was left
	_ = chromedp.Run(tab.ctx, page.Close())                   // there is nobody left to answer
	again := h.tab(func() { h.frame.click("button", "Generate") })
	again.click("button", "Unlock task wallet")
	again.click("button", "Unlock with one signature")
	again.click("button", "Close")
	again.click("button", again.begins("button", "Open it with the 30").name)
	h.frame.sees("30 CNX in it, about 1 task")
	h.front()
	before := h.tasks()
	h.frame.click("button", "Generate")
	h.frame.sees("the cap of this site is reached")
	h.until("the second task", func() bool { return h.tasks() == before+1 })
	h.frame.click("button", "Generate")
	again.sees("A purse for")
	if n := h.tasks(); n != before+1 {
		t.Errorf("%d tasks beyond the cap", n-before-1)
	}

	// What is left, coins for gas, comes back.
	again.front()
	again.openPurse()
	again.click("button", "Take it back")
	again.until("nothing is left", func() bool {
		native, tokens := h.owns(at)
		return native.Sign() == 0 && tokens.Sign() == 0
	})
	again.whole()
}

// hostKey makes the key of a host's purse as taskwallet.md §4 says it.
func hostKey(t *testing.T, wallet []byte, chainID uint64, origin string) []byte {
	t.Helper()
	info := string(binary.BigEndian.AppendUint64(make([]byte, 24), chainID)) + origin
	material, err := hkdf.Key(sha256.New, wallet, []byte("crynux-dapp/host-key/v1"), info, 48)
	if err != nil {
		t.Fatal(err)
	}
	scalar, order := new(big.Int).SetBytes(material), crypto.S256().Params().N
	scalar.Mod(scalar, new(big.Int).Sub(order, big.NewInt(1))).Add(scalar, big.NewInt(1))
	return scalar.FillBytes(make([]byte, 32))
}

func cnx(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

// robbed has the host's script look for a key everywhere it can reach.
func (h *hosting) robbed(t *testing.T, key []byte) {
	var seen []string
	h.run(chromedp.Evaluate(`(async () => {
		const seen = [];
		const look = async (what, f) => { try { seen.push(what + ": " + JSON.stringify(await f())); } catch (e) { seen.push(what + " refused: " + e.name); } };
		const frame = document.querySelector("crynux-widget").shadowRoot.querySelector("iframe");
		await look("document", () => frame.contentWindow.document.documentElement.outerHTML);
		await look("frames", () => frames[0].document.documentElement.outerHTML);
		await look("storage", () => ({ ...frame.contentWindow.localStorage }));
		await look("databases", () => frame.contentWindow.indexedDB.databases());
		await look("program", () => Object.keys(frame.contentWindow.crynuxBoot));
		await look("worker", () => new frame.contentWindow.Worker("worker.js"));
		await look("own storage", () => ({ ...localStorage, ...sessionStorage }));
		await look("own databases", () => indexedDB.databases());
		await look("own page", () => document.documentElement.outerHTML);
		await look("messages", () => caught);
		await look("heard", () => heard);
		return seen;
	})()`, &seen, awaited))
	all := strings.ToLower(strings.Join(seen, "\n"))
	for _, what := range []string{"document", "storage", "databases", "program", "worker"} {
		if !strings.Contains(all, what+" refused: securityerror") {
			t.Errorf("the host reaches the frame's %s", what)
		}
	}
	if !strings.Contains(all, "messages: [\"http://127.0.0.1") {
		t.Error("no message was caught: the search has gone blind")
	}
	for _, text := range []string{hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key), strings.Trim(strings.ReplaceAll(fmt.Sprint(key), " ", ","), "[]")} {
		if strings.Contains(all, strings.ToLower(text)) {
			t.Error("the host's script has the key")
		}
	}
}

// inFirstFrame is the value of an expression in the frame, which is of the host's own origin.
func (h *hosting) inFirstFrame(expression string) (value string) {
	ctx, cancel := context.WithTimeout(h.ctx, patience)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Evaluate(fmt.Sprintf(`document.querySelector("crynux-widget").shadowRoot.querySelector("iframe").contentWindow.eval(%q)`, expression), &value))
	return value
}

// TestWidgetPaysOverTheBridge: the host's page has a wallet, and the Relay accepts
// what it signs.
func TestWidgetPaysOverTheBridge(t *testing.T) {
	t.Parallel()
	h := hosted(t, `<script src="/_devwallet/wallet.js"></script><script src="WIDGET"></script>
		<crynux-widget id="w" pay="bridge" prompt="a harbour"></crynux-widget>
		<script>
			window.asked = [];
			addEventListener("eip6963:announceProvider", ({ detail: { info, provider } }) => {
				if (!info.name.includes("MetaMask")) return;
				w.provider = { on: (...a) => provider.on(...a), removeListener: (...a) => provider.removeListener(...a),
					request: (r) => { asked.push(r.method); return provider.request(r); } };
			});
			dispatchEvent(new Event("eip6963:requestProvider"));
		</script>`, func(o *devnet.Options) { o.EIP191 = true })
	h.hears("ready", `"bridge"`)
	wallet := h.net.Wallets[1]
	before := len(wallet.Prompts())
	h.frame.sees("The button first asks the wallet of this site for its account")
	h.onePicture()
	h.frame.click("button", "Generate")
	h.frame.sees("Each task is two transactions")
	if n := len(wallet.Prompts()) - before; n != 1 {
		t.Fatalf("%d prompts to connect", n)
	}
	h.frame.click("button", "Generate")
	h.hears("result", `"verified":true`)
	h.frame.find("image", "a harbour")
	h.looks("widget-bridge")
	if n := len(wallet.Prompts()) - before; n != 5 { // connect, approve, create, arguments, result
		t.Errorf("%d prompts", n)
	}
	var asked []string
	h.run(chromedp.Evaluate("asked", &asked))
	for _, method := range asked {
		if !slices.Contains([]string{"eth_requestAccounts", "eth_accounts", "eth_chainId", "eth_blockNumber", "eth_getBlockByNumber", "eth_getCode", "personal_sign", "eth_sendTransaction"}, method) {
			t.Errorf("the wallet was asked for %s", method)
		}
	}
	h.frame.whole()
}

// TestWidgetStrangers is a host that nobody has allowed.
func TestWidgetStrangers(t *testing.T) {
	t.Parallel()
	h := hostedAs(t, false, plainWidget)
	h.frame.sees("This site may not show the widget")
	h.frame.sees("is not in the list of sites")
	h.shot("widget-refused-1440")
	if h.frame.has("button", "Generate") {
		t.Error("there is something to press")
	}
	if told := h.told(); len(told) > 0 {
		t.Errorf("the host was told %q", told)
	}
}

// TestWidgetHostileHost: whatever a host does, nothing is paid, and the person reads why.
func TestWidgetHostileHost(t *testing.T) {
	t.Parallel()
	h := hosted(t, plainWidget+`<script>const send = (data) => document.querySelector("crynux-widget").shadowRoot.querySelector("iframe").contentWindow.postMessage(data, "*")</script>`)
	h.hears("ready")
	nothing := func(t *testing.T) {
		t.Helper()
		pages, err := h.targets()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			if p.Type == "page" && strings.Contains(p.URL, "index.html") {
				t.Error("a tab was opened")
			}
		}
		if n := h.tasks(); n != 0 {
			t.Errorf("%d tasks", n)
		}
	}
	const unseen = "Nothing was started."
	forget := func() { h.frame.run(chromedp.Evaluate(`document.getElementById("frame-note").hidden = true`, nil)) }
	// refused presses a button that the person cannot see well, once the browser tells
	// of that: ten times a second at most, in which nobody presses.
	refused := func() {
		forget()
		h.frame.run(chromedp.Evaluate(`new Promise((done) => new IntersectionObserver((all, eye) => {
			if (all.at(-1).isVisible) return;
			eye.disconnect();
			setTimeout(done, 500);
		}, { threshold: 0.99, trackVisibility: true, delay: 100 }).observe(document.getElementById("send")))`, nil, awaited))
		h.strike("Generate")
		h.frame.sees(unseen)
	}
	covered := func(t *testing.T, css string) {
		h.script(`document.body.insertAdjacentHTML("beforeend", "<div id=cover style='position:fixed;inset:0;pointer-events:none;` + css + `'></div>")`)
		refused()
		nothing(t)
		h.script(`cover.remove()`)
	}
	t.Run("covers the frame", func(t *testing.T) { covered(t, "background:white;opacity:.99") })
	t.Run("hides the frame", func(t *testing.T) {
		h.script(`document.querySelector("crynux-widget").style.opacity = .01`)
		refused()
		nothing(t)
		h.script(`document.querySelector("crynux-widget").style.opacity = 1`)
	})
	t.Run("presses by script", func(t *testing.T) {
		forget()
		h.frame.call(h.frame.find("button", "Generate").id, "function() { this.click(); return '' }")
		h.frame.sees(unseen)
		nothing(t)
	})
	t.Run("names another origin", func(t *testing.T) {
		h.script(`send({ crynux: JSON.stringify({ v: 1, type: "fill", nonce: "0", origin: "https://bank.example", body: { prompt: "x" } }), origin: "https://bank.example" })`)
		h.hears("error", `"code":"message"`)
		if got := h.frame.value("textbox", "Prompt"); got != "a lighthouse" {
			t.Errorf("the form says %q", got)
		}
		nothing(t)
	})
	t.Run("orders a task, and hands out a key", func(t *testing.T) {
		h.script(`for (const type of ["order", "job", "purse", "pay"]) send({ crynux: JSON.stringify({ v: 1, type, nonce: "0", body: {} }), data: [new ArrayBuffer(32)] })`)
		h.script(`send("x"); send(null); send({ crynux: 1 }); send({ crynux: "x".repeat(1e6) })`)
		nothing(t)
	})
	t.Run("moves the frame", func(t *testing.T) {
		h.script(`heard.length = 0; document.body.prepend(document.querySelector("crynux-widget"))`)
		h.hears("ready")
		h.look()
		h.frame.find("button", "Generate")
		nothing(t)
	})
	t.Run("floods it", func(t *testing.T) {
		h.script(`for (let i = 0; i < 5000; i++) send({ crynux: "{}" })`)
		h.frame.sees("This site sends too many messages")
		h.hears("error", `"code":"flood"`)
		h.script(`document.querySelector("crynux-widget").setAttribute("prompt", "bought")`)
		h.frame.fill("textbox", "Prompt", "still mine")
		if got := h.frame.value("textbox", "Prompt"); got != "still mine" {
			t.Errorf("the form says %q", got)
		}
		if n := strings.Count(strings.Join(h.told(), "\n"), `"flood"`); n != 1 {
			t.Errorf("it was told %d times", n)
		}
		h.shot("widget-flood-1440")
		nothing(t)
	})
	t.Run("says that it is somebody else", func(t *testing.T) {
		h.script(`(() => { const w = document.querySelector("crynux-widget"), f = document.createElement("iframe"); f.src = w.shadowRoot.querySelector("iframe").src.replace(/#.*/, "#https://bank.example"); f.style = "width:100%;height:20rem"; w.replaceWith(f); })()`)
		h.look()
		h.frame.sees("The page around this frame is not the one it says")
		nothing(t)
	})
	h.frame.whole()
}
