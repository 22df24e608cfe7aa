package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"

	"crynux-dapp/chain/taskwallet"
)

// The salts of the keys that are made (§4). They and the layout below are
// frozen: a change loses every key.
const (
	walletSalt = "crynux-dapp/task-wallet/v1"
	hostSalt   = "crynux-dapp/host-key/v1"
	infoPrefix = "key"

	materialLength = 48
)

// Derive makes the key of a message from its owner's signature. again is a
// second signature of the same message, to see that the wallet signs the same
// every time; nil where the key has been used before. Both are cleared.
//
// Errors: BadSignature and ForeignSigner for wallets that are contracts or lie,
// and NotDeterministic; all three mean that only a random key works. BadMessage
// and BadSite.
func Derive(m taskwallet.Message, first, again []byte) (Key, error) {
	defer clear(first)
	defer clear(again)
	digest, err := m.Digest()
	if err != nil {
		return Key{}, err
	}
	sig, err := parseSignature(first)
	if err != nil {
		return Key{}, err
	}
	defer clear(sig[:])
	signer, err := sig.signer(digest)
	if err != nil {
		return Key{}, err
	}
	if signer != m.Owner {
		return Key{}, taskwallet.ForeignSigner.Because("%s instead of %s", signer.Hex(), m.Owner.Hex())
	}
	if again != nil {
		second, err := parseSignature(again)
		if err != nil {
			return Key{}, err
		}
		defer clear(second[:])
		if !bytes.Equal(sig.rs(), second.rs()) {
			return Key{}, taskwallet.NotDeterministic.Because("the second signature differs")
		}
	}
	info := append([]byte(infoPrefix), m.Owner[:]...)
	info = appendWord(info, m.ChainID)
	info = appendWord(info, uint64(m.Number))
	return expand(sig.rs(), walletSalt, info)
}

// Host makes the key of a host that embeds the page, for a chain and the
// origin of the host. The error is BadSite or Locked.
func (k Key) Host(chainID uint64, origin string) (host Key, err error) {
	if err := taskwallet.CheckOrigin(origin); err != nil {
		return Key{}, err
	}
	err = k.use(func(scalar []byte) error {
		host, err = expand(scalar, hostSalt, append(appendWord(nil, chainID), origin...))
		return err
	})
	return host, err
}

// expand makes a key from a secret, by HKDF with SHA-256 (RFC 5869).
func expand(secret []byte, salt string, info []byte) (Key, error) {
	material, err := hkdf.Key(sha256.New, secret, []byte(salt), string(info), materialLength)
	if err != nil {
		return Key{}, taskwallet.BadKey.Because("%v", err)
	}
	return newKey(reduce(material))
}

// appendWord appends 32 bytes, big-endian.
func appendWord(b []byte, v uint64) []byte {
	return binary.BigEndian.AppendUint64(append(b, make([]byte, 24)...), v)
}
