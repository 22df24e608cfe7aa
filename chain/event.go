package chain

import (
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Event is what a Log of a known contract means: a Transfer, Approval,
// TaskCreated, CommitmentsReady, TaskSuccess or TaskAborted.
type Event interface{ isEvent() }

// Transfer tells that CNX moved (protocol.md A.2).
type Transfer struct {
	From, To common.Address
	Amount   uint256.Int
}

// Approval tells what a spender may take from now on.
type Approval struct {
	Owner, Spender common.Address
	Amount         uint256.Int
}

// TaskCreated is there once for each of the three nodes of a task
// (protocol.md A.3).
type TaskCreated struct {
	ID       uint64
	Kind     uint8
	Creator  common.Address
	Node     common.Address // selected for Round
	TaskHash common.Hash
	DataHash common.Hash
	Round    uint64 // 0 to 2
}

// CommitmentsReady tells that all three nodes are done; two of them have to
// disclose equal results now.
type CommitmentsReady struct{ ID uint64 }

// TaskSuccess carries the result that the task was paid for: perceptual hashes
// of the images, or the hash of the answer (protocol.md A.4). Node may upload.
type TaskSuccess struct {
	ID     uint64
	Node   common.Address
	Result []byte
}

// TaskAborted can also come after TaskSuccess (protocol.md G.21).
type TaskAborted struct {
	ID     uint64
	Reason string // one of the Aborted constants
}

// The reasons of TaskAborted, a complete list (protocol.md A.7).
const (
	AbortedByErrors = "Task error reported"
	AbortedIllegal  = "Task result illegal"
	AbortedByCancel = "Task Cancelled"
)

func (Transfer) isEvent()         {}
func (Approval) isEvent()         {}
func (TaskCreated) isEvent()      {}
func (CommitmentsReady) isEvent() {}
func (TaskSuccess) isEvent()      {}
func (TaskAborted) isEvent()      {}

var (
	topicTransfer         = hashOf("Transfer(address,address,uint256)")
	topicApproval         = hashOf("Approval(address,address,uint256)")
	topicTaskCreated      = hashOf("TaskCreated(uint256,uint256,address,address,bytes32,bytes32,uint256)")
	topicCommitmentsReady = hashOf("TaskResultCommitmentsReady(uint256)")
	topicTaskSuccess      = hashOf("TaskSuccess(uint256,bytes,address)")
	topicTaskAborted      = hashOf("TaskAborted(uint256,string)")
)

// Event decodes a log by its contract and first topic. It returns nil for logs
// of other contracts and other events, and ErrMalformed for a layout that is
// not that of generation 1: later generations index the task id under the same
// topic (protocol.md G.17).
func (c Contracts) Event(l Log) (Event, error) {
	if len(l.Topics) == 0 {
		return nil, nil
	}
	decode, ok := layouts[l.Topics[0]]
	if !ok || l.Contract != decode.of(c) {
		return nil, nil
	}
	if len(l.Topics) != 1+decode.indexed {
		return nil, fmt.Errorf("%w: event with %d topics", ErrMalformed, len(l.Topics))
	}
	indexed := newTuple(slices.Concat(topicBytes(l.Topics[1:])...))
	values := newWords(l.Data)
	event := decode.read(indexed, values)
	if indexed.err() != nil {
		return nil, indexed.err()
	}
	if values.err() != nil {
		return nil, values.err()
	}
	return event, nil
}

// Created returns the first TaskCreated of a receipt, which has the task's id.
// It goes by contract and topic, never by position: an unlimited allowance
// leaves one log fewer (protocol.md G.15).
func (c Contracts) Created(r *Receipt) (TaskCreated, error) {
	for _, l := range r.Logs {
		event, err := c.Event(l)
		if err != nil {
			return TaskCreated{}, err
		}
		if created, ok := event.(TaskCreated); ok {
			return created, nil
		}
	}
	return TaskCreated{}, fmt.Errorf("%w: no TaskCreated in %d logs", ErrMalformed, len(r.Logs))
}

// layout is how an event was laid out in a log.
type layout struct {
	of      func(Contracts) common.Address
	indexed int // topics after the first
	read    func(topics, values *tuple) Event
}

func ofToken(c Contracts) common.Address { return c.Token }
func ofTask(c Contracts) common.Address  { return c.Task }

var layouts = map[common.Hash]layout{
	topicTransfer: {ofToken, 2, func(t, v *tuple) Event {
		return Transfer{From: t.address(), To: t.address(), Amount: v.amount()}
	}},
	topicApproval: {ofToken, 2, func(t, v *tuple) Event {
		return Approval{Owner: t.address(), Spender: t.address(), Amount: v.amount()}
	}},
	topicTaskCreated: {ofTask, 2, func(t, v *tuple) Event {
		return TaskCreated{
			Creator: t.address(), Node: t.address(),
			ID: v.uint64(), Kind: v.uint8(), TaskHash: v.hash(), DataHash: v.hash(), Round: v.uint64(),
		}
	}},
	topicCommitmentsReady: {ofTask, 0, func(_, v *tuple) Event {
		return CommitmentsReady{ID: v.uint64()}
	}},
	topicTaskSuccess: {ofTask, 1, func(t, v *tuple) Event {
		return TaskSuccess{Node: t.address(), ID: v.uint64(), Result: v.bytes()}
	}},
	topicTaskAborted: {ofTask, 0, func(_, v *tuple) Event {
		return TaskAborted{ID: v.uint64(), Reason: v.text()}
	}},
}

func topicBytes(topics []common.Hash) [][]byte {
	list := make([][]byte, len(topics))
	for i := range topics {
		list[i] = topics[i][:]
	}
	return list
}
