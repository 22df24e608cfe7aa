//go:build !js

package e2e

import (
	"testing"

	"crynux-dapp/chain/devchain"
)

// TestPurseIsNotFundedOnAnotherChainOfTheSameID: ids do not prove a chain
// (protocol.md G.51).
func TestPurseIsNotFundedOnAnotherChainOfTheSameID(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.click("button", "Set up task wallet")
	v.click("button", "Make task wallet")
	v.fill("spinbutton", "Number of tasks", "1")

	other, err := devchain.Start(t.Context(), devchain.Options{Clock: n.Chain.Clock()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	w := v.wallet(modern)
	if err := other.Fund(t.Context(), w.Address(), n.Chain.ChainID(), nil); err != nil {
		t.Fatal(err)
	}
	w.ReplaceChain(other)
	before := len(w.Prompts())
	v.pressSend()
	v.problem("Your wallet is on another network with the same id", "Nothing was charged.")
	if asked := w.Prompts()[before:]; len(asked) != 0 {
		t.Errorf("the wallet was asked %v", asked)
	}
	if cnx := v.cnx(w.Address()); cnx != 300 {
		t.Errorf("%d CNX left", cnx)
	}

	w.ReplaceChain(n.Chain)
	v.pressSend()
	v.sees("about 1 task")
	if asked := w.Prompts()[before:]; len(asked) != 2 {
		t.Errorf("the wallet was asked %v", asked)
	}
	v.whole()
}
