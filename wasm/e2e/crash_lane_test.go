//go:build !js

package e2e

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// lane is a person with a browser profile, a wallet and an address of the page of
// their own, on a network that many share. The page of a lane can be killed and
// opened again.
type lane struct {
	*visitor
	browser context.Context // its own blank page: the window lives as long
	close   func()          // ends the page that is open now
	at      string          // address of the page
	clock   string
	wallet  *devchain.Wallet
	purse   bool           // a task wallet pays
	payer   common.Address // who creates the tasks
	crossed chan stopped
}

// laneOf opens a private window on a network; its page is not yet open.
func laneOf(t *testing.T, n *devnet.Network, name string, purse bool) *lane {
	t.Helper()
	l := &lane{purse: purse, clock: clockScript(n.Chain.Clock())}
	mode := devchain.WalletLegacy
	if purse {
		mode = devchain.WalletModern
	}
	l.wallet = made(devchain.WalletOptions{Name: name, RDNS: "test.lane", Chain: n.Chain, Clock: n.Chain.Clock(), Mode: mode, Keys: []*ecdsa.PrivateKey{n.Chain.Key(name)}})
	t.Cleanup(l.wallet.Close)
	if err := n.Chain.Fund(t.Context(), l.wallet.Address(), whole(10), whole(10_000)); err != nil {
		t.Fatal(err)
	}
	l.payer = l.wallet.Address()
	l.at = l.serve(t, n)

	var stop func()
	l.browser, stop = private(t)
	l.visitor = &visitor{t: t, ctx: l.browser, net: n}
	t.Cleanup(stop)
	return l
}

// serve is the page for this lane: at an address of its own, with its wallet only.
// The worker lives on the network's clock, too: these tests take longer than a
// signature of its clock is good for. A worker that was changed cannot be kept by sw.js.
func (l *lane) serve(t *testing.T, n *devnet.Network) string {
	t.Helper()
	base, err := url.Parse(n.Page)
	if err != nil {
		t.Fatal(err)
	}
	original := httputil.NewSingleHostReverseProxy(base)
	worker, err := os.ReadFile(filepath.Join(dist, "worker.js"))
	if err != nil {
		t.Fatal(err)
	}
	wallets := devchain.WalletHandler(l.wallet)
	return host(t, "", func(w http.ResponseWriter, r *http.Request, files http.Handler) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/_devwallet/"):
			wallets.ServeHTTP(w, r)
		case r.URL.Path == "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, "%s\n%s", l.clock, worker)
		case r.URL.Path == "/", r.URL.Path == "/config.json", r.URL.Path == "/sw.js", strings.HasPrefix(r.URL.Path, "/_"):
			original.ServeHTTP(w, r)
		default:
			files.ServeHTTP(w, r)
		}
	})
}

// openPage opens the page in a new tab. Its borders are watched from the start;
// whoever wants it to die at one says so by crashAt, or here for what the page does
// by itself.
func (l *lane) openPage(die ...border) {
	l.t.Helper()
	ctx, end := chromedp.NewContext(l.browser)
	l.ctx, l.close = ctx, end
	crossed := make(chan stopped, 10_000)
	l.crossed = crossed
	chromedp.ListenTarget(ctx, func(e any) {
		if e, ok := e.(*runtime.EventBindingCalled); ok && e.Name == "crossed" {
			var s stopped
			if json.Unmarshal([]byte(e.Payload), &s) == nil {
				crossed <- s
			}
		}
		l.listen(e)
	})
	script := l.clock + crashScript
	for _, b := range die {
		script += crashAt(b)
	}
	if err := chromedp.Run(ctx); err != nil {
		l.t.Fatal("no new tab: ", err)
	}
	l.size(1440, 900, false)
	l.run(runtime.AddBinding("crossed"), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}), chromedp.Navigate(l.at))
}

// js runs a script in the page.
func (v *visitor) js(script string) {
	v.t.Helper()
	v.run(chromedp.Evaluate(script, nil))
}

// tells what the page looks like when a test has failed.
func (l *lane) tells(t *testing.T) {
	if !t.Failed() {
		return
	}
	l.shot("failed-" + strings.NewReplacer("/", "-", " ", "-", ",", "").Replace(t.Name()))
	for _, line := range l.said() {
		t.Log("console:", line)
	}
	t.Log("page:", l.outline())
}

// kill closes the tab without a word to its page.
func (l *lane) kill() {
	l.t.Helper()
	tab := chromedp.FromContext(l.ctx)
	ctx := cdp.WithExecutor(l.browser, tab.Browser)
	if err := target.CloseTarget(tab.Target.TargetID).Do(ctx); err != nil {
		l.t.Fatal(err)
	}
	l.close()
	l.ctx = l.browser
}

