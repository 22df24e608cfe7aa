package runner

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/relay"
)

// Runner is what a Tab is for as long as it has the lease, or as long as it has not.
// Each time a new one is made, so that nothing of the last time is left: what is late
// comes to a Runner that nobody listens to any more.
type Runner struct {
	Ports
	Store leased
	inbox *inbox         // what the owner goroutine does next
	tell  func(Snapshot) // takes what is published

	// Owned by the goroutine of run or show. What it starts may read ctx.
	ctx       context.Context
	snap      Snapshot
	imported  jobs    // nothing is done for them
	offer     offered // the file that may be imported
	keepAsked bool    // the browser was asked to keep what is stored
	jobs      jobs
	earlier   map[string]bool // jobs of earlier visits, by id: until resume they are not taken up
	wallet    Connection
	unwatch   func() // ends the events of wallet
	connects  uint64 // how often a wallet was asked to connect
	purse     purse
	added     []profile.Network            // by the person
	locking   <-chan struct{}              // closed when the last lock has overwritten its key; nil = there was none
	idling    bool                         // the idle task wallet is looked after
	allowed   map[string]bool              // wallets for which the person chose Direct mode, by name
	barred    map[string]bool              // wallets whose eth_sign is of no use, by name
	picked    bool                         // the person chose the network
	lookAway  func()                       // ends the last LookAhead
	cursors   map[string]uint64            // the next block to ask for, by watched job
	missing   map[string]int               // ticks for which a sent transaction was unknown, by job
	waited    map[string]int               // ticks for which a transaction of the task wallet was not mined, by job
	committed map[string]bool              // all nodes have committed to a result, by job
	watching  map[string]bool              // a poll is on its way or planned, by network
	trails    map[string]*trail            // by network
	alones    map[payer]context.CancelFunc // ends the turn that this tab has among all tabs
	following map[address]bool             // task wallets whose transfers of an earlier visit are waited for
	turns     turns
	leaves    map[string]context.CancelCauseFunc // ends what is done for a job now
	// leavePurse ends what is done with the task wallet now, leavePast the search for
	// tasks of earlier times.
	leavePurse, leavePast context.CancelFunc
	writes                []write // not saved yet, in order
	writing               bool
	signed                map[string]relay.Signed // signatures that may be used again, by signing parameters

	networks networks

	recording sync.Mutex   // while a record of a key is read and written again
	touched   atomic.Int64 // when the person last did something in the page, in unix milliseconds

	mu        sync.Mutex
	proved    map[proven]bool // forgotten when epoch changes
	epoch     int
	published Snapshot

	yielding bool // the lease is given away: nothing is begun any more
}

// newRunner makes a Runner over a lease. It does nothing before run or
// show.
func newRunner(ctx context.Context, p Ports, store leased, tell func(Snapshot)) *Runner {
	p = store.fence(p)
	r := &Runner{
		ctx: ctx, Ports: p, Store: store, tell: tell, inbox: newInbox(), lookAway: func() {}, cursors: map[string]uint64{}, missing: map[string]int{}, waited: map[string]int{}, committed: map[string]bool{}, watching: map[string]bool{},
		alones: map[payer]context.CancelFunc{}, following: map[address]bool{}, turns: turns{map[payer]string{}}, leaves: map[string]context.CancelCauseFunc{},
		signed: map[string]relay.Signed{}, earlier: map[string]bool{}, allowed: map[string]bool{}, barred: map[string]bool{}, proved: map[proven]bool{},
	}
	r.setNetworks(p.Networks)
	if p.Vault != nil {
		r.Vault = noted{p.Vault, r}
	}
	r.snap.Network = p.Networks[0]
	return r
}

// run owns the state and runs the jobs until ctx ends, or until the lease was given
// away and everything is saved.
func (r *Runner) run() {
	cancel := r.Wallets.Watch(func() { r.post(r.walletsChanged) })
	defer cancel()
	defer r.watchRenewal()()
	if r.View != nil {
		defer r.View.Watch(func() { r.post(r.lookedAt) })()
	}
	r.snap.Wallets = r.Wallets.List()
	go r.load()
	r.own()
}

