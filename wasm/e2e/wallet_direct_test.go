//go:build !js

package e2e

import (
	"crypto/ecdsa"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// prefixing is a wallet whose eth_sign adds a prefix without saying so.
func prefixing(o *devnet.Options) {
	o.Wallets = func(c *devchain.Chain) []*devchain.Wallet {
		return []*devchain.Wallet{made(devchain.WalletOptions{
			Name: digests, RDNS: "test.prefixing", Chain: c, Clock: c.Clock(), Mode: devchain.WalletPrefixing,
			Keys: []*ecdsa.PrivateKey{c.Key("alice")},
		})}
	}
}

// openWallet opens the dialog of the connected wallet.
func (v *visitor) openWallet() {
	v.t.Helper()
	v.click("button", v.all("button", starting("Wallet 0x"))[0].name)
	v.find("dialog", "Your wallet")
}

// choose takes an option of a list. Its menu is the browser's own, outside of the page.
func (v *visitor) choose(name, option string) {
	v.t.Helper()
	v.call(v.find("combobox", name).id, `function() {
		this.value = [...this.options].find((o) => o.text.startsWith(`+"`"+option+"`"+`)).value;
		this.dispatchEvent(new Event('change', { bubbles: true }));
		return '';
	}`)
}

// onPhone looks at the page as it is now in a narrow window.
func (v *visitor) onPhone(shot string) {
	v.t.Helper()
	v.size(390, 844, true)
	v.fits()
	v.shot(shot + "-390")
	v.size(1440, 900, false)
}

// allowance is what the Task contract may take of an account.
func (v *visitor) allowance(of common.Address) *big.Int {
	v.t.Helper()
	at := v.net.Chain.Contracts()
	return v.view(at.Token, devchain.TokenABI(), "allowance", of, at.Task)[0].(*big.Int)
}

// TestWalletDirectApprovesWhatWasChosen goes through the three choices, shows what is
// signed, and takes the approval back.
func TestWalletDirectApprovesWhatWasChosen(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)

	v.part("looking_around_needs_no_wallet", func(t *testing.T) {
		v.ready()
		v.find("region", "Before you pay")
		text := v.text("region", "Before you pay")
		for _, known := range []string{"30 CNX for the task", "free nodes", "Clock agrees"} {
			if !strings.Contains(text, known) {
				t.Errorf("%q is not shown:\n%s", known, text)
			}
		}
		v.shot("direct-without-wallet-1440")
	})

	v.connect(digests)
	w := v.wallet(digests)
	me := w.Address()

	v.part("the_token_is_listed_in_the_wallet", func(t *testing.T) {
		v.openWallet()
		w.Answer("wallet_watchAsset", devchain.Reject)
		v.click("button", "Add CNX to the wallet")
		v.sees("CNX was not added. Nothing else changes.")
		v.click("button", "Add CNX to the wallet")
		v.sees("Your wallet knows CNX now.")
		v.click("button", "Close")
	})
	v.part("several_tasks", func(t *testing.T) {
		v.choose("Approve", "several tasks")
		v.sees("150 CNX in all")
		v.fill("spinbutton", "Tasks to approve", "3")
		v.sees("90 CNX in all")
		v.shot("direct-approval-1440")
		v.onPhone("direct-approval")
		w.AnswerWith(asking(sending, signing))
		v.order("a bridge of glass", 1)
		v.sees("up to 90 CNX in all")
		v.confirms(digests, sending)
		v.confirms(digests, sending)
		v.find("region", "Signature 1 of 2")
		v.click(disclosure, "What is signed")
		prompt := v.awaits(digests, signing)
		if !strings.Contains(v.text("region", "Signature 1 of 2"), prompt.Text) {
			t.Errorf("the page does not show %s", prompt.Text)
		}
		v.shot("direct-signing-1440")
		v.onPhone("direct-signing")
		v.confirms(digests, signing)
		v.find("region", "Signature 2 of 2")
		v.confirms(digests, signing)
		w.AnswerWith(devchain.ApproveAll)
		v.done("a bridge of glass", 1)
		if left := v.allowance(me); left.Cmp(big.NewInt(0).Mul(big.NewInt(60), big.NewInt(1e18))) != 0 {
			t.Errorf("%s left", left)
		}
	})
	v.part("revoked", func(t *testing.T) {
		v.openWallet()
		v.sees("Approved for tasks: 60 CNX")
		w.Answer(sending, devchain.Reject)
		v.click("button", "Revoke")
		v.problem("You said no in the wallet")
		v.click("button", "Revoke")
		v.sees("Revoked: nothing can be taken any more.")
		if left := v.allowance(me); left.Sign() != 0 {
			t.Errorf("%s left", left)
		}
		v.shot("direct-revoked-1440")
		v.onPhone("direct-revoked")
		v.click("button", "Close")
	})
	v.part("without_limit", func(t *testing.T) {
		v.choose("Approve", "without limit")
		v.sees("every CNX of this account")
		v.order("a bridge of stone", 1)
		v.shown("a bridge of stone", 1)
		if left := v.allowance(me); left.BitLen() != 256 {
			t.Errorf("%s left", left)
		}
		v.openWallet()
		v.sees("Approved for tasks: an unlimited amount")
	})
	v.whole()
}

// TestWalletDirectIsSwitchedOffForAWalletThatAddsAPrefix: the choice is taken back
// with its reason, also for the next visit, and can be made again.
func TestWalletDirectIsSwitchedOffForAWalletThatAddsAPrefix(t *testing.T) {
	t.Parallel()
	n := network(t, prefixing)
	v := visit(t, n)
	v.connectOnly()
	const prompt = "a stamp on a letter"
	v.order(prompt, 1)
	v.problem("This wallet cannot sign for the Relay", "adds a prefix", "The fee of 30 CNX is paid", "nothing is paid twice")
	off := func() {
		t.Helper()
		v.openWallet()
		if !v.has("checkbox", direct) { // it stays as it was left
			v.click(disclosure, "Advanced")
		}
		v.find("region", "Switched off for this wallet")
		if v.call(v.find("checkbox", direct).id, "function() { return String(this.checked) }") != "false" {
			t.Error("it is still chosen")
		}
	}
	off()
	v.shot("direct-barred-1440")
	v.reload()
	v.until("the wallet in the header", func() bool { return len(v.all("button", starting("Wallet 0x"))) > 0 })
	off()
	v.wallet(digests).SetMode(devchain.WalletLegacy) // its maker has mended it
	v.click("button", "Try this wallet again")
	v.gone("region", "Switched off for this wallet")
	v.click("button", "Close")
	v.click("button", "Try again")
	v.done(prompt, 1)
}

// TestWalletDirectIsRefusedOnAnotherChainOfTheSameID: no prompt, and the way back.
func TestWalletDirectIsRefusedOnAnotherChainOfTheSameID(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	other, err := devchain.Start(t.Context(), devchain.Options{Clock: devchain.NewClock(rate)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	w := v.wallet(digests)
	w.ReplaceChain(other)
	const prompt = "a door that looks like mine"
	v.order(prompt, 1)
	v.problem("Your wallet is on another network with the same id")
	v.sees("Nothing was charged.")
	v.find("button", "Check the wallet again")
	v.shot("direct-same-id-1440")
	if asked := v.prompts(digests); asked[sending] != 0 || asked[signing] != 0 {
		t.Errorf("the wallet was asked %v", asked)
	}
	w.ReplaceChain(n.Chain)
	v.click("button", "Check the wallet again")
	v.gone("button", "Check the wallet again")
	v.click("button", "Check again")
	v.done(prompt, 1)
}
