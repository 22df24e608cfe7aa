package runner

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"crynux-dapp/app/job"
)

const (
	// askEvery is how often a tab that shows unfinished jobs asks whether they are
	// still run, while somebody looks at it.
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
	tabs Tabs

	mu      sync.Mutex
	ctx     context.Context    // of Run; nil before
	runs    *Runner            // nil while another tab runs
	watches *Runner            // shows what another tab does; nil while this tab runs
	reads   *inbox             // what watches has to read again
	hide    context.CancelFunc // ends watches
	early   []func(*Runner)    // asked for before it was known who runs
	decided bool
	steal   context.CancelFunc // ends the waiting, to take the place; nil unless waiting
	yielded chan struct{}      // closed when the runner gave up its place; nil unless asked to
	answers int                // how often the runner said that it is there
	stir    chan struct{}      // has room for one: something new is shown

	erased atomic.Bool // everything was deleted

	telling     sync.Mutex
	shows       *Runner // whose snapshots count
	published   Snapshot
	subscribers map[int]func(Snapshot)
	nextSub     int
}

// New makes a tab. It does nothing before Run.
func New(p Ports) *Tab {
	t := &Tab{Ports: p, tabs: p.Tabs, stir: make(chan struct{}, 1), subscribers: map[int]func(Snapshot){}}
	if p.Tabs == nil || !p.Store.Persistent() {
		t.tabs = single{}
	}
	return t
}

// Run takes part in the election until ctx ends, and runs or shows the jobs.
func (t *Tab) Run(ctx context.Context) {
	t.mu.Lock()
	t.ctx = ctx
	t.mu.Unlock()
	defer t.tabs.Hear(t.hear)()
	_ = t.tabs.Elect(ctx, IfFree, t.lead) // whatever keeps it from being elected: then it shows
	for ctx.Err() == nil {
		err := t.follow(ctx)
		if errors.Is(err, errImpatient) {
			err = t.tabs.Elect(ctx, Steal, t.lead)
		}
		if err != nil && t.Clock.Sleep(ctx, claimAgain) != nil {
			return
		}
	}
}

