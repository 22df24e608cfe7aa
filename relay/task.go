package relay

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// Status is where the Relay believes a task to be (protocol.md B.4). The chain
// is ahead of it by seconds.
type Status uint8

// The states of a task at the Relay, with its numbers.
const (
	CreatedOnChain  Status = 0 // arguments not uploaded
	ParamsUploaded  Status = 1 // nodes may work
	TaskAborted     Status = 2
	PendingResults  Status = 3 // success on chain, files not here
	ResultsUploaded Status = 4 // files can be downloaded
)

// Task is what the Relay knows about a task.
type Task struct {
	ID     uint64
	Status Status
	// Args are the uploaded arguments; "" when the task ended without an upload.
	Args     string
	TaskHash common.Hash
	Creator  common.Address
}

// taskData is the "data" of an answer about a task. Members that nobody needs
// are not read; pointers tell a missing member from a zero.
type taskData struct {
	TaskArgs *string         `json:"task_args"`
	TaskID   *uint64         `json:"task_id"`
	Creator  *common.Address `json:"creator"`
	TaskHash *common.Hash    `json:"task_hash"`
	Status   *Status         `json:"status"`
}

// task checks that the data is complete and about the task that was asked for.
func (d taskData) task(id uint64) (Task, error) {
	switch {
	case d.TaskArgs == nil, d.TaskID == nil, d.Creator == nil, d.TaskHash == nil, d.Status == nil:
		return Task{}, errors.New("incomplete task")
	case *d.TaskID != id:
		return Task{}, fmt.Errorf("task %d instead of %d", *d.TaskID, id)
	case *d.Status > ResultsUploaded:
		return Task{}, fmt.Errorf("unknown status %d", *d.Status)
	}
	return Task{ID: id, Status: *d.Status, Args: *d.TaskArgs, TaskHash: *d.TaskHash, Creator: *d.Creator}, nil
}
