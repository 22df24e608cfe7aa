// Package election has one of all tabs of a browser work, and the others watch it.
//
//	seat := election.New(ports, member)
//	go seat.Run(ctx)
//
// The tabs elect by a lock. Whoever has it adds one to the number of the lease in their
// store: what it then does is for that number only. So a tab that hung, and was given up
// by the others, does nothing when it wakes up.
package election

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

const (
	// askEvery is how often a tab that watches unfinished work asks whether it is still
	// done, while somebody looks at it.
	askEvery = 5 * time.Second
	// mostSilence is how many questions in a row may stay without an answer. They are
	// counted, not timed: a computer that slept has answered none meanwhile.
	mostSilence = 4
	// yieldWithin is how long the place is waited for after a click before it is taken,
	// and how long it is kept for whoever asked for it.
	yieldWithin = 5 * time.Second
	// graceFor is how long a tab that waited for its turn does nothing with it: the one
	// that had it may only be loaded anew, and takes it back.
	graceFor = 3 * time.Second
	// claimAgain is the pause after browser or store refused a claim.
	claimAgain = 5 * time.Second
)

// Ports is the world as an election needs it.
type Ports struct {
	// Tabs are the other tabs; nil = there are none.
	Tabs  Tabs
	Clock interface {
		Sleep(ctx context.Context, d time.Duration) error
	}
	// View tells whether anybody looks at this tab; nil = always.
	View interface {
		Hidden() bool
		// Watch calls f whenever that may have changed.
		Watch(f func()) (cancel func())
	}
	Store interface {
		// TakeLease adds one to the number of the lease and returns it, never 0.
		TakeLease(ctx context.Context) (uint64, error)
	}
}

// Member is what a tab does. All but Lead return at once.
type Member interface {
	// Lead works under a lease until ctx ends, or until Yield was called and everything
	// is saved; then yielded is true. When it returns, the tab follows.
	Lead(ctx context.Context, lease uint64) (yielded bool)
	// Follow begins to show what another tab does, unless it does already.
	Follow()
	// Answer calls alive from whatever hangs when the work hangs. Yield ends Lead. They
	// are called while Lead is.
	Answer(alive func())
	Yield()
	// Changed tells of a record that another tab has changed.
	Changed(store, key string)
	// Unfinished reports whether there is work that should go on.
	Unfinished() bool
}

// Seat is one tab in the election.
type Seat struct {
	ports  Ports
	member Member
	stir   chan struct{} // has room for one: there may be unfinished work

	mu      sync.Mutex
	ctx     context.Context    // of Run; nil before
	lease   uint64             // of this tab; 0 = another one has it
	lost    context.CancelFunc // ends Lead; nil while lease is 0
	steal   context.CancelFunc // ends the waiting, to take the place; nil unless waiting
	yielded chan struct{}      // closed when the other tab gave up its place; nil unless asked to
	answers int                // how often the tab that works said that it is there
}

// New makes a seat. It does nothing before Run.
func New(p Ports, m Member) *Seat {
	if p.Tabs == nil {
		p.Tabs = single{}
	}
	return &Seat{ports: p, member: m, stir: make(chan struct{}, 1)}
}

// Changed tells the other tabs of a record that was changed here.
func (s *Seat) Changed(store, key string) { s.tell(news{Store: store, Key: key}) }

// Stir has the seat look at Member.Unfinished once more.
func (s *Seat) Stir() {
	select {
	case s.stir <- struct{}{}:
	default:
	}
}

// Run takes part in the election until ctx ends, and leads or follows.
func (s *Seat) Run(ctx context.Context) {
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	defer s.ports.Tabs.Hear(s.hear)()
	_ = s.ports.Tabs.Elect(ctx, IfFree, s.lead) // whatever keeps it from being elected: then it shows
	for ctx.Err() == nil {
		err := s.follow(ctx)
		if errors.Is(err, errImpatient) {
			err = s.ports.Tabs.Elect(ctx, Steal, s.lead)
		}
		if err != nil && s.ports.Clock.Sleep(ctx, claimAgain) != nil {
			return
		}
	}
}

