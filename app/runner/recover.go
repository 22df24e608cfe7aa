package runner

import (
	"cmp"
	"context"
	"slices"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
)

// Past is the search for tasks of earlier times on the chain.
type Past struct {
	// Step is what is being done now, in words; "" when nothing is.
	Step string
	// Of is the account that was typed; zero = the person's own.
	Of address
	// Left of All blocks were not searched yet; the newest come first.
	Left, All uint64
	// Done tells that there was a search, Whole that it saw every block.
	Done, Whole bool
	// Found counts the tasks that were found and are jobs now, Known those that this
	// browser had already. An imported record that was not finished becomes one of Found.
	Found, Known int
	// Others are tasks of accounts that nobody here acts for: they are shown, and
	// nothing is signed for them.
	Others []job.State
	// Fault ended the last search.
	Fault job.Fault
}

const (
	pastAtOnce = 16  // tasks in one request
	mostOthers = 200 // tasks of others that are shown
)

// FindPast looks on the chain for the tasks of an account; of the connected account,
// of its task wallets that this browser knows, and of the accounts that it sent CNX to,
// where it is zero. What is the person's own becomes a job, unless it is one already.
// Nobody is asked for anything, and nothing is signed.
func (t *Tab) FindPast(of address) {
	t.act(func(r *Runner) {
		n, s := r.network(r.snap.Network.ID), r.snap.Session
		switch {
		case r.snap.Past.Step != "" || n.Historical:
			return
		case of == (address{}) && !s.Connected:
			r.snap.Past = Past{Fault: job.Fault{Code: job.WalletLocked}}
			return
		}
		r.snap.Past = Past{Step: "Looking for your accounts", Of: of}
		hands := map[address]job.Hand{}
		if s.Connected {
			hands[s.Account] = job.ByWallet
		}
		if r.purse.made && r.purse.record.ChainID == n.ChainID {
			hands[r.purse.record.Address] = job.ByTaskWallet
		}
		ctx, over := context.WithCancel(r.ctx)
		r.leavePast = over
		go func() {
			defer over()
			all := false
			err := whole(func() (err error) {
				all, err = r.findPast(ctx, n, s, hands, of)
				return err
			})
			stopped := ctx.Err() != nil
			r.post(func() {
				p := &r.snap.Past
				p.Step, p.Done, p.Whole = "", true, all && err == nil
				if err != nil && !stopped {
					p.Fault = walletFault(err)
				}
			})
		}()
	})
}

// StopPast ends the search; what was found stays.
func (t *Tab) StopPast() {
	t.act(func(r *Runner) {
		if r.snap.Past.Step != "" {
			r.leavePast()
		}
	})
}

// findPast searches. all is false where older task wallets of the person may not have
// been found.
func (r *Runner) findPast(ctx context.Context, n network, s Session, hands map[address]job.Hand, of address) (all bool, err error) {
	all = true
	if s.Connected {
		for _, record := range r.records(ctx, n) {
			if record.Owner == s.Account {
				hands[record.Address] = job.ByTaskWallet
			}
		}
	}
	creators := []address{of}
	if of == (address{}) {
		creators = nil
		for at := range hands {
			creators = append(creators, at)
		}
		funded, whole, err := n.chain.FundedBy(ctx, s.Account)
		if err != nil {
			return false, saying{chainFault(err)}
		}
		all = whole
		for _, f := range funded {
			if _, ours := hands[f.Account]; f.Tasks > 0 && !ours {
				creators = append(creators, f.Account)
			}
		}
	}
	standing, err := n.chain.Standing(ctx, creators[0]) // for the price of gas, and the chain's clock
	if err != nil {
		return false, saying{chainFault(err)}
	}
	shown := job.Quote{GasPrice: standing.GasPrice, BaseFee: standing.BaseFee, Skew: int64(standing.Time) - r.Clock.Now().Unix()}
	err = n.chain.TasksOf(ctx, creators, func(list []chain.Past, left, blocks uint64) error {
		err := r.takePast(ctx, n, list, hands, shown)
		r.post(func() {
			r.snap.Past.Step, r.snap.Past.Left, r.snap.Past.All = "Looking through the blocks, the newest first", left, blocks
		})
		return err
	})
	r.chainReached(err)
	if err != nil {
		return false, saying{chainFault(err)}
	}
	return all, nil
}

