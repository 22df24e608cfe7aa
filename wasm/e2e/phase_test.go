//go:build !js

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp/kb"

	"crynux-dapp/chain/devchain"
)

// Account and network change in the middle of a phase. The runner's tests have
// every phase; these show what the person sees and does.

func TestPhaseAccountChangesWhileThePaymentIsAsked(t *testing.T) {
	t.Parallel()
	n := network(t, twoAccounts)
	v := visit(t, n)
	w := v.wallet(digests)
	first, other := w.Address(), second(n)
	v.fund(other, 1000, 300_000) // it could pay
	v.connectOnly()
	w.Answer(sending, devchain.Approve, devchain.Ask)
	const prompt = "a changeling"
	v.order(prompt, 1)
	v.awaits(digests, sending)
	if err := w.SwitchAccount(other); err != nil {
		t.Fatal(err)
	}
	v.confirms(digests, sending) // the window is still that of the first account
	v.problem("Another account is active in the wallet", first.Hex(), "The fee of 30 CNX is paid")
	if err := w.SwitchAccount(first); err != nil {
		t.Fatal(err)
	}
	v.find("button", "Wallet "+first.Hex())
	v.click("button", "Go on")
	v.done(prompt, 1)
	for _, p := range w.Prompts() {
		if p.Account != first {
			t.Errorf("the other account was asked: %s", p.Summary)
		}
	}
	if mine, theirs := v.cnx(first), v.cnx(other); mine != 270 || theirs != 300 {
		t.Errorf("%d and %d CNX left", mine, theirs)
	}
}

func TestPhaseNetworkChangesWhileThePaymentIsPending(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	w := v.wallet(digests)
	w.AnswerWith(asking(sending))
	const prompt = "a bridge between two countries"
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
	v.click("button", "Switch network")
	v.gone("button", "Switch network")
	v.click("button", "Go on")
	v.done(prompt, 1)
}

// TestPhaseWalletThatNeverAnswers: its window stays open, and the person goes on
// without it.
func TestPhaseWalletThatNeverAnswers(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	w := v.wallet(digests)
	w.Answer(sending, devchain.Approve, devchain.Ask)
	const prompt = "a door without a bell"
	v.order(prompt, 1)
	v.awaits(digests, sending)
	v.run(dom.Focus().WithBackendNodeID(v.find("button", "Stop waiting for the wallet").id)) // its window lies over the button
	v.press(kb.Enter)
	v.problem("You stopped waiting for the wallet", "may still be confirmed", "looks for it first")
	v.confirms(digests, sending) // after all
	v.click("button", "Go on")
	v.done(prompt, 1)
	if asked := v.prompts(digests); asked[sending] != 2 {
		t.Errorf("the wallet was asked to send %d times", asked[sending])
	}
}
