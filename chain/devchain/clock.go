//go:build !js

package devchain

import (
	"context"
	"sync"
	"time"
)

// Clock is the one clock of the development network: block timestamps, the
// Relay's signature window and lag, and the nodes all ask it for the time.
// It runs at a multiple of the machine's clock and can only move forward.
// All methods may be called from several goroutines.
type Clock struct {
	mu      sync.Mutex
	rate    float64
	machine time.Time // when network was last set, with its monotonic reading
	network time.Time // the network's time at machine
	alarms  map[*alarm]struct{}
}

// alarm is one waiter for a moment of network time.
type alarm struct {
	at    time.Time
	ring  chan time.Time // capacity 1: ringing never waits for the listener
	timer *time.Timer
}

// NewClock returns a clock that shows the real time now and runs rate times as
// fast: 1 is real time, 20 lets twenty network seconds pass in a real one.
// It panics unless rate is positive.
func NewClock(rate float64) *Clock {
	if !(rate > 0) {
		panic("devchain: the rate of a clock must be positive")
	}
	now := time.Now()
	return &Clock{
		rate:    rate,
		machine: now,
		network: now.Round(0).UTC(), // without the monotonic reading, which has no rate
		alarms:  make(map[*alarm]struct{}),
	}
}

// Rate returns how many network seconds pass in a real one.
func (c *Clock) Rate() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rate
}

// SetRate changes that, for a test whose network would be too fast for a machine that
// has other work. It panics unless rate is positive.
func (c *Clock) SetRate(rate float64) {
	if !(rate > 0) {
		panic("devchain: the rate of a clock must be positive")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.rate = rate
	c.set(now)
}

// Now returns the network's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	return c.network.Add(time.Duration(float64(time.Since(c.machine)) * c.rate))
}

// Advance jumps ahead by d and wakes everybody whose time has come.
// A d of zero or less does nothing: network time never goes back.
func (c *Clock) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(c.now().Add(d))
}

// AdvanceTo jumps ahead to t; it does nothing when t is not in the future.
func (c *Clock) AdvanceTo(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now()) {
		c.set(t.UTC())
	}
}

// set moves the network's time and winds every alarm anew. c.mu is held.
func (c *Clock) set(t time.Time) {
	c.machine, c.network = time.Now(), t
	for a := range c.alarms {
		a.timer.Reset(c.realUntil(a.at))
	}
}

// realUntil returns the machine time that passes before the network reaches t.
func (c *Clock) realUntil(t time.Time) time.Duration {
	return time.Duration(float64(t.Sub(c.now())) / c.rate)
}

// After returns a channel that receives the network's time once d of network
// time has passed, earlier in real time when Advance jumps over that moment.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	return c.wind(d).ring
}

// Sleep waits until d of network time has passed. It returns early, with the
// context's error, when ctx ends first.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d <= 0 {
		return nil
	}
	a := c.wind(d)
	select {
	case <-a.ring:
		return nil
	case <-ctx.Done():
		c.stop(a)
		return ctx.Err()
	}
}

func (c *Clock) wind(d time.Duration) *alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{at: c.now().Add(d), ring: make(chan time.Time, 1)}
	c.alarms[a] = struct{}{}
	a.timer = time.AfterFunc(c.realUntil(a.at), func() { c.wake(a) })
	return a
}

// wake rings a if its moment has come. A timer may fire a rounding error early;
// then it is wound again.
func (c *Clock) wake(a *alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, waiting := c.alarms[a]; !waiting {
		return
	}
	now := c.now()
	if now.Before(a.at) {
		a.timer.Reset(c.realUntil(a.at) + time.Microsecond)
		return
	}
	delete(c.alarms, a)
	a.ring <- now
}

func (c *Clock) stop(a *alarm) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.alarms, a)
	a.timer.Stop()
}
