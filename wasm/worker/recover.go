//go:build js && wasm

package main

import (
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/wasm/worker/protocol"
)

// recoverSigner finds the account behind a signature. In wasm go-ethereum
// computes it with decred's secp256k1, which is all Go.
func recoverSigner(a protocol.RecoverArgs) (protocol.RecoverOK, error) {
	if len(a.Signature) != crypto.SignatureLength {
		return protocol.RecoverOK{}, fmt.Errorf("a signature has %d bytes, not %d", crypto.SignatureLength, len(a.Signature))
	}
	signature := [crypto.SignatureLength]byte(a.Signature)
	if v := &signature[crypto.RecoveryIDOffset]; *v >= 27 {
		*v -= 27
	}
	key, err := crypto.SigToPub(a.Digest[:], signature[:])
	if err != nil {
		return protocol.RecoverOK{}, err
	}
	return protocol.RecoverOK{Address: crypto.PubkeyToAddress(*key)}, nil
}
