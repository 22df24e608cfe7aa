package election

import (
	"context"
	"encoding/json"
	"errors"
)

// Tabs are all tabs of a browser that have the same database. One of them has the
// place of the one that works.
type Tabs interface {
	// Elect calls f in this tab once it has the place, with a context that ends when
	// another tab takes it. Its error is ErrPlaceTaken for IfFree, or that of ctx if it
	// ends while waiting, or what the browser says; f was not called then. A tab that had
	// the place and was loaded anew has it back with IfFree, whoever got it meanwhile.
	//
	// Where the browser keeps no tabs apart (Web Locks are missing: an old one, a page
	// without https), IfFree and Steal call f at once, and Wait waits until ctx ends:
	// the newest page runs, and only the lease fences the others off.
	Elect(ctx context.Context, how Claim, f func(ctx context.Context)) error
	// Tell sends a text to all other tabs; Hear calls f with each that they send, in
	// order. f must not block.
	Tell(text string)
	Hear(f func(text string)) (cancel func())
}

// Claim is how a tab asks for the place.
type Claim uint8

// The three ways.
const (
	IfFree Claim = iota
	Wait         // until it is free; who waits first is first
	Steal        // whoever has it
)

// ErrPlaceTaken is a place that another tab has.
var ErrPlaceTaken = errors.New("election: another tab has the place")

// news is what tabs tell each other. It holds no contents and no secrets: who may
// read the store reads there.
type news struct {
	// Here is the lease of the tab that works: its first word, and its answer to Ask.
	Here uint64 `json:"here,omitempty"`
	// Store and Key name a record that was changed.
	Store string `json:"store,omitempty"`
	Key   string `json:"key,omitempty"`
	// Ask wants to know whether that tab is there; Yield wants its place. Yielded
	// says that it is free to be stolen: nothing is done there any more.
	Ask     bool `json:"ask,omitempty"`
	Yield   bool `json:"yield,omitempty"`
	Yielded bool `json:"yielded,omitempty"`
}

func (n news) text() string {
	text, err := json.Marshal(n)
	if err != nil {
		panic(err) // plain values
	}
	return string(text)
}

// single is a page without other tabs: nobody answers it.
type single struct{}

func (single) Elect(ctx context.Context, how Claim, f func(ctx context.Context)) error {
	if how == Wait {
		<-ctx.Done()
		return ctx.Err()
	}
	f(ctx)
	return nil
}
func (single) Tell(string)                       {}
func (single) Hear(func(string)) (cancel func()) { return func() {} }
