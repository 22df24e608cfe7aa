//go:build !js

package e2e

import (
	"testing"
)

// TestWalletDirect9 lets an old wallet sign everything itself, with as many
// pictures as the price of one task buys.
func TestWalletDirect9(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	const prompt, pictures = "nine lives of a cat", 9
	v.order(prompt, pictures)
	v.done(prompt, pictures)
	asked := v.prompts(digests)
	if asked[sending] != 2 || asked[signing] != 1+pictures || len(asked) != 3 || asked[connecting] != 1 {
		t.Errorf("the wallet was asked %v, want approve and create, the arguments and %d results, and nothing else", asked, pictures)
	}
	if cnx := v.cnx(v.wallet(digests).Address()); cnx != 270 {
		t.Errorf("%d CNX left", cnx)
	}
	v.shot("direct-nine-1440")
}
