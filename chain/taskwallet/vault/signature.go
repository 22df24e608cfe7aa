package vault

import (
	"bytes"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

var (
	order     = uint256.MustFromBig(crypto.S256().Params().N)
	halfOrder = new(uint256.Int).Rsh(order, 1)
	// erc6492 ends the answers of contract wallets that do not exist yet.
	erc6492 = bytes.Repeat([]byte{0x64, 0x92}, 16)
)

// signature is r‖s‖v with s in the lower half and v 0 or 1. Where it is the
// owner's, it is as secret as the key.
type signature [crypto.SignatureLength]byte

// parseSignature reads 65 bytes with v 0, 1, 27 or 28, or the 64 of EIP-2098.
// Both halves of s are the same signature, so they become the same bytes. The
// error is BadSignature.
func parseSignature(raw []byte) (*signature, error) {
	refuse := func(why string) (*signature, error) {
		return nil, taskwallet.BadSignature.Because("%s (%d bytes)", why, len(raw))
	}
	var sig signature
	copy(sig[:], raw)
	v := &sig[crypto.RecoveryIDOffset]
	switch {
	case len(raw) == 64: // v is the topmost bit of s
		*v = sig[32] >> 7
		sig[32] &= 0x7f
	case len(raw) > 65 && bytes.HasSuffix(raw, erc6492):
		return refuse("of a contract that does not exist yet (ERC-6492)")
	case len(raw) != 65:
		return refuse("of a contract (ERC-1271), or none")
	case *v == 27 || *v == 28:
		*v -= 27
	case *v > 1:
		return refuse("unknown recovery id")
	}
	r, s := new(uint256.Int).SetBytes(sig[:32]), new(uint256.Int).SetBytes(sig[32:64])
	if r.IsZero() || s.IsZero() || !r.Lt(order) || !s.Lt(order) {
		return refuse("r or s out of range")
	}
	if s.Gt(halfOrder) {
		s.Sub(order, s).PutUint256(sig[32:64])
		*v ^= 1
	}
	return &sig, nil
}

// signer recovers who signed a digest. The error is BadSignature: some r belong
// to no point of the curve.
func (s *signature) signer(digest common.Hash) (common.Address, error) {
	public, err := crypto.SigToPub(digest[:], s[:])
	if err != nil {
		return common.Address{}, taskwallet.BadSignature.Because("recovers nobody")
	}
	return crypto.PubkeyToAddress(*public), nil
}

// rs is the part that a key is made from.
func (s *signature) rs() []byte { return s[:64] }

// Format prints [secret] for every verb.
func (*signature) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }
