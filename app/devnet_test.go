//go:build !js

package app_test

import (
	"strings"
	"testing"

	"crynux-dapp/app"
	"crynux-dapp/app/profile"
	"crynux-dapp/chain/devchain"
)

// TestShippedDevelopmentNetworkIsTheOneThatMakeRunStarts: its addresses follow from
// keys and nonces only, so a page without any change finds it.
func TestShippedDevelopmentNetworkIsTheOneThatMakeRunStarts(t *testing.T) {
	chain, err := devchain.Start(t.Context(), devchain.Options{Clock: devchain.NewClock(50)})
	if err != nil {
		t.Fatal(err)
	}
	defer chain.Close()
	c, err := app.ParseConfig(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	n, at := c.Networks[0], chain.Contracts()
	if want := (profile.Contracts{Token: at.Token.Hex(), Node: at.Node.Hex(), Task: at.Task.Hex()}); n.Contracts != want {
		t.Errorf("contracts %+v, want %+v", n.Contracts, want)
	}
	if n.ChainID != devchain.DefaultChainID {
		t.Errorf("chain id %d, want %d", n.ChainID, devchain.DefaultChainID)
	}
	for _, address := range append(n.RPC, n.Relays...) {
		if !strings.HasPrefix(address, "http://127.0.0.1:") {
			t.Errorf("%s is not on this computer", address)
		}
	}
}
