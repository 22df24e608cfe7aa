package vault

import (
	"crynux-dapp/chain/taskwallet"
)

// Box locks a key so that it can be stored, and opens it again. [Passphrase] is
// one; another is the browser's key that scripts cannot read, which the worker
// brings along. plain is the key: a Box keeps no copy of it.
type Box interface {
	// Seal locks plain so that it opens only with the same additional data.
	Seal(plain, additional []byte) (taskwallet.Cipher, error)
	// Open is the way back. The error is WrongPassword or BrokenFile.
	Open(c taskwallet.Cipher, additional []byte) (plain []byte, err error)
}

// Seal locks the key for its record. Errors: OtherKey, Locked, or the Box's.
func (k Key) Seal(id taskwallet.Identity, b Box) (c taskwallet.Cipher, err error) {
	if k.Address() != id.Address {
		return c, taskwallet.OtherKey.Because("%s instead of %s", k.Address().Hex(), id.Address.Hex())
	}
	err = k.use(func(scalar []byte) error {
		c, err = b.Seal(scalar, id.Canonical())
		return err
	})
	return c, err
}

// Unseal opens the remembered key of a record. Errors: OtherKey, BrokenFile,
// BadKey, or the Box's.
func Unseal(r taskwallet.Record, b Box) (Key, error) {
	if err := r.Check(); err != nil {
		return Key{}, err
	}
	if r.Cipher == nil {
		return Key{}, taskwallet.BrokenFile.Because("the key is not remembered")
	}
	plain, err := b.Open(*r.Cipher, r.Canonical())
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
