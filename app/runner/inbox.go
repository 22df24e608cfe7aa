package runner

import (
	"context"
	"sync"
)

// inbox is what the owner goroutine has to do next, in the order of the calls.
// It has no limit: whoever posts never waits, also before Run has begun.
type inbox struct {
	mu   sync.Mutex
	work []func()
	more chan struct{} // has room for one
}

func newInbox() *inbox { return &inbox{more: make(chan struct{}, 1)} }

// post adds work. After the end of Run it is never done.
func (b *inbox) post(do func()) {
	b.mu.Lock()
	b.work = append(b.work, do)
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// take waits for work and returns all of it; false when ctx has ended.
func (b *inbox) take(ctx context.Context) ([]func(), bool) {
	select {
	case <-ctx.Done():
		return nil, false
	case <-b.more:
	}
	if ctx.Err() != nil { // select does not mind the order
		return nil, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	work := b.work
	b.work = nil
	return work, true
}
