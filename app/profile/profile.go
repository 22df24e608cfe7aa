// Package profile describes a network: how it is reached, and what a task costs there.
//
//	n, err := text.Network() // Text is how config.json and the browser's store write it
//	text = n.Text()
package profile

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// Network is one network, of config.json or the person's own.
type Network struct {
	ID, Name string
	ChainID  uint64
	Coin     string // symbol of the native coin
	// RPC are its endpoints, the preferred one first.
	RPC []string
	// Relays are its Relays, the preferred one first.
	Relays    []string
	Explorer  string
	Contracts chain.Contracts
	// EIP191 tells that the Relay also accepts personal_sign signatures.
	EIP191 bool
	// Confirmations is how many blocks deep a payment counts as arrived; 0 means 1.
	Confirmations uint64
	// Fee of a task in CNX base units.
	Fee uint256.Int
	// Development marks a network without real models; Historical one that is gone.
	Development, Historical bool
	// Own marks one that the person added.
	Own bool
}

// OwnPrefix begins the ids of the networks that a person added, and of no other.
const OwnPrefix = "own:"

// OwnID is the id of an own network, made of chain and contracts: whoever adds the same
// one again finds its tasks again.
func (n Network) OwnID() string {
	c := n.Contracts
	sum := sha256.Sum256(slices.Concat([]byte(strconv.FormatUint(n.ChainID, 10)), c.Token[:], c.Node[:], c.Task[:]))
	return OwnPrefix + hex.EncodeToString(sum[:8])
}

// Same reports whether two networks are reached in the same way, under the same names,
// at the same price.
func (n Network) Same(o Network) bool {
	equal := slices.Equal(n.RPC, o.RPC) && slices.Equal(n.Relays, o.Relays)
	return equal && n.ID == o.ID && n.Name == o.Name && n.ChainID == o.ChainID && n.Coin == o.Coin && n.Explorer == o.Explorer &&
		n.Contracts == o.Contracts && n.EIP191 == o.EIP191 && n.Confirmations == o.Confirmations && n.Fee == o.Fee
}
