//go:build !js

package taskwallet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"
)

// calls is the ABI of the four functions that are called (protocol.md A.2, A.3).
const calls = `[
	{"type":"function","name":"approve","inputs":[{"type":"address"},{"type":"uint256"}]},
	{"type":"function","name":"transfer","inputs":[{"type":"address"},{"type":"uint256"}]},
	{"type":"function","name":"createTask","inputs":[{"type":"uint256"},{"type":"bytes32"},{"type":"bytes32"},{"type":"uint256"}]},
	{"type":"function","name":"cancelTask","inputs":[{"type":"uint256"}]}
]`

// pack is go-ethereum's codec, the oracle.
func pack(t testing.TB, method string, args ...any) []byte {
	t.Helper()
	parsed, err := abi.JSON(bytes.NewReader([]byte(calls)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := parsed.Pack(method, args...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCallIsWhatTheOraclePacks(t *testing.T) {
	id := testIdentity()
	host, stranger, hash := common.Address{7}, common.Address{9}, common.Hash{1, 2, 3}
	seven := amountOf(7)
	for _, c := range []struct {
		name   string
		intent Intent
		to     common.Address
		value  uint64
		data   []byte
	}{
		{"approve", Approve{seven}, id.Contracts.Token, 0, pack(t, "approve", id.Contracts.Task, big.NewInt(7))},
		{"take the allowance back", Approve{}, id.Contracts.Token, 0, pack(t, "approve", id.Contracts.Task, big.NewInt(0))},
		{"create", Create{Kind: 1, TaskHash: hash, VRAM: 8, Fee: seven}, id.Contracts.Task, 0, pack(t, "createTask", big.NewInt(1), hash, common.Hash{}, big.NewInt(8))},
		{"cancel", Cancel{99}, id.Contracts.Task, 0, pack(t, "cancelTask", big.NewInt(99))},
		{"sweep CNX to the owner", SweepToken{Amount: seven}, id.Contracts.Token, 0, pack(t, "transfer", id.Owner, big.NewInt(7))},
		{"sweep CNX elsewhere", SweepToken{stranger, seven}, id.Contracts.Token, 0, pack(t, "transfer", stranger, big.NewInt(7))},
		{"sweep coins to the owner", SweepNative{Amount: seven}, id.Owner, 7, nil},
		{"sweep coins elsewhere", SweepNative{stranger, seven}, stranger, 7, nil},
		{"CNX for a host", HostToken{"https://a.example", host, seven}, id.Contracts.Token, 0, pack(t, "transfer", host, big.NewInt(7))},
		{"coins for a host", HostNative{"https://a.example", host, seven}, host, 7, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx, err := Call(id, c.intent)
			if err != nil || tx.To != c.to || tx.Value != amountOf(c.value) || !bytes.Equal(tx.Data, c.data) || tx.From != id.Address || tx.ChainID != id.ChainID {
				t.Errorf("%+v, %v", tx, err)
			}
			text, err := EncodeIntent(c.intent)
			if err != nil {
				t.Fatal(err)
			}
			back, err := DecodeIntent(text)
			if diff := cmp.Diff(c.intent, back); err != nil || diff != "" {
				t.Errorf("%s: %v\n%s", text, err, diff)
			}
		})
	}
}

func TestCallRefuses(t *testing.T) {
	all := *new(uint256.Int).SetAllOne()
	for name, c := range map[string]struct {
		intent Intent
		want   Refusal
	}{
		"allowance without limit": {Approve{all}, BadAmount},
		"task of a third kind":    {Create{Kind: 2}, NotAnIntent},
		"sweep of nothing":        {SweepToken{}, BadAmount},
		"sweep of no coins":       {SweepNative{}, BadAmount},
		"nothing for a host":      {HostToken{Origin: "https://a.example", Host: common.Address{1}}, BadAmount},
		"no intent":               {nil, NotAnIntent},
	} {
		if _, err := Call(testIdentity(), c.intent); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMatchCallFindsTheOneIntent(t *testing.T) {
	id := testIdentity()
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		amount := amountOf(r.Uint64()>>r.IntN(64) + 1)
		var hash common.Hash
		for i := 0; i < len(hash); i += 8 {
			binary.BigEndian.PutUint64(hash[i:], r.Uint64())
		}
		for _, want := range []Intent{
			Approve{amount}, Create{Kind: uint8(r.IntN(2)), TaskHash: hash, VRAM: r.Uint64() >> r.IntN(64)},
			Cancel{r.Uint64() >> r.IntN(64)}, SweepToken{Amount: amount}, SweepNative{Amount: amount},
		} {
			tx, err := Call(id, want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := MatchCall(id, tx.To, tx.Value, tx.Data)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("%v\n%s", err, diff)
			}
		}
	}
}

func TestMatchCallRefuses(t *testing.T) {
	id := testIdentity()
	stranger := common.Address{9}
	all := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	huge := new(big.Int).Lsh(big.NewInt(1), 64)
	one, none := amountOf(1), uint256.Int{}
	approve := pack(t, "approve", id.Contracts.Task, big.NewInt(7))
	padded := bytes.Clone(approve)
	padded[4] = 1 // above the address
	for _, c := range []struct {
		name  string
		to    common.Address
		value uint256.Int
		data  []byte
		want  Refusal
	}{
		{"transfer to a stranger", id.Contracts.Token, none, pack(t, "transfer", stranger, big.NewInt(7)), NotAnIntent},
		{"transfer of nothing", id.Contracts.Token, none, pack(t, "transfer", id.Owner, big.NewInt(0)), BadAmount},
		{"approval of a stranger", id.Contracts.Token, none, pack(t, "approve", stranger, big.NewInt(7)), NotAnIntent},
		{"approval of the owner", id.Contracts.Token, none, pack(t, "approve", id.Owner, big.NewInt(7)), NotAnIntent},
		{"approval without limit", id.Contracts.Token, none, pack(t, "approve", id.Contracts.Task, all), BadAmount},
		{"approval with value", id.Contracts.Token, one, approve, NotAnIntent},
		{"approval at another token", stranger, none, approve, NotAnIntent},
		{"approval with dirty padding", id.Contracts.Token, none, padded, NotAnIntent},
		{"approval cut", id.Contracts.Token, none, approve[:67], NotAnIntent},
		{"approval with more behind", id.Contracts.Token, none, append(bytes.Clone(approve), 0), NotAnIntent},
		{"raised allowance", id.Contracts.Token, none, append([]byte{0x39, 0x50, 0x93, 0x51}, approve[4:]...), NotAnIntent},
		{"task of a third kind", id.Contracts.Task, none, pack(t, "createTask", big.NewInt(2), common.Hash{}, common.Hash{}, big.NewInt(0)), NotAnIntent},
		{"task of kind 256", id.Contracts.Task, none, pack(t, "createTask", big.NewInt(256), common.Hash{}, common.Hash{}, big.NewInt(0)), NotAnIntent},
		{"task with a data hash", id.Contracts.Task, none, pack(t, "createTask", big.NewInt(0), common.Hash{}, common.Hash{1}, big.NewInt(0)), NotAnIntent},
		{"task with 2^64 GB", id.Contracts.Task, none, pack(t, "createTask", big.NewInt(0), common.Hash{}, common.Hash{}, huge), NotAnIntent},
		{"task with value", id.Contracts.Task, one, pack(t, "createTask", big.NewInt(0), common.Hash{}, common.Hash{}, big.NewInt(0)), NotAnIntent},
		{"cancelling task 2^64", id.Contracts.Task, none, pack(t, "cancelTask", huge), NotAnIntent},
		{"another function of the Task contract", id.Contracts.Task, none, append([]byte{1, 2, 3, 4}, make([]byte, 32)...), NotAnIntent},
		{"call of the Node contract", id.Contracts.Node, none, pack(t, "cancelTask", big.NewInt(1)), NotAnIntent},
		{"coins to a stranger", stranger, one, nil, NotAnIntent},
		{"coins to the token", id.Contracts.Token, one, nil, NotAnIntent},
		{"coins to the owner with data", id.Owner, one, []byte{1}, NotAnIntent},
		{"no coins to the owner", id.Owner, none, nil, BadAmount},
		{"nobody", common.Address{}, one, nil, NotAnIntent},
	} {
		t.Run(c.name, func(t *testing.T) {
			if i, err := MatchCall(id, c.to, c.value, c.data); !errors.Is(err, c.want) || i != nil {
				t.Errorf("%#v, %v", i, err)
			}
		})
	}
}

// Whatever matches makes the same call again.
func FuzzMatchCall(f *testing.F) {
	id := testIdentity()
	f.Add(0, uint64(0), pack(f, "approve", id.Contracts.Task, big.NewInt(7)))
	f.Add(0, uint64(0), pack(f, "transfer", id.Owner, big.NewInt(7)))
	f.Add(1, uint64(0), pack(f, "createTask", big.NewInt(1), common.Hash{1}, common.Hash{}, big.NewInt(8)))
	f.Add(1, uint64(0), pack(f, "cancelTask", big.NewInt(1)))
	f.Add(2, uint64(5), []byte{})
	f.Fuzz(func(t *testing.T, who int, value uint64, data []byte) {
		to := [...]common.Address{id.Contracts.Token, id.Contracts.Task, id.Owner, id.Contracts.Node}[uint(who)%4]
		i, err := MatchCall(id, to, amountOf(value), data)
		if err != nil {
			if !errors.Is(err, NotAnIntent) && !errors.Is(err, BadAmount) {
				t.Error(err)
			}
			return
		}
		tx, err := Call(id, i)
		if err != nil || tx.To != to || tx.Value != amountOf(value) || !bytes.Equal(tx.Data, data) {
			t.Errorf("%#v: %+v, %v", i, tx, err)
		}
		if _, native := i.(SweepNative); !native && value != 0 {
			t.Errorf("%#v with value %d", i, value)
		}
	})
}

func TestDecodeIntentRefuses(t *testing.T) {
	for _, text := range []string{"", "null", "[]", `{"intent":"transfer","to":"0x0900000000000000000000000000000000000000","amount":"1"}`, `{"intent":"approve","spender":"0x0900000000000000000000000000000000000000"}`, `{"intent":"cancel","id":-1}`, `{"intent":"create","kind":300}`, `{"intent":"approve","amount":"-1"}`} {
		if i, err := DecodeIntent([]byte(text)); !errors.Is(err, NotAnIntent) {
			t.Errorf("%s: %#v, %v", text, i, err)
		}
	}
}
