package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Preflight is everything to know before a task is paid for.
type Preflight struct {
	ChainID   uint64
	Head      Block
	GasPrice  uint256.Int // wei for each unit of gas, as the node suggests; 0 on chains without a price
	Native    uint256.Int // wei that the account has
	CNX       uint256.Int // that the account has
	Allowance uint256.Int // CNX that the Task contract may still take
	Nonce     uint64      // next of the account, with waiting transactions
	Mined     uint64      // next of the account by the newest block
	Symbol    string      // of the token; CNX on a Crynux network
	Decimals  uint8       // of the token; 18

	// Whether the contracts are there. Values that would come from a missing
	// contract are zero.
	HasToken, HasNode, HasTask bool

	// FreeNodes are available and fit the task. EnoughNodes applies the rule of
	// protocol.md A.6: three of one GPU kind for GPT, any three for SD.
	FreeNodes   uint64
	EnoughNodes bool

	// FeeHint is the CNX that the newest transfer brought into the Task
	// contract, 0 if none was seen. There is no getter for the fee, and anyone
	// may send CNX there, so it corrects an estimate and decides nothing.
	FeeHint uint256.Int
}

const (
	kindSD  = 0
	kindGPT = 1

	feeHintBlocks = 2000 // how far back a fee is looked for
	mostNodes     = 100_000
)

// Preflight reads all of it in one request. The very first one of a Client
// makes a second, short request for the fee hint, because the newest block is
// not known before. The zero account stands for nobody: what belongs to an
// account is left out and stays zero.
func (c *Client) Preflight(ctx context.Context, account common.Address, kind uint8, vram uint64) (Preflight, error) {
	if kind != kindSD && kind != kindGPT {
		return Preflight{}, fmt.Errorf("task kind %d: %w", kind, RevertTaskType)
	}
	var p Preflight
	var tasks, nodes uint64
	owner, token, task := data(account[:]), c.contracts.Token, c.contracts.Task

	var r reads
	r.add(into(&p.ChainID, parseUint64), "eth_chainId")
	r.add(into(&p.Head, parseBlock), "eth_getBlockByNumber", "latest", false)
	r.add(into(&p.GasPrice, parseAmount), "eth_gasPrice")
	somebody := account != common.Address{}
	if somebody {
		r.add(into(&p.Native, parseAmount), "eth_getBalance", owner, "latest")
		r.add(into(&p.Nonce, parseUint64), "eth_getTransactionCount", owner, "pending")
		r.add(into(&p.Mined, parseUint64), "eth_getTransactionCount", owner, "latest")
	}

	views := func(found *bool, to common.Address) func(take, []byte) {
		return func(t take, calldata []byte) { r.view(ifDeployed(found, t), to, calldata) }
	}
	fromToken, fromTask, fromNode := views(&p.HasToken, token), views(&p.HasTask, task), views(&p.HasNode, c.contracts.Node)
	if somebody {
		fromToken(into(&p.CNX, returned((*tuple).amount)), balanceOf.with(addressWord(account)))
		fromToken(into(&p.Allowance, returned((*tuple).amount)), allowance.with(addressWord(account), addressWord(task)))
	}
	fromToken(into(&p.Decimals, returned((*tuple).uint8)), decimals.with())
	fromToken(into(&p.Symbol, returned((*tuple).text)), symbol.with())
	fromTask(into(&tasks, returned((*tuple).uint64)), totalTasks.with())
	fromNode(into(&nodes, returned((*tuple).uint64)), totalNodes.with())
	r.view(freeNodes(&p.FreeNodes, kind, vram), c.contracts.Node, freeNodesCall(kind, vram))

	head := c.head.Load()
	if head > 0 {
		c.askFeeHint(&r, &p.FeeHint, head)
	}
	if err := r.run(ctx, c.reader); err != nil {
		return Preflight{}, err
	}
	c.saw(p.Head.Number)
	if head == 0 {
		var second reads
		c.askFeeHint(&second, &p.FeeHint, p.Head.Number)
		if err := second.run(ctx, c.reader); ctx.Err() != nil {
			return Preflight{}, err // any other trouble only leaves the hint out
		}
	}
	p.EnoughNodes = p.FreeNodes >= rounds
	return p, nil
}

// askFeeHint looks for transfers of the token to the Task contract.
func (c *Client) askFeeHint(r *reads, hint *uint256.Int, head uint64) {
	from := head - min(head, feeHintBlocks)
	r.add(optional(into(hint, c.newestFee)), "eth_getLogs", map[string]any{
		"address":   data(c.contracts.Token[:]),
		"fromBlock": quantity(from),
		"toBlock":   "latest",
		"topics":    []any{topicTransfer, nil, common.Hash(addressWord(c.contracts.Task))},
	})
}

func (c *Client) newestFee(raw json.RawMessage) (fee uint256.Int, err error) {
	logs, err := listOf(parseLog)(raw)
	for _, l := range logs { // in the order of the chain
		event, err := c.contracts.Event(l)
		if err != nil {
			return fee, err
		}
		if transfer, ok := event.(Transfer); ok && transfer.To == c.contracts.Task {
			fee = transfer.Amount
		}
	}
	return fee, err
}

// freeNodesCall asks for the nodes that a task could be given to.
func freeNodesCall(kind uint8, vram uint64) []byte {
	switch {
	case kind == kindGPT:
		return filterGPUID.with(uintWord(vram), uintWord(rounds))
	case vram > 0:
		return filterGPUVram.with(uintWord(vram), uintWord(1))
	}
	return availableNodes.with()
}

// freeNodes counts the answer of freeNodesCall. A filter that finds nothing
// reverts; a missing contract has no nodes.
func freeNodes(count *uint64, kind uint8, vram uint64) take {
	read := sumOfGroups
	if kind == kindSD && vram == 0 {
		read = (*tuple).uint64
	}
	return func(r Result) error {
		if errors.Is(r.Err, RevertNoGPU) || errors.Is(r.Err, RevertNoVRAM) {
			return nil
		}
		return ifDeployed(new(bool), into(count, returned(read)))(r)
	}
}

// sumOfGroups reads two lists, kinds of GPU and how many of each are free.
func sumOfGroups(t *tuple) (sum uint64) {
	elements(t, mostNodes, (*tuple).hash)
	for _, n := range elements(t, mostNodes, (*tuple).uint64) {
		if n > mostNodes {
			t.fail("%d nodes in a group", n)
		}
		sum += n
	}
	return sum
}
