package runner

import (
	"crynux-dapp/app/task"
)

// LookAhead reads what there is to know before a task like this is paid for, in
// one request. It asks nothing of anybody.
func (r *Runner) LookAhead(kind task.Kind, args []byte) {
	vram := task.VRAM(kind, args)
	r.post(func() {
		n, account := r.networks[r.snap.Network.ID], r.snap.Session.Account
		if r.purse.open && r.purse.record.ChainID == n.ChainID {
			account = r.purse.record.Address
		}
		if n.Historical || account == (address{}) {
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

// Direct lets the connected wallet sign every request of the Relay itself, by
// eth_sign. It is off unless the person chose it (taskwallet.md W7).
func (r *Runner) Direct(on bool) {
	r.post(func() {
		r.allowed = on
		r.snap.Direct = r.direct()
		value := []byte("yes")
		if !on {
			value = nil
		}
		r.write(write{store: Settings, key: "direct", value: value})
	})
}

// direct reports whether the connected wallet may be the hand of a job: where the
// Relay accepts what wallets sign today, or where the person allowed eth_sign.
func (r *Runner) direct() bool {
	return r.networks[r.snap.Network.ID].EIP191 || r.allowed || r.Vault == nil
}
