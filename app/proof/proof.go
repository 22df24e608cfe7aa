// Package proof compares what the Relay delivered with what the chain holds.
// Nodes commit to their results on chain, so a file that matches is the one the
// network agreed on, whoever carried it here:
//
//	paid := proof.Arguments(args, created.TaskHash)
//	file := proof.Image(0, hash, success.Result) // or proof.Text(answer, success.Result)
//
// The hash of a picture comes from package imagehash. What was found goes into a
// [Receipt], which the page shows as its badge. Everything here is pure.
package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// Finding is what the comparison of one file said. The zero value is none: a
// file that was not compared is not verified. Its text is part of receipts.
type Finding string

// What can be found. Only Matches verifies a file.
const (
	// Matches is a file with exactly the hash on chain. Nodes may differ from
	// each other by four bits a picture; the Relay, and this page, by none.
	Matches Finding = "matches"
	// HashDiffers is another file than the network agreed on.
	HashDiffers Finding = "hash-differs"
	// Unreadable is a picture that has no hash: truncated, damaged, no PNG.
	Unreadable Finding = "unreadable"
	// Missing is a file that the chain names and that is not there.
	Missing Finding = "missing"
	// Surplus is a file beyond those that the chain names.
	Surplus Finding = "surplus"
	// NoResult is a result on chain that names nothing of this kind: empty, or
	// of a length that is no row of hashes.
	NoResult Finding = "no-result"
)

// File is one compared file.
type File struct {
	Index   int     `json:"index"`
	Finding Finding `json:"finding"`
	// Chain and Here are the hash on chain and that of the bytes here, in lower
	// case hex with 0x; "" where there is none.
	Chain string `json:"chain,omitempty"`
	Here  string `json:"here,omitempty"`
	// Distance is the number of differing bits of two picture hashes, 0 to 64.
	Distance int `json:"distance,omitempty"`
}

// Verified reports whether the file is the one that the chain names.
func (f File) Verified() bool { return f.Finding == Matches }

// hashSize is the length of a picture's hash in a result (protocol.md A.4).
const hashSize = 8

// Count is the number of pictures that a result names; 0 if it is no row of
// hashes. Neither contract nor Relay compares it with the number ordered.
func Count(result []byte) int {
	if len(result)%hashSize != 0 {
		return 0
	}
	return len(result) / hashSize
}

// Image compares the picture with the given index, whose perceptual hash is
// hash, with the result of an SD task.
func Image(index int, hash uint64, result []byte) File {
	f := named(index, result)
	if f.Finding != Missing {
		return f
	}
	here := binary.BigEndian.AppendUint64(nil, hash)
	f.Here = "0x" + hex.EncodeToString(here)
	f.Distance = bits.OnesCount64(hash ^ binary.BigEndian.Uint64(result[index*hashSize:]))
	f.Finding = HashDiffers
	if f.Distance == 0 {
		f.Finding = Matches
	}
	return f
}

// BrokenImage is the finding for a picture of which no hash could be computed.
func BrokenImage(index int, result []byte) File {
	f := named(index, result)
	f.Finding = Unreadable
	return f
}

// Images compares all pictures of an SD task with its result. It returns a File
// for each picture, and after them one for each that the chain names in addition.
func Images(hashes []uint64, result []byte) []File {
	var files []File
	for i, hash := range hashes {
		files = append(files, Image(i, hash, result))
	}
	for i := len(hashes); i < Count(result); i++ {
		files = append(files, named(i, result))
	}
	return files
}

// named returns what the result says of one picture: Missing with its hash,
// as if there were no bytes here, or Surplus or NoResult.
func named(index int, result []byte) File {
	f := File{Index: index, Finding: Missing}
	switch n := Count(result); {
	case n == 0:
		f.Finding = NoResult
	case index < 0 || index >= n:
		f.Finding = Surplus
	default:
		f.Chain = "0x" + hex.EncodeToString(result[index*hashSize:(index+1)*hashSize])
	}
	return f
}

// Text compares the answer file of a GPT task with its result, the SHA-256 of
// the exact bytes.
func Text(file, result []byte) File {
	if len(result) != sha256.Size {
		return File{Finding: NoResult}
	}
	here := sha256.Sum256(file)
	f := File{
		Finding: HashDiffers,
		Chain:   "0x" + hex.EncodeToString(result),
		Here:    "0x" + hex.EncodeToString(here[:]),
	}
	if f.Here == f.Chain {
		f.Finding = Matches
	}
	return f
}

// Arguments reports whether the task was created for exactly these bytes:
// taskHash, in TaskCreated, is their keccak256.
func Arguments(args []byte, taskHash common.Hash) bool {
	k := keccak.NewLegacyKeccak256()
	k.Write(args) // a hash never fails to write
	return common.Hash(k.Sum(nil)) == taskHash
}
