package runner

import (
	"crynux-dapp/app/task"
)

// LookAhead reads what there is to know before a task like this is paid for, in
// one request. It asks nothing of anybody. Without a wallet it reads what is there
// for everybody: free nodes, gas price, the chain's clock.
func (r *Runner) LookAhead(kind task.Kind, args []byte) {
	vram := task.VRAM(kind, args)
	r.post(func() {
		n, account := r.networks[r.snap.Network.ID], r.snap.Session.Account
		if r.purse.open && r.purse.record.ChainID == n.ChainID {
			account = r.purse.record.Address
		}
		if n.Historical || account == (address{}) && !r.reachable(n) {
			r.snap.Ahead = Ahead{}
			return
		}
		go func() {
			p, err := n.chain.Preflight(r.ctx, account, uint8(kind), vram)
			r.chainReached(err)
			r.post(func() {
				r.snap.Ahead = Ahead{Known: err == nil, Kind: kind, Account: account, Preflight: p, Fee: r.price(n.Network)}
				if err == nil {
					r.snap.Ahead.Skew = int64(p.Head.Time) - r.Clock.Now().Unix()
				}
			})
		}()
	})
}

// reachable reports whether a network may be asked before the person did anything:
// a page from elsewhere asks this computer nothing by itself (design.md 7).
func (r *Runner) reachable(n network) bool {
	return !n.Development || r.picked || r.Home.Place.Loopback()
}
