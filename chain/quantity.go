package chain

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// The hex forms of Ethereum JSON-RPC, read strictly: quantities are "0x" and
// the fewest digits ("0x0", "0x2a"), data is "0x" and two digits a byte.
// https://ethereum.org/developers/docs/apis/json-rpc/#conventions

func quantity(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

func amount(v uint256.Int) string { return v.Hex() }

func data(b []byte) string { return "0x" + hex.EncodeToString(b) }

// digits returns what follows "0x" in a JSON string.
func digits(raw json.RawMessage) (string, error) {
	if len(raw) < 4 || raw[0] != '"' || raw[len(raw)-1] != '"' || raw[1] != '0' || raw[2] != 'x' {
		return "", malformed("hex text", raw)
	}
	return string(raw[3 : len(raw)-1]), nil
}

func parseAmount(raw json.RawMessage) (v uint256.Int, err error) {
	text, err := digits(raw)
	if err != nil {
		return v, err
	}
	if text == "" || (text[0] == '0' && text != "0") || v.SetFromHex("0x"+text) != nil {
		return uint256.Int{}, malformed("quantity", raw)
	}
	return v, nil
}

func parseUint64(raw json.RawMessage) (uint64, error) {
	v, err := parseAmount(raw)
	if err == nil && !v.IsUint64() {
		err = malformed("64-bit quantity", raw)
	}
	return v.Uint64(), err
}

func parseData(raw json.RawMessage) ([]byte, error) {
	text, err := digits(raw)
	if err != nil {
		return nil, err
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, malformed("data", raw)
	}
	return b, nil
}

func parseHash(raw json.RawMessage) (h common.Hash, err error) {
	b, err := parseData(raw)
	if err == nil && len(b) != len(h) {
		err = malformed("hash", raw)
	}
	return common.BytesToHash(b), err
}

func parseAddress(raw json.RawMessage) (a common.Address, err error) {
	b, err := parseData(raw)
	if err == nil && len(b) != len(a) {
		err = malformed("address", raw)
	}
	return common.BytesToAddress(b), err
}

// malformed says what was expected instead of an answer.
func malformed(want string, got json.RawMessage) error {
	if got == nil {
		return fmt.Errorf("%w: %s missing", ErrMalformed, want)
	}
	return fmt.Errorf("%w: %s expected, got %s", ErrMalformed, want, excerpt(string(got)))
}
