//go:build !js

package devchain_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"crynux-dapp/chain/devchain"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser opens a Chromium tab that ends with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("CHROME")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		t.Fatal("no browser found: set CHROME= to one, or install chromium")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(cancel)
	// chromedp logs an error for each event it does not know; of those that
	// matter to a test, the test hears by a failing action.
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// byRole finds the one element of a role and accessible name, shadow trees
// included, as assistive technology does.
func byRole(t *testing.T, ctx context.Context, role, name string) *accessibility.Node {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		if found := queryRole(t, ctx, role, name); len(found) == 1 {
			return found[0]
		} else if time.Now().After(deadline) {
			t.Fatalf("%d elements of role %s and name %q, want 1", len(found), role, name)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func queryRole(t *testing.T, ctx context.Context, role, name string) []*accessibility.Node {
	t.Helper()
	found := []*accessibility.Node{}
	err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		root, err := dom.GetDocument().WithDepth(0).Do(ctx)
		if err != nil {
			return err
		}
		nodes, err := accessibility.QueryAXTree().WithNodeID(root.NodeID).WithRole(role).WithAccessibleName(name).Do(ctx)
		for _, n := range nodes {
			if !n.Ignored {
				found = append(found, n)
			}
		}
		return err
	}))
	if err != nil && !strings.Contains(err.Error(), "Could not find node") { // the page was just replaced
		t.Fatal(err)
	}
	return found
}

// click presses the middle of an element with the mouse.
func click(t *testing.T, ctx context.Context, n *accessibility.Node) {
	t.Helper()
	err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		box, err := dom.GetBoxModel().WithBackendNodeID(n.BackendDOMNodeID).Do(ctx)
		if err != nil {
			return err
		}
		q := box.Content // the four corners
		return chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2).Do(ctx)
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// property reads one JavaScript expression of an element.
func property(t *testing.T, ctx context.Context, n *accessibility.Node, expression string) string {
	t.Helper()
	var value string
	err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		object, err := dom.ResolveNode().WithBackendNodeID(n.BackendDOMNodeID).Do(ctx)
		if err != nil {
			return err
		}
		result, thrown, err := runtime.CallFunctionOn("function () { return String(" + expression + ") }").WithObjectID(object.ObjectID).Do(ctx)
		if err != nil {
			return err
		}
		if thrown != nil {
			return errors.New(thrown.Error())
		}
		return json.Unmarshal(result.Value, &value)
	}))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// evaluate runs a script that returns text, or a promise of it.
func evaluate(t *testing.T, ctx context.Context, script string) string {
	t.Helper()
	var value string
	await := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	if err := chromedp.Run(ctx, chromedp.Evaluate(script, &value, await)); err != nil {
		t.Fatalf("%s\n%v", script, err)
	}
	return value
}

// shopScript finds wallets by EIP-6963 and keeps outcomes of requests by name.
const shopScript = `
	window.found = [];
	window.addEventListener("eip6963:announceProvider", (e) => found.push(e.detail));
	window.dispatchEvent(new Event("eip6963:requestProvider"));
	window.wallet = found[0].provider;
	window.events = [];
	for (const name of ["accountsChanged", "chainChanged"])
		wallet.on(name, (value) => events.push(name + " " + JSON.stringify(value)));
	window.start = (method, ...params) => {
		const outcome = wallet.request({ method, params }).then(JSON.stringify,
			(e) => (e instanceof Error) + " " + e.code + " " + e.message + " " + JSON.stringify(e.data));
		window.outcomes = [...(window.outcomes ?? []), outcome];
	};
	"ready"`

