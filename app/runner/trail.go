package runner

import (
	"cmp"
	"context"
	"slices"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

const (
	// buriedUnder is how deep a block has to be before what it told is not looked at
	// again, where the network does not want more (Network.Confirmations).
	buriedUnder = 6
	// trailLength is how many blocks are remembered, and deepestReorg how far below the
	// newest of them anything is ever taken back: a chain that lost more than that is
	// another one, and paying again is for the person to decide.
	trailLength  = 32
	deepestReorg = 64
)

// burial is how many blocks a block and those after it have to be.
func (n network) burial() uint64 { return max(n.Confirmations, buriedUnder) }

// buried reports whether a block is that deep.
func (n network) buried(block, head uint64) bool { return head+1 >= block+n.burial() }

// trail is what is known of the newest blocks of a network: those that were its head
// when it was asked, and those that told something about a job. As long as the newest
// of them is on the chain, all are.
type trail struct {
	blocks []job.Block   // by number
	torn   bool          // two different blocks of one number were told
	head   chain.Block   // when it was asked last
	block  time.Duration // between two blocks, as their times say; 0 = not known

	troubles int                // polls that failed, one after the other
	due      time.Time          // when it is asked next
	wake     context.CancelFunc // asks it now; nil = it is being asked
}

// trail is that of a network.
func (r *Runner) trail(id string) *trail {
	if r.trails == nil {
		r.trails = map[string]*trail{}
	}
	if r.trails[id] == nil {
		r.trails[id] = &trail{}
	}
	return r.trails[id]
}

// add remembers a block. The zero Block is none.
func (t *trail) add(b job.Block) {
	if b.Hash == (hash{}) {
		return
	}
	i, found := slices.BinarySearchFunc(t.blocks, b.Number, func(b job.Block, n uint64) int { return cmp.Compare(b.Number, n) })
	switch {
	case found && t.blocks[i] != b:
		t.blocks[i], t.torn = b, true
	case found, i == 0 && len(t.blocks) == trailLength:
	default:
		t.blocks = slices.Insert(t.blocks, i, b)
		t.blocks = t.blocks[max(0, len(t.blocks)-trailLength):]
	}
}

// of remembers the blocks that told about a job.
func (t *trail) of(s job.State) {
	for _, b := range []job.Block{s.Seen, {Number: s.Approve.Mined, Hash: s.Approve.In}, {Number: s.Create.Mined, Hash: s.Create.In}, {Number: s.Cancel.Mined, Hash: s.Cancel.In}} {
		if b.Number+deepestReorg > t.head.Number {
			t.add(b)
		}
	}
}

// newest is the newest of the blocks; zero when there are none.
func (t *trail) newest() (b job.Block) {
	if n := len(t.blocks); n > 0 {
		b = t.blocks[n-1]
	}
	return b
}

// saw notes the head, and measures how long a block takes. One that was made long
// after the other says more than two neighbours.
func (t *trail) saw(head chain.Block) {
	if blocks, seconds := head.Number-t.head.Number, head.Time-t.head.Time; t.head.Number != 0 && head.Number > t.head.Number && head.Time >= t.head.Time && blocks < 1000 {
		took := time.Duration(seconds) * time.Second / time.Duration(blocks)
		if t.block != 0 {
			took = (3*t.block + took) / 4
		}
		t.block = max(took, time.Millisecond)
	}
	t.head = head
	t.add(job.Block{Number: head.Number, Hash: head.Hash})
}

// unburied reports whether a block that told about a job may still be taken back.
func (r *Runner) unburied(s job.State) bool {
	newest := s.Newest()
	return newest != 0 && !r.longOver(s) && !r.network(s.Order.Network).buried(newest, r.trail(s.Order.Network).head.Number)
}

// reorganised takes back what blocks told that are not on the chain any more. has tells
// of each block of the trail, as it was when it was asked, whether it still is.
func (r *Runner) reorganised(n network, blocks []job.Block, has []bool) {
	t := r.trail(n.ID)
	t.torn = false
	i := slices.Index(has, false)
	if i < 0 {
		return // whoever said so before was of another opinion for a moment
	}
	newest := blocks[len(blocks)-1].Number
	from := newest - min(newest, deepestReorg)
	if i > 0 {
		from = max(from, blocks[i-1].Number)
	}
	from++
	t.blocks = slices.Clone(blocks[:i])
	for _, s := range r.jobs.list {
		if s.Order.Network != n.ID || !r.watched(s) {
			continue
		}
		delete(r.committed, s.ID)
		if at, ok := r.cursors[s.ID]; ok {
			r.cursors[s.ID] = min(at, from)
		}
		r.apply(s.ID, job.Reorganised{At: r.now(), Block: from})
	}
}
