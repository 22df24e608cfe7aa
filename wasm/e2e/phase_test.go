//go:build !js

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp/kb"
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// TestPhase changes the wallet in the middle of a task: its account, its network,
// whether it is there at all. The runner's tests have every phase; this shows what the
// person sees and does. Each task is paid once, by the account that was there first.
func TestPhase(t *testing.T) {
	t.Parallel()
	n := network(t, twoAccounts)
	v := visit(t, n)
	w := v.wallet(digests)
	first, other := w.Address(), second(n)
	v.fund(other, 1000, 300_000) // it could pay
	v.connectOnly()
	switchTo := func(t *testing.T, account common.Address) {
		t.Helper()
		if err := w.SwitchAccount(account); err != nil {
			t.Fatal(err)
		}
		v.find("button", "Wallet "+account.Hex())
	}
	working := func(prompt string) {
		n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		v.order(prompt, 1)
		v.sees("The nodes are at work")
	}
	finish := func() { n.Nodes.SetFaults(devrelay.NodeFaults{}) }
	done := 0
	goesOn := func(prompt string) {
		v.click("button", "Go on")
		done++
		v.doneAs(done, prompt, 1)
	}
	switchNetwork := func() {
		v.click("button", "Switch network")
		v.gone("button", "Switch network")
	}

	v.part("the_network_changes_while_the_nodes_work", func(*testing.T) {
		working("a train that changes tracks")
		w.SetChain(1)
		v.sees("Your wallet is on another network")
		finish()
		v.problem("The wallet is on another network", "The fee of 30 CNX is paid")
		switchNetwork()
		goesOn("a train that changes tracks")
	})
	v.part("the_account_changes_while_the_nodes_work", func(t *testing.T) {
		working("a mask")
		switchTo(t, other)
		finish()
		v.problem("Another account is active in the wallet", first.Hex(), "The fee of 30 CNX is paid")
		switchTo(t, first)
		goesOn("a mask")
	})
	v.part("it_is_disconnected_while_the_nodes_work", func(*testing.T) {
		working("a kite without a string")
		w.Disconnect(origin(n))
		v.find("button", "Connect wallet")
		finish()
		v.problem("The wallet is locked or not connected", "The fee of 30 CNX is paid", "connect it to this page")
		v.connectOnly()
		goesOn("a kite without a string")
	})
	v.part("it_is_locked_before_the_signature", func(*testing.T) {
		const prompt = "a key under a stone"
		w.AnswerWith(asking(signing))
		v.order(prompt, 1)
		v.find("dialog", digests+": confirm")
		w.Lock()
		v.find("button", "Connect wallet")
		w.AnswerWith(devchain.ApproveAll)
		v.confirms(digests, signing)
		v.problem("The wallet is locked or not connected", "The fee of 30 CNX is paid")
		w.Unlock()
		v.connectOnly()
		goesOn(prompt)
	})
	v.part("the_account_changes_while_the_payment_is_asked", func(t *testing.T) {
		const prompt = "a changeling"
		w.Answer(sending, devchain.Approve, devchain.Ask)
		v.order(prompt, 1)
		v.awaits(digests, sending)
		if err := w.SwitchAccount(other); err != nil {
			t.Fatal(err)
		}
		v.confirms(digests, sending) // the window is still that of the first account
		v.problem("Another account is active in the wallet", first.Hex(), "The fee of 30 CNX is paid")
		switchTo(t, first)
		goesOn(prompt)
	})
	v.part("the_network_changes_while_the_payment_is_pending", func(*testing.T) {
		const prompt = "a bridge between two countries"
		w.AnswerWith(asking(sending))
		v.order(prompt, 1)
		v.confirms(digests, sending) // the approval
		v.awaits(digests, sending)
		n.Chain.Pause()
		v.confirms(digests, sending) // the payment
		v.sees("Waiting for the payment to be mined")
		w.SetChain(1)
		v.sees("Your wallet is on another network")
		n.Chain.Resume()
		v.problem("The wallet is on another network", "The fee of 30 CNX is paid")
		w.AnswerWith(devchain.ApproveAll)
		switchNetwork()
		goesOn(prompt)
	})
	v.part("it_never_answers", func(t *testing.T) {
		const prompt = "a door without a bell"
		w.Answer(sending, devchain.Approve, devchain.Ask)
		before := v.prompts(digests)[sending]
		v.order(prompt, 1)
		v.awaits(digests, sending)
		v.run(dom.Focus().WithBackendNodeID(v.find("button", "Stop waiting for the wallet").id)) // its window lies over the button
		v.press(kb.Enter)
		v.problem("You stopped waiting for the wallet", "may still be confirmed", "looks for it first")
		v.confirms(digests, sending) // after all
		goesOn(prompt)
		if asked := v.prompts(digests)[sending] - before; asked != 2 {
			t.Errorf("the wallet was asked to send %d times", asked)
		}
	})
	for _, p := range w.Prompts() {
		if p.Account != first {
			t.Errorf("the other account was asked: %s", p.Summary)
		}
	}
	if mine, theirs := v.cnx(first), v.cnx(other); mine != 300-30*int64(done) || theirs != 300 {
		t.Errorf("%d and %d CNX left after %d tasks", mine, theirs, done)
	}
}
