package chain

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Contracts are the addresses of one network's contracts (protocol.md, parts A
// and F).
type Contracts struct {
	Token, Node, Task common.Address
}

// Functions of the token (protocol.md A.2), the Task contract (A.3) and the
// Node contract (A.6).
var (
	approve   = function("approve(address,uint256)")
	transfer  = function("transfer(address,uint256)")
	balanceOf = function("balanceOf(address)")
	allowance = function("allowance(address,address)")
	symbol    = function("symbol()")
	decimals  = function("decimals()")

	createTask        = function("createTask(uint256,bytes32,bytes32,uint256)")
	cancelTask        = function("cancelTask(uint256)")
	getTask           = function("getTask(uint256)")
	getNodeTask       = function("getNodeTask(address)")
	totalTasks        = function("totalTasks()")
	totalSuccessTasks = function("totalSuccessTasks()")
	totalAbortedTasks = function("totalAbortedTasks()")

	totalNodes       = function("totalNodes()")
	availableNodes   = function("availableNodes()")
	getAvailableGPUs = function("getAvailableGPUs()")
	filterGPUID      = function("filterGPUID(uint256,uint256)")
	filterGPUVram    = function("filterGPUVram(uint256,uint256)")
)

// Approve lets the Task contract take up to this much CNX from the owner, in
// all: it replaces an earlier allowance. It is the only limit of what a task
// may cost (protocol.md G.53).
func (c Contracts) Approve(owner common.Address, most uint256.Int) Tx {
	return Tx{From: owner, To: c.Token, Data: approve.with(addressWord(c.Task), amountWord(most))}
}

// CreateTask pays for a task. Kind is 0 for SD and 1 for GPT, vram is the
// least video memory of a node in GB, 0 for any. The data hash of generation 1
// is unused and zero.
func (c Contracts) CreateTask(creator common.Address, kind uint8, taskHash common.Hash, vram uint64) Tx {
	return Tx{From: creator, To: c.Task, Data: createTask.with(uintWord(uint64(kind)), taskHash, word{}, uintWord(vram))}
}

// CancelTask ends a task whose deadline has passed and gets back what is left
// of the fee. Never after TaskSuccess: that would lock the results away and
// free nodes that work on other tasks (protocol.md G.21, G.22).
func (c Contracts) CancelTask(creator common.Address, id uint64) Tx {
	return Tx{From: creator, To: c.Task, Data: cancelTask.with(uintWord(id))}
}
