//go:build !js

package devchain

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

func (c *Chain) header(t *testing.T, number uint64) *types.Header {
	t.Helper()
	h, err := c.Client().HeaderByNumber(t.Context(), new(big.Int).SetUint64(number))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestBlocksFollowTheClock(t *testing.T) {
	c := start(t, Options{Clock: fast()})

	t.Run("one a second, empty ones too", func(t *testing.T) {
		from, began := c.head(), c.Clock().Now()
		until(t, "30 blocks are made", func() bool { return c.head() >= from+30 })
		if passed := c.Clock().Now().Sub(began); passed < 28*time.Second {
			t.Errorf("30 blocks in %v of network time", passed)
		}
		for n := from + 1; n <= from+30; n++ {
			if now, before := c.header(t, n).Time, c.header(t, n-1).Time; now <= before {
				t.Errorf("block %d at %d is not after %d", n, now, before)
			}
		}
	})

	t.Run("the head is never ahead of the clock and at most a little behind", func(t *testing.T) {
		for range 20 {
			if behind := c.Clock().Now().Sub(c.headTime()); behind < 0 {
				t.Errorf("the head is %v ahead", -behind)
			}
			time.Sleep(5 * time.Millisecond)
		}
		until(t, "the head is less than two seconds behind", func() bool {
			return c.Clock().Now().Sub(c.headTime()) < 2*time.Second
		})
	})

	t.Run("a jump is one block", func(t *testing.T) {
		before, jump := c.head(), 901*time.Second
		target := c.Clock().Now().Add(jump)
		c.Clock().Advance(jump)
		until(t, "the head has arrived", func() bool { return !c.headTime().Add(time.Second).Before(target) })
		for n := before + 1; ; n++ {
			gap := c.header(t, n).Time - c.header(t, n-1).Time
			if gap > 800 {
				break
			}
			if n > before+2 { // at most the one that was being made
				t.Fatalf("block %d is only %d s after the last", n, gap)
			}
		}
	})
}

func TestPeriod(t *testing.T) {
	c := start(t, Options{Clock: fast(), Period: 5 * time.Second})
	from := c.head()
	until(t, "three blocks are made", func() bool { return c.head() >= from+3 })
	for n := from + 1; n <= from+3; n++ {
		if gap := c.header(t, n).Time - c.header(t, n-1).Time; gap < 5 {
			t.Errorf("block %d is %d s after the last", n, gap)
		}
	}
	if err := c.SetPeriod(0); err != nil || c.Period() != time.Second {
		t.Errorf("period %v, %v", c.Period(), err)
	}
	if err := c.SetPeriod(time.Millisecond); err == nil {
		t.Error("a period of 1 ms is taken")
	}
}

func TestAShorterPeriodTakesEffectAtOnce(t *testing.T) {
	c := start(t, Options{Clock: fast(), Period: 24 * time.Hour})
	if err := c.SetPeriod(time.Second); err != nil {
		t.Fatal(err)
	}
	from := c.head()
	until(t, "a block is made", func() bool { return c.head() > from })
}

func TestPause(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.Pause()
	from := c.head()
	c.Clock().Advance(time.Minute)
	time.Sleep(50 * time.Millisecond) // two blocks and a half
	if got := c.head(); got != from {
		t.Fatalf("head %d, paused at %d", got, from)
	}
	began := c.Clock().Now()
	if err := c.Mine(3); err != nil {
		t.Fatal(err)
	}
	if got := c.head(); got != from+3 {
		t.Errorf("head %d after mining 3 on %d", got, from)
	}
	if ahead := c.headTime().Sub(c.Clock().Now()); ahead > 0 {
		t.Errorf("the head is %v ahead of the clock", ahead)
	}
	if got := c.Clock().Now().Sub(began); got < time.Second {
		t.Errorf("three blocks in %v of network time", got)
	}
	c.Resume()
	until(t, "blocks are made again", func() bool { return c.head() > from+3 })
}

// A transaction that waits when time jumps is mined at the new time, in the next
// block: a task can be cancelled as soon as its deadline was jumped over.
func TestAJumpTakesWaitingTransactionsAlong(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.Pause()
	tx, err := c.send(t.Context(), c.Deployer(), c.account("bob"), big.NewInt(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	before := c.head()
	c.Clock().Advance(901 * time.Second)
	target := c.Clock().Now()
	if err := c.Mine(1); err != nil {
		t.Fatal(err)
	}
	receipt, err := c.wait(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	block := c.header(t, receipt.BlockNumber.Uint64())
	if block.Number.Uint64() != before+1 || int64(block.Time) < target.Unix() {
		t.Errorf("mined in block %v of %d after %d, want the next, not before %d", block.Number, block.Time, before, target.Unix())
	}
}

// Time jumps while accounts are being funded.
func TestJumpsLoseNoTransaction(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	const senders = 20
	done := make(chan error, senders)
	for i := range senders {
		go func() {
			done <- c.Fund(t.Context(), common.BigToAddress(big.NewInt(int64(1000+i))), coins(1), coins(1))
		}()
	}
	for i := 0; i < senders; {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			i++
		case <-time.After(5 * time.Millisecond):
			c.Clock().Advance(100 * time.Second)
		}
	}
	for i := range senders {
		to := common.BigToAddress(big.NewInt(int64(1000 + i)))
		if got := c.cnx(t, to); got.Cmp(coins(1)) != 0 {
			t.Errorf("account %d has %v CNX", i, got)
		}
	}
}

func BenchmarkMine(b *testing.B) {
	c := start(b, Options{})
	c.Pause()
	for b.Loop() {
		if err := c.Mine(1); err != nil {
			b.Fatal(err)
		}
	}
}
