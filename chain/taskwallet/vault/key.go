package vault

import (
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/taskwallet"
)

// Key is a private key of secp256k1 that shows itself to nobody: printed, in
// JSON or in any other text it is [secret]. Copies are the same key, locked
// together. The zero Key is a locked one.
type Key struct {
	// secret is behind a function, because package fmt looks into pointers: where
	// a verb does not fit a field that it may not ask to print itself.
	secret func() *secret // nil in the zero Key
}

type secret struct {
	mu      sync.Mutex
	scalar  []byte // 32 bytes; nil once locked. Not an array: tracebacks print those.
	address common.Address
}

const scalarLength = 32

// newKey takes a scalar over and clears it. The error is BadKey.
func newKey(scalar []byte) (Key, error) {
	defer clear(scalar)
	private, err := crypto.ToECDSA(scalar) // refuses 0, the order and above, and other lengths
	if err != nil {
		return Key{}, taskwallet.BadKey.Because("zero, or not below the curve's order")
	}
	defer wipe(private)
	own := &secret{
		scalar:  append([]byte(nil), scalar...),
		address: crypto.PubkeyToAddress(private.PublicKey),
	}
	return Key{func() *secret { return own }}, nil
}

// Random makes a key from chance. It cannot be made again: without a backup it
// is gone with this page.
func Random() (Key, error) {
	for {
		scalar := make([]byte, scalarLength)
		rand.Read(scalar) // never fails: the program ends instead
		if key, err := newKey(scalar); err == nil {
			return key, nil
		}
	}
}

// Address is the account of the key, also once it is locked; zero for the zero
// Key.
func (k Key) Address() common.Address {
	if k.secret == nil {
		return common.Address{}
	}
	return k.secret().address
}

// Lock overwrites the key. Nothing that needs it works afterwards. Copies that
// the runtime made are out of reach: only the end of the worker is certain.
func (k Key) Lock() {
	if k.secret == nil {
		return
	}
	own := k.secret()
	own.mu.Lock()
	defer own.mu.Unlock()
	clear(own.scalar)
	own.scalar = nil
}

// use lends a copy of the key for the length of a call. The error is Locked, or
// that of f.
func (k Key) use(f func(scalar []byte) error) error {
	if k.secret == nil {
		return taskwallet.Locked.Because("no key")
	}
	own := k.secret()
	own.mu.Lock()
	scalar := append([]byte(nil), own.scalar...)
	own.mu.Unlock()
	if scalar == nil {
		return taskwallet.Locked.Because("%s", own.address.Hex())
	}
	defer clear(scalar)
	return f(scalar)
}

// sign is use for go-ethereum's functions.
func (k Key) sign(f func(*ecdsa.PrivateKey) error) error {
	return k.use(func(scalar []byte) error {
		private, err := crypto.ToECDSA(scalar)
		if err != nil {
			return taskwallet.BadKey.Because("zero, or not below the curve's order")
		}
		defer wipe(private)
		return f(private)
	})
}

func wipe(private *ecdsa.PrivateKey) {
	clear(private.D.Bits()) //lint:ignore SA1019 there is no other way to overwrite it
}

// reduce makes a scalar of 48 bytes of key material (§4, step 4). The surplus of
// 16 bytes makes all scalars equally likely to within 2^-128.
func reduce(material []byte) []byte {
	defer clear(material)
	scalar := new(big.Int).SetBytes(material)
	defer func() { clear(scalar.Bits()) }()
	one := big.NewInt(1)
	scalar.Mod(scalar, new(big.Int).Sub(crypto.S256().Params().N, one))
	return scalar.Add(scalar, one).FillBytes(make([]byte, scalarLength))
}

const hidden = "[secret]"

// Format prints [secret] for every verb.
func (Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// String returns [secret].
func (Key) String() string { return hidden }

// MarshalText returns [secret]; JSON uses it, too.
func (Key) MarshalText() ([]byte, error) { return []byte(hidden), nil }
