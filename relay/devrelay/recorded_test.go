//go:build !js

package devrelay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"crynux-dapp/chain/devchain"
)

// handClock is a clock that moves only when told to.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *handClock) advance(d time.Duration) { c.set(c.Now().Add(d)) }

// Sleep moves the clock: whoever sleeps is the only one who waits.
func (c *handClock) Sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

// recordedChain plays back the logs of testdata/chain.json: one block a second, each visible from
// the moment it was mined.
type recordedChain struct {
	Contracts  struct{ CrynuxToken, Node, Task common.Address }
	FirstBlock struct {
		Number uint64
		At     time.Time
	} `json:"first_block"`
	Nodes       []common.Address
	NodeBalance string `json:"node_balance"`
	FreeNodes   []struct {
		Block uint64
		Free  int64
	} `json:"free_nodes"`
	VRAMLimits map[string]int64 `json:"vram_limits"`
	Logs       []struct {
		Block  uint64
		Index  uint
		Tx     common.Hash
		Topics []common.Hash
		Data   hexutil.Bytes
	}

	clock Clock
}

func loadChain(t testing.TB, clock Clock) *recordedChain {
	t.Helper()
	chain := &recordedChain{clock: clock}
	readTestdata(t, "chain.json", chain)
	return chain
}

func readTestdata(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func (c *recordedChain) addresses() devchain.Contracts {
	return devchain.Contracts{Token: c.Contracts.CrynuxToken, Node: c.Contracts.Node, Task: c.Contracts.Task}
}

func (c *recordedChain) BlockNumber(context.Context) (uint64, error) {
	age := c.clock.Now().Sub(c.FirstBlock.At)
	return c.FirstBlock.Number + uint64(age/time.Second), nil
}

func (c *recordedChain) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	head, err := c.BlockNumber(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(q.Addresses, []common.Address{c.Contracts.Task}) || len(q.Topics) != 1 {
		return nil, fmt.Errorf("unexpected filter %+v", q)
	}
	var found []types.Log
	for _, log := range c.Logs {
		if log.Block <= head && log.Block >= q.FromBlock.Uint64() && log.Block <= q.ToBlock.Uint64() &&
			slices.Contains(q.Topics[0], log.Topics[0]) {
			found = append(found, types.Log{
				Address: c.Contracts.Task, Topics: log.Topics, Data: log.Data,
				BlockNumber: log.Block, TxHash: log.Tx, Index: log.Index,
			})
		}
	}
	return found, nil
}

func (c *recordedChain) CallContract(ctx context.Context, msg ethereum.CallMsg, _ *big.Int) ([]byte, error) {
	method, err := contracts.MethodById(msg.Data)
	if err != nil {
		return nil, err
	}
	switch method.Name {
	case "totalNodes":
		return word(int64(len(c.Nodes))), nil
	case "availableNodes":
		head, err := c.BlockNumber(ctx)
		if err != nil {
			return nil, err
		}
		var free int64
		for _, f := range c.FreeNodes {
			if f.Block <= head {
				free = f.Free
			}
		}
		return word(free), nil
	case "getAllNodeAddresses":
		return method.Outputs.Pack(c.Nodes)
	case "balanceOf":
		balance, ok := new(big.Int).SetString(c.NodeBalance, 10)
		if !ok {
			return nil, errors.New("no balance in the recording")
		}
		return common.LeftPadBytes(balance.Bytes(), 32), nil
	case "getTask":
		id := new(big.Int).SetBytes(msg.Data[4:])
		return taskTuple(c.VRAMLimits[id.String()]), nil
	}
	return nil, fmt.Errorf("unexpected call of %s", method.Name)
}

func word(n int64) []byte { return common.LeftPadBytes(big.NewInt(n).Bytes(), 32) }

// taskTuple is what getTask returns, with nothing in it but the VRAM limit.
func taskTuple(vram int64) []byte {
	data := word(32)
	for field := range 16 {
		if field == 5 {
			data = append(data, word(vram)...)
		} else {
			data = append(data, word(0)...)
		}
	}
	return data
}

// deadChain is an RPC address where nobody listens.
type deadChain struct{}

var errNobody = &url.Error{
	Op: "Post", URL: "http://127.0.0.1:18999", Err: errors.New("dial tcp 127.0.0.1:18999: connect: connection refused"),
}

func (deadChain) BlockNumber(context.Context) (uint64, error) { return 0, errNobody }

func (deadChain) FilterLogs(context.Context, ethereum.FilterQuery) ([]types.Log, error) {
	return nil, errNobody
}

func (deadChain) CallContract(context.Context, ethereum.CallMsg, *big.Int) ([]byte, error) {
	return nil, errNobody
}

// eventLog makes a log of the Task contract from the event's fields that are not indexed.
func eventLog(t testing.TB, name string, block uint64, indexed []common.Address, fields ...any) types.Log {
	t.Helper()
	event := contracts.Events[name]
	data, err := abi.Arguments(event.Inputs.NonIndexed()).Pack(fields...)
	if err != nil {
		t.Fatal(err)
	}
	topics := []common.Hash{event.ID}
	for _, address := range indexed {
		topics = append(topics, common.BytesToHash(address[:]))
	}
	return types.Log{Topics: topics, Data: data, BlockNumber: block}
}
