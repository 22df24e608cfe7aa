package runner

import (
	"context"
	"time"

	"crynux-dapp/app/task"
)

// LookAhead reads what there is to know before a task like this is paid for, in
// one request. It asks nothing of anybody. Without a wallet it reads what is there
// for everybody: free nodes, gas price, the chain's clock. If the chain does not
// answer it is asked again, less and less often, until somebody looks anew.
func (t *Tab) LookAhead(kind task.Kind, args []byte) {
	vram := task.VRAM(kind, args)
	t.act(func(r *Runner) {
		n, account := r.network(r.snap.Network.ID), r.snap.Session.Account
		if r.purse.open && r.purse.record.ChainID == n.ChainID {
			account = r.purse.record.Address
		}
		if n.Historical || account == (address{}) && !r.reachable(n) {
			r.lookAway()
			r.snap.Ahead = Ahead{}
			return
		}
		ctx, cancel := context.WithCancel(r.ctx)
		r.lookAway() // the one before is of no interest any more
		r.lookAway = cancel
		go func() {
			for pause := pollTrouble; ; pause = min(2*pause, mostLookPause) {
				p, err := n.chain.Preflight(ctx, account, uint8(kind), vram)
				if ctx.Err() != nil {
					return
				}
				r.chainReached(err)
				r.post(func() {
					r.ahead(ctx, Ahead{Known: err == nil, Kind: kind, Account: account, Preflight: p, Fee: r.price(n.Network)})
				})
				if err == nil || r.Clock.Sleep(ctx, pause) != nil {
					return
				}
			}
		}()
	})
}

// mostLookPause is the longest pause before a chain that did not answer is asked again.
const mostLookPause = time.Minute

// ahead takes what was read, if nobody has looked anew meanwhile.
func (r *Runner) ahead(ctx context.Context, a Ahead) {
	if ctx.Err() != nil {
		return
	}
	if a.Known {
		a.Skew = int64(a.Preflight.Head.Time) - r.Clock.Now().Unix()
	}
	r.snap.Ahead = a
}

// reachable reports whether a network may be asked before the person did anything:
// a page from elsewhere asks this computer nothing by itself (design.md 7).
func (r *Runner) reachable(n network) bool {
	return !n.Development || r.picked || r.Home.Place.Local()
}
