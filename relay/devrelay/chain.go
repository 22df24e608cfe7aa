//go:build !js

package devrelay

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Chain is what the Relay reads: its source of logs and of the nodes' state.
// *ethclient.Client is one; tests play back recorded logs.
type Chain interface {
	BlockNumber(ctx context.Context) (uint64, error)
	FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error)
	CallContract(ctx context.Context, msg ethereum.CallMsg, block *big.Int) ([]byte, error)
}

// contracts is the part of the ABI of generation 1 the Relay uses (protocol.md A.2, A.3, A.6).
// getTask is here without its return value, of which only one word is read.
var contracts = func() abi.ABI {
	parsed, err := abi.JSON(strings.NewReader(`[
 {"type":"event","name":"TaskCreated","inputs":[
  {"name":"taskId","type":"uint256"},{"name":"taskType","type":"uint256"},
  {"name":"creator","type":"address","indexed":true},{"name":"selectedNode","type":"address","indexed":true},
  {"name":"taskHash","type":"bytes32"},{"name":"dataHash","type":"bytes32"},{"name":"round","type":"uint256"}]},
 {"type":"event","name":"TaskSuccess","inputs":[
  {"name":"taskId","type":"uint256"},{"name":"result","type":"bytes"},{"name":"resultNode","type":"address","indexed":true}]},
 {"type":"event","name":"TaskAborted","inputs":[
  {"name":"taskId","type":"uint256"},{"name":"reason","type":"string"}]},
 {"type":"function","name":"getTask","stateMutability":"view","inputs":[{"name":"taskId","type":"uint256"}],"outputs":[]},
 {"type":"function","name":"totalNodes","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"uint256"}]},
 {"type":"function","name":"availableNodes","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"uint256"}]},
 {"type":"function","name":"getAllNodeAddresses","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"address[]"}]},
 {"type":"function","name":"balanceOf","stateMutability":"view","inputs":[{"name":"account","type":"address"}],"outputs":[{"name":"","type":"uint256"}]}
]`))
	if err != nil {
		panic(err) // the text above
	}
	return parsed
}()

// call runs a view function at the latest block and returns the raw answer.
func (r *Relay) call(ctx context.Context, to common.Address, function string, args ...any) ([]byte, error) {
	data, err := contracts.Pack(function, args...)
	if err != nil {
		return nil, err
	}
	return r.options.Chain.CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, nil)
}

// callNumber is call for a function that returns one uint256.
func (r *Relay) callNumber(ctx context.Context, to common.Address, function string, args ...any) (*big.Int, error) {
	data, err := r.call(ctx, to, function, args...)
	if err != nil {
		return nil, err
	}
	var number *big.Int
	return number, contracts.UnpackIntoInterface(&number, function, data)
}

// vramLimit reads the limit of a task. A task that was never created or is already deleted has 0.
func (r *Relay) vramLimit(ctx context.Context, taskID uint64) (uint64, error) {
	data, err := r.call(ctx, r.options.Contracts.Task, "getTask", new(big.Int).SetUint64(taskID))
	if err != nil {
		return 0, err
	}
	const field = 1 + 5 // the tuple's offset, then five words: id, type, creator, task hash, data hash
	if len(data) < (field+1)*32 {
		return 0, fmt.Errorf("getTask returned %d bytes", len(data))
	}
	return new(big.Int).SetBytes(data[field*32 : (field+1)*32]).Uint64(), nil
}

// The three events, decoded. A task id above 2^64 does not fit the Relay's database and is an error.
type (
	taskCreated struct {
		TaskId, TaskType, Round *big.Int
		TaskHash, DataHash      [32]byte
		creator, selected       common.Address
	}
	taskSuccess struct {
		TaskId     *big.Int
		Result     []byte
		resultNode common.Address
	}
	taskAborted struct {
		TaskId *big.Int
		Reason string
	}
)

// events are the logs of one batch, by kind, in the order of the chain.
type events struct {
	created []taskCreated
	success []taskSuccess
	aborted []taskAborted
}

// events reads the Task contract's logs of the blocks from..to, both included.
func (r *Relay) events(ctx context.Context, from, to uint64) (events, error) {
	logs, err := r.options.Chain.FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(from),
		ToBlock:   new(big.Int).SetUint64(to),
		Addresses: []common.Address{r.options.Contracts.Task},
		Topics: [][]common.Hash{{
			contracts.Events["TaskCreated"].ID, contracts.Events["TaskSuccess"].ID, contracts.Events["TaskAborted"].ID,
		}},
	})
	if err != nil {
		return events{}, err
	}
	var found events
	for _, log := range logs {
		if err := found.add(log); err != nil {
			return events{}, fmt.Errorf("log %d of transaction %s: %w", log.Index, log.TxHash, err)
		}
	}
	return found, nil
}

func (e *events) add(log types.Log) error {
	if len(log.Topics) == 0 {
		return errors.New("no topics")
	}
	event, err := contracts.EventByID(log.Topics[0])
	if err != nil {
		return err
	}
	indexed := func(i int) (common.Address, error) {
		if i >= len(log.Topics) {
			return common.Address{}, fmt.Errorf("%s with %d topics", event.Name, len(log.Topics))
		}
		return common.BytesToAddress(log.Topics[i][:]), nil
	}
	switch event.Name {
	case "TaskCreated":
		var c taskCreated
		if err := contracts.UnpackIntoInterface(&c, event.Name, log.Data); err != nil {
			return err
		}
		if c.creator, err = indexed(1); err != nil {
			return err
		}
		if c.selected, err = indexed(2); err != nil {
			return err
		}
		e.created = append(e.created, c)
		return fits(c.TaskId)
	case "TaskSuccess":
		var s taskSuccess
		if err := contracts.UnpackIntoInterface(&s, event.Name, log.Data); err != nil {
			return err
		}
		if s.resultNode, err = indexed(1); err != nil {
			return err
		}
		e.success = append(e.success, s)
		return fits(s.TaskId)
	default:
		var a taskAborted
		if err := contracts.UnpackIntoInterface(&a, event.Name, log.Data); err != nil {
			return err
		}
		e.aborted = append(e.aborted, a)
		return fits(a.TaskId)
	}
}

func fits(taskID *big.Int) error {
	if !taskID.IsUint64() {
		return fmt.Errorf("task id %s does not fit 64 bits", taskID)
	}
	return nil
}