// soFar are the borders that the page has crossed since crashAt.
func (l *lane) soFar() (list []border) {
	for {
		select {
		case s := <-l.crossed:
			list = append(list, s.border)
		default:
			return list
		}
	}
}

// dies waits until the page is dead. It gives up a while after something else has
// happened: what the page shows is ahead of what it does.
func (l *lane) dies(or func() bool) (dead bool) {
	l.t.Helper()
	var since time.Time
	l.patiently("the page to come to the border", func() bool {
		for {
			select {
			case s := <-l.crossed:
				dead = dead || s.Dead
				continue
			default:
			}
			break
		}
		if since.IsZero() && !dead && or() {
			since = time.Now()
		}
		return dead || !since.IsZero() && time.Since(since) > 3*time.Second
	})
	return dead
}

// patiently is until for what takes seconds: looking costs the page time, too.
func (l *lane) patiently(what string, ok func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(2 * patience); !ok(); time.Sleep(300 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("waited %v for %s", 2*patience, what)
		}
	}
}

// prepare connects the wallet, and fills the task wallet.
func (l *lane) prepare() {
	l.t.Helper()
	l.ready()
	l.click("button", "Connect wallet")
	l.begins("button", "Wallet 0x")
	if l.purse {
		l.click("button", "Set up task wallet")
		l.click("button", "Make task wallet")
		l.putIn(20)
		l.payer = l.purseAddress()
		if err := l.net.Chain.Fund(l.browser, l.payer, whole(1), whole(3000)); err != nil {
			l.t.Fatal(err)
		}
	} else {
		l.allowDirect()
	}
	l.fill("spinbutton", "Width", "64")
	l.fill("spinbutton", "Height", "64")
	l.fill("spinbutton", "Pictures", "1")
}

// comesBack has the wallet there again, which on a busy machine takes a click, and
// opens the task wallet with one signature.
func (l *lane) comesBack() {
	l.t.Helper()
	there := func() bool { return len(l.all("button", starting("Wallet 0x"))) > 0 }
	if l.purse {
		there = func() bool { return l.has("button", "Unlock task wallet") }
	}
	l.patiently("the wallet", func() bool {
		l.pressIfThere("Connect wallet")
		return there()
	})
	if l.purse {
		l.click("button", "Unlock task wallet")
		l.click("button", "Unlock with one signature")
		l.sees("The task wallet is open.")
		l.click("button", "Close")
	}
}

// pressIfThere presses a button that may go away at any moment.
func (l *lane) pressIfThere(name string) {
	l.t.Helper()
	if at := l.all("button", named(name)); len(at) > 0 {
		ctx, cancel := context.WithTimeout(l.ctx, patience)
		defer cancel()
		_ = chromedp.Run(ctx, clickOn(at[0].id)) // whoever waits looks again
	}
}

// card is what the page says of a task; "" if it knows none of this prompt.
func (v *visitor) card(prompt string) string {
	at := v.all("article", named("Task: "+prompt))
	if len(at) == 0 {
		return ""
	}
	return v.call(at[0].id, "function() { return this.innerText }")
}

// purseAddress is where the task wallet is, as its dialog says.
func (v *visitor) purseAddress() common.Address {
	v.t.Helper()
	v.openPurse()
	at := common.HexToAddress(regexp.MustCompile("0x[0-9A-Fa-f]{40}").FindString(v.text("dialog", "Task wallet")))
	v.click("button", "Close")
	return at
}

// books are what anybody can look up about a lane: what its payer did on the chain,
// and what its wallet asked the person.
type books struct {
	tasks int      // tasks created by the payer
	cnx   *big.Int // of the payer, in base units
	nonce uint64   // of the payer: all its transactions
	asked map[string]int
}

func (l *lane) books() (b books) {
	l.t.Helper()
	client := l.net.Chain.Client()
	event := devchain.TaskABI().Events["TaskCreated"]
	logs, err := client.FilterLogs(l.browser, ethereum.FilterQuery{
		FromBlock: new(big.Int), Addresses: []common.Address{l.net.Chain.Contracts().Task},
		Topics: [][]common.Hash{{event.ID}, {common.BytesToHash(l.payer.Bytes())}},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, log := range logs {
		values, err := event.Inputs.NonIndexed().Unpack(log.Data)
		if err != nil {
			l.t.Fatal(err)
		}
		if values[4].(*big.Int).Sign() == 0 { // one event for each of three nodes: the first
			b.tasks++
		}
	}
	if b.nonce, err = client.NonceAt(l.browser, l.payer, nil); err != nil {
		l.t.Fatal(err)
	}
	_, b.cnx = l.owns(l.payer)
	b.asked = map[string]int{}
	for _, p := range l.wallet.Prompts() {
		b.asked[p.Method]++
	}
	return b
}

func whole(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
