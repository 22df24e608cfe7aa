//go:build js && wasm

package main

import (
	"crynux-dapp/app/proof/imagehash"
	"crynux-dapp/wasm/worker/protocol"
)

// imageHash is what a node commits to for a picture (protocol.md A.4).
func imageHash(png []byte) (protocol.ImageHashOK, error) {
	hash, err := imagehash.Of(png)
	return protocol.ImageHashOK{Hash: hash}, err
}
