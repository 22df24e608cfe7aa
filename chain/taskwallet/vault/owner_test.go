package vault

import (
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/taskwallet"
)

// The vectors of taskwallet.md, section 4.
type vectors struct {
	OwnerPhrase string
	Owner       common.Address
	Vectors     []struct {
		Site    string
		ChainID uint64
		Number  uint8
		Key     hexutil.Bytes
		Address common.Address
	}
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// owner is an account in somebody's wallet.
type owner struct{ key *ecdsa.PrivateKey }

func newOwner(t testing.TB, phrase string) owner {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(phrase)))
	if err != nil {
		t.Fatal(err)
	}
	return owner{key}
}

func testOwner(t testing.TB) owner { return newOwner(t, "crynux-dapp test owner") }

func (o owner) address() common.Address { return crypto.PubkeyToAddress(o.key.PublicKey) }

// sign is a wallet's answer: 65 bytes with v 27 or 28.
func (o owner) sign(t testing.TB, m taskwallet.Message) []byte {
	t.Helper()
	digest, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(digest[:], o.key)
	if err != nil {
		t.Fatal(err)
	}
	sig[64] += 27
	return sig
}

// signRandomly is the answer of a wallet that takes another k each time.
func (o owner) signRandomly(t testing.TB, m taskwallet.Message) []byte {
	t.Helper()
	digest, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	once, err := crypto.GenerateKey() // k and k·G
	if err != nil {
		t.Fatal(err)
	}
	n := crypto.S256().Params().N
	k, d := new(big.Int).SetBytes(crypto.FromECDSA(once)), new(big.Int).SetBytes(crypto.FromECDSA(o.key))
	point := crypto.FromECDSAPub(&once.PublicKey) // 4 ‖ x ‖ y
	r := new(big.Int).SetBytes(point[1:33])
	s := new(big.Int).Mul(r, d)
	s.Add(s, new(big.Int).SetBytes(digest[:]))
	s.Mod(s.Mul(s, new(big.Int).ModInverse(k, n)), n)
	return append(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), 27+point[64]&1)
}

func testMessage(t testing.TB) taskwallet.Message {
	return taskwallet.Message{Owner: testOwner(t).address(), Site: "crynux.example.org", ChainID: 42}
}

// testKey is the key of the first vector.
func testKey(t testing.TB) Key {
	t.Helper()
	key, err := Derive(testMessage(t), testOwner(t).sign(t, testMessage(t)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func testIdentity(t testing.TB) taskwallet.Identity {
	return taskwallet.Identity{
		V: taskwallet.Version, Kind: taskwallet.Derived, Owner: testOwner(t).address(), Site: "crynux.example.org", ChainID: 42,
		Address: readVectors(t).Vectors[0].Address, CreatedAt: 1_700_000_000,
		Contracts: taskwallet.Contracts{
			Token: common.HexToAddress("0x95E7e7Ed5463Ff482f61585605a0ff278e0E1FFb"),
			Node:  common.HexToAddress("0x719f8f1e106BeF85f2ffC1D23e86C9cbCb7ddB67"),
			Task:  common.HexToAddress("0xd14f963B54Deff1993FF7987954602c9593d36A4"),
		},
		Relays: []string{"https://relay.example.org"},
	}
}
