//go:build js && wasm

package browser

import (
	"crypto/rand"
	"encoding/hex"
)

// NewID is a random name of 128 bits, as 32 hexadecimal digits.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}
