//go:build !js

package e2e

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	wire "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// offline cuts the page off, or lets it back.
func (v *visitor) offline(on bool) {
	v.t.Helper()
	v.run(wire.EmulateNetworkConditions(on, 0, -1, -1))
}

// passes lets time pass for the network and in the page.
func (v *visitor) passes(d time.Duration) {
	v.t.Helper()
	v.run(chromedp.Evaluate(fmt.Sprintf(`(() => {
		const Before = Date, more = %d;
		globalThis.Date = class extends Before {
			constructor(...a) { if (a.length) super(...a); else super(Before.now() + more); }
			static now() { return Before.now() + more; }
		};
	})()`, d.Milliseconds()), nil))
	v.net.Chain.Clock().Advance(d)
}

// TestOffline: in the middle of a task the page has no connection for ten minutes.
func TestOffline(t *testing.T) {
	t.Parallel()
	cut := func(t *testing.T, v *visitor, prompt string) {
		t.Helper()
		v.connect(digests)
		v.order(prompt, 1)
		v.stored(job.Running)
		v.offline(true)
		v.sees("The blockchain does not answer")
	}
	t.Run("the_nodes_have_finished", func(t *testing.T) {
		n := network(t)
		n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		v := visit(t, n)
		const prompt = "a house without a road"
		cut(t, v, prompt)
		n.Nodes.SetFaults(devrelay.NodeFaults{})
		v.until("the results at the Relay", func() bool {
			times, ok := n.Relay.Times(1)
			return ok && !times.ResultsUploaded.IsZero()
		})
		v.passes(10 * time.Minute)
		v.offline(false)
		v.done(prompt, 1)
		v.asked(map[string]int{connecting: 1, sending: 2, signing: 2})
	})
	t.Run("the_deadline_has_passed", func(t *testing.T) {
		n := network(t)
		data, err := devchain.TaskABI().Pack("updateTimeout", big.NewInt(300))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Chain.Transact(t.Context(), n.Chain.Deployer(), n.Chain.Contracts().Task, nil, data); err != nil {
			t.Fatal(err)
		}
		n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		v := visit(t, n)
		cut(t, v, "an empty platform")
		v.passes(10 * time.Minute)
		v.offline(false)
		v.click("button", claim)
		v.sees("It was cancelled after its deadline. You paid 30 CNX; 30 CNX came back.")
		if left := v.cnx(v.wallet(digests).Address()); left != 300 {
			t.Errorf("%d CNX left", left)
		}
		v.whole()
	})
}
