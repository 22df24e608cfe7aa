package vault

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"math/bits"

	"golang.org/x/crypto/scrypt"

	"crynux-dapp/chain/taskwallet"
)

// How a keystore turns a password into a key.
const (
	kdfScrypt = "scrypt"
	kdfPBKDF2 = "pbkdf2"
	pbkdf2PRF = "hmac-sha256"
)

// What is allowed. Other wallets write N=2^18, r=8, p=1 (256 MB), or up to
// 2^18 rounds of PBKDF2; a file far above is made to stop the page.
const (
	maxScryptMemory = 256 << 20           // bytes: 128·N·r
	maxScryptWork   = 8 * maxScryptMemory // bytes written: 128·N·r·p
	maxScryptR      = 64
	maxScryptP      = 128
	maxRounds       = 10_000_000
	minDerived      = 32
	maxDerived      = 64
	maxSalt         = 256 // bytes
)

// kdfParams are those of scrypt, and C and PRF those of PBKDF2.
type kdfParams struct {
	N     uint64 `json:"n,omitempty"`
	R     uint64 `json:"r,omitempty"`
	P     uint64 `json:"p,omitempty"`
	C     uint64 `json:"c,omitempty"`
	PRF   string `json:"prf,omitempty"`
	DKLen uint64 `json:"dklen"`
	Salt  string `json:"salt"`
}

// check refuses what asks for too much before any of it is done. The error is
// BrokenFile or HostileFile.
func (k kdfParams) check(kdf string) error {
	if _, err := hex.DecodeString(trim0x(k.Salt)); err != nil {
		return taskwallet.BrokenFile.Because("keystore: salt is not hex")
	}
	hostile := len(trim0x(k.Salt)) > 2*maxSalt || k.DKLen > maxDerived
	broken := k.DKLen < minDerived
	switch kdf {
	case kdfScrypt:
		broken = broken || k.N < 2 || bits.OnesCount64(k.N) != 1 || k.R == 0 || k.P == 0
		hostile = hostile || k.N > maxScryptMemory/128 || k.R > maxScryptR || k.P > maxScryptP ||
			128*k.N*k.R > maxScryptMemory || 128*k.N*k.R*k.P > maxScryptWork
	case kdfPBKDF2:
		broken = broken || k.C == 0 || k.PRF != pbkdf2PRF
		hostile = hostile || k.C > maxRounds
	default:
		return taskwallet.BrokenFile.Because("keystore: kdf %.30q", kdf)
	}
	switch {
	case hostile:
		return taskwallet.HostileFile.Because("%s with n=%d r=%d p=%d c=%d dklen=%d", kdf, k.N, k.R, k.P, k.C, k.DKLen)
	case broken:
		return taskwallet.BrokenFile.Because("keystore: %s with n=%d r=%d p=%d c=%d dklen=%d", kdf, k.N, k.R, k.P, k.C, k.DKLen)
	}
	return nil
}

// derive makes the 32 bytes that are used of a derived key; longer ones begin
// with the same bytes. The parameters have been checked.
func (k kdfParams) derive(kdf, password string) ([]byte, error) {
	salt, err := hex.DecodeString(trim0x(k.Salt))
	if err != nil {
		return nil, taskwallet.BrokenFile.Because("keystore: salt is not hex")
	}
	var derived []byte
	if kdf == kdfPBKDF2 {
		derived, err = pbkdf2.Key(sha256.New, password, salt, int(k.C), derivedLength)
	} else {
		derived, err = scrypt.Key([]byte(password), salt, int(k.N), int(k.R), int(k.P), derivedLength)
	}
	if err != nil {
		return nil, taskwallet.BrokenFile.Because("keystore: %v", err)
	}
	return derived, nil
}