// lead works for as long as this tab has the place, which is as long as ctx.
func (s *Seat) lead(ctx context.Context) {
	lease, err := s.ports.Store.TakeLease(ctx)
	for err != nil {
		s.member.Follow()
		if s.ports.Clock.Sleep(ctx, claimAgain) != nil {
			return
		}
		lease, err = s.ports.Store.TakeLease(ctx)
	}
	term, end := context.WithCancel(ctx)
	defer end()
	s.holds(lease, end)
	s.tell(news{Here: lease})
	yielded := s.member.Lead(term, lease)
	s.holds(0, nil)
	if yielded {
		s.tell(news{Yielded: true})
		_ = s.ports.Clock.Sleep(ctx, yieldWithin) // kept for whoever asked, who takes it now
	}
}

// holds notes the lease of this tab, and how its work is ended.
func (s *Seat) holds(lease uint64, lost context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lease, s.lost = lease, lost
}

// errImpatient is a place that is not waited for any longer: whoever has it does not
// answer, or gave it up.
var errImpatient = errors.New("election: the place is taken from another tab")

// follow shows what another tab does until this one has had the place. The error is
// errImpatient if it is to be taken, or why the browser let nobody wait.
func (s *Seat) follow(ctx context.Context) error {
	s.member.Follow()
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.waits(func() { stop(errImpatient) })
	listening, enough := context.WithCancel(waiting)
	defer enough()
	if s.ports.Tabs != Tabs(single{}) {
		go s.listen(listening)
	}
	err := s.ports.Tabs.Elect(waiting, Wait, func(ctx context.Context) {
		enough()
		s.waits(nil)
		if s.ports.Clock.Sleep(ctx, graceFor) == nil {
			s.lead(ctx)
		}
	})
	s.waits(nil)
	if cause := context.Cause(waiting); cause != nil {
		return cause
	}
	return err
}

// waits notes how the waiting is ended; nil = there is none.
func (s *Seat) waits(steal context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steal = steal
}

// take ends the waiting, to take the place.
func (s *Seat) take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.steal != nil {
		s.steal()
	}
}

// listen finds out whether the tab that works hangs, because such a one never frees
// its place. It is asked while there is unfinished work and somebody looks.
func (s *Seat) listen(ctx context.Context) {
	for silence := 0; silence < mostSilence; {
		for !s.member.Unfinished() {
			select {
			case <-s.stir:
			case <-ctx.Done():
				return
			}
		}
		if s.seen(ctx) != nil {
			return
		}
		before := s.answered()
		s.tell(news{Ask: true})
		if s.ports.Clock.Sleep(ctx, askEvery) != nil {
			return
		}
		if silence++; s.answered() != before {
			silence = 0
		}
	}
	s.take()
}

// seen waits until somebody looks at this tab. The error is that of ctx.
func (s *Seat) seen(ctx context.Context) error {
	if s.ports.View == nil {
		return ctx.Err()
	}
	changed := make(chan struct{}, 1)
	defer s.ports.View.Watch(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	for s.ports.View.Hidden() {
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

func (s *Seat) answered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers
}

// WorkHere takes the place of the tab that works: it is asked to finish what it is
// saving, and gives up its place; if it does not answer, the place is taken from it.
// Then everything starts as after a reload. Call it only from a click.
func (s *Seat) WorkHere() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.steal == nil || s.yielded != nil {
		return
	}
	yielded, ctx := make(chan struct{}), s.ctx
	s.yielded = yielded
	go func() {
		late, cancel := context.WithCancel(ctx)
		go func() {
			defer cancel()
			_ = s.ports.Clock.Sleep(late, yieldWithin)
		}()
		select {
		case <-yielded:
			cancel()
		case <-late.Done():
		}
		s.mu.Lock()
		s.yielded = nil
		s.mu.Unlock()
		s.take()
	}()
	go s.tell(news{Yield: true})
}

// hear is what another tab said. It is called from an event of the browser.
func (s *Seat) hear(text string) {
	var n news
	if json.Unmarshal([]byte(text), &n) != nil {
		return // of another version of the page
	}
	s.mu.Lock()
	lease := s.lease
	switch {
	case n.Here != 0:
		s.answers++
		if lease != 0 && n.Here > lease {
			s.lost() // this tab hung, and was given up
		}
	case n.Yielded && s.yielded != nil:
		close(s.yielded)
		s.yielded = nil
	}
	s.mu.Unlock()
	switch {
	case n.Ask && lease != 0:
		s.member.Answer(func() { s.tell(news{Here: lease}) })
	case n.Yield && lease != 0:
		s.member.Yield()
	case n.Store != "":
		s.member.Changed(n.Store, n.Key)
	}
}

func (s *Seat) tell(n news) { s.ports.Tabs.Tell(n.text()) }