// lead runs the jobs for as long as this tab has the place, which is as long as ctx.
func (t *Tab) lead(ctx context.Context) {
	lease, err := t.Store.TakeLease(ctx)
	for err != nil {
		t.show()
		if t.Clock.Sleep(ctx, claimAgain) != nil {
			return
		}
		lease, err = t.Store.TakeLease(ctx)
	}
	term, end := context.WithCancel(ctx)
	defer end()
	var r *Runner
	r = newRunner(term, t.Ports, leased{Store: t.Store, lease: lease, lost: end, saved: t.saved, erased: &t.erased}, func(s Snapshot) { t.publish(r, s) })
	t.begin(r)
	t.tell(news{Here: lease})
	r.run()
	t.mu.Lock()
	t.runs = nil
	t.mu.Unlock()
	end()
	t.show()
	r.forgetKey(t.ctx)
	if r.yielding {
		t.tell(news{Yielded: true})
		_ = t.Clock.Sleep(ctx, yieldWithin) // kept for whoever asked, who takes it now
	}
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

// errImpatient is a place that is not waited for any longer: whoever has it does not
// answer, or gave it up.
var errImpatient = errors.New("runner: the place is taken from another tab")

// follow shows what another tab does until this one has had the place. The error is
// errImpatient if it is to be taken, or why the browser let nobody wait.
func (t *Tab) follow(ctx context.Context) error {
	t.show()
	waiting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	t.waits(func() { stop(errImpatient) })
	listening, enough := context.WithCancel(waiting)
	defer enough()
	if t.tabs != Tabs(single{}) {
		go t.listen(listening)
	}
	err := t.tabs.Elect(waiting, Wait, func(ctx context.Context) {
		enough()
		t.waits(nil)
		if t.Clock.Sleep(ctx, graceFor) == nil {
			t.lead(ctx)
		}
	})
	t.waits(nil)
	if cause := context.Cause(waiting); cause != nil {
		return cause
	}
	return err
}

// waits notes how the waiting is ended; nil = there is none.
func (t *Tab) waits(steal context.CancelFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steal = steal
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

// take ends the waiting, to take the place.
func (t *Tab) take() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.steal != nil {
		t.steal()
	}
}

// listen finds out whether the tab that runs hangs, because such a one never frees
// its place. It is asked while there are unfinished jobs and somebody looks.
func (t *Tab) listen(ctx context.Context) {
	for silence := 0; silence < mostSilence; {
		for !t.unfinished() {
			select {
			case <-t.stir:
			case <-ctx.Done():
				return
			}
		}
		if t.seen(ctx) != nil {
			return
		}
		before := t.answered()
		t.tell(news{Ask: true})
		if t.Clock.Sleep(ctx, askEvery) != nil {
			return
		}
		if silence++; t.answered() != before {
			silence = 0
		}
	}
	t.take()
}

// seen waits until somebody looks at this tab. The error is that of ctx.
func (t *Tab) seen(ctx context.Context) error {
	if t.View == nil {
		return ctx.Err()
	}
	changed := make(chan struct{}, 1)
	defer t.View.Watch(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	for t.View.Hidden() {
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

func (t *Tab) answered() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.answers
}

// unfinished reports whether a job is shown that should go on.
func (t *Tab) unfinished() bool {
	t.telling.Lock()
	defer t.telling.Unlock()
	for _, s := range t.published.Jobs {
		if s.Phase != job.Draft && !s.Phase.Ended() && !s.Paused {
			return true
		}
	}
	return false
}

// WorkHere takes the place of the tab that runs: it is asked to finish what it is
// saving, and gives up its place; if it does not answer, the place is taken from it.
// Then everything starts as after a reload. Call it only from a click.
func (t *Tab) WorkHere() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.steal == nil || t.yielded != nil {
		return
	}
	yielded, ctx := make(chan struct{}), t.ctx
	t.yielded = yielded
	go func() {
		late, cancel := context.WithCancel(ctx)
		go func() {
			defer cancel()
			_ = t.Clock.Sleep(late, yieldWithin)
		}()
		select {
		case <-yielded:
			cancel()
		case <-late.Done():
		}
		t.mu.Lock()
		t.yielded = nil
		t.mu.Unlock()
		t.take()
	}()
	go t.tell(news{Yield: true})
}

// hear is what another tab said. It is called from an event of the browser.
func (t *Tab) hear(text string) {
	var n news
	if json.Unmarshal([]byte(text), &n) != nil {
		return // of another version of the page
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.runs
	switch {
	case n.Here != 0:
		t.answers++
		if r != nil && n.Here > r.Store.lease {
			r.Store.lost() // this tab hung, and was given up
		}
	case n.Ask && r != nil:
		r.post(func() { t.tell(news{Here: r.Store.lease}) }) // its owner is alive
	case n.Yield && r != nil:
		r.yield()
	case n.Yielded && t.yielded != nil:
		close(t.yielded)
		t.yielded = nil
	case n.Store != "" && t.watches != nil:
		watches := t.watches
		t.reads.post(func() { watches.reread(n.Store, n.Key) })
	}
}

func (t *Tab) tell(n news) { t.tabs.Tell(n.text()) }

// saved tells the other tabs what was changed. Files are read when they are shown.
func (t *Tab) saved(r Record) {
	if r.Store != Files {
		t.tell(news{Store: r.Store, Key: r.Key})
	}
}

// show begins to show what another tab does, unless it does already.
func (t *Tab) show() {
	if r, reads := t.watch(); r != nil {
		t.telling.Lock()
		t.shows = r
		s := t.published
		t.telling.Unlock()
		s.Elsewhere, s.Session, s.Purse, s.Ahead, s.Signing, s.Past = true, Session{}, Purse{}, Ahead{}, nil, Past{}
		t.publish(r, s) // until it was read
		go r.show(reads)
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
	select {
	case t.stir <- struct{}{}:
	default:
	}
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
