//go:build !js

package e2e

import (
	"context"
	"math/big"
	"testing"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// TestRefund: the nodes sleep over the deadline, and the person gets the fee back.
func TestRefund(t *testing.T) {
	t.Parallel()
	n := network(t)
	data, err := devchain.TaskABI().Pack("updateTimeout", big.NewInt(120))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Chain.Transact(context.Background(), n.Chain.Deployer(), n.Chain.Contracts().Task, nil, data); err != nil {
		t.Fatal(err)
	}
	n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	v := visit(t, n)
	v.connect(digests)
	v.order(ship, 1)
	v.sees("The fee can be claimed back in")
	v.sees("You get back what is left of the fee: 30 CNX.")
	v.shot("refund-offered-1440")
	v.click("button", "Get my CNX back")
	v.sees("It was cancelled after its deadline. You paid 30 CNX; 30 CNX came back.")
	v.click(disclosure, "What it cost")
	v.sees("Came back to you")
	v.shot("refund-1440")
	if left := v.cnx(v.wallet(digests).Address()); left != 300 {
		t.Errorf("the account has %d CNX left of 300", left)
	}
	if got := v.prompts(digests)[sending]; got != 3 {
		t.Errorf("the wallet was asked for %d transactions, want the approval, the payment and the claim", got)
	}
	v.whole()
}
