//go:build !js

package devrelay

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// status is the state of a task in the Relay's database (protocol.md B.4).
type status uint8

const (
	createdOnChain  status = 0
	paramsUploaded  status = 1
	aborted         status = 2 // from any state, also after resultsUploaded
	pendingResults  status = 3 // from any state
	resultsUploaded status = 4
)

// record is one task: its row, the rows of its selected nodes, and its result files.
type record struct {
	ID                   uint64 // of the row, not of the task
	CreatedAt, UpdatedAt time.Time
	Args                 string
	TaskID               uint64
	Creator              common.Address
	TaskHash, DataHash   common.Hash
	Status               status
	Type                 uint64
	VRAMLimit            uint64
	Selected             []selection

	Results  [][]byte // the files 0, 1, …
	StoredAt time.Time

	Times TaskTimes
}

// selection is the row of one selected node. The Relay adds one per TaskCreated log it reads, and
// reads the logs of a failing batch again and again.
type selection struct {
	ID                   uint64
	CreatedAt, UpdatedAt time.Time
	Address              common.Address
	Result               hexutil.Bytes // empty until the task succeeded with this node as result node
}

// database is all the Relay knows. It has no lock of its own.
type database struct {
	dir         string // "" = memory only
	tasks       map[uint64]*record
	lastRow     uint64
	lastSelects uint64
	synced      uint64 // last block read
}

// resultOf is the selection whose result counts, nil before the success.
func (t *record) resultOf() *selection {
	for i := range t.Selected {
		if len(t.Selected[i].Result) > 0 {
			return &t.Selected[i]
		}
	}
	return nil
}

// isGPT tells text tasks from image tasks.
func (t *record) isGPT() bool { return t.Type == 1 }

// answer is the row as the API shows it. The answer to an upload has no selected nodes.
func (t *record) answer(withSelected bool) taskAnswer {
	a := taskAnswer{
		ID: t.ID, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		TaskArgs: t.Args, TaskID: t.TaskID, Creator: t.Creator.Hex(),
		TaskHash: t.TaskHash.Hex(), DataHash: t.DataHash.Hex(),
		Status: t.Status, TaskType: t.Type, VRAMLimit: t.VRAMLimit,
	}
	if !withSelected {
		return a
	}
	a.SelectedNodes = []selectedAnswer{}
	for _, s := range t.Selected {
		row := selectedAnswer{
			ID: s.ID, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
			InferenceTaskID: t.ID, NodeAddress: s.Address.Hex(),
		}
		if len(s.Result) > 0 {
			row.Result, row.IsResultSelected = s.Result.String(), true
		}
		a.SelectedNodes = append(a.SelectedNodes, row)
	}
	return a
}

// taskAnswer and selectedAnswer are the JSON objects of protocol.md B.2 and B.3, in field order.
type taskAnswer struct {
	ID            uint64           `json:"ID"`
	CreatedAt     time.Time        `json:"CreatedAt"`
	UpdatedAt     time.Time        `json:"UpdatedAt"`
	DeletedAt     *time.Time       `json:"DeletedAt"` // always null
	TaskArgs      string           `json:"task_args"`
	TaskID        uint64           `json:"task_id"`
	Creator       string           `json:"creator"`
	TaskHash      string           `json:"task_hash"`
	DataHash      string           `json:"data_hash"`
	Status        status           `json:"status"`
	TaskType      uint64           `json:"task_type"`
	VRAMLimit     uint64           `json:"vram_limit"`
	SelectedNodes []selectedAnswer `json:"SelectedNodes"`
}

type selectedAnswer struct {
	ID               uint64     `json:"ID"`
	CreatedAt        time.Time  `json:"CreatedAt"`
	UpdatedAt        time.Time  `json:"UpdatedAt"`
	DeletedAt        *time.Time `json:"DeletedAt"`
	InferenceTaskID  uint64     `json:"InferenceTaskID"`
	NodeAddress      string     `json:"NodeAddress"`
	Result           string     `json:"Result"`
	IsResultSelected bool       `json:"IsResultSelected"`
}
