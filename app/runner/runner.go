package runner

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// Runner is made by New and works while Run does.
type Runner struct {
	Ports
	inbox *inbox // what the owner goroutine does next

	// Owned by the goroutine of Run. What it starts may read ctx.
	ctx       context.Context
	snap      Snapshot
	jobs      []job.State // newest first
	wallet    Connection
	unwatch   func() // ends the events of wallet
	connects  uint64 // how often a wallet was asked to connect
	purse     purse
	locking   <-chan struct{}              // closed when the last lock has overwritten its key; nil = there was none
	idling    bool                         // the idle task wallet is looked after
	allowed   bool                         // the person chose Direct mode
	barred    map[string]bool              // wallets whose eth_sign is of no use, by name
	picked    bool                         // the person chose the network
	lookAway  func()                       // ends the last LookAhead
	cursors   map[string]uint64            // the next block to ask for, by watched job
	missing   map[string]int               // ticks for which a sent transaction was unknown, by job
	committed map[string]bool              // all nodes have committed to a result, by job
	watching  map[string]bool              // a poll is on its way or planned, by network
	alones    map[payer]context.CancelFunc // ends the turn that this tab has among all tabs
	following map[address]bool             // task wallets whose transfers of an earlier visit are waited for
	turns     turns
	leaves    map[string]context.CancelFunc // ends what is done for a job now
	// leavePurse ends what is done with the task wallet now.
	leavePurse context.CancelFunc
	writes     []write // not saved yet, in order
	writing    bool
	signed     map[string]relay.Signed // signatures that may be used again, by signing parameters

	networks map[string]network

	recording sync.Mutex   // while a record of a key is read and written again
	touched   atomic.Int64 // when the person last did something in the page, in unix milliseconds

	mu          sync.Mutex
	proved      map[proven]bool // forgotten when epoch changes
	epoch       int
	subscribers map[int]func(Snapshot)
	nextSub     int
	published   Snapshot
}

// network is a profile with its clients.
type network struct {
	Network
	endpoints *chain.Endpoints
	chain     *chain.Client // over them
	relay     *relay.Client
}

// New makes a runner. It does nothing before Run.
func New(p Ports) *Runner {
	r := &Runner{
		Ports: p, inbox: newInbox(), lookAway: func() {}, cursors: map[string]uint64{}, missing: map[string]int{}, committed: map[string]bool{}, watching: map[string]bool{},
		alones: map[payer]context.CancelFunc{}, following: map[address]bool{}, turns: turns{taken: map[payer]string{}}, leaves: map[string]context.CancelFunc{},
		signed: map[string]relay.Signed{}, networks: map[string]network{}, barred: map[string]bool{}, proved: map[proven]bool{}, subscribers: map[int]func(Snapshot){},
	}
	for _, n := range p.Networks {
		endpoints := chain.NewEndpoints(n.ChainID, n.RPC, p.HTTP, p.Clock, p.Chance)
		r.networks[n.ID] = network{
			Network:   n,
			endpoints: endpoints,
			chain:     chain.NewClient(endpoints, n.Contracts),
			relay:     relay.New(n.Relay, p.HTTP),
		}
	}
	if p.Vault != nil {
		r.Vault = noted{p.Vault, r}
	}
	r.snap.Network = p.Networks[0]
	return r
}

// Run owns the state until ctx ends.
func (r *Runner) Run(ctx context.Context) {
	r.ctx = ctx
	r.snap.Persistent = r.Store.Persistent()
	cancel := r.Wallets.Watch(func() { r.post(r.walletsChanged) })
	defer cancel()
	defer r.watchRenewal()()
	r.snap.Wallets = r.Wallets.List()
	go r.load()
	for {
		work, ok := r.inbox.take(ctx)
		if !ok {
			return
		}
		for _, do := range work {
			do()
		}
		r.leave()
		r.renew()
		r.publish()
	}
}

// post hands work to the owner goroutine.
func (r *Runner) post(do func()) { r.inbox.post(do) }

// Subscribe calls f with the present snapshot and every later one, in order and
// from one goroutine at a time.
func (r *Runner) Subscribe(f func(Snapshot)) (cancel func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.nextSub
	r.nextSub++
	r.subscribers[id] = f
	f(r.published)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.subscribers, id)
	}
}

func (r *Runner) publish() {
	r.snap.Network.Fee = r.price(r.networks[r.snap.Network.ID].Network)
	s := r.snap
	s.Jobs = slices.Clone(r.jobs)
	s.Wallets = slices.Clone(s.Wallets)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.published = s
	for _, f := range r.subscribers {
		f(s)
	}
}

