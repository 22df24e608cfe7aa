//go:build !js

package devchain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/miner"
)

// finality is how many blocks behind the head count as final; no reorg goes deeper.
const finality = 32

// blockMaker is the part of a Chain that makes its blocks.
//
// go-ethereum's SimulatedBeacon stamps blocks with the machine's clock and can
// only be moved by extra blocks while no transaction waits. So the same steps are
// taken here with the network's time: the miner fills a block from the pool,
// the chain takes it in, and it becomes the head.
type blockMaker struct {
	// turn is held while blocks are made and while the pool is rearranged.
	// Transactions are handed to the pool under its reading half, so that none
	// slips in between.
	turn sync.RWMutex

	mu      sync.Mutex
	period  time.Duration
	paused  bool
	changed chan struct{} // closed when period or paused change

	stop context.CancelFunc // nil until blocks are made by the clock
	done chan struct{}
}

func (m *blockMaker) setPeriod(d time.Duration) error {
	if d == 0 {
		d = time.Second
	}
	if d < time.Second {
		return fmt.Errorf("devchain: a block every %v: block timestamps are whole seconds", d)
	}
	m.change(func() { m.period = d })
	return nil
}

// change alters the settings and lets the loop look at them.
func (m *blockMaker) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
	if m.changed != nil {
		close(m.changed)
	}
	m.changed = make(chan struct{})
}

func (m *blockMaker) settings() (period time.Duration, paused bool, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.period, m.paused, m.changed
}

// SetPeriod changes the network time from block to block, from the next block
// on. Less than a second is an error; 0 means one second.
func (c *Chain) SetPeriod(d time.Duration) error { return c.maker.setPeriod(d) }

// Period returns the network time from block to block.
func (c *Chain) Period() time.Duration {
	d, _, _ := c.maker.settings()
	return d
}

// Pause stops making blocks by the clock until Resume: after it returns the head
// stands still. Transactions are still taken and wait; Mine still works.
func (c *Chain) Pause() {
	c.maker.turn.Lock() // let a block that is being made be the last
	defer c.maker.turn.Unlock()
	c.maker.change(func() { c.maker.paused = true })
}

// Resume makes blocks by the clock again.
func (c *Chain) Resume() { c.maker.change(func() { c.maker.paused = false }) }

// Mine makes n blocks at once, the first with the waiting transactions. The clock
// is moved ahead where a block would otherwise lie in the future. After
// Clock.Advance, Mine(1) makes sure that the chain has arrived at the new time.
func (c *Chain) Mine(n int) error {
	c.maker.turn.Lock()
	defer c.maker.turn.Unlock()
	for range n {
		if err := c.makeBlock(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chain) startMaking() {
	ctx, stop := context.WithCancel(context.Background())
	c.maker.stop, c.maker.done = stop, make(chan struct{})
	go func() {
		defer close(c.maker.done)
		c.makeByTheClock(ctx)
	}()
}

func (c *Chain) stopMaking() {
	if c.maker.stop != nil {
		c.maker.stop()
		<-c.maker.done
	}
}

// makeByTheClock makes a block each time the clock has moved Period past the
// head. A clock that jumped gets one block with the new time, not many.
func (c *Chain) makeByTheClock(ctx context.Context) {
	for ctx.Err() == nil {
		period, paused, changed := c.maker.settings()
		if paused {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		if wait := c.untilDue(period); wait > 0 {
			c.waitForChange(ctx, wait, changed)
			continue
		}
		if err := c.mineIfDue(); err != nil {
			log.Error("No block", "err", err) // go-ethereum's log: Options.Log shows it
			c.waitForChange(ctx, period, changed)
		}
	}
}

// waitForChange waits d of network time, less when the settings change.
func (c *Chain) waitForChange(ctx context.Context, d time.Duration, changed <-chan struct{}) {
	select {
	case <-c.clock.After(d):
	case <-changed:
	case <-ctx.Done():
	}
}

// mineIfDue makes a block unless somebody else has just made one or paused.
func (c *Chain) mineIfDue() error {
	c.maker.turn.Lock()
	defer c.maker.turn.Unlock()
	if period, paused, _ := c.maker.settings(); paused || c.untilDue(period) > 0 {
		return nil
	}
	return c.makeBlock()
}

// untilDue returns the network time until the next block is to be made.
func (c *Chain) untilDue(period time.Duration) time.Duration {
	return c.headTime().Add(period).Sub(c.clock.Now())
}

// headTime returns the timestamp of the newest block.
func (c *Chain) headTime() time.Time {
	return time.Unix(int64(c.backend.BlockChain().CurrentBlock().Time), 0)
}

// makeBlock puts a block with the waiting transactions on the head. The turn is held.
func (c *Chain) makeBlock() error {
	head := c.backend.BlockChain().CurrentBlock()
	block, err := c.seal(head.Hash(), c.timeAfter(head), false)
	if err != nil {
		return err
	}
	return c.setHead(block)
}

// timeAfter returns the timestamp for a child of parent: the clock's time,
// which is moved ahead when it has not yet left parent's second.
func (c *Chain) timeAfter(parent *types.Header) uint64 {
	c.clock.AdvanceTo(time.Unix(int64(parent.Time)+1, 0))
	return uint64(c.clock.Now().Unix())
}

// seal builds a block on parent and stores it, without making it the head.
func (c *Chain) seal(parent common.Hash, timestamp uint64, empty bool) (*types.Block, error) {
	var random common.Hash // makes twins of the same second differ
	rand.Read(random[:])
	args := &miner.BuildPayloadArgs{
		Parent:       parent,
		Timestamp:    timestamp,
		FeeRecipient: c.deployerAddress(),
		Random:       random,
		Withdrawals:  types.Withdrawals{},
	}
	if c.modern {
		args.BeaconRoot = new(common.Hash) // there is no beacon chain (EIP-4788)
	}
	block, _, err := c.backend.Miner().BuildTestingPayload(args, nil, empty, nil)
	if err != nil {
		return nil, fmt.Errorf("devchain: build block: %w", err)
	}
	if _, err := c.backend.BlockChain().InsertBlockWithoutSetHead(context.Background(), block, false); err != nil {
		return nil, fmt.Errorf("devchain: insert block %d: %w", block.NumberU64(), err)
	}
	return block, nil
}

// setHead makes block the newest one, whatever branch it ends, and waits until it
// is on disk and the pool knows.
func (c *Chain) setHead(block *types.Block) error {
	bc := c.backend.BlockChain()
	if _, err := bc.SetCanonical(block); err != nil {
		return fmt.Errorf("devchain: head %d: %w", block.NumberU64(), err)
	}
	final := bc.GetHeaderByNumber(block.NumberU64() - min(finality, block.NumberU64()))
	if final == nil {
		return errors.New("devchain: the final block is missing")
	}
	bc.SetFinalized(final)
	bc.SetSafe(final)
	if err := c.backend.ChainDb().SyncKeyValue(); err != nil {
		return fmt.Errorf("devchain: write block %d: %w", block.NumberU64(), err)
	}
	if err := c.backend.TxPool().Sync(); err != nil {
		return fmt.Errorf("devchain: pool: %w", err)
	}
	return nil
}
