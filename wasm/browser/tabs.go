//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall/js"
	"time"
)

// Tabs are all tabs of this browser that know the same name. One of them has its place.
type Tabs struct {
	name    string
	channel js.Value // undefined where there is no BroadcastChannel
}

// Claim is how the place is asked for.
type Claim string

// The three ways.
const (
	Wait   Claim = "" // until it is free; who waits first is first
	IfFree Claim = "ifAvailable"
	Steal  Claim = "steal" // whoever has it
)

// ErrPlaceTaken is a place that another tab has.
var ErrPlaceTaken = errors.New("another tab has the place")

// OpenTabs joins the tabs of a name.
func OpenTabs(name string) *Tabs {
	channel, err := construct("BroadcastChannel", name)
	if err != nil {
		channel = js.Undefined() // an old browser: tabs hear nothing of each other
	}
	return &Tabs{name: name, channel: channel}
}

// Elect calls f in this tab once it has the place, with a context that ends when
// another tab takes it. The error is ErrPlaceTaken for IfFree, that of ctx if it ends
// while waiting, or what the browser says; f was not called then.
//
// A tab that has the place keeps it over a reload: with IfFree it takes it back from
// whoever got it in between.
//
// Where the browser has no Web Locks (an old one, a page without https) nothing keeps
// the tabs apart: IfFree and Steal call f at once, and Wait waits until ctx ends.
func (t *Tabs) Elect(ctx context.Context, how Claim, f func(ctx context.Context)) error {
	returns := how == IfFree && t.returns()
	held, err := askLock(ctx, t.name, string(how))
	if returns && errors.Is(err, errHeld) {
		held, err = askLock(ctx, t.name, string(Steal))
	}
	switch {
	case errors.Is(err, errNoLocks) && how == Wait:
		<-ctx.Done()
		return ctx.Err()
	case errors.Is(err, errNoLocks):
		f(ctx)
		return nil
	case errors.Is(err, errHeld):
		return ErrPlaceTaken
	case err != nil:
		return fmt.Errorf("asking for the place: %w", err)
	}
	having, cancel := context.WithCancel(ctx)
	gone := make(chan struct{})
	go func() {
		<-held.over
		cancel()
		close(gone)
	}()
	leaves, err := listen(js.Global(), "pagehide", func(js.Value) { t.leave() })
	if err != nil {
		leaves = func() {} // a reload then gives the place away
	}
	defer func() {
		leaves()
		cancel()
		held.resolve.Invoke() // of no effect if it was stolen
		<-gone
	}()
	f(having)
	return nil
}

// returnWithin is how long a reload may take, in milliseconds.
const returnWithin = 30_000

// leave notes for a moment, in this tab only, that it goes away with the place.
func (t *Tabs) leave() {
	_, _ = call(property(js.Global(), "sessionStorage"), "setItem", t.name, strconv.FormatInt(time.Now().UnixMilli(), 10)) // else it comes back as any other tab
}

// returns reports whether this tab had the place a moment ago, once.
func (t *Tabs) returns() bool {
	session := property(js.Global(), "sessionStorage")
	at, err := call(session, "getItem", t.name)
	if err != nil || at.Type() != js.TypeString {
		return false
	}
	_, _ = call(session, "removeItem", t.name)
	left, err := strconv.ParseInt(at.String(), 10, 64)
	return err == nil && time.Now().UnixMilli()-left < returnWithin
}

// Tell sends a text to all other tabs.
func (t *Tabs) Tell(text string) {
	if !t.channel.IsUndefined() {
		_, _ = call(t.channel, "postMessage", text) // a text can always be sent
	}
}

// Hear calls f with what other tabs tell, until cancel is called. f must not block.
func (t *Tabs) Hear(f func(text string)) (cancel func()) {
	if t.channel.IsUndefined() {
		return func() {}
	}
	cancel, err := listen(t.channel, "message", func(e js.Value) { f(text(e, "data")) })
	if err != nil {
		return func() {}
	}
	return cancel
}
