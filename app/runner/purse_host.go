package runner

import (
	"context"
	"errors"
	"slices"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// HostVault is the part of the worker that makes the keys of hosts out of the open
// task wallet's (taskwallet.md §12). Errors are *taskwallet.Error.
type HostVault interface {
	// HostAddress is the account of a host's purse.
	HostAddress(ctx context.Context, origin string) (address, error)
	// SignHostTx signs what takes the money of a host's purse back.
	SignHostTx(ctx context.Context, origin string, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error)
}

// Host is the purse of a page that embeds this one.
type Host struct {
	Origin  string  `json:"origin"`
	Address address `json:"address"`
	// Known tells that the balances were read.
	Known  bool        `json:"-"`
	Native uint256.Int `json:"-"`
	CNX    uint256.Int `json:"-"`
}

// mostHosts is how many purses of hosts are kept in mind.
const mostHosts = 100

var errNoHosts = errors.New("runner: there are no purses for hosts here")

// TakeHostPurse opens the purse of the host around this frame, once adopt has put
// the key that a tab of ours has sent into the vault; then it calls opened. The key
// is in memory only.
func (t *Tab) TakeHostPurse(id taskwallet.Identity, adopt func(ctx context.Context) (address, error), opened func()) {
	t.act(func(r *Runner) {
		n := r.network(r.snap.Network.ID)
		go func() {
			err := whole(func() error {
				at, err := adopt(r.ctx)
				switch {
				case err != nil:
					return err
				case at != id.Address || id.Kind != taskwallet.Host || id.ChainID != n.ChainID:
					return taskwallet.OtherKey.Because("%s", at.Hex())
				}
				return r.openPurse(r.ctx, taskwallet.Record{Identity: id}, n)
			})
			if err == nil {
				opened()
			}
			r.post(func() {
				r.snap.Purse.Fault = job.Fault{}
				if err != nil {
					r.snap.Purse.Fault, r.snap.Purse.Charge = walletFault(err), chargeOf(err)
				}
			})
		}()
	})
}

// HostFunding plans how much to put into the purse of a host for a number of tasks.
func (t *Tab) HostFunding(ctx context.Context, origin string, tasks uint64) (Funding, error) {
	r, err := t.running()
	if err != nil {
		return Funding{Tasks: tasks}, err
	}
	_, plan, _, err := r.hostPlan(ctx, r.present(), origin, tasks)
	return Funding{Tasks: tasks, Native: plan.Native, CNX: plan.CNX}, err
}

func (r *Runner) hostPlan(ctx context.Context, n network, origin string, tasks uint64) (at address, plan chain.Balances, there chain.Standing, err error) {
	if r.Hosts == nil {
		return at, plan, there, errNoHosts
	}
	if at, err = r.Hosts.HostAddress(ctx, origin); err != nil {
		return at, plan, there, err
	}
	if there, err = n.chain.Standing(ctx, at); err != nil || tasks == 0 {
		return at, plan, there, err
	}
	plan, err = taskwallet.TopUp(there.Balances, tasks, taskwallet.MostTasks, n.Fee, taskwallet.Ceilings(taskwallet.Gas{}), there.GasPrice)
	return at, plan, there, err
}

// FundHost puts what a number of tasks needs from the task wallet into the purse of
// a host, native coins first, and then calls ready: 0 tasks put nothing in. What is
// there is the cap of that host. Call it only from a click after the amounts of
// HostFunding were shown. A task that is being paid goes first.
func (t *Tab) FundHost(origin string, tasks uint64, ready func(ctx context.Context, id taskwallet.Identity) error) {
	t.purseWork("Reading balances", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		p := r.purseNow()
		if !p.open {
			return &taskwallet.Error{Refusal: taskwallet.Locked}
		}
		id := p.record.Identity
		at, err := r.hostAddress(ctx, origin)
		if err != nil {
			return err
		}
		if err := r.keepHost(ctx, id, Host{Origin: origin, Address: at}); err != nil { // before there is money in it
			return err
		}
		if tasks > 0 {
			if r.payingFrom(id.Address) || r.runningOf(job.State{Order: job.Order{Account: id.Address}}) > 0 {
				return errPurseBusy // its coins may be needed for a cancel
			}
			if err := r.alone(ctx, id, func(ctx context.Context) error { return r.fillHost(ctx, n, id, origin, tasks) }); err != nil {
				return err
			}
		}
		r.post(r.showHosts)
		return ready(ctx, id.OfHost(at))
	})
}

