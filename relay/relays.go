package relay

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Clock is the time by which Relays rest.
type Clock interface{ Now() time.Time }

// Relays are the Relays of one network, the preferred one first. They know nothing of
// each other: a task is asked for where its arguments were taken, then at the others.
// A signature is good at all of them. Relays are safe for concurrent use.
//
// One that cannot be reached, is in trouble, or answers with what is no answer of a
// Relay rests, longer each time, and the next one is asked within the same call. After
// its rest it has its place again. While it rests it is asked only when no other does
// what is wanted; not even then before the time that it named itself (Retry-After).
// What a Relay refuses, or does not have yet, is its answer: it does not rest for that,
// but another one may know better.
//
// When none does it, the error is that of a Relay that may do it later, where there is
// one; else the first refusal.
type Relays struct {
	clock  Clock
	chance func() float64

	mu   sync.Mutex // over how they are, and never held while somebody is asked
	list []*source
}

// NewRelays returns the Relays at some addresses, see [New]. It sends nothing. chance is
// between 0 and 1 and spreads the requests of many pages; nil is always 0.
func NewRelays(bases []string, t Transport, c Clock, chance func() float64) *Relays {
	r := &Relays{clock: c, chance: chance}
	if chance == nil {
		r.chance = func() float64 { return 0 }
	}
	for _, base := range bases {
		r.list = append(r.list, &source{name: base, client: New(base, t)})
	}
	return r
}

// source is one of Relays, and how it is.
type source struct {
	name    string
	client  *Client
	strikes int       // failures in a row
	until   time.Time // it rests so long
	named   bool      // the Relay itself named that time
	last    error     // why it rests
}

const (
	// A Relay that failed rests this long, twice as long each time in a row up to the
	// longest; by chance, down to half of it.
	firstRest   = 2 * time.Second
	longestRest = 2 * time.Minute
	// longestNamed is the most that a Relay may ask for.
	longestNamed = 5 * time.Minute
	// How long one may take where others wait for their turn.
	uploadPatience = 20 * time.Second
	resultPatience = 45 * time.Second
)

// Upload brings the arguments of a task to the first Relay that takes them, and names
// it. One that has them already has taken them. Where an answer was lost they may be at
// several Relays, which does no harm. With wait, one that has only not seen the task yet
// is not passed over: it is the one that the nodes are likely to ask.
func (r *Relays) Upload(ctx context.Context, p UploadParams, s Signed, wait bool) (taker string, err error) {
	var stop Fault
	if wait {
		stop = NotSynced
	}
	err = r.each(ctx, "", uploadPatience, stop, func(ctx context.Context, at *source) error {
		err := at.client.Upload(ctx, p, s)
		if err == nil || errors.Is(err, AlreadyUploaded) {
			taker, err = at.name, nil
		}
		return err
	})
	return taker, err
}

// Result downloads one result, see [Client.Result]: from the Relay that took the
// arguments, then from the others. An unknown taker is nobody.
func (r *Relays) Result(ctx context.Context, p ResultParams, s Signed, taker string) (file []byte, err error) {
	err = r.each(ctx, taker, resultPatience, "", func(ctx context.Context, at *source) (err error) {
		file, err = at.client.Result(ctx, p, s)
		return err
	})
	return file, err
}

// each asks one Relay after the other until one has done it, or fails with stop.
func (r *Relays) each(ctx context.Context, first string, patience time.Duration, stop Fault, ask func(ctx context.Context, at *source) error) error {
	turns, failed := r.turns(first)
	for i, at := range turns {
		limited, cancel := ctx, func() {}
		if i < len(turns)-1 {
			limited, cancel = context.WithTimeout(ctx, patience)
		}
		seen := r.strikesOf(at)
		err := ask(limited, at)
		cancel()
		if err == nil || ctx.Err() == nil { // whoever asked and left is nobody's fault
			r.note(at, seen, err)
		}
		if err == nil || ctx.Err() != nil || stop != "" && errors.Is(err, stop) {
			return err
		}
		failed = append(failed, err)
	}
	return worst(failed)
}

// worst is the error that says most of those of several Relays: what may still come
// counts more than a refusal, and what a Relay said more than its silence.
func worst(failed []error) error {
	for _, f := range []Fault{ResultsMissing, NotSynced} {
		if i := slices.IndexFunc(failed, func(err error) bool { return errors.Is(err, f) }); i >= 0 {
			return failed[i]
		}
	}
	for _, err := range failed {
		if e, ok := errors.AsType[*Error](err); ok && e.Fault.Advice() == Retry {
			return err
		}
	}
	if len(failed) == 0 {
		return &Error{Fault: WrongAddress, Text: "no Relay is known"}
	}
	return failed[0]
}

// turns lists whom to ask, in order: the one named, if it does not rest, those that are
// well, then those that rest, the one first that rests least. resting are the errors of
// those that are not to be asked.
func (r *Relays) turns(first string) (list []*source, resting []error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	var later []*source
	for _, at := range r.list {
		switch {
		case !now.Before(at.until) && at.name == first:
			list = slices.Insert(list, 0, at)
		case !now.Before(at.until):
			list = append(list, at)
		case at.named:
			resting = append(resting, at.last)
		default:
			later = append(later, at)
		}
	}
	slices.SortStableFunc(later, func(a, b *source) int { return a.until.Compare(b.until) })
	return append(list, later...), resting
}

func (r *Relays) strikesOf(at *source) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return at.strikes
}

// note takes down how a Relay was. Requests that ran at the same time failed together:
// seen is how many failures there were before.
func (r *Relays) note(at *source, seen int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, _ := errors.AsType[*Error](err)
	switch {
	case e == nil || !e.Fault.trouble():
		at.strikes, at.until, at.named, at.last = 0, time.Time{}, false, nil
		return
	case at.strikes != seen:
		return
	}
	at.strikes, at.last = at.strikes+1, err
	now := r.clock.Now()
	if wait := min(retryAfter(e.wait, now), longestNamed); wait > 0 {
		at.named, at.until = true, now.Add(wait+time.Duration(r.chance()*float64(wait)/4))
		return
	}
	rest := longestRest
	if at.strikes <= 6 {
		rest = min(rest, firstRest<<(at.strikes-1))
	}
	at.named, at.until = false, now.Add(rest-time.Duration(r.chance()*float64(rest)/2))
}

// trouble reports whether a fault is about the Relay and not about what was asked.
func (f Fault) trouble() bool {
	switch f {
	case Unreachable, Unavailable, Garbled, WrongAddress:
		return true
	}
	return false
}

// retryAfter reads the header of that name: seconds, or a date (RFC 9110, 10.2.3). 0 for
// anything else.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", header); err == nil {
		return at.Sub(now)
	}
	return 0
}