// Submit starts a paid task of the connected account. Call it only from a click.
// Without a connected wallet it does nothing.
func (r *Runner) Submit(kind task.Kind, args []byte) {
	order := job.Order{
		Kind: kind, Args: string(args), Hash: task.Hash(args), VRAM: task.VRAM(kind, args),
		Count: min(max(task.Files(kind, args), 1), job.MaxFiles), Title: title(kind, args),
	}
	id := r.NewID()
	r.post(func() {
		if !r.snap.Session.Connected || r.snap.Network.Historical {
			return
		}
		order.Network, order.ChainID, order.Fee = r.snap.Network.ID, r.snap.Network.ChainID, r.snap.Network.Fee
		order.Account = r.snap.Session.Account
		if r.purse.open && r.purse.record.ChainID == order.ChainID {
			order.Account, order.Hand = r.purse.record.Address, job.ByTaskWallet
			order.GasPrice = r.gasPriceShown()
		} else if !r.direct() {
			r.snap.Purse.Fault = job.Fault{Code: job.PurseLocked}
			return
		} else {
			order.Allow = r.snap.Approval.amount(r.price(r.snap.Network)) // the price that was shown
		}
		r.jobs = slices.Insert(r.jobs, 0, job.State{V: job.Version, ID: id, Phase: job.Draft})
		r.apply(id, job.Submit{At: r.now(), Order: order})
	})
}

// Send hands an event of the person to a job: job.Retry or job.AskRelay.
func (r *Runner) Send(id string, e job.Event) {
	r.post(func() {
		if i := r.index(id); i >= 0 && r.jobs[i].Fault.Code == job.PurseOverBudget {
			if _, again := e.(job.Retry); again { // the button names the new budget
				r.allow(r.jobs[i].Fault.Need, func() { r.apply(id, e) })
				return
			}
		}
		if i := r.index(id); i >= 0 && r.jobs[i].Fault.Code == job.PurseForeign {
			if _, again := e.(job.Retry); again { // the button says that it was the person
				r.PurseWasMine()
				return
			}
		}
		r.apply(id, e)
	})
}

// Remove forgets a job that has ended and holds nothing: a stopped one that was
// never paid, or an aborted one. Others stay.
func (r *Runner) Remove(id string) {
	r.post(func() {
		i := r.index(id)
		if i < 0 {
			return
		}
		s := r.jobs[i]
		paid := s.TaskID != 0 || s.Create.Asked != 0
		if s.Phase == job.Aborted || (s.Phase == job.Failed && !paid) {
			r.jobs = slices.Delete(r.jobs, i, i+1)
			r.write(write{store: Jobs, key: id})
		}
	})
}

// SaveDraft keeps the arguments of a form.
func (r *Runner) SaveDraft(kind task.Kind, args string) {
	r.post(func() {
		if int(kind) < len(r.snap.Drafts) {
			r.snap.Drafts[kind] = args
			r.write(write{store: Settings, key: "draft-" + kind.String(), value: []byte(args)})
		}
	})
}

// File reads a stored result.
func (r *Runner) File(ctx context.Context, sha256 string) ([]byte, error) {
	value, ok, err := r.Store.Get(ctx, Files, sha256)
	if err == nil && !ok {
		err = errFileGone
	}
	return value, err
}

func (r *Runner) now() int64 { return r.Clock.Now().UnixMilli() }

func (r *Runner) index(id string) int {
	return slices.IndexFunc(r.jobs, func(s job.State) bool { return s.ID == id })
}

// apply is the only place where a job changes: the new state is saved, then its
// effects are performed.
func (r *Runner) apply(id string, e job.Event) {
	i := r.index(id)
	if i < 0 {
		return
	}
	before := r.jobs[i]
	next, effects := job.Update(before, e)
	r.put(i, before, next, effects)
}

func (r *Runner) put(i int, before, next job.State, effects []job.Effect) {
	r.jobs[i] = next
	if next != before {
		record, err := job.Encode(next)
		if err != nil {
			panic(err) // a State is made of plain values
		}
		r.write(write{store: Jobs, key: next.ID, value: record, then: func(err error) { r.saved(next, effects, err) }})
	} else {
		r.perform(next, effects)
	}
	if spent(before) != spent(next) {
		r.refreshBalances()
		r.refreshPurse()
	}
	r.strangerOf(next)
	r.turns.claim(next)
	if paying(before.Phase) && !paying(next.Phase) {
		r.endTurn(next)
	}
	r.watch()
}

// saved continues after a save. Without it nothing that costs money may happen.
func (r *Runner) saved(s job.State, effects []job.Effect, err error) {
	r.snap.Persistent = err == nil && r.Store.Persistent()
	if err != nil && len(effects) > 0 && !s.Phase.Ended() {
		fault := job.Fault{Code: job.Storage, Detail: err.Error()}
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
