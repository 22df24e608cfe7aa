//go:build !js

package chain

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// oracleTask is the struct that the oracle packs and unpacks.
type oracleTask struct {
	Id                    *big.Int
	TaskType              *big.Int
	Creator               common.Address
	TaskHash              [32]byte
	DataHash              [32]byte
	VramLimit             *big.Int
	IsSuccess             bool
	SelectedNodes         []common.Address
	Commitments           [][32]byte
	Nonces                [][32]byte
	Results               [][]byte
	ResultDisclosedRounds []*big.Int
	ResultNode            common.Address
	Aborted               bool
	Timeout               *big.Int
	Balance               *big.Int
}

func (o oracleTask) task() Task {
	t := Task{
		ID: o.Id.Uint64(), Kind: uint8(o.TaskType.Uint64()), Creator: o.Creator, TaskHash: o.TaskHash, DataHash: o.DataHash,
		VRAM: o.VramLimit.Uint64(), Nodes: o.SelectedNodes, Results: o.Results, ResultNode: o.ResultNode, Aborted: o.Aborted, Deadline: o.Timeout.Uint64(),
	}
	for _, c := range o.Commitments {
		t.Commitments = append(t.Commitments, c)
	}
	for _, n := range o.Nonces {
		t.Nonces = append(t.Nonces, n)
	}
	for _, n := range o.ResultDisclosedRounds {
		t.Disclosed = append(t.Disclosed, n.Uint64())
	}
	t.Balance.SetFromBig(o.Balance)
	return t
}

func unpackOracleTask(t testing.TB, packed []byte) oracleTask {
	t.Helper()
	task := contractABI(t, "Task")
	values, err := task.Unpack("getTask", packed)
	if err != nil {
		t.Fatal(err)
	}
	return *abi.ConvertType(values[0], new(oracleTask)).(*oracleTask)
}

func (r random) oracleTask() oracleTask {
	coins := r.amount()
	o := oracleTask{
		Id: bigOf(r.uint64()), TaskType: bigOf(r.uint64() % 256), Creator: r.address(), TaskHash: r.hash(), DataHash: r.hash(),
		VramLimit: bigOf(r.uint64()), IsSuccess: r.IntN(2) == 0, ResultNode: r.address(), Aborted: r.IntN(2) == 0,
		Timeout: bigOf(r.uint64()), Balance: coins.ToBig(),
	}
	for range r.IntN(rounds + 1) {
		o.SelectedNodes = append(o.SelectedNodes, r.address())
		o.Commitments = append(o.Commitments, r.hash())
		o.Nonces = append(o.Nonces, r.hash())
		o.Results = append(o.Results, r.bytes(90))
		o.ResultDisclosedRounds = append(o.ResultDisclosedRounds, bigOf(r.uint64()))
	}
	return o
}

func TestTaskEqualsTheOracle(t *testing.T) {
	outputs, r := contractABI(t, "Task").Methods["getTask"].Outputs, newRandom()
	for range 500 {
		want := r.oracleTask()
		packed, err := outputs.Pack(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := returned(readTask)(mustJSON(t, data(packed)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.task(), got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestTaskRefuses(t *testing.T) {
	outputs, r := contractABI(t, "Task").Methods["getTask"].Outputs, newRandom()
	pack := func(change func(*oracleTask)) []byte {
		o := r.oracleTask()
		o.Results = [][]byte{bytes.Repeat([]byte{1}, 64)}
		change(&o)
		packed, err := outputs.Pack(o)
		if err != nil {
			t.Fatal(err)
		}
		return packed
	}
	good := pack(func(*oracleTask) {})
	huge := new(big.Int).Lsh(big.NewInt(1), 64)
	for name, packed := range map[string][]byte{
		"nothing":              {},
		"half of it":           good[:len(good)/2/32*32],
		"an id above 64 bits":  pack(func(o *oracleTask) { o.Id = huge }),
		"a kind above 8 bits":  pack(func(o *oracleTask) { o.TaskType = big.NewInt(256) }),
		"four nodes":           pack(func(o *oracleTask) { o.SelectedNodes = make([]common.Address, 4) }),
		"a deadline too large": pack(func(o *oracleTask) { o.Timeout = huge }),
		"a boolean of 2":       append(append(append([]byte(nil), good[:32*8-1]...), 2), good[32*8:]...),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := returned(readTask)(mustJSON(t, data(packed))); !errors.Is(err, ErrMalformed) || got.ID != 0 {
				t.Error(got, err)
			}
		})
	}
}

func TestTaskState(t *testing.T) {
	node := common.Address{1}
	for name, x := range map[string]struct {
		task Task
		want TaskState
	}{
		"zero id":                               {Task{}, Gone},
		"neither result nor abort":              {Task{ID: 7}, Running},
		"result node":                           {Task{ID: 7, ResultNode: node}, Succeeded},
		"aborted":                               {Task{ID: 7, Aborted: true}, Aborted},
		"aborted with a result node":            {Task{ID: 7, Aborted: true, ResultNode: node}, Aborted},
		"disclosed once, nothing decided (A.5)": {Task{ID: 7, Disclosed: []uint64{1}}, Running},
	} {
		if got := x.task.State(); got != x.want {
			t.Errorf("%s: %d, want %d", name, got, x.want)
		}
	}
}

// Offsets that all point at one long byte string would make the decoder give
// out the same bytes again and again.
func TestCraftedOffsetsDoNotMultiplyMemory(t *testing.T) {
	overlapping := func(n uint64) error {
		words := []uint64{32, n}
		for range n {
			words = append(words, 32*n)
		}
		words = append(words, 64, 0, 0) // the one string, of 64 bytes
		var packed []byte
		for _, v := range words {
			w := uintWord(v)
			packed = append(packed, w[:]...)
		}
		list := newWords(packed)
		elements(list, n, (*tuple).bytes)
		return list.err()
	}
	if err := overlapping(1); err != nil {
		t.Error("once:", err)
	}
	if err := overlapping(100); !errors.Is(err, ErrMalformed) {
		t.Error("a hundred times:", err)
	}
}
