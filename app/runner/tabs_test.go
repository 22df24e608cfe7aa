//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"crynux-dapp/app/election"
	"crynux-dapp/app/runner"
)

// browserTabs are the tabs of one browser: a lock that can be stolen, and a channel.
type browserTabs struct {
	mu     sync.Mutex
	holder *claim
	queue  []*claim
	tabs   []*tab
	told   []string // everything that was said
}

// claim is a tab that has the place, or waits for it.
type claim struct {
	granted chan struct{}
	stolen  chan struct{}
}

func (b *browserTabs) elect(ctx context.Context, how election.Claim, f func(context.Context)) error {
	c := &claim{granted: make(chan struct{}), stolen: make(chan struct{})}
	b.mu.Lock()
	switch {
	case b.holder == nil || how == election.Steal:
		if b.holder != nil {
			close(b.holder.stolen)
		}
		b.holder = c
		close(c.granted)
	case how == election.IfFree:
		b.mu.Unlock()
		return election.ErrPlaceTaken
	default:
		b.queue = append(b.queue, c)
	}
	b.mu.Unlock()
	defer b.free(c)
	select {
	case <-c.granted:
	case <-ctx.Done():
		return ctx.Err()
	}
	having, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-c.stolen:
			cancel()
		case <-having.Done():
		}
	}()
	f(having)
	return nil
}

// free lets the next one have the place.
func (b *browserTabs) free(c *claim) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = slices.DeleteFunc(b.queue, func(o *claim) bool { return o == c })
	if b.holder != c {
		return
	}
	b.holder = nil
	if len(b.queue) > 0 {
		b.holder, b.queue = b.queue[0], b.queue[1:]
		close(b.holder.granted)
	}
}

// said counts what was said that contains a text.
func (b *browserTabs) said(text string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, told := range b.told {
		if strings.Contains(told, text) {
			n++
		}
	}
	return n
}

// tab is one of them. It may hang: then nothing gets in or out of it.
type tab struct {
	of *browserTabs

	mu    sync.Mutex
	hangs chan struct{} // closed when it wakes up; nil = it does not hang
	hears []string
	more  chan struct{}
}

func (b *browserTabs) open() *tab {
	t := &tab{of: b, more: make(chan struct{}, 1)}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tabs = append(b.tabs, t)
	return t
}

// hang stops everything that this tab does with the world, until wake.
func (t *tab) hang() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hangs = make(chan struct{})
}

func (t *tab) wake() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hangs != nil {
		close(t.hangs)
		t.hangs = nil
	}
}

// alive waits while the tab hangs. It may be called of nil, which never does.
func (t *tab) alive() {
	if t == nil {
		return
	}
	t.mu.Lock()
	hangs := t.hangs
	t.mu.Unlock()
	if hangs != nil {
		<-hangs
	}
}

func (t *tab) Elect(ctx context.Context, how election.Claim, f func(context.Context)) error {
	t.alive()
	return t.of.elect(ctx, how, func(ctx context.Context) { t.alive(); f(ctx) })
}

func (t *tab) Tell(text string) {
	t.alive()
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.of.told = append(t.of.told, text)
	for _, other := range t.of.tabs {
		if other != t {
			other.mu.Lock()
			other.hears = append(other.hears, text)
			other.mu.Unlock()
			select {
			case other.more <- struct{}{}:
			default:
			}
		}
	}
}

func (t *tab) Hear(f func(string)) (cancel func()) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			select {
			case <-t.more:
			case <-ctx.Done():
				return
			}
			t.alive()
			t.mu.Lock()
			list := t.hears
			t.hears = nil
			t.mu.Unlock()
			for _, text := range list {
				f(text)
			}
		}
	}()
	return cancel
}

// lively are the ports of a page in a tab that may hang.
type lively struct {
	runner.Clock
	runner.HTTP
	tab *tab
}

func (l lively) Sleep(ctx context.Context, d time.Duration) error {
	err := l.Clock.Sleep(ctx, d)
	l.tab.alive()
	return err
}

func (l lively) PostJSON(ctx context.Context, url string, body []byte, limit int) (int, []byte, error) {
	l.tab.alive()
	status, answer, err := l.HTTP.PostJSON(ctx, url, body, limit)
	l.tab.alive()
	return status, answer, err
}

func (l lively) Get(ctx context.Context, url string, limit int) (int, []byte, error) {
	l.tab.alive()
	status, answer, err := l.HTTP.Get(ctx, url, limit)
	l.tab.alive()
	return status, answer, err
}

// inTab is the store of a page that is about to open in another tab of the browser.
func (b *browserTabs) inTab(d *disk) *store {
	s := onDisk(d)
	s.tab = b.open()
	return s
}

// late has the wallet answer even if the page does not wait any longer, as real ones
// do, and drops what nobody waits for.
func late(ctx context.Context, ask func(ctx context.Context) (json.RawMessage, error)) (json.RawMessage, error) {
	type outcome struct {
		answer json.RawMessage
		err    error
	}
	answered := make(chan outcome, 1)
	go func() {
		answer, err := ask(context.WithoutCancel(ctx))
		answered <- outcome{answer, err}
	}()
	select {
	case o := <-answered:
		return o.answer, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