// own does what is posted, one thing after the other.
func (r *Runner) own() {
	r.snap.Persistent = r.Store.Persistent()
	for {
		work, ok := r.inbox.take(r.ctx)
		if !ok {
			return
		}
		for _, do := range work {
			do()
		}
		if r.yielding && !r.writing && len(r.writes) == 0 {
			return
		}
		if r.ctx.Err() != nil {
			return
		}
		r.leave()
		r.renew()
		r.publish()
	}
}

// post hands work to the owner goroutine.
func (r *Runner) post(do func()) { r.inbox.post(do) }

func (r *Runner) publish() {
	r.snap.Network.Fee = r.price(r.network(r.snap.Network.ID).Network)
	s := r.snap
	s.Own = r.ownShown()
	s.Jobs, s.Imported, s.Queue = r.jobs.show(), r.imported.show(), r.queued()
	s.Wallets = slices.Clone(s.Wallets)
	r.mu.Lock()
	r.published = s
	r.mu.Unlock()
	r.tell(s)
}

// Submit starts a paid task, from the task wallet where one is open, otherwise of the
// connected account, and returns the id of its job. Call it only from a click. Without
// a connected wallet, or the purse of a host, it does nothing.
func (t *Tab) Submit(kind task.Kind, args []byte) (id string) { return t.submit(kind, args, true) }

// SubmitDirect is Submit with the connected wallet, also where a task wallet is open.
func (t *Tab) SubmitDirect(kind task.Kind, args []byte) (id string) {
	return t.submit(kind, args, false)
}

func (t *Tab) submit(kind task.Kind, args []byte, byPurse bool) string {
	id := t.NewID()
	order := job.Order{
		Kind: kind, Args: string(args), Hash: task.Hash(args), VRAM: task.VRAM(kind, args),
		Count: count(kind, args), Title: title(kind, args),
	}
	t.act(func(r *Runner) {
		ofHost := byPurse && r.purse.open && r.purse.record.Kind == taskwallet.Host
		if !r.snap.Session.Connected && !ofHost || r.snap.Network.Historical {
			return
		}
		order.Network, order.ChainID, order.Fee = r.snap.Network.ID, r.snap.Network.ChainID, r.snap.Network.Fee
		order.Account = r.snap.Session.Account
		if byPurse && r.purse.open && r.purse.record.ChainID == order.ChainID {
			order.Account, order.Hand = r.purse.record.Address, job.ByTaskWallet
			order.GasPrice = r.gasPriceShown()
		} else if !r.direct() {
			r.snap.Purse.Fault = job.Fault{Code: job.PurseLocked}
			return
		} else {
			order.Allow = r.snap.Approval.amount(r.price(r.snap.Network)) // the price that was shown
		}
		r.jobs.begin(job.State{V: job.Version, ID: id, Phase: job.Draft})
		r.apply(id, job.Submit{At: r.moment(), Order: order})
	})
	return id
}

// Send hands an event of the person to a job: job.Retry or job.AskRelay.
func (t *Tab) Send(id string, e job.Event) {
	t.act(func(r *Runner) {
		if i := r.index(id); i >= 0 && r.jobs.list[i].Fault.Code == job.PurseOverBudget {
			if _, again := e.(job.Retry); again { // the button names the new budget
				r.allow(r.jobs.list[i].Fault.Need, func() { r.apply(id, e) })
				return
			}
		}
		if i := r.index(id); i >= 0 && r.jobs.list[i].Fault.Code == job.PurseForeign {
			if _, again := e.(job.Retry); again { // the button says that it was the person
				r.purseWasMine()
				return
			}
		}
		r.apply(id, e)
	})
}

