//go:build !js

package chain

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestCalldataEqualsTheOracle(t *testing.T) {
	token, node, task := contractABI(t, "CrynuxToken"), contractABI(t, "Node"), contractABI(t, "Task")
	r := newRandom()
	for range 200 {
		c, owner, hash := r.contracts(), r.address(), r.hash()
		n, m, coins := r.uint64(), r.uint64(), r.amount()
		kind := uint8(n)
		for _, x := range []struct {
			name string
			got  []byte
			pack func(string, ...any) ([]byte, error)
			args []any
		}{
			{"approve", c.Approve(owner, coins).Data, token.Pack, []any{c.Task, coins.ToBig()}},
			{"balanceOf", balanceOf.with(addressWord(owner)), token.Pack, []any{owner}},
			{"allowance", allowance.with(addressWord(owner), addressWord(c.Task)), token.Pack, []any{owner, c.Task}},
			{"symbol", symbol.with(), token.Pack, nil},
			{"decimals", decimals.with(), token.Pack, nil},
			{"createTask", c.CreateTask(owner, kind, hash, m).Data, task.Pack, []any{bigOf(uint64(kind)), hash, common.Hash{}, bigOf(m)}},
			{"cancelTask", c.CancelTask(owner, n).Data, task.Pack, []any{bigOf(n)}},
			{"getTask", getTask.with(uintWord(n)), task.Pack, []any{bigOf(n)}},
			{"getNodeTask", getNodeTask.with(addressWord(owner)), task.Pack, []any{owner}},
			{"totalTasks", totalTasks.with(), task.Pack, nil},
			{"totalSuccessTasks", totalSuccessTasks.with(), task.Pack, nil},
			{"totalAbortedTasks", totalAbortedTasks.with(), task.Pack, nil},
			{"totalNodes", totalNodes.with(), node.Pack, nil},
			{"availableNodes", availableNodes.with(), node.Pack, nil},
			{"getAvailableGPUs", getAvailableGPUs.with(), node.Pack, nil},
			{"filterGPUID", freeNodesCall(kindGPT, n), node.Pack, []any{bigOf(n), bigOf(3)}},
			{"filterGPUVram", freeNodesCall(kindSD, n|1), node.Pack, []any{bigOf(n | 1), bigOf(1)}},
			{"availableNodes", freeNodesCall(kindSD, 0), node.Pack, nil},
		} {
			want, err := x.pack(x.name, x.args...)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(x.got, want) {
				t.Fatalf("%s\n got %x\nwant %x", x.name, x.got, want)
			}
		}
	}
}

func TestTransactionsGoToTheRightContractWithoutCoins(t *testing.T) {
	r := newRandom()
	c, from := r.contracts(), r.address()
	for name, x := range map[string]struct {
		tx Tx
		to common.Address
	}{
		"approve": {c.Approve(from, r.amount()), c.Token},
		"create":  {c.CreateTask(from, kindSD, r.hash(), 8), c.Task},
		"cancel":  {c.CancelTask(from, 7), c.Task},
	} {
		if x.tx.To != x.to || x.tx.From != from || !x.tx.Value.IsZero() {
			t.Errorf("%s: %+v", name, x.tx)
		}
	}
}

func TestGPUsEqualTheOracle(t *testing.T) {
	type gpu struct {
		Name string
		Vram *big.Int
	}
	output := contractABI(t, "Node").Methods["getAvailableGPUs"].Outputs
	for _, want := range [][]GPU{nil, {{"NVIDIA GeForce RTX 4090", 24}, {"", 0}, {"Apple M1 Pro – with a name longer than a word", 16}}} {
		list := []gpu{}
		for _, g := range want {
			list = append(list, gpu{g.Name, bigOf(g.VRAM)})
		}
		packed, err := output.Pack(list)
		if err != nil {
			t.Fatal(err)
		}
		got, err := returned(readGPUs)(mustJSON(t, data(packed)))
		if err != nil || len(got) != len(want) {
			t.Fatal(got, err)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%+v, want %+v", got[i], want[i])
			}
		}
	}
}
