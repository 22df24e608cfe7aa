//go:build !js

package e2e

import (
	"context"
	"log/slog"
	"testing"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// rate is how fast the networks of the tests live.
const rate = 10

// network starts a development network whose demo wallets answer by themselves.
func network(t *testing.T, change ...func(*devnet.Options)) *devnet.Network {
	t.Helper()
	o := devnet.Options{Site: dist, Rate: rate, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, f := range change {
		f(&o)
	}
	n, err := devnet.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	for _, w := range n.Wallets {
		w.AnswerWith(devchain.ApproveAll)
	}
	return n
}

// The demo wallets.
const (
	digests = "Demo (signs digests)"
	modern  = "Demo (like today's MetaMask)"
)

// connect chooses a wallet in the page.
func (v *visitor) connect(wallet string) {
	v.t.Helper()
	v.click("button", "Connect wallet")
	v.click("button", wallet)
	v.begins("button", "Wallet 0x")
	if wallet == digests {
		v.allowDirect()
	}
}

// direct is the choice that lets the wallet itself sign for the Relay.
const direct = "Let this wallet sign every request itself (eth_sign)"

// allowDirect makes that choice, under Advanced in the dialog of the wallet.
func (v *visitor) allowDirect() {
	v.t.Helper()
	v.click("button", v.begins("button", "Wallet 0x").name)
	v.click(disclosure, "Advanced")
	box := v.find("checkbox", direct)
	if v.call(box.id, "function() { return String(this.checked) }") != "true" {
		v.click("checkbox", direct)
	}
	v.until("the choice is made", func() bool {
		return v.call(v.find("checkbox", direct).id, "function() { return String(this.checked) }") == "true"
	})
	v.click("button", "Close")
	v.until("the dialog is closed", func() bool { return !v.has("checkbox", direct) })
}
