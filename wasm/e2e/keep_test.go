//go:build !js

package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"crynux-dapp/app"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
	"crynux-dapp/web/site"
)

// deployed is a copy of the site that a test may change while it is served.
func deployed(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "live")
	deploy(t, dist, dir)
	return dir
}

// deploy copies a site over another.
func deploy(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to+".new", os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to+".new", to); err != nil {
		t.Fatal(err)
	}
}

// nextVersion builds this source tree with a change in its styles.
func nextVersion(t *testing.T) (dir string) {
	t.Helper()
	clone := t.TempDir()
	for _, name := range []string{"app", "chain", "relay", "wasm", "web", "docs", "go.mod", "go.sum", "LICENSE", "NOTICE"} {
		if out, err := exec.Command("cp", "-R", "--", filepath.Join("../..", name), clone).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	css, err := os.OpenFile(filepath.Join(clone, "web", "app.css"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := css.WriteString("\n.next-version { color: red; }\n"); err != nil {
		t.Fatal(err)
	}
	if err := css.Close(); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "next")
	if err := site.Build(t.Context(), site.Options{Out: dir, Source: clone, Quick: true}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// truly waits until a script says true.
func (v *visitor) truly(what, script string) {
	v.t.Helper()
	v.until(what, func() (yes bool) {
		_ = chromedp.Run(v.ctx, chromedp.Evaluate(script, &yes, awaited)) // a page that is on its way answers nothing
		return yes
	})
}

// Whether the page is kept, and whether this very page came from there.
const (
	isKept  = `navigator.serviceWorker.getRegistration().then(r => !!r?.active)`
	isFrom  = `!!navigator.serviceWorker.controller`
	version = `window.crynuxBoot?.version ?? ""`
)

func (v *visitor) version() (text string) {
	_ = chromedp.Run(v.ctx, chromedp.Evaluate(version, &text)) // likewise
	return text
}

func TestKeptPageOpensWithoutANetwork(t *testing.T) {
	t.Parallel()
	n := network(t, func(o *devnet.Options) { o.Offline = true })
	v := alone(t).visit(n)
	v.connect(digests)
	v.order("a lamp in the snow", 1)
	v.done("a lamp in the snow", 1)
	v.truly("the page to be kept", isKept)

	var caches []string
	v.run(chromedp.Evaluate(`caches.keys().then(async (names) => (await Promise.all(names.map(async (n) => (await (await caches.open(n)).keys()).map((r) => r.url)))).flat())`, &caches, awaited))
	if len(caches) < 10 {
		t.Errorf("only %v", caches)
	}
	for _, a := range caches {
		if !strings.HasPrefix(a, n.Page) || strings.Contains(a, "_dev") {
			t.Errorf("it keeps %s", a)
		}
	}

	n.Close() // page, RPC and Relay
	v.reload()
	v.shown("a lamp in the snow", 1)
	v.truly("the page comes from what is kept", isFrom)
	v.sees("The blockchain does not answer")
	v.whole()
}

func TestKeptPageTakesANewVersionWhenNoPaymentIsOnItsWay(t *testing.T) {
	live, next := deployed(t), nextVersion(t)
	n := network(t, func(o *devnet.Options) { o.Offline, o.Site = true, live })
	v := alone(t).visit(n)
	v.ready()
	v.truly("the page to be kept", isKept)
	v.reload()
	v.ready()
	v.truly("the page comes from what is kept", isFrom)
	before := v.version()

	v.connect(digests)
	wallet := n.Wallets[slices.IndexFunc(n.Wallets, func(w *devchain.Wallet) bool { return w.Name() == digests })]
	wallet.AnswerWith(devchain.AskAlways)
	v.order("a bridge at dawn", 1)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	prompt, err := wallet.AwaitPrompt(ctx, sending)
	if err != nil {
		t.Fatal(err)
	}

	deploy(t, next, live)
	v.run(chromedp.Evaluate(`navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => true)`, nil, awaited))
	// The demo wallet's window lies over the page, as no extension's does: so this one
	// press does not go by the mouse.
	v.truly("the offer", `(() => {
		const button = document.querySelector("[role='status'][aria-label='A new version is here'] button");
		button?.click();
		return !!button;
	})()`)
	v.sees("It is loaded as soon as your wallet has answered")
	if got := v.version(); got != before {
		t.Fatalf("version %s was loaded over a prompt of the wallet", got)
	}

	wallet.AnswerWith(devchain.ApproveAll)
	if err := wallet.Decide(prompt.ID, devchain.Approve); err != nil {
		t.Fatal(err)
	}
	v.until("the new version", func() bool { got := v.version(); return got != "" && got != before })
	v.ready()
	v.begins("button", "Wallet 0x")                    // it is asked again by itself, which shows nothing
	const click = "Go on for 30 CNX: a bridge at dawn" // the payment may not have been asked for in the visit before
	v.until("the picture, or a payment that waits for a click of this visit", func() bool {
		return v.has("image", "a bridge at dawn") || v.has("button", click)
	})
	if v.has("button", click) {
		v.click("button", click)
	}
	v.done("a bridge at dawn", 1)
}

func TestKeptPageCanBeTakenBackByTheHost(t *testing.T) {
	t.Parallel()
	live := deployed(t)
	n := network(t, func(o *devnet.Options) { o.Offline, o.Site = true, live })
	v := alone(t).visit(n)
	v.ready()
	v.truly("the page to be kept", isKept)
	v.run(chromedp.Evaluate(`caches.open("of somebody else").then(() => true)`, nil, awaited))

	off, err := os.ReadFile(filepath.Join(live, "sw-off.js"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(live, "sw.js"), off, 0o644); err != nil {
		t.Fatal(err)
	}
	v.reload() // the browser itself looks for another sw.js
	v.truly("nothing to be kept", `Promise.all([navigator.serviceWorker.getRegistration(), caches.keys()]).then(([r, names]) => !r && names.join() === "of somebody else")`)
	v.reload()
	v.ready()
	v.whole()
}

// plainHost serves a site with nothing but its files below a path, as a gateway or
// a simple host does: no compression, no headers. The demo wallets stand in for an
// extension: their script comes from outside of the page, their server is the same.
// With unnamed, config.json does not name the network, and the page may speak to it.
func plainHost(t *testing.T, n *devnet.Network, prefix string, unnamed bool) (address string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dist, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := app.ParseConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	c.Networks[0].RPC, c.Networks[0].Relays = []string{n.RPC}, []string{n.RelayURL}
	page, err := os.ReadFile(filepath.Join(dist, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if page, err = site.WithConfig(page, c); err != nil {
		t.Fatal(err)
	}
	config := string(text)
	if unnamed { // nobody is at the addresses of the development network
		page = bytes.Replace(page, []byte("connect-src &#39;self&#39;"), []byte("connect-src &#39;self&#39; http://127.0.0.1:8545 http://127.0.0.1:8546"), 1)
	} else {
		config = strings.ReplaceAll(strings.ReplaceAll(config, "http://127.0.0.1:8545", n.RPC), "http://127.0.0.1:8546", n.RelayURL)
	}
	dir := deployed(t)
	for name, content := range map[string]string{"config.json": config, "index.html": string(page)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, http.FileServer(http.Dir(dir))))
	mux.Handle("/_devwallet/", devchain.WalletHandler(n.Wallets...))
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL + prefix + "/"
}

// walletScript is the script of the demo wallets of a plainHost.
func walletScript(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(u.Scheme + "://" + u.Host + "/_devwallet/wallet.js")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	script, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

func TestSiteRunsATaskFromAnyFolder(t *testing.T) {
	t.Parallel()
	cid, err := site.CID(t.Context(), dist)
	if err != nil {
		t.Fatal(err)
	}
	for name, prefix := range map[string]string{"gateway": "/ipfs/" + cid, "repository": "/repo"} {
		t.Run(name, func(t *testing.T) {
			n := network(t)
			address := plainHost(t, n, prefix, false)
			v := browse(t)
			v.net = n
			v.before(clockScript(n.Chain.Clock()))
			v.before(walletScript(t, address))
			asked := v.asksFor()
			v.open(address)
			v.connect(digests)
			v.order("a cat on a wall", 1)
			v.done("a cat on a wall", 1)
			if !slices.ContainsFunc(asked(), func(a string) bool { return strings.Contains(a, "app.wasm.gz") }) {
				t.Error("the packed program was not used")
			}
			if name == "gateway" {
				var kept bool
				v.run(chromedp.Evaluate(`navigator.serviceWorker.getRegistration().then(r => !!r)`, &kept, awaited))
				if kept {
					t.Error("a page of a path gateway is kept: its neighbours could read and change it")
				}
			}
		})
	}
}
