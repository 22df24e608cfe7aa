package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"

	"crynux-dapp/chain/taskwallet"
)

const (
	passphraseRounds = 600_000
	// maxPassphraseRounds bounds what a record from elsewhere can ask for.
	maxPassphraseRounds = 10_000_000
	passphraseSalt      = 16 // bytes
)

// Passphrase makes the Box of a text that the person knows: the key of AES is
// made from it by PBKDF2-SHA-256 (§6). WebCrypto makes and reads the same
// bytes. A text that is not the right one is WrongPassword, and so is a record
// that was changed.
func Passphrase(text string) Box {
	return Box{
		seal: func(plain, additional []byte) (taskwallet.Cipher, error) {
			c := taskwallet.Cipher{
				By:         taskwallet.ByPassphrase,
				Iterations: passphraseRounds,
				Salt:       chance(passphraseSalt),
				IV:         chance(gcmIV),
			}
			gcm, err := GCM(text, c.Salt, c.Iterations)
			if err != nil {
				return taskwallet.Cipher{}, err
			}
			c.Data = gcm.Seal(nil, c.IV, plain, additional)
			return c, nil
		},
		open: func(c taskwallet.Cipher, additional []byte) ([]byte, error) {
			if c.By != taskwallet.ByPassphrase || !isLocked(c) || len(c.Salt) != passphraseSalt ||
				c.Iterations < passphraseRounds || c.Iterations > maxPassphraseRounds {
				return nil, taskwallet.BrokenFile.Because("cipher text by %.20q, %d rounds", c.By, c.Iterations)
			}
			gcm, err := GCM(text, c.Salt, c.Iterations)
			if err != nil {
				return nil, err
			}
			plain, err := gcm.Open(nil, c.IV, c.Data, additional)
			if err != nil {
				return nil, taskwallet.WrongPassword.Because("passphrase")
			}
			return plain, nil
		},
	}
}

// GCM makes the cipher of a passphrase: AES-256-GCM with a key by PBKDF2-SHA-256. It
// locks a key, and what else is kept under a passphrase. It fails only where the
// platform does.
func GCM(text string, salt []byte, iterations int) (cipher.AEAD, error) {
	key, err := pbkdf2.Key(sha256.New, text, salt, iterations, 32)
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
