package taskwallet

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"strings"
)

// Content ids, as far as a host name needs them: a host name has no upper case,
// so the old ids in base58 are written in base32 or base36 there.
// https://github.com/multiformats/cid

// What the number after the version of an id says about its content.
const (
	codecDirectory = 0x70 // dag-pb, which every id of version 0 means
	codecKey       = 0x72 // libp2p-key, the name of a key
)

const (
	maxLabel  = 63 // bytes between two points of a host name (RFC 1035)
	minDigest = 20 // bytes; shorter hashes are not used for content
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// hostLabel writes an id for use in a host name: ids in base32 and base36 as
// they are, others in base32, names of keys in base36. It is "" for what is no
// id or too long. codec is what an id of version 0 refers to.
func hostLabel(id string, codec byte) string {
	raw := decodeID(id, codec)
	if raw == nil {
		return ""
	}
	label := strings.ToLower(id)
	if label[0] != 'b' && label[0] != 'k' || isOldID(id) {
		label = "b" + base32Lower.EncodeToString(raw)
		if codec == codecKey || len(label) > maxLabel {
			label = "k" + new(big.Int).SetBytes(raw).Text(36)
		}
	}
	if len(label) > maxLabel {
		return ""
	}
	return label
}

// isOldID recognises ids without version: bare hashes in base58, by how SHA-256
// (Qm) and the two kinds of short keys (12D3, 16Ui) begin.
func isOldID(id string) bool {
	return len(id) == 46 && strings.HasPrefix(id, "Qm") || strings.HasPrefix(id, "12D3") || strings.HasPrefix(id, "16Ui")
}

// decodeID returns the bytes of an id of version 1: 1, codec, hash; nil for
// what is none.
func decodeID(id string, codec byte) []byte {
	if len(id) < 2 || len(id) > 128 {
		return nil
	}
	if isOldID(id) {
		hash := fromBase58(id)
		if !isMultihash(hash) {
			return nil
		}
		return append([]byte{1, codec}, hash...)
	}
	var raw []byte
	var err error
	switch digits := id[1:]; id[0] {
	case 'b', 'B':
		raw, err = base32Lower.DecodeString(strings.ToLower(digits))
	case 'k', 'K':
		if strings.Trim(strings.ToLower(digits), "0123456789abcdefghijklmnopqrstuvwxyz") == "" {
			n, _ := new(big.Int).SetString(digits, 36)
			raw = n.Bytes()
		}
	case 'z':
		raw = fromBase58(digits)
	case 'f', 'F':
		raw, err = hex.DecodeString(digits)
	}
	version, afterVersion := binary.Uvarint(raw)
	if err != nil || version != 1 {
		return nil
	}
	_, afterCodec := binary.Uvarint(raw[afterVersion:])
	if afterCodec <= 0 || !isMultihash(raw[afterVersion+afterCodec:]) {
		return nil
	}
	return raw
}

// isMultihash tells a hash with its kind and length in front.
func isMultihash(b []byte) bool {
	_, kind := binary.Uvarint(b)
	if kind <= 0 {
		return false
	}
	length, n := binary.Uvarint(b[kind:])
	return n > 0 && length >= minDigest && length == uint64(len(b)-kind-n)
}

// fromBase58 reads the digits of Bitcoin; nil if there are others.
func fromBase58(digits string) []byte {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n, base := new(big.Int), big.NewInt(58)
	for _, c := range []byte(digits) {
		value := strings.IndexByte(alphabet, c)
		if value < 0 {
			return nil
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(value)))
	}
	zeros := len(digits) - len(strings.TrimLeft(digits, "1"))
	return append(make([]byte, zeros), n.Bytes()...)
}