func (r *Runner) hostAddress(ctx context.Context, origin string) (address, error) {
	if r.Hosts == nil {
		return address{}, errNoHosts
	}
	return r.Hosts.HostAddress(ctx, origin)
}

// fillHost sends both kinds of coins, one after the other. Each is planned by what
// is there once nothing of the task wallet waits any more: a reload in between sends
// nothing twice.
func (r *Runner) fillHost(ctx context.Context, n network, id taskwallet.Identity, origin string, tasks uint64) error {
	from, err := r.quiet(ctx, n, id.Address)
	if err != nil {
		return err
	}
	at, plan, _, err := r.hostPlan(ctx, n, origin, tasks)
	if err != nil {
		return err
	}
	gas := taskwallet.Ceilings(taskwallet.Gas{}).Transfer
	price := taskwallet.Offer(from.GasPrice, from.BaseFee, from.GasPrice, from.Native, gas)
	return fill(plan, from.Balances, *new(uint256.Int).Mul(&price.Max, uint256.NewInt(2*gas)), func(cnx bool, amount uint256.Int) error {
		r.purseStep("Sending " + coins(cnx) + " to the purse of " + origin)
		from, err := r.quiet(ctx, n, id.Address)
		if err != nil {
			return err
		}
		var intent taskwallet.Intent = taskwallet.HostNative{Origin: origin, Host: at, Amount: amount}
		if cnx {
			intent = taskwallet.HostToken{Origin: origin, Host: at, Amount: amount}
		}
		return r.sweep(ctx, n, id, intent, from, gas, price, r.signs(id))
	})
}

// SweepHost takes everything in the purse of a host back into the task wallet.
func (t *Tab) SweepHost(origin string) {
	t.purseWork("Taking the purse of "+origin+" back", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		p := r.purseNow()
		if !p.open {
			return &taskwallet.Error{Refusal: taskwallet.Locked}
		}
		at, err := r.hostAddress(ctx, origin)
		if err != nil {
			return err
		}
		id, sign := p.record.OfHost(at), func(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
			return r.Hosts.SignHostTx(ctx, origin, intent, nonce, gas, price)
		}
		err = r.alone(ctx, id, func(ctx context.Context) error {
			if err := r.sweepCNX(ctx, n, id, p.record.Address, sign); err != nil {
				return err
			}
			return r.sweepNative(ctx, n, id, p.record.Address, sign)
		})
		r.post(r.showHosts)
		return err
	})
}

// hosts are the purses that a task wallet has made in this browser.
func (r *Runner) hosts(ctx context.Context, id taskwallet.Identity) ([]Host, error) {
	return list[Host](ctx, r, hostsKey(id))
}

func (r *Runner) keepHost(ctx context.Context, id taskwallet.Identity, h Host) error {
	list, err := r.hosts(ctx, id)
	if err != nil || slices.ContainsFunc(list, func(o Host) bool { return o.Origin == h.Origin }) {
		return err
	}
	if list = slices.Insert(list, 0, h); len(list) > mostHosts {
		return taskwallet.TooMany.Because("%d purses of hosts", len(list))
	}
	return r.keepList(ctx, hostsKey(id), list)
}

func hostsKey(id taskwallet.Identity) string { return "hosts-" + id.StoreKey() }

// showHosts reads what is in the purses of hosts, and shows it.
func (r *Runner) showHosts() {
	p, n := r.purse, r.network(r.snap.Network.ID)
	if !p.open || r.Hosts == nil || p.record.Kind == taskwallet.Host {
		return
	}
	go func() {
		list, err := r.hosts(r.ctx, p.record.Identity)
		if err != nil {
			return // as if there were none: their keys can be made again
		}
		for i := range list {
			if standing, err := n.chain.Standing(r.ctx, list[i].Address); err == nil {
				list[i].Known, list[i].Native, list[i].CNX = true, standing.Native, standing.CNX
			}
		}
		r.post(func() {
			if r.purse.record.Address == p.record.Address {
				r.snap.Purse.Hosts = list
			}
		})
	}()
}
