//go:build js && wasm

package browser_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

// vectors are those of taskwallet.md, section 4.
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

var readVectors = sync.OnceValues(func() (v vectors, err error) {
	_, text, err := browser.Fetch{}.Get(context.Background(), "vectors.json", 1<<16)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, &v)
})

func testVectors(t *testing.T) vectors {
	t.Helper()
	v, err := readVectors()
	must(t, err)
	if len(v.Vectors) < 4 {
		t.Fatalf("%d vectors", len(v.Vectors))
	}
	return v
}

// owner is an account in somebody's wallet.
type owner struct{ key *ecdsa.PrivateKey }

func testOwner(t *testing.T) owner {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(testVectors(t).OwnerPhrase)))
	must(t, err)
	return owner{key}
}

// sign is a wallet's answer to eth_signTypedData_v4.
func (o owner) sign(t *testing.T, m taskwallet.Message) []byte {
	t.Helper()
	digest, err := m.Digest()
	must(t, err)
	signature, err := crypto.Sign(digest[:], o.key)
	must(t, err)
	signature[64] += 27
	return signature
}

// testIdentity is the task wallet of the first vector.
func testIdentity(t *testing.T) taskwallet.Identity {
	v := testVectors(t)
	return taskwallet.Identity{
		V: taskwallet.Version, Kind: taskwallet.Derived, Owner: v.Owner, Site: v.Vectors[0].Site, ChainID: v.Vectors[0].ChainID,
		Address:   v.Vectors[0].Address,
		Contracts: taskwallet.Contracts{Token: common.Address{1}, Node: common.Address{2}, Task: common.Address{3}},
		Relays:    []string{"https://relay.example.org"}, CreatedAt: 1_700_000_000,
	}
}

// made is a vault with the key of the first vector, not opened.
func made(t *testing.T) *browser.Vault {
	t.Helper()
	v := &browser.Vault{Worker: new(browser.Worker)}
	t.Cleanup(v.Worker.Close)
	derive(t, v)
	return v
}

func derive(t *testing.T, v *browser.Vault) {
	t.Helper()
	id := testIdentity(t)
	at, err := v.Derive(t.Context(), id.Message(), testOwner(t).sign(t, id.Message()), nil)
	if err != nil || at != id.Address {
		t.Fatalf("%v, error %v", at, err)
	}
}

// opened is a vault with a session over that key, and 100 CNX base units to spend.
func opened(t *testing.T) *browser.Vault {
	t.Helper()
	v := made(t)
	must(t, v.Open(t.Context(), testIdentity(t), taskwallet.Gas{}, amount(100)))
	return v
}

func amount(n uint64) uint256.Int { return *uint256.NewInt(n) }

// fair is a price of gas that nothing is wrong with.
var fair = taskwallet.Price{Max: amount(10), Shown: amount(10)}

// statusText is a text of the Relay.
func statusText(at time.Time) []byte {
	return fmt.Appendf(nil, `{"task_id":7}%d`, at.Unix())
}
