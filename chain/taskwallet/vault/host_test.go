package vault

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// The keys of hosts that the first vector of taskwallet.md, section 4, makes:
// computed with another language's HMAC.
func TestHandOverGivesTheKeyOfTheHost(t *testing.T) {
	v := readVectors(t).Vectors[0]
	for _, c := range []struct {
		chainID     uint64
		origin, key string
	}{
		{42, "https://shop.example", "2414d49ae3c1ab0325de9ac3c14d23106a64a1c1901b1cce0753976c10cd729c"},
		{42, "http://localhost:8080", "b22e5f584a618eac0b96de9afd62b5ef46b01d0510199a7e69baba7795a6f57e"},
		{18896214, "https://shop.example", "507080128a2d8454006c37c7acadb9910c0d7f36f24b617cd7c3b50b507f2b54"},
	} {
		key, err := newKey(bytes.Clone(v.Key))
		if err != nil {
			t.Fatal(err)
		}
		id := testSigner(t).id
		id.Address, id.ChainID = v.Address, c.chainID
		s, err := Open(key, Session{Record: id})
		if err != nil {
			t.Fatal(err)
		}
		scalar, at, err := s.HandOver(c.origin)
		if err != nil || hex.EncodeToString(scalar) != c.key {
			t.Fatalf("%s on %d: %x, %v", c.origin, c.chainID, scalar, err)
		}
		if known, err := s.HostAddress(c.origin); err != nil || known != at {
			t.Errorf("%s is not %s: %v", known, at, err)
		}
		adopted, err := Adopt(scalar)
		if err != nil || adopted.Address() != at {
			t.Errorf("adopted as %s, not %s: %v", adopted.Address(), at, err)
		}
		if !bytes.Equal(scalar, make([]byte, 32)) {
			t.Error("a copy of the key stays")
		}
	}
}

func TestAdoptWantsAKey(t *testing.T) {
	for _, bad := range [][]byte{nil, make([]byte, 31), make([]byte, 32), make([]byte, 33), bytes.Repeat([]byte{0xff}, 32)} {
		if _, err := Adopt(bad); !errors.Is(err, taskwallet.BadKey) {
			t.Errorf("%x: %v", bad, err)
		}
	}
}

func TestPurseOfAHostIsOnlyTakenBack(t *testing.T) {
	s := testSigner(t)
	const origin = "https://shop.example"
	at, err := s.HostAddress(origin)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []taskwallet.Intent{
		taskwallet.Approve{Amount: units(1)}, taskwallet.Create{Fee: units(1)}, taskwallet.Cancel{ID: 1},
		taskwallet.HostNative{Origin: origin, Host: at, Amount: units(1)}, taskwallet.HostToken{Origin: origin, Host: at, Amount: units(1)}, nil,
	} {
		if signed, err := s.SignHostTx(t.Context(), origin, i, 0, 1, price(1, 1)); !errors.Is(err, taskwallet.NotAnIntent) || signed.Raw != nil {
			t.Errorf("%T: %v", i, err)
		}
	}
	for _, to := range []common.Address{{9}, s.id.Owner} { // not even to the owner of the task wallet
		if _, err := s.SignHostTx(t.Context(), origin, taskwallet.SweepNative{To: to, Amount: units(1)}, 0, 1, price(1, 1)); !errors.Is(err, taskwallet.ForeignTarget) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	if _, err := s.SignHostTx(t.Context(), origin+"/", taskwallet.SweepNative{Amount: units(1)}, 0, 1, price(1, 1)); !errors.Is(err, taskwallet.BadSite) {
		t.Error(err)
	}
	signed, err := s.SignHostTx(t.Context(), origin, taskwallet.SweepNative{Amount: units(5)}, 7, 21_000, price(1, 1))
	if err != nil {
		t.Fatal(err)
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(signed.Raw); err != nil {
		t.Fatal(err)
	}
	sender, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), &tx)
	if err != nil || sender != at || *tx.To() != s.Address() || tx.Value().Cmp(uint256.NewInt(5).ToBig()) != 0 || tx.Nonce() != 7 {
		t.Errorf("from %s to %s, %s wei: %v", sender, tx.To(), tx.Value(), err)
	}
}