// takePast makes jobs of tasks that were found.
func (r *Runner) takePast(ctx context.Context, n network, list []chain.Past, hands map[address]job.Hand, shown job.Quote) error {
	jobs, imported := r.others(job.State{}), r.importedNow()
	fresh := slices.DeleteFunc(list, func(p chain.Past) bool {
		known := slices.ContainsFunc(jobs, func(s job.State) bool { return isPast(s, n, p) }) ||
			slices.ContainsFunc(imported, func(s job.State) bool { return isPast(s, n, p) && (s.Phase == job.Done || s.Phase == job.Aborted) })
		if known {
			r.post(func() { r.snap.Past.Known++ })
		}
		return known
	})
	for at := range slices.Chunk(fresh, pastAtOnce) {
		made, head, err := n.chain.Creations(ctx, at)
		if err != nil {
			return err
		}
		stories, err := r.stories(ctx, n, at, made, head)
		if err != nil {
			return err
		}
		var states []job.State
		for i, p := range at {
			if made[i].Receipt == nil || r.mayStillFind(n, p, made[i].Nonce) {
				continue
			}
			hand, ours := hands[p.Creator]
			var was job.State
			if ours {
				was = recordOf(imported, n, p, made[i].Nonce)
			} else {
				hand = job.ByTaskWallet // whoever it is: nothing is signed
			}
			s := job.Recover(cmp.Or(was.ID, foundID(p.Tx)), r.now(), r.orderOf(n, p, made[i], hand), created(n, p, made[i]), stories[i])
			if was.Outcome.Result != "" && was.Outcome.Result == s.Outcome.Result && was.Order.Count == s.Order.Count {
				s.Files = was.Files // they were compared with it when they came
			}
			s.Quote.GasPrice, s.Quote.BaseFee, s.Quote.Skew = shown.GasPrice, shown.BaseFee, shown.Skew
			s.Create.Block = head.Number // all before is known
			states = append(states, s)
		}
		r.post(func() { r.keepPast(states, hands, head.Number) })
	}
	return nil
}

// isPast reports whether a job is about a task that was found.
func isPast(s job.State, n network, p chain.Past) bool {
	if s.Order.Network != n.ID || s.Order.Account != p.Creator {
		return false
	}
	return s.TaskID == p.ID && s.Order.Hash == p.TaskHash || s.Create.Hash == p.Tx
}

// foundID is the id of a job that was found and that no record here is about.
func foundID(tx hash) string { return "found-" + tx.Hex() }

// recordOf is the imported record of a task that was found, if it is not finished: it
// never goes on by itself, and the job that is made of the task takes its place. It may
// have been exported before it was known which task it is.
func recordOf(imported []job.State, n network, p chain.Past, nonce uint64) job.State {
	i := slices.IndexFunc(imported, func(s job.State) bool {
		may := s.TaskID == 0 && s.Create.Asked != 0 && s.Create.Nonce <= nonce && nonce < s.Create.Nonce+mostNonces
		return s.Order.Network == n.ID && s.Order.Account == p.Creator && s.Order.Hash == p.TaskHash && (s.TaskID == p.ID || may)
	})
	if i < 0 {
		return job.State{}
	}
	return imported[i]
}

// mayStillFind reports whether a job of this browser that was stopped before it knew
// its task will find that this is it, when the person goes on: it has this nonce.
func (r *Runner) mayStillFind(n network, p chain.Past, nonce uint64) bool {
	return slices.ContainsFunc(r.others(job.State{}), func(s job.State) bool {
		return s.Order.Network == n.ID && s.Order.Account == p.Creator && s.Order.Hash == p.TaskHash &&
			s.TaskID == 0 && s.Create.Asked != 0 && s.Create.Nonce == nonce
	})
}

// orderOf is what is known of the order of a task: its arguments where any job or
// imported record here has the same ones, by their hash (an import is checked for it).
func (r *Runner) orderOf(n network, p chain.Past, made chain.Creation, hand job.Hand) job.Order {
	o := job.Order{Network: n.ID, ChainID: n.ChainID, Account: p.Creator, Hand: hand, Kind: task.Kind(p.Kind), Hash: p.TaskHash, VRAM: made.VRAM}
	for _, s := range append(r.others(job.State{}), r.importedNow()...) {
		args := []byte(s.Order.Args)
		if s.Order.Hash == p.TaskHash && len(args) > 0 && s.Order.Kind == o.Kind {
			o.Args, o.Title, o.Count = s.Order.Args, s.Order.Title, count(o.Kind, args)
			break
		}
	}
	return o
}

// created is what the createTask of a task did.
func created(n network, p chain.Past, made chain.Creation) job.Mined {
	gas, fee := paid(n, made.Receipt)
	return job.Mined{At: int64(made.Time) * 1000, Hash: p.Tx, Block: p.Block, In: made.Receipt.BlockHash, Gas: gas, Fee: fee,
		TaskID: p.ID, Deadline: int64(made.Task.Deadline), Nodes: p.Nodes}
}

// keepPast adds what was found to the jobs; tasks of others are only shown.
func (r *Runner) keepPast(states []job.State, hands map[address]job.Hand, head uint64) {
	past := &r.snap.Past
	for _, s := range states {
		if i := r.index(s.ID); i >= 0 && r.jobs.list[i].TaskID != s.TaskID {
			s.ID = foundID(s.Create.Hash) // another task has taken the place of the record
		}
		switch _, ours := hands[s.Order.Account]; {
		case !ours && len(past.Others) < mostOthers:
			past.Others = append(past.Others, s)
		case !ours:
		case r.index(s.ID) >= 0:
			past.Known++
		default:
			record, err := job.Encode(s)
			if err != nil {
				panic(err) // a State is made of plain values
			}
			past.Found++
			r.imported.remove(s.ID)
			r.jobs.add(s)
			r.cursors[s.ID] = head + 1
			r.write(write{store: Jobs, key: s.ID, value: record, then: func(err error) { r.saved(s, nil, err) }})
		}
	}
	r.watch()
}
