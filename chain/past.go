package chain

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// Past is a task that an account created at some time.
type Past struct {
	TaskCreated                   // of the first round
	Nodes       [3]common.Address // drawn for it, by round
	Tx          common.Hash
	Block       uint64 // of Tx
}

// TasksOf finds the tasks that accounts created, the newest first, through the whole
// chain. Only the creator of a task can be searched for (protocol.md A.3); what others
// wrote into the logs is left out. found is called after every request with what it
// told, the number of blocks that are left and of all; its error ends the search.
//
// One request and a first one, where the node tells the whole chain at once; many
// where it does not.
func (c *Client) TasksOf(ctx context.Context, creators []common.Address, found func(list []Past, left, all uint64) error) error {
	var head uint64
	var r reads
	r.add(into(&head, parseUint64), "eth_blockNumber")
	if err := r.run(ctx, c.reader); err != nil {
		return err
	}
	wanted := make([]common.Hash, len(creators))
	for i, creator := range creators {
		wanted[i] = common.Hash(addressWord(creator))
	}
	byID := map[uint64]*Past{}
	see := func(l Log) {
		event, _ := c.contracts.Event(l) // what cannot be read is none of ours
		created, ok := event.(TaskCreated)
		if !ok || !slices.Contains(creators, created.Creator) || created.Round >= rounds {
			return
		}
		p := byID[created.ID]
		if p == nil {
			p = &Past{TaskCreated: created, Tx: l.TxHash, Block: l.Block}
			byID[created.ID] = p
		}
		p.Nodes[created.Round] = created.Node
	}
	return c.backwards(ctx, c.contracts.Task, []any{topicTaskCreated, wanted}, head, see, func(left uint64) (bool, error) {
		var list []Past
		for _, p := range byID {
			list = append(list, *p)
		}
		clear(byID)
		slices.SortFunc(list, func(a, b Past) int { return cmp.Or(cmp.Compare(b.Block, a.Block), cmp.Compare(b.ID, a.ID)) })
		return true, found(list, left, head+1)
	})
}

// Creation is what the chain says of a task that was created in the past.
type Creation struct {
	Receipt *Receipt
	Nonce   uint64 // of the transaction
	VRAM    uint64 // GB asked for; 0 where the transaction does not tell
	Time    uint64 // of its block, in Unix seconds
	Task    Task   // as the contract remembers it; zero when it is settled and deleted
}

// Creations asks for what is known of tasks, in the same order, and for the newest
// block, which is not newer than what the contract says. One request. A transaction
// that is not there, or did not create the task, has no Receipt.
func (c *Client) Creations(ctx context.Context, tasks []Past) (list []Creation, head Block, err error) {
	list = make([]Creation, len(tasks))
	sent, blocks := make([]*Transaction, len(tasks)), make([]Block, len(tasks))
	var r reads
	r.add(into(&head, parseBlock), "eth_getBlockByNumber", "latest", false)
	for i, t := range tasks {
		r.add(into(&list[i].Receipt, parseReceipt), "eth_getTransactionReceipt", t.Tx)
		r.add(into(&sent[i], parseTransaction), "eth_getTransactionByHash", t.Tx)
		r.add(into(&blocks[i], parseBlock), "eth_getBlockByNumber", quantity(t.Block), false)
		r.view(into(&list[i].Task, returned(readTask)), c.contracts.Task, getTask.with(uintWord(t.ID)))
	}
	if err := r.run(ctx, c.reader); err != nil {
		return nil, Block{}, err
	}
	for i := range list {
		at := &list[i]
		if at.Receipt == nil || sent[i] == nil || !at.Receipt.OK {
			at.Receipt = nil
			continue
		}
		if made, err := c.contracts.Created(at.Receipt); err != nil || made.ID != tasks[i].ID || made.Creator != tasks[i].Creator || made.TaskHash != tasks[i].TaskHash {
			at.Receipt = nil
			continue
		}
		at.Time, at.Nonce = blocks[i].Time, sent[i].Nonce
		if d := sent[i].Data; sent[i].To == c.contracts.Task && bytes.HasPrefix(d, createTask[:]) {
			args := newWords(d[len(createTask):])
			args.hash() // type, hash, data hash, vram
			args.hash()
			args.hash()
			if vram := args.uint64(); args.err() == nil {
				at.VRAM = vram
			}
		}
	}
	return list, head, nil
}

// outcomePages is how many pages of blocks one call of Outcomes asks for.
const outcomePages = 8

// Outcomes tells how tasks ended that were created before or in this range, and what
// the Task contract paid to these accounts, from a block up to and including the one
// returned, at most head. One request.
func (c *Client) Outcomes(ctx context.Context, from, head uint64, payees []common.Address) (list []Seen, through uint64, err error) {
	to := make([]common.Hash, len(payees))
	for i, payee := range payees {
		to[i] = common.Hash(addressWord(payee))
	}
	var r reads
	for range outcomePages {
		through = min(from+logPage-1, head)
		page := func(contract common.Address, topics ...any) {
			r.add(c.events(&list), "eth_getLogs", map[string]any{
				"fromBlock": quantity(from), "toBlock": quantity(through), "address": data(contract[:]), "topics": topics})
		}
		page(c.contracts.Task, []common.Hash{topicTaskSuccess, topicTaskAborted})
		page(c.contracts.Token, topicTransfer, common.Hash(addressWord(c.contracts.Task)), to)
		if from = through + 1; from > head {
			break
		}
	}
	if err := r.run(ctx, c.reader); err != nil {
		return nil, 0, err
	}
	slices.SortFunc(list, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Log.Block, b.Log.Block), cmp.Compare(a.Log.Index, b.Log.Index))
	})
	return list, through, nil
}

// Times are those of blocks, in Unix seconds, in the same order. One request.
func (c *Client) Times(ctx context.Context, numbers []uint64) ([]uint64, error) {
	blocks := make([]Block, len(numbers))
	var r reads
	for i, n := range numbers {
		r.add(into(&blocks[i], parseBlock), "eth_getBlockByNumber", quantity(n), false)
	}
	if err := r.run(ctx, c.reader); err != nil {
		return nil, err
	}
	times := make([]uint64, len(blocks))
	for i := range blocks {
		times[i] = blocks[i].Time
	}
	return times, nil
}
