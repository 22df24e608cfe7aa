package vault

import "crynux-dapp/chain/taskwallet"

// Box locks a key so that it can be stored, and opens it again. It is made by
// [Passphrase] or [Browser].
type Box struct {
	seal func(plain, additional []byte) (taskwallet.Cipher, error)
	open func(c taskwallet.Cipher, additional []byte) (plain []byte, err error)
}

// Both kinds are AES-256-GCM.
const (
	gcmIV  = 12 // bytes
	gcmTag = 16
)

// Browser makes the Box of a key that the browser keeps and does not show: the
// caller encrypts and decrypts with AES-GCM of WebCrypto, and keeps nothing of
// what it is given. Cipher texts that it cannot open are BrokenFile.
func Browser(encrypt, decrypt func(iv, text, additional []byte) ([]byte, error)) Box {
	return Box{
		seal: func(plain, additional []byte) (taskwallet.Cipher, error) {
			c := taskwallet.Cipher{By: taskwallet.ByBrowser, IV: chance(gcmIV)}
			var err error
			if c.Data, err = encrypt(c.IV, plain, additional); err != nil || !isLocked(c) {
				return taskwallet.Cipher{}, taskwallet.BrokenFile.Because("the browser does not encrypt: %v", err)
			}
			return c, nil
		},
		open: func(c taskwallet.Cipher, additional []byte) ([]byte, error) {
			if c.By != taskwallet.ByBrowser || !isLocked(c) {
				return nil, taskwallet.BrokenFile.Because("cipher text by %.20q", c.By)
			}
			plain, err := decrypt(c.IV, c.Data, additional)
			if err != nil {
				return nil, taskwallet.BrokenFile.Because("the browser does not decrypt: %v", err)
			}
			return plain, nil
		},
	}
}

// isLocked tells a cipher text that can hold a key.
func isLocked(c taskwallet.Cipher) bool {
	return len(c.IV) == gcmIV && len(c.Data) == scalarLength+gcmTag
}

// Seal locks the key for its record. Errors: OtherKey, Locked, or the Box's.
func (k Key) Seal(id taskwallet.Identity, b Box) (c taskwallet.Cipher, err error) {
	if k.Address() != id.Address {
		return c, taskwallet.OtherKey.Because("%s instead of %s", k.Address().Hex(), id.Address.Hex())
	}
	err = k.use(func(scalar []byte) error {
		c, err = b.seal(scalar, id.Canonical())
		return err
	})
	return c, err
}

// Unseal opens the remembered key of a record. Errors: BrokenFile, OtherKey,
// BadKey, WrongPassword.
func Unseal(r taskwallet.Record, b Box) (Key, error) {
	if err := r.Check(); err != nil {
		return Key{}, err
	}
	if r.Cipher == nil {
		return Key{}, taskwallet.BrokenFile.Because("the key is not remembered")
	}
	plain, err := b.open(*r.Cipher, r.Canonical())
	if err != nil {
		return Key{}, err
	}
	key, err := newKey(plain)
	if err != nil {
		return Key{}, err
	}
	if key.Address() != r.Address {
		key.Lock()
		return Key{}, taskwallet.OtherKey.Because("%s instead of %s", key.Address().Hex(), r.Address.Hex())
	}
	return key, nil
}
