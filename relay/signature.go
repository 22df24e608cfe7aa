package relay

import (
	"bytes"
	"fmt"

	"github.com/holiman/uint256"
)

// SignatureFault says why bytes are no signature that a Relay can check.
type SignatureFault string

// What can be wrong with the bytes of a wallet.
const (
	// WrongLength is neither 65 bytes nor the 64 of EIP-2098; contract wallets
	// answer with other lengths.
	WrongLength SignatureFault = "wrong length"
	// UndeployedContract is the wrapper of ERC-6492: the account is a contract
	// that does not exist yet, and contracts cannot sign for the Relay.
	UndeployedContract SignatureFault = "signature of an undeployed contract (ERC-6492)"
	// UnknownV is a recovery id other than 0, 1, 27 or 28.
	UnknownV SignatureFault = "unknown recovery id"
	// ZeroR and ZeroS are never part of a signature.
	ZeroR SignatureFault = "r is zero"
	ZeroS SignatureFault = "s is zero"
	// LargeR and LargeS are not below the order of the curve.
	LargeR SignatureFault = "r is not below the order of the curve"
	LargeS SignatureFault = "s is not below the order of the curve"
)

// SignatureError is the error of [NormalizeSignature].
type SignatureError struct {
	Fault  SignatureFault
	Length int // of the bytes given
}

func (e *SignatureError) Error() string {
	return fmt.Sprintf("relay: not a usable signature: %s (%d bytes)", e.Fault, e.Length)
}

var (
	// curveOrder is n of secp256k1 (SEC 2, section 2.4.1).
	curveOrder = uint256.MustFromHex("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	// halfOrder is the largest s that the Relay accepts.
	halfOrder = new(uint256.Int).Rsh(curveOrder, 1)
	// erc6492 ends every signature wrapped by ERC-6492.
	erc6492 = bytes.Repeat([]byte{0x64, 0x92}, 16)
)

// NormalizeSignature turns a signature as wallets return it into the form that
// the Relay accepts: 65 bytes r ‖ s ‖ v with s in the lower half and v 0 or 1
// (protocol.md B.5). It takes 65 bytes with v 0, 1, 27 or 28 and the 64 bytes
// of EIP-2098. The recovered address stays the same. The argument is not
// changed; the error is a [*SignatureError].
func NormalizeSignature(sig []byte) ([]byte, error) {
	refuse := func(f SignatureFault) ([]byte, error) {
		return nil, &SignatureError{Fault: f, Length: len(sig)}
	}
	var out [65]byte
	switch {
	case len(sig) == 65:
		copy(out[:], sig)
		switch v := sig[64]; v {
		case 0, 1:
		case 27, 28:
			out[64] = v - 27
		default:
			return refuse(UnknownV)
		}
	case len(sig) == 64: // EIP-2098: v is the topmost bit of s
		copy(out[:], sig)
		out[64] = out[32] >> 7
		out[32] &= 0x7f
	case len(sig) > 65 && bytes.HasSuffix(sig, erc6492):
		return refuse(UndeployedContract)
	default:
		return refuse(WrongLength)
	}

	r := new(uint256.Int).SetBytes32(out[:32])
	s := new(uint256.Int).SetBytes32(out[32:64])
	switch {
	case r.IsZero():
		return refuse(ZeroR)
	case s.IsZero():
		return refuse(ZeroS)
	case !r.Lt(curveOrder):
		return refuse(LargeR)
	case !s.Lt(curveOrder):
		return refuse(LargeS)
	}
	if s.Gt(halfOrder) { // n-s is the same signature, seen from the other side
		s.Sub(curveOrder, s).WriteToSlice(out[32:64])
		out[64] ^= 1
	}
	return out[:], nil
}
