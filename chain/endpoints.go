package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Clock is the time by which endpoints rest.
type Clock interface{ Now() time.Time }

// Endpoints reads one chain through several RPC endpoints, in their order: each
// Batch is answered by the first that works. It is a Reader and safe for
// concurrent use.
//
// An endpoint that cannot be reached, answers in time with nothing usable, asks for
// fewer requests or is late by more than 8 blocks rests, and the next one is asked
// within the same Batch. After its rest, which is longer each time, it has its place
// again. While it rests it is asked only when no other answers; not even then
// before the time that it named itself (Retry-After). An error of a single call is
// an answer, unless it asks for fewer requests. Where no endpoint has a better one,
// answers that are late or not complete are handed out.
//
// The chain id of each endpoint is asked for together with the first calls that it
// gets. What an endpoint of another chain says is never handed out, and while there
// are others it is not asked again. All calls
// may be asked twice, eth_sendRawTransaction too: the same signed bytes are the same
// transaction everywhere.
//
// At most 4 requests are under way at one endpoint; others wait for their turn.
//
// When all fail the error has those of the endpoints inside, see RPC. When all are
// of another chain it is a *ForeignError.
type Endpoints struct {
	chainID uint64
	clock   Clock
	chance  func() float64

	mu      sync.Mutex // over everything below, and never held while somebody is asked
	list    []*source
	highest uint64 // number of the newest block that one of them told
}

// NewEndpoints returns a reader of the chain with this id. It sends nothing. chance
// is between 0 and 1 and spreads the requests of many pages; nil is always 0.
func NewEndpoints(chainID uint64, urls []string, t Transport, c Clock, chance func() float64) *Endpoints {
	e := &Endpoints{chainID: chainID, clock: c, chance: chance}
	if chance == nil {
		e.chance = func() float64 { return 0 }
	}
	for _, url := range urls {
		e.list = append(e.list, &source{rpc: NewRPC(url, t), busy: make(chan struct{}, mostAtOnce)})
	}
	return e
}

// ForeignError is an RPC endpoint of another chain than it should be.
type ForeignError struct {
	Host      string
	Want, Got uint64 // chain ids
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s: the endpoint is of chain %d, not of %d", e.Host, e.Got, e.Want)
}

// Batch makes all calls in one HTTP request, and in one more for each endpoint that
// fails.
func (e *Endpoints) Batch(ctx context.Context, calls []Call) ([]Result, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	turns, resting := e.turns()
	var best *reply
	failed := resting
	for i, t := range turns {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		patience := answerTimeout
		if t.seen > 0 && i < len(turns)-1 {
			patience = strikeTimeout
		}
		got, err := e.ask(ctx, t, calls, patience)
		switch {
		case ctx.Err() != nil: // whoever asked has left: nobody's fault
			return nil, ctx.Err()
		case err != nil:
			failed = append(failed, err)
		case got.good():
			return got.results, nil
		case best == nil || got.better(best):
			best = got
		}
	}
	if best != nil {
		if best.late && !slices.ContainsFunc(failed, mayComeBack) {
			e.believe(best)
		}
		return best.results, nil
	}
	return nil, e.failure(failed)
}

// turn is an endpoint that is about to be asked.
type turn struct {
	*source
	seen    int    // failures that it had before
	highest uint64 // block that was told before
}

// turns lists whom to ask, in order: those that are well, then those that rest, the
// one first that rests least. resting are the errors of those that are not to be asked.
func (e *Endpoints) turns() (list []turn, resting []error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now()
	var later []*source
	for _, at := range e.list {
		switch {
		case at.foreign != nil:
		case !now.Before(at.until):
			list = append(list, turn{at, at.strikes, e.highest})
		case at.named:
			resting = append(resting, at.last)
		default:
			later = append(later, at)
		}
	}
	if len(list)+len(resting)+len(later) == 0 { // perhaps they were put right
		for _, at := range e.list {
			at.foreign, at.checked = nil, false
			later = append(later, at)
		}
	}
	slices.SortStableFunc(later, func(a, b *source) int { return a.until.Compare(b.until) })
	for _, at := range later {
		list = append(list, turn{at, at.strikes, e.highest})
	}
	return list, resting
}

