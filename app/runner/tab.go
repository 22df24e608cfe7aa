package runner

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"crynux-dapp/app/election"
	"crynux-dapp/app/job"
)

// Tab is one tab of the page: the one that runs the jobs, or one of those that show
// what it does. All tabs of a database elect the runner by a lock. Whoever has it adds
// one to the number of the lease in the store, and everything it changes, sends or asks
// is for that number only. So a tab that hung, and was given up by the others, does
// nothing when it wakes up but to show what they do.
//
// Each public method returns at once unless it takes a context. What it changes
// arrives as a Snapshot. In a tab that does not run, all but Subscribe, File,
// SaveDraft and WorkHere do nothing.
type Tab struct {
	Ports
	seat *election.Seat

	mu      sync.Mutex
	ctx     context.Context    // of Run; nil before
	runs    *Runner            // nil while another tab runs
	watches *Runner            // shows what another tab does; nil while this tab runs
	reads   *inbox             // what watches has to read again
	hide    context.CancelFunc // ends watches
	early   []func(*Runner)    // asked for before it was known who runs
	decided bool

	erased atomic.Bool // everything was deleted

	telling     sync.Mutex
	shows       *Runner // whose snapshots count
	published   Snapshot
	subscribers map[int]func(Snapshot)
	nextSub     int
}

// New makes a tab. It does nothing before Run.
func New(p Ports) *Tab {
	t := &Tab{Ports: p, subscribers: map[int]func(Snapshot){}}
	world := election.Ports{Clock: p.Clock, View: p.View, Store: p.Store}
	if p.Tabs != nil && p.Store.Persistent() {
		world.Tabs = p.Tabs
	}
	t.seat = election.New(world, member{t})
	return t
}

// Run takes part in the election until ctx ends, and runs or shows the jobs.
func (t *Tab) Run(ctx context.Context) {
	t.mu.Lock()
	t.ctx = ctx
	t.mu.Unlock()
	t.seat.Run(ctx)
}

// WorkHere takes the place of the tab that runs: it is asked to finish what it is
// saving, and gives up its place; if it does not answer, the place is taken from it.
// Then everything starts as after a reload. Call it only from a click.
func (t *Tab) WorkHere() { t.seat.WorkHere() }

// member is the tab as the election sees it.
type member struct{ *Tab }

// Lead runs the jobs (election.Member).
func (t member) Lead(ctx context.Context, lease uint64) (yielded bool) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var r *Runner
	r = newRunner(ctx, t.Ports, leased{Store: t.Store, lease: lease, lost: end, saved: t.saved, erased: &t.erased}, func(s Snapshot) { t.publish(r, s) })
	t.begin(r)
	r.run()
	t.mu.Lock()
	t.runs = nil
	t.mu.Unlock()
	end()
	t.Follow()
	r.forgetKey(t.ctx)
	return r.yielding
}

// Follow begins to show what another tab does, unless it does already.
func (t member) Follow() {
	r, reads := t.watch()
	if r == nil {
		return
	}
	t.telling.Lock()
	t.shows = r
	s := t.published
	t.telling.Unlock()
	s.Elsewhere, s.Session, s.Purse, s.Ahead, s.Signing, s.Past = true, Session{}, Purse{}, Ahead{}, nil, Past{}
	t.publish(r, s) // until it was read
	go r.show(reads)
}

// Answer tells that the owner goroutine is alive.
func (t member) Answer(alive func()) { t.act(func(*Runner) { alive() }) }

// Yield gives the lease away.
func (t member) Yield() {
	if r, err := t.running(); err == nil {
		r.yield()
	}
}

// Changed reads what another tab has changed.
func (t member) Changed(store, key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if watches := t.watches; watches != nil {
		t.reads.post(func() { watches.reread(store, key) })
	}
}

// Unfinished reports whether a job is shown that should go on.
func (t member) Unfinished() bool {
	t.telling.Lock()
	defer t.telling.Unlock()
	for i := range t.published.Jobs { // by place: a State is large
		if s := &t.published.Jobs[i]; s.Phase != job.Draft && !s.Phase.Ended() && !s.Paused {
			return true
		}
	}
	return false
}

// begin makes this tab the one that runs.
func (t *Tab) begin(r *Runner) {
	t.telling.Lock()
	t.shows = r
	t.telling.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watches != nil {
		t.hide()
	}
	t.runs, t.watches, t.decided = r, nil, true
	for _, do := range t.early {
		r.post(func() { do(r) })
	}
	t.early = nil
}

// act has the owner goroutine of the runner do something, if this tab is the one that
// runs, or once it is known to be.
func (t *Tab) act(do func(r *Runner)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch r := t.runs; {
	case r != nil:
		r.post(func() { do(r) })
	case !t.decided:
		t.early = append(t.early, do)
	}
}

// errElsewhere is asked of a tab that does not run.
var errElsewhere = errors.New("runner: the jobs run in another tab")

// running is the runner, for what waits for an answer.
func (t *Tab) running() (*Runner, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.runs == nil {
		return nil, errElsewhere
	}
	return t.runs, nil
}

// saved tells the other tabs what was changed. Files are read when they are shown.
func (t *Tab) saved(r Record) {
	if r.Store != Files {
		t.seat.Changed(r.Store, r.Key)
	}
}

// watch makes this tab one that shows; nil if it is one.
func (t *Tab) watch() (*Runner, *inbox) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watches != nil || t.ctx.Err() != nil {
		return nil, nil
	}
	ctx, hide := context.WithCancel(t.ctx)
	var r *Runner
	r = newRunner(ctx, t.Ports, leased{Store: t.Store, none: true, erased: &t.erased}, func(s Snapshot) { t.publish(r, s) })
	t.watches, t.hide, t.reads, t.early, t.decided = r, hide, newInbox(), nil, true
	return r, t.reads
}

// Subscribe calls f with the present snapshot and every later one, in order and
// from one goroutine at a time.
func (t *Tab) Subscribe(f func(Snapshot)) (cancel func()) {
	t.telling.Lock()
	defer t.telling.Unlock()
	id := t.nextSub
	t.nextSub++
	t.subscribers[id] = f
	f(t.published)
	return func() {
		t.telling.Lock()
		defer t.telling.Unlock()
		delete(t.subscribers, id)
	}
}

// publish passes a snapshot on. What was ready once stays on the screen until the
// next one is.
func (t *Tab) publish(r *Runner, s Snapshot) {
	t.telling.Lock()
	defer t.telling.Unlock()
	if r != t.shows || t.published.Ready && !s.Ready {
		return
	}
	t.published = s
	for _, f := range t.subscribers {
		f(s)
	}
	t.seat.Stir()
}

// Show tells the present snapshot once more: something beside it has changed.
func (t *Tab) Show() {
	go func() { // whoever asks may hold what a subscriber wants
		t.telling.Lock()
		defer t.telling.Unlock()
		for _, f := range t.subscribers {
			f(t.published)
		}
	}()
}