// Remove forgets a job that holds nothing: one that waits to be paid or was stopped
// before, or an aborted one; or an imported one whose files were removed. Others stay.
func (t *Tab) Remove(id string) {
	t.act(func(r *Runner) {
		if i := r.imported.index(id); i >= 0 {
			if size, _ := r.imported.list[i].Kept(); size == 0 {
				r.imported.remove(id)
				r.write(write{store: Jobs, key: id})
			}
			return
		}
		i := r.index(id)
		if i < 0 {
			return
		}
		s := r.jobs.list[i]
		if s.Phase == job.Aborted || s.Unpaid() && (s.Phase == job.Failed || s.Phase == job.Checking) {
			r.jobs.remove(id)
			r.write(write{store: Jobs, key: id})
			r.endTurn(s)
		}
	})
}

// SaveDraft keeps the arguments of a form: of any tab, the newest counts.
func (t *Tab) SaveDraft(kind task.Kind, args string) {
	t.act(func(r *Runner) {
		if int(kind) < len(r.snap.Drafts) {
			r.snap.Drafts[kind] = args
			r.write(write{store: Settings, key: draftKey(int(kind)), value: []byte(args)})
		}
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx := t.ctx; t.watches != nil {
		go func() { _ = t.Store.Save(ctx, 0, Record{Settings, draftKey(int(kind)), []byte(args)}) }() // the form has it too
	}
}

// count is how many results a task has.
func count(kind task.Kind, args []byte) int { return min(max(task.Files(kind, args), 1), job.MaxFiles) }

func (r *Runner) now() int64 { return r.Clock.Now().UnixMilli() }

func (r *Runner) index(id string) int { return r.jobs.index(id) }

// apply is the only place where a job changes: the new state is saved, then its
// effects are performed.
func (r *Runner) apply(id string, e job.Event) {
	i := r.index(id)
	if i < 0 || r.yielding {
		return
	}
	before := r.jobs.list[i]
	next, effects := job.Update(before, e)
	r.put(i, before, next, effects)
}

func (r *Runner) put(i int, before, next job.State, effects []job.Effect) {
	r.jobs.set(i, next)
	if next != before {
		record, err := job.Encode(next)
		if err != nil {
			panic(err) // a State is made of plain values
		}
		r.write(write{store: Jobs, key: next.ID, value: record, then: func(err error) { r.saved(next, effects, err) }})
	} else {
		r.perform(next, effects)
	}
	r.askToKeep(before, next)
	if spent(before) != spent(next) {
		if next.Order.Hand == job.ByTaskWallet {
			r.refreshPurse()
		} else {
			r.refreshBalances()
		}
	}
	if over := r.leaves[next.ID]; over != nil && next.Paused && !before.Paused && next.Phase == job.Checking {
		over(errPaused)
	}
	r.strangerOf(next)
	r.turns.claim(next)
	if paying(before) && !paying(next) {
		r.endTurn(next)
	}
	r.watch()
}

// saved continues after a save. Without it nothing that costs money may happen.
func (r *Runner) saved(s job.State, effects []job.Effect, err error) {
	if r.yielding {
		return // it goes on in the tab that has the lease next, from this state
	}
	r.snap.Persistent = err == nil && r.Store.Persistent()
	if err != nil && len(effects) > 0 && !s.Phase.Ended() {
		fault := storageFault(err)
		if slices.ContainsFunc(effects, asks) {
			r.apply(s.ID, answerOf(s, job.NotAsked{At: r.now(), Fault: fault}))
		} else {
			r.apply(s.ID, answerOf(s, job.Met{At: r.now(), Fault: fault}))
		}
		return
	}
	r.perform(s, effects)
}

// asks reports whether an effect has the wallet send a transaction.
func asks(e job.Effect) bool {
	switch e.(type) {
	case job.AskApprove, job.AskCreate, job.AskCancel:
		return true
	}
	return false
}

// spent changes when balances did.
func spent(s job.State) [6]uint64 {
	back := s.Ledger.Returned()
	return [6]uint64{s.Approve.Mined, s.Create.Mined, s.Cancel.Mined, uint64(s.Marks.Ended), uint64(len(s.Outcome.Reason)), back.Uint64()}
}