// reply is what an endpoint answered.
type reply struct {
	from     *source
	results  []Result
	head     uint64 // newest block that it tells of, 0 also if it does not
	late     bool   // that block is older than it should be
	complete bool   // no call was refused for being one too many
}

func (r *reply) good() bool { return r.complete && !r.late }

func (r *reply) better(than *reply) bool {
	if r.complete != than.complete {
		return r.complete
	}
	return r.head > than.head
}

// ask asks one endpoint, and notes how it is.
func (e *Endpoints) ask(ctx context.Context, t turn, calls []Call, patience time.Duration) (*reply, error) {
	all := calls
	at := slices.IndexFunc(calls, func(c Call) bool { return c.Method == methodChainID })
	if at < 0 && !e.isChecked(t.source) {
		at = len(calls)
		all = append(slices.Clip(calls), Call{Method: methodChainID})
	}
	if err := t.enter(ctx); err != nil {
		return nil, err
	}
	results, err := t.rpc.batch(ctx, all, patience)
	t.leave()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var id uint64
	if err == nil && at >= 0 {
		if err = into(&id, parseUint64)(results[at]); err != nil {
			err = fmt.Errorf("%s: %s: %w", t.rpc.host(), methodChainID, err)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now()
	if err != nil {
		t.strike(t.seen, err, now, e.chance)
		return nil, err
	}
	if at >= 0 && id != e.chainID {
		t.foreign = &ForeignError{Host: t.rpc.host(), Want: e.chainID, Got: id}
		return nil, t.foreign
	}
	t.checked = true
	got := &reply{from: t.source, results: results[:len(calls)], complete: true}
	head, told := headIn(calls, results)
	got.head = head
	for i, c := range calls {
		if limits(c, results[i].Err) {
			got.complete, err = false, fmt.Errorf("%s: %s: %w", t.rpc.host(), c.Method, results[i].Err)
		}
	}
	if told && head+lateBlocks < t.highest && len(e.list) > 1 {
		got.late, err = true, fmt.Errorf("%s: %w: block %d, not %d", t.rpc.host(), ErrUnavailable, head, t.highest)
	}
	e.highest = max(e.highest, head)
	if err != nil {
		t.strike(t.seen, err, now, e.chance)
	} else {
		t.well()
	}
	return got, nil
}

func (e *Endpoints) isChecked(at *source) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return at.checked
}

// believe takes an answer that is late when every endpoint is: a chain may lose
// blocks, and the number that nobody reaches was perhaps made up.
func (e *Endpoints) believe(r *reply) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.highest = r.head
	if r.complete {
		r.from.well()
	}
}

// mayComeBack reports whether an endpoint failed for another reason than that it is
// of another chain.
func mayComeBack(err error) bool {
	_, foreign := errors.AsType[*ForeignError](err)
	return !foreign
}

// failure puts the errors of all endpoints into one. That one of them is of another
// chain is only its text, as long as others may come back.
func (e *Endpoints) failure(failed []error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := allFailed{}
	for _, err := range failed {
		if mayComeBack(err) {
			all = append(all, err)
		}
	}
	var foreign *ForeignError
	for _, at := range e.list {
		if at.foreign != nil {
			foreign = at.foreign
		}
	}
	switch {
	case len(all) == 0 && foreign != nil:
		return foreign
	case len(all) == 0:
		return fmt.Errorf("%w: there is none", ErrUnavailable)
	case foreign != nil:
		all = append(all, errors.New(foreign.Error()))
	}
	return all
}

// allFailed are the errors of several endpoints.
type allFailed []error

func (a allFailed) Error() string {
	texts := make([]string, len(a))
	for i, err := range a {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.Is and errors.As see all of them.
func (a allFailed) Unwrap() []error { return a }
