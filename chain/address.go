package chain

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// What is wrong with an address that a person gave.
var (
	ErrAddress  = errors.New("an address is 0x and 40 hex digits")
	ErrChecksum = errors.New("upper and lower case of the address do not fit: a digit is probably wrong")
)

// ParseAddress reads an address given by a person. Mixed case is a checksum
// (EIP-55) and must be right, or the error is ErrChecksum; all upper or all
// lower case carries none. Anything else is ErrAddress. The way back is
// common.Address.Hex, which writes the checksum.
func ParseAddress(text string) (common.Address, error) {
	digits, ok := strings.CutPrefix(text, "0x")
	b, err := hex.DecodeString(digits)
	if !ok || err != nil || len(b) != common.AddressLength {
		return common.Address{}, ErrAddress
	}
	a := common.Address(b)
	if digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) && text != a.Hex() {
		return common.Address{}, ErrChecksum
	}
	return a, nil
}
