package profile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/app/profile"
	"crynux-dapp/chain"
)

// TestTextOfANetworkIsReadBack: what a person added is the same after a reload.
func TestTextOfANetworkIsReadBack(t *testing.T) {
	n := profile.Network{
		ID: "a", Name: "Ours", ChainID: 1 << 52, Coin: "POL", RPC: []string{"https://a.example", "https://b.example"}, Relays: []string{"https://relay.example"}, Explorer: "https://scan.example",
		Contracts: chain.Contracts{Token: [20]byte{1, 0xab}, Node: [20]byte{2, 0xcd}, Task: [20]byte{3, 0xef}}, Confirmations: profile.MostConfirmations,
	}
	for _, fee := range []*uint256.Int{uint256.NewInt(1), uint256.MustFromDecimal("30500000000000000000"), new(uint256.Int).SetAllOne()} {
		for _, flag := range []bool{false, true} {
			n.Fee, n.EIP191, n.Development, n.Historical = *fee, flag, flag, flag
			got, err := n.Text().Network()
			if diff := cmp.Diff(n, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
			if !n.Same(got) || got.OwnID() != n.OwnID() {
				t.Error("it is another network")
			}
		}
	}
}