// openShop serves a page as strict as the real one and opens it with the wallet.
func openShop(t *testing.T, w *devchain.Wallet) context.Context {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/_devwallet/", devchain.WalletHandler(w))
	mux.HandleFunc("/", func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:")
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(out, `<!doctype html><html lang="en"><title>Shop</title><script src="/_devwallet/wallet.js"></script>
			<h1>Shop</h1><button id="pay">Pay</button></html>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.CloseClientConnections)
	ctx := browser(t)
	if err := chromedp.Run(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	evaluate(t, ctx, shopScript)
	return ctx
}

func TestWalletInTheBrowser(t *testing.T) {
	c := newStandIn(t, 42)
	w := newWallet(t, c, func(o *devchain.WalletOptions) {
		o.Ask, o.Mode, o.RDNS, o.Icon = true, devchain.WalletLegacy, "test.wallet", "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"
	})
	ctx := openShop(t, w)
	outcome := func(n int) string { return evaluate(t, ctx, fmt.Sprintf("outcomes[%d]", n)) }
	const title = "Test: confirm"

	t.Run("announced_by_EIP-6963_only", func(t *testing.T) {
		got := evaluate(t, ctx, `const { info } = found[0];
			[found.length, info.name, info.rdns, /^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(info.uuid), info.icon.slice(0, 18),
			 Object.isFrozen(found[0]), Object.isFrozen(info), typeof window.ethereum].join(" ")`)
		if want := "1 Test test.wallet true data:image/svg+xml true true undefined"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("reads_need_no_person", func(t *testing.T) {
		if got := evaluate(t, ctx, `wallet.request({ method: "eth_chainId" })`); got != "0x2a" {
			t.Errorf("eth_chainId = %s", got)
		}
		if got := evaluate(t, ctx, `wallet.request("eth_chainId").catch((e) => e.code + " " + e.message)`); got != "-32600 Expected a single, non-array, object argument." {
			t.Errorf("a request of text: %s", got)
		}
		if n := len(queryRole(t, ctx, "dialog", title)); n != 0 {
			t.Error("a prompt for a read")
		}
	})
	t.Run("confirm", func(t *testing.T) {
		evaluate(t, ctx, `document.getElementById("pay").focus(); start("eth_requestAccounts"); ""`)
		dialog := byRole(t, ctx, "dialog", title)
		if got := property(t, ctx, dialog, "this.ariaModal + ' ' + (this.getRootNode().activeElement === this) + ' ' + getComputedStyle(this).width"); got != "true true 376px" {
			t.Errorf("modal, focused, width: %s", got)
		}
		click(t, ctx, byRole(t, ctx, "button", "Confirm"))
		if got, want := outcome(0), `["`+lower(alice)+`"]`; got != want {
			t.Errorf("outcome %s, want %s", got, want)
		}
		if got := evaluate(t, ctx, "document.activeElement.id"); got != "pay" {
			t.Errorf("the focus went to %q", got)
		}
		if got := evaluate(t, ctx, "events.join()"); got != `accountsChanged ["`+lower(alice)+`"]` {
			t.Errorf("events %s", got)
		}
	})
	t.Run("several_wait_in_line", func(t *testing.T) {
		digest := "0x" + strings.Repeat("ab", 32)
		evaluate(t, ctx, fmt.Sprintf(`start("eth_sign", "%s", "%s"); ""`, alice, digest))
		byRole(t, ctx, "dialog", title)
		evaluate(t, ctx, fmt.Sprintf(`start("personal_sign", "0x6869", "%s"); ""`, alice))
		byRole(t, ctx, "StaticText", "1 of 2")
		byRole(t, ctx, "heading", "Sign a digest")
		byRole(t, ctx, "StaticText", digest)
		click(t, ctx, byRole(t, ctx, "button", "Reject"))
		if got, want := outcome(1), "true 4001 MetaMask Message Signature: User denied message signature. undefined"; got != want {
			t.Errorf("outcome %s", got)
		}
		byRole(t, ctx, "heading", "Sign a message")
		if err := chromedp.Run(ctx, chromedp.KeyEvent(kb.Escape)); err != nil {
			t.Fatal(err)
		}
		if got := outcome(2); !strings.HasPrefix(got, "true 4001 ") {
			t.Errorf("Escape: %s", got)
		}
	})
	t.Run("a_smaller_approval", func(t *testing.T) {
		evaluate(t, ctx, fmt.Sprintf(`start("eth_sendTransaction", { from: "%s", to: "%s", data: "%s" }); ""`,
			alice, c.contracts.Token, approveData(c.contracts.Task, cnx(30))))
		byRole(t, ctx, "heading", "Approve 30 CNX for Task 0x3000…0003")
		field := byRole(t, ctx, "textbox", "Spending cap (CNX)")
		click(t, ctx, field)
		property(t, ctx, field, "this.select()")
		if err := chromedp.Run(ctx, chromedp.KeyEvent("much"+kb.Enter)); err != nil {
			t.Fatal(err)
		}
		if got := property(t, ctx, field, "this.getAttribute('aria-invalid')"); got != "true" {
			t.Errorf("aria-invalid = %s", got)
		}
		property(t, ctx, field, "this.select()")
		if err := chromedp.Run(ctx, chromedp.KeyEvent("7"+kb.Enter)); err != nil {
			t.Fatal(err)
		}
		outcome(3)
		if got, want := fmt.Sprintf("0x%x", c.eth.only(t).Data()), approveData(c.contracts.Task, cnx(7)); got != want {
			t.Errorf("data %s, want %s", got, want)
		}
	})
	t.Run("Tab_stays_in_the_window", func(t *testing.T) {
		evaluate(t, ctx, fmt.Sprintf(`start("personal_sign", "0x6869", "%s"); ""`, alice))
		reject := byRole(t, ctx, "button", "Reject")
		var stops []string
		for range 4 {
			if err := chromedp.Run(ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
				t.Fatal(err)
			}
			stops = append(stops, property(t, ctx, reject, "this.getRootNode().activeElement.textContent"))
		}
		if got := strings.Join(stops, ", "); got != "hi, Reject, Confirm, hi" {
			t.Errorf("Tab went to %s", got)
		}
	})
	t.Run("a_prompt_outlives_a_reload", func(t *testing.T) {
		if err := chromedp.Run(ctx, chromedp.Reload()); err != nil {
			t.Fatal(err)
		}
		byRole(t, ctx, "heading", "Sign a message")
		click(t, ctx, byRole(t, ctx, "button", "Confirm"))
		evaluate(t, ctx, shopScript)
		if got := evaluate(t, ctx, `wallet.request({ method: "eth_accounts" }).then((a) => a.join())`); got != lower(alice) {
			t.Errorf("accounts %s", got)
		}
	})
	t.Run("over_a_modal_dialog_of_the_page", func(t *testing.T) {
		evaluate(t, ctx, fmt.Sprintf(`const modal = document.createElement("dialog"); modal.textContent = "Options";
			document.body.append(modal); modal.showModal(); start("personal_sign", "0x6869", "%s"); ""`, alice))
		click(t, ctx, byRole(t, ctx, "button", "Confirm"))
		if got := outcome(0); !strings.HasPrefix(got, `"0x`) {
			t.Errorf("outcome %s", got)
		}
	})
}

func TestWalletAsWindowEthereum(t *testing.T) {
	w := newWallet(t, newStandIn(t, 42), func(o *devchain.WalletOptions) { o.WindowEthereum, o.Unannounced = true, true })
	mux := http.NewServeMux()
	mux.Handle("/_devwallet/", devchain.WalletHandler(w))
	mux.HandleFunc("/", func(out http.ResponseWriter, r *http.Request) {
		io.WriteString(out, `<!doctype html><title>Shop</title><script src="/_devwallet/wallet.js"></script>`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.CloseClientConnections)
	ctx := browser(t)
	if err := chromedp.Run(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	got := evaluate(t, ctx, `let announced = 0;
		addEventListener("eip6963:announceProvider", () => announced++);
		dispatchEvent(new Event("eip6963:requestProvider"));
		ethereum.request({ method: "eth_requestAccounts" }).then((a) => announced + " " + a)`)
	if got != "0 "+lower(alice) {
		t.Errorf("got %q", got)
	}
}
