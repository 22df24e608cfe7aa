//go:build !js

package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// openPurse opens the dialog of the task wallet.
func (v *visitor) openPurse() {
	v.t.Helper()
	v.click("button", v.begins("button", "Task wallet: ").name)
}

// TestPurseStays remembers the key in both ways, and unlocks it without the wallet.
func TestPurseStays(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.setUp(1)
	wallet := n.Wallets[1]
	before := len(wallet.Prompts())
	const passphrase = "two foxes, one lighthouse"

	v.openPurse()
	v.click("button", "Remember")
	v.fill("textbox", "New passphrase", passphrase)
	v.fill("textbox", "The same passphrase again", passphrase)
	v.shot("purse-remember-1440")
	v.click("button", "Keep it under this passphrase")
	v.sees("It stays in this browser under a passphrase.")

	v.reload()
	v.click("button", "Unlock task wallet")
	v.fill("textbox", "Passphrase of this browser", passphrase+"?")
	v.click("button", "Unlock")
	v.find("alert", "This is not the passphrase")
	v.until("the field to try again", func() bool { return v.focused() == "Passphrase of this browser" })
	v.fill("textbox", "Passphrase of this browser", passphrase)
	v.click("button", "Unlock")
	v.sees("The task wallet is open.")

	v.click("button", "Remember")
	v.sees("Anyone who can use this browser profile, and any program on this computer, can spend the task wallet.")
	v.click("button", "Keep it in this browser")
	v.sees("It stays in this browser, and one click opens it.")
	v.reload()
	v.click("button", "Unlock task wallet")
	if v.has("textbox", "Passphrase of this browser") {
		t.Error("the passphrase of before is still asked for")
	}
	v.click("button", "Unlock")
	v.sees("The task wallet is open.")

	// A lock by hand ends the memory of the page.
	v.anew(func() { v.click("button", "Lock") })
	v.click("button", "Unlock task wallet")
	v.click("button", "Forget it here")
	v.sees("This browser has forgotten it.")
	v.gone("button", "Unlock")
	if got := len(wallet.Prompts()) - before; got != 0 {
		t.Errorf("the wallet asked %d times", got)
	}
	v.click("button", "Unlock with one signature")
	v.sees("The task wallet is open.")
	if got := len(wallet.Prompts()) - before; got != 1 {
		t.Errorf("the wallet asked %d times, want once", got)
	}
	v.whole()
}

// copyOf serves the site once more under another address.
func copyOf(t *testing.T, n *devnet.Network) string {
	t.Helper()
	page, err := url.Parse(n.Page)
	if err != nil {
		t.Fatal(err)
	}
	return served(t, n, httputil.NewSingleHostReverseProxy(page))
}

