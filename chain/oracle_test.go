//go:build !js

package chain

import (
	"encoding/binary"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Oracle: go-ethereum's own codec over the ABI of the real contracts.

func contractABI(t testing.TB, name string) abi.ABI {
	t.Helper()
	file, err := os.Open("testdata/abi/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parsed, err := abi.JSON(file)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// random makes values that differ in length: many zeros, many ones.
type random struct{ *rand.Rand }

func newRandom() random { return random{rand.New(rand.NewPCG(1, 2))} }

func (r random) hash() (h common.Hash) {
	for i := 0; i < len(h); i += 8 {
		binary.BigEndian.PutUint64(h[i:], r.Uint64())
	}
	return h
}

func (r random) address() common.Address { h := r.hash(); return common.Address(h[:20]) }
func (r random) uint64() uint64          { return r.Uint64() >> r.IntN(64) }

func (r random) amount() uint256.Int {
	h := r.hash()
	v := *new(uint256.Int).SetBytes32(h[:])
	return *v.Rsh(&v, uint(r.IntN(256)))
}

func (r random) bytes(most int) []byte {
	b := make([]byte, r.IntN(most+1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (r random) contracts() Contracts {
	return Contracts{Token: r.address(), Node: r.address(), Task: r.address()}
}

func bigOf(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

func mustJSON(t testing.TB, v any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
