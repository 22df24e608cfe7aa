//go:build !js

package devchain_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"

	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/crypto"
)

// A page connects and asks for the signature that the Relay wants; the person
// says no, and then yes.
func ExampleWallet() {
	ctx := context.Background()
	c, err := devchain.Start(ctx, devchain.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	wallet, err := devchain.NewWallet(devchain.WalletOptions{
		Name: "Alice", Chain: c, Keys: []*ecdsa.PrivateKey{c.Key("alice")}, Mode: devchain.WalletLegacy,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer wallet.Close()
	page := wallet.Site("https://shop.example")
	if _, err := page.Request(ctx, "eth_requestAccounts", nil); err != nil {
		fmt.Println(err)
		return
	}

	digest := crypto.Keccak256Hash([]byte(`{"task_id":1}1705017600`))
	wallet.Answer("eth_sign", devchain.Reject)
	_, err = page.Request(ctx, "eth_sign", []any{wallet.Address(), digest})
	fmt.Println(err)

	raw, err := page.Request(ctx, "eth_sign", []any{wallet.Address(), digest})
	var signature string
	if err == nil {
		err = json.Unmarshal(raw, &signature)
	}
	fmt.Println(len(signature), err)
	fmt.Println(len(wallet.Prompts()), "prompts")
	// Output:
	// MetaMask Message Signature: User denied message signature. (code 4001)
	// 132 <nil>
	// 3 prompts
}