// served is a copy of the site: the same files, with the demo wallets of a network,
// and its addresses as the original page has them.
func served(t *testing.T, n *devnet.Network, original http.Handler) string {
	t.Helper()
	wallets := devchain.WalletHandler(n.Wallets...)
	return host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/_devwallet/"):
			wallets.ServeHTTP(w, r)
		case r.URL.Path == "/", r.URL.Path == "/config.json", strings.HasPrefix(r.URL.Path, "/_"):
			original.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// TestPurseOpensInAnotherCopy is another device and another address of the site.
func TestPurseOpensInAnotherCopy(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.setUp(2)
	wallet := n.Wallets[1]

	w := browse(t)
	w.net = n
	w.before(clockScript(n.Chain.Clock()))
	w.open(copyOf(t, n))
	w.connect(modern)
	before := len(wallet.Prompts())

	// What it is can be seen before anything is signed.
	w.click("button", "Set up task wallet")
	w.click("button", "Find my task wallet")
	w.until("it is found", func() bool { return strings.Contains(w.body(), "60 CNX from you") })
	w.shot("purse-found-1440")
	w.click("button", "Back")
	if got := len(wallet.Prompts()) - before; got != 0 {
		t.Errorf("the wallet asked %d times for looking", got)
	}
	w.click("button", "Make task wallet")
	w.sees("The task wallet is open.")
	w.sees("60 CNX")
	if got := len(wallet.Prompts()) - before; got != 1 {
		t.Errorf("the wallet asked %d times, want once", got)
	}
	w.click("button", "Close")
	w.order("a lighthouse from far away", 1)
	w.done("a lighthouse from far away", 1)
	if got := len(wallet.Prompts()) - before; got != 1 {
		t.Errorf("the wallet asked %d times, want no more", got)
	}
	w.whole()
}

// TestPurseStopsWhereTheNetworkHasMoved changes config.json between two visits.
func TestPurseStopsWhereTheNetworkHasMoved(t *testing.T) {
	t.Parallel()
	n := network(t)
	page, err := url.Parse(n.Page)
	if err != nil {
		t.Fatal(err)
	}
	var moved atomic.Bool
	const elsewhere = "0x00000000000000000000000000000000DeaDBeef"
	original := httputil.NewSingleHostReverseProxy(page)
	original.ModifyResponse = func(r *http.Response) error {
		if r.Request.URL.Path != "/config.json" || !moved.Load() {
			return nil
		}
		text, err := io.ReadAll(r.Body)
		text = bytes.ReplaceAll(text, []byte(n.Chain.Contracts().Task.Hex()), []byte(elsewhere))
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		r.Header.Set("Content-Length", strconv.Itoa(len(text)))
		return err
	}
	v := browse(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.open(served(t, n, original))
	v.connect(modern)
	v.setUp(1)
	at := n.Wallets[1].Address()
	nonce, err := n.Chain.Client().PendingNonceAt(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}

	moved.Store(true)
	v.reload()
	v.click("button", "Unlock task wallet")
	v.sees("This page now names other addresses for the network")
	v.sees(n.Chain.Contracts().Task.Hex())
	v.sees(elsewhere)
	v.sees("30 CNX")
	v.shot("purse-moved-1440")
	v.click("button", "Unlock with one signature")
	v.sees("The key is here, and signs nothing.")
	v.find("button", "Save the backup file")
	for _, button := range []string{"Add funds", "Take everything out"} {
		if v.has("button", button) {
			t.Errorf("there is a button %q", button)
		}
	}
	v.fits()
	after, err := n.Chain.Client().PendingNonceAt(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if after != nonce {
		t.Error("the wallet sent something")
	}
}

// shiftable lets a test put the page's Date ahead; performance.now and the timers go
// on, as after a computer has slept.
const shiftable = `(() => {
	let shift = 0;
	globalThis.sleepByTest = minutes => { shift += minutes * 60_000; };
	const Whole = Date;
	globalThis.Date = class extends Whole {
		constructor(...a) { if (a.length) super(...a); else super(Whole.now() + shift); }
		static now() { return Whole.now() + shift; }
	};
})();`

// TestPurseLocksWhenNobodyIsThere: only what the person does keeps it open.
func TestPurseLocksWhenNobodyIsThere(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := browse(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.before(shiftable)
	v.open(n.Page)
	v.connect(modern)
	v.setUp(1)
	sleep := func(minutes string) {
		t.Helper()
		v.run(chromedp.Evaluate("sleepByTest("+minutes+")", nil))
	}
	open := func() bool { return len(v.all("button", starting("Task wallet: "))) > 0 }

	v.openPurse() // now somebody is there
	v.click("button", "Close")
	sleep("29")
	v.openPurse() // and still is
	v.click("button", "Close")
	sleep("20")                                                               // and the minutes until the next look
	if err := n.Chain.Clock().Sleep(t.Context(), 2*time.Minute); err != nil { // it is looked at once a minute
		t.Fatal(err)
	}
	if !open() {
		t.Fatal("it is locked although the person was there")
	}
	// What a script does is nobody's presence.
	v.run(chromedp.Evaluate(`for (const e of ["keydown", "pointerdown", "wheel"]) dispatchEvent(new Event(e))`, nil))
	sleep("15")
	v.until("it is locked", func() bool { return !open() })
	v.click("button", "Unlock task wallet")
	v.sees("It was locked because nobody was here for 30 minutes.")
	v.click("button", "Unlock with one signature")
	v.sees("The task wallet is open.")
}
