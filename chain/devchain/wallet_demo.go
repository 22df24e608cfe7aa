//go:build !js

package devchain

import (
	"crypto/ecdsa"
	_ "embed"
	"encoding/base64"
)

//go:embed walletjs/digests.svg
var digestsIcon []byte

//go:embed walletjs/modern.svg
var modernIcon []byte

// DemoWallets are the two wallets of make run: one that signs digests, with
// the key "alice", and one like today's MetaMask, with the key "bob". The
// person confirms in the page. Whoever starts the network funds the accounts.
func DemoWallets(c *Chain) []*Wallet {
	demo := func(name, rdns, key string, icon []byte, mode WalletMode) *Wallet {
		w, err := NewWallet(WalletOptions{
			Name: name, RDNS: rdns, Icon: svgURL(icon),
			Chain: c, Clock: c.Clock(), Keys: []*ecdsa.PrivateKey{c.Key(key)},
			Mode: mode, Ask: true,
		})
		if err != nil {
			panic(err) // name, chain and key are given right here
		}
		return w
	}
	return []*Wallet{
		demo("Demo (signs digests)", "localhost.crynux-dapp.digests", "alice", digestsIcon, WalletLegacy),
		demo("Demo (like today's MetaMask)", "localhost.crynux-dapp.modern", "bob", modernIcon, WalletModern),
	}
}

// svgURL writes an SVG as the data: URL that EIP-6963 asks for.
func svgURL(svg []byte) string {
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg)
}
