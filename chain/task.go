package chain

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Task is what the Task contract remembers of a task (protocol.md A.5). All
// zero means that it was never created, or is settled and deleted.
type Task struct {
	ID          uint64
	Kind        uint8 // 0 SD, 1 GPT
	Creator     common.Address
	TaskHash    common.Hash
	DataHash    common.Hash
	VRAM        uint64           // GB asked for
	Nodes       []common.Address // three; index is the round
	Commitments []common.Hash    // by round; zero until submitted, 1 for a reported error
	Nonces      []common.Hash
	Results     [][]byte // by round; nil until disclosed
	Disclosed   []uint64 // rounds in the order they were disclosed
	ResultNode  common.Address
	Aborted     bool
	Deadline    uint64      // Unix seconds; CancelTask works strictly later
	Balance     uint256.Int // CNX not paid out yet
}

// TaskState is how far a Task is.
type TaskState uint8

// The states of a task. Gone says nothing about its end: events tell.
const (
	Gone TaskState = iota
	Running
	Succeeded
	Aborted
)

// State follows the rule of protocol.md A.5. The contract's own isSuccess is
// false after some successes and true after two errors, so it is not even kept.
func (t Task) State() TaskState {
	switch {
	case t.ID == 0:
		return Gone
	case t.Aborted:
		return Aborted
	case t.ResultNode != common.Address{}:
		return Succeeded
	}
	return Running
}

// rounds is the number of nodes of a task.
const rounds = 3

// readTask decodes the answer of getTask.
func readTask(answer *tuple) Task {
	t := answer.tail()
	task := Task{
		ID:       t.uint64(),
		Kind:     t.uint8(),
		Creator:  t.address(),
		TaskHash: t.hash(),
		DataHash: t.hash(),
		VRAM:     t.uint64(),
	}
	t.bool() // isSuccess
	task.Nodes = elements(t, rounds, (*tuple).address)
	task.Commitments = elements(t, rounds, (*tuple).hash)
	task.Nonces = elements(t, rounds, (*tuple).hash)
	task.Results = elements(t, rounds, (*tuple).bytes)
	task.Disclosed = elements(t, rounds, (*tuple).uint64)
	task.ResultNode = t.address()
	task.Aborted = t.bool()
	task.Deadline = t.uint64()
	task.Balance = t.amount()
	return task
}
