package election_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crynux-dapp/app/election"
)

// browser has the tabs of the tests: one lock, and a channel.
type browser struct {
	mu     sync.Mutex
	leases uint64
	holder *tab
	freed  chan struct{} // closed when the lock is free
	tabs   []*tab
}

// tab is one of them, and what it does.
type tab struct {
	of     *browser
	name   string
	hidden bool
	hangs  bool // then it answers nothing
	looked []func()
	hears  func(string)
	ends   context.CancelFunc // of having the lock
	yields chan struct{}

	mu    sync.Mutex
	story []string
}

func (b *browser) open(ctx context.Context, name string) (*tab, *election.Seat) {
	t := &tab{of: b, name: name, yields: make(chan struct{}, 1)}
	b.mu.Lock()
	b.tabs = append(b.tabs, t)
	b.mu.Unlock()
	seat := election.New(election.Ports{Tabs: t, Clock: t, View: t, Store: b}, t)
	go seat.Run(ctx)
	return t, seat
}

func (b *browser) TakeLease(context.Context) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leases++
	return b.leases, nil
}

func (t *tab) Elect(ctx context.Context, how election.Claim, f func(context.Context)) error {
	b := t.of
	for {
		b.mu.Lock()
		if b.holder == nil || how == election.Steal {
			break
		}
		freed := b.freed
		b.mu.Unlock()
		if how == election.IfFree {
			return election.ErrPlaceTaken
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if b.holder != nil {
		b.holder.ends()
	}
	having, end := context.WithCancel(ctx)
	freed := make(chan struct{})
	b.holder, b.freed, t.ends = t, freed, end
	b.mu.Unlock()
	f(having)
	b.mu.Lock()
	if b.holder == t {
		b.holder = nil
	}
	b.mu.Unlock()
	close(freed)
	end()
	return nil
}

func (t *tab) Tell(text string) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	for _, other := range t.of.tabs {
		if other != t && other.hears != nil && !other.hangs {
			go other.hears(text)
		}
	}
}

func (t *tab) Hear(f func(string)) (cancel func()) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.hears = f
	return func() {}
}

func (t *tab) Hidden() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hidden
}

func (t *tab) Watch(f func()) (cancel func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.looked = append(t.looked, f)
	return func() {}
}

func (t *tab) look(away bool) {
	t.mu.Lock()
	t.hidden = away
	told := t.looked
	t.mu.Unlock()
	for _, f := range told {
		f()
	}
}

func (t *tab) hang(on bool) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.hangs = on
}

func (t *tab) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Lead, Follow and so on are what a tab does.
func (t *tab) Lead(ctx context.Context, lease uint64) (yielded bool) {
	t.note(fmt.Sprintf("leads with %d", lease))
	defer t.note("follows")
	select {
	case <-ctx.Done():
		return false
	case <-t.yields:
		return true
	}
}

func (t *tab) Follow()                   {}
func (t *tab) Answer(alive func())       { alive() }
func (t *tab) Yield()                    { t.yields <- struct{}{} }
func (t *tab) Changed(store, key string) { t.note(store + "/" + key) }
func (t *tab) Unfinished() bool          { return true }

func (t *tab) note(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.story = append(t.story, what)
}

// did wants what a tab has done so far.
func (t *tab) did(tt *testing.T, want ...string) {
	tt.Helper()
	synctest.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if fmt.Sprint(t.story) != fmt.Sprint(want) {
		tt.Errorf("%s did %q, want %q", t.name, t.story, want)
	}
}

func TestElection(t *testing.T) {
	for name, play := range map[string]func(t *testing.T, one, two *tab, seatOne, seatTwo *election.Seat){
		"one works, and tells what it changes": func(t *testing.T, one, two *tab, seat, _ *election.Seat) {
			seat.Changed("jobs", "7")
			time.Sleep(10 * time.Minute) // it answers all the time
			one.did(t, "leads with 1")
			two.did(t, "jobs/7")
		},
		"a click takes the place": func(t *testing.T, one, two *tab, _, seat *election.Seat) {
			seat.WorkHere()
			seat.WorkHere() // twice is once
			time.Sleep(time.Minute)
			one.did(t, "leads with 1", "follows")
			two.did(t, "leads with 2")
		},
		"a click takes the place of one that hangs": func(t *testing.T, one, two *tab, _, seat *election.Seat) {
			two.look(true)
			one.hang(true)
			seat.WorkHere()
			time.Sleep(4 * time.Second)
			two.did(t)
			time.Sleep(2 * time.Second)
			two.did(t, "leads with 2")
		},
		"one that hangs is given up, by whoever is looked at": func(t *testing.T, one, two *tab, _, _ *election.Seat) {
			time.Sleep(time.Minute)
			one.hang(true)
			two.look(true)
			time.Sleep(10 * time.Minute)
			two.did(t)
			two.look(false)
			time.Sleep(30 * time.Second)
			one.did(t, "leads with 1", "follows")
			two.did(t, "leads with 2")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				b := &browser{}
				one, first := b.open(ctx, "one")
				one.did(t, "leads with 1")
				two, second := b.open(ctx, "two")
				synctest.Wait()
				play(t, one, two, first, second)
				cancel()
				synctest.Wait()
			})
		})
	}
}
