// Package protocol is the language between the page and its second wasm: what can
// be asked, in which shape, and how it is answered. Both sides run in one
// browser and come from one build, so there are no versions.
//
// A question is the JavaScript object {id, op, args, data}, an answer {id, ok}
// or {id, error}. args, ok and error are JSON text, error that of a Failure.
// data is an array of ArrayBuffers, which the asker gives away: pictures, and
// everything secret, because bytes can be overwritten and text cannot. Some answers
// have data as well, one ArrayBuffer.
package protocol

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// What can be asked of the program, with or without a key.
const (
	// Recover finds the account that signed a digest: RecoverArgs, RecoverOK.
	Recover = "recover"
	// ImageHash computes the perceptual hash of the PNG in data: no arguments, ImageHashOK.
	ImageHash = "imageHash"
)

// RecoverArgs is a 32-byte digest and its 65-byte signature r‖s‖v, v being
// 0, 1, 27 or 28.
type RecoverArgs struct {
	Digest    common.Hash   `json:"digest"`
	Signature hexutil.Bytes `json:"signature"`
}

// RecoverOK is the account that made the signature.
type RecoverOK struct {
	Address common.Address `json:"address"`
}

// ImageHashOK is the hash. It travels as text: JavaScript's numbers lose bits
// beyond 2^53.
type ImageHashOK struct {
	Hash uint64 `json:"hash,string"`
}
