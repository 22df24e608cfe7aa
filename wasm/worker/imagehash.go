//go:build js && wasm

package main

import (
	"time"

	"crynux-dapp/app/proof/imagehash"
	"crynux-dapp/wasm/worker/protocol"
)

// imageHash is what a node commits to for a picture (protocol.md A.4).
func imageHash(png []byte, pause func()) (protocol.ImageHashOK, error) {
	hash, err := imagehash.OfPaced(png, pause)
	return protocol.ImageHashOK{Hash: hash}, err
}

// slice is how long the page may stand still at once.
const slice = 16 * time.Millisecond

// pacer is a pause for a program on the page's own thread: it lets the page go on after
// each slice.
func pacer() (pause func()) {
	since := time.Now()
	return func() {
		if time.Since(since) < slice {
			return
		}
		time.Sleep(time.Millisecond) // only a timer gives the thread away
		since = time.Now()
	}
}
