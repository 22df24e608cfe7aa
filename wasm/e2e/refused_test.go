//go:build !js

package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"crynux-dapp/web/devnet"
)

// forbidding serves the page of a network under a policy that refuses workers, as a host
// can send it and a browser can have it.
func forbidding(t *testing.T, n *devnet.Network) (address string) {
	t.Helper()
	base, err := url.Parse(n.Page)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(base)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "worker-src 'none'")
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL + "/"
}

// TestRefusedWorkers: without them the page verifies all the same, and says that no
// task wallet can be had before anybody is asked to sign.
func TestRefusedWorkers(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := browse(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.open(forbidding(t, n))
	v.connect(digests)
	v.part("a_picture_is_verified", func(t *testing.T) {
		const prompt = "a bird that sings alone"
		v.order(prompt, 1)
		v.done(prompt, 1)
		var workers int
		v.run(chromedp.Evaluate(`performance.getEntriesByType("resource").filter((r) => r.name.includes("/worker.wasm")).length`, &workers))
		if workers == 0 {
			t.Error("the second program was never loaded in the page: a worker ran")
		}
	})
	v.part("no_task_wallet", func(t *testing.T) {
		v.reload()
		v.begins("button", "Wallet 0x")
		v.openWallet()
		v.click("button", "Disconnect")
		v.connect(modern)
		v.click("button", "Set up task wallet")
		v.click("button", "Make task wallet")
		v.sees("No place for a key in this browser")
		v.sees("Nothing was charged.")
		v.shot("no-worker-1440")
		v.onPhone("no-worker")
		if n := v.prompts(modern)["eth_signTypedData_v4"]; n != 0 {
			t.Errorf("the wallet was asked %d times for the signature that makes a key", n)
		}
	})
	v.whole()
}
