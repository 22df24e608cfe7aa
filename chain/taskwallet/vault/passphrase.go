package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"fmt"

	"crynux-dapp/chain/taskwallet"
)

// Passphrase locks keys with a text that the person knows: AES-256-GCM under a
// key by PBKDF2-SHA-256 (§6). WebCrypto makes and reads the same bytes.
type Passphrase string

const (
	passphraseRounds = 600_000
	// maxPassphraseRounds bounds what a record from elsewhere can ask for.
	maxPassphraseRounds = 10_000_000
	passphraseSalt      = 16
	gcmIV               = 12
	gcmTag              = 16
)

// Seal locks a key.
func (p Passphrase) Seal(plain, additional []byte) (taskwallet.Cipher, error) {
	c := taskwallet.Cipher{
		By:         taskwallet.ByPassphrase,
		Iterations: passphraseRounds,
		Salt:       chance(passphraseSalt),
		IV:         chance(gcmIV),
	}
	gcm, err := p.gcm(c)
	if err != nil {
		return taskwallet.Cipher{}, err
	}
	c.Data = gcm.Seal(nil, c.IV, plain, additional)
	return c, nil
}

// Open is the way back. The error is WrongPassword, also where the record has
// been changed, or BrokenFile.
func (p Passphrase) Open(c taskwallet.Cipher, additional []byte) ([]byte, error) {
	if c.By != taskwallet.ByPassphrase || len(c.Salt) != passphraseSalt || len(c.IV) != gcmIV || len(c.Data) != scalarLength+gcmTag ||
		c.Iterations < passphraseRounds || c.Iterations > maxPassphraseRounds {
		return nil, taskwallet.BrokenFile.Because("cipher text by %.20q, %d rounds", c.By, c.Iterations)
	}
	gcm, err := p.gcm(c)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, c.IV, c.Data, additional)
	if err != nil {
		return nil, taskwallet.WrongPassword.Because("passphrase")
	}
	return plain, nil
}

func (p Passphrase) gcm(c taskwallet.Cipher) (cipher.AEAD, error) {
	key, err := pbkdf2.Key(sha256.New, string(p), c.Salt, c.Iterations, 32)
	if err != nil {
		return nil, taskwallet.BrokenFile.Because("%v", err)
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, taskwallet.BrokenFile.Because("%v", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, taskwallet.BrokenFile.Because("%v", err)
	}
	return gcm, nil
}

// Format prints [secret] for every verb.
func (Passphrase) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// MarshalText returns [secret]; JSON uses it, too.
func (Passphrase) MarshalText() ([]byte, error) { return []byte(hidden), nil }
