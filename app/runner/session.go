package runner

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/chain"
)

const (
	// reconnectFor is how long the wallet of the last visit is waited for after load.
	reconnectFor = 3 * time.Second
	// answerFor is how long it may take to name its accounts once it is there:
	// an extension that was asleep needs seconds.
	answerFor = 15 * time.Second
)

// Connect asks a wallet to open its accounts; it shows its own question. An empty
// id means the only wallet there is. A wallet that never answers is left by
// calling it again: then only the newest question counts.
func (t *Tab) Connect(id string) {
	t.act(func(r *Runner) {
		r.connects++
		this := r.connects
		r.snap.Session.Connecting = ""
		r.snap.Session.Fault = job.Fault{}
		only := id == "" && len(r.Wallets.List()) == 1
		w, c, ok := r.find(func(w Wallet) bool { return only || w.ID == id })
		if !ok {
			r.snap.Session.Fault = job.Fault{Code: job.WalletGone}
			return
		}
		r.snap.Session.Connecting = w.ID
		go func() {
			accounts, err := chain.RequestAccounts(r.ctx, c)
			r.post(func() {
				if r.connects != this {
					return
				}
				r.snap.Session.Connecting = ""
				if err != nil {
					r.snap.Session.Fault = walletFault(err)
					return
				}
				r.connected(w, c, accounts)
			})
		}()
	})
}

// reconnect takes up the wallet of the last visit if it still allows that, and
// then lets the stored jobs go on. It asks nothing of the person.
func (r *Runner) reconnect(rdns string) {
	go func() {
		ctx, cancel := context.WithTimeout(r.ctx, reconnectFor)
		defer cancel()
		for rdns != "" {
			if r.tryReconnect(rdns) || r.Clock.Sleep(ctx, 100*time.Millisecond) != nil {
				break
			}
		}
		r.post(r.resume)
	}()
}

func (r *Runner) tryReconnect(rdns string) bool {
	w, c, ok := r.find(func(w Wallet) bool { return w.RDNS == rdns })
	if !ok {
		return false
	}
	ctx, cancel := context.WithTimeout(r.ctx, answerFor)
	defer cancel()
	accounts, err := chain.Accounts(ctx, c)
	if err == nil && len(accounts) > 0 {
		r.post(func() {
			if !r.snap.Session.Connected { // the person was not quicker
				r.connected(w, c, accounts)
			}
		})
	}
	return true
}

func (r *Runner) find(match func(Wallet) bool) (Wallet, Connection, bool) {
	list := r.Wallets.List()
	i := slices.IndexFunc(list, match)
	if i < 0 {
		return Wallet{}, nil, false
	}
	c, ok := r.Wallets.Connect(list[i].ID)
	return list[i], c, ok
}

// resume lets the jobs of earlier visits go on.
func (r *Runner) resume() {
	for _, s := range r.jobs.list {
		r.turns.claim(s)
	}
	for i := len(r.jobs.list) - 1; i >= 0; i-- { // the oldest first
		before := r.jobs.list[i]
		if !r.earlier[before.ID] || before.Phase == job.Draft || before.Phase.Ended() {
			continue
		}
		next, effects := job.Resume(before, r.now())
		r.put(i, before, next, effects)
	}
	clear(r.earlier)
	r.watch()
}

// connected makes a wallet the session's.
func (r *Runner) connected(w Wallet, c Connection, accounts []address) {
	r.disconnected()
	r.snap.Approval = Approval{} // of whoever was connected before
	r.wallet = c
	r.snap.Session = Session{Connected: true, Wallet: w, Account: accounts[0]}
	r.showDirect()
	r.unwatch = r.listen(c)
	r.write(write{store: Settings, key: "wallet", value: []byte(w.RDNS)})
	r.refreshChain()
	r.refreshBalances()
	r.findPurse()
}

// listen follows what a wallet tells. Where that is not enough it is asked.
func (r *Runner) listen(c Connection) (cancel func()) {
	told := chain.Watch(c,
		func(e chain.WalletEvent) { r.post(func() { r.walletEvent(c, e) }) },
		func(error) { r.post(r.refreshChain) })
	back := c.On("connect", func(json.RawMessage) { r.post(func() { r.unprove(); r.refreshChain() }) }) // EIP-1193: after "disconnect"
	return func() { told(); back() }
}

// disconnected forgets the session; jobs stay with the account that started them.
func (r *Runner) disconnected() {
	if r.unwatch != nil {
		r.unwatch()
		r.unwatch = nil
	}
	r.wallet = nil
	r.snap.Session = Session{}
	r.unprove()
	r.showDirect()
	r.findPurse()
}

// Disconnect ends the session, also in the wallet where it knows how.
func (t *Tab) Disconnect() {
	t.act(func(r *Runner) {
		if w := r.wallet; w != nil {
			go func() { // many wallets do not have it (EIP-2255 draft): forgetting here is what counts
				_, _ = w.Request(r.ctx, "wallet_revokePermissions", []any{map[string]any{"eth_accounts": map[string]any{}}})
			}()
		}
		r.disconnected()
		r.write(write{store: Settings, key: "wallet"})
	})
}

func (r *Runner) walletEvent(from Connection, e chain.WalletEvent) {
	if r.wallet != from {
		return
	}
	switch e := e.(type) {
	case chain.AccountsChanged:
		if len(e.Accounts) == 0 {
			r.disconnected()
			return
		}
		r.snap.Session.Account = e.Accounts[0]
		r.snap.Session.Known, r.snap.Session.Revocation = false, Revocation{}
		r.refreshBalances()
		r.findPurse()
	case chain.ChainChanged:
		r.snap.Session.ChainID, r.snap.Session.Foreign, r.snap.Session.Listing = e.ID, false, NotListed
		r.unprove()
	case chain.Disconnected:
		r.snap.Session.Fault = job.Fault{Code: job.WalletGone}
	}
}

func (r *Runner) walletsChanged() { r.snap.Wallets = r.Wallets.List() }

// refreshChain asks the wallet for its chain.
func (r *Runner) refreshChain() {
	w := r.wallet
	if w == nil {
		return
	}
	go func() {
		id, err := chain.ChainID(r.ctx, w)
		r.post(func() {
			if r.wallet != w {
				return
			}
			if err != nil {
				r.snap.Session.Fault = walletFault(err)
				return
			}
			if r.snap.Session.Fault.Code == job.WalletGone {
				r.snap.Session.Fault = job.Fault{}
			}
			r.snap.Session.ChainID = id
		})
	}()
}

// refreshBalances reads what the account has, in one request.
func (r *Runner) refreshBalances() {
	s, n := r.snap.Session, r.network(r.snap.Network.ID)
	if !s.Connected || n.Historical {
		return
	}
	go func() {
		p, err := n.chain.Holdings(r.ctx, s.Account)
		r.post(func() {
			r.snap.ChainDown = err != nil && chainFault(err).Code == job.ChainDown
			if now := &r.snap.Session; err == nil && now.Account == s.Account {
				now.Known, now.Native, now.CNX, now.Allowance = true, p.Native, p.CNX, p.Allowance
			}
		})
	}()
}

// SwitchChain asks the wallet to change to the network of the page, and to learn
// it first if need be. Then it looks whether the wallet is there: by the id, a
// block and the contracts' code, all through the wallet.
func (t *Tab) SwitchChain() {
	t.act(func(r *Runner) {
		w, n := r.wallet, r.network(r.snap.Network.ID)
		if w == nil {
			return
		}
		r.unprove()
		go func() {
			err := chain.SwitchChain(r.ctx, w, n.ChainID)
			if errors.Is(err, chain.ErrUnknownChain) {
				err = chain.AddChain(r.ctx, w, chain.Network{ChainID: n.ChainID, Name: n.Name, Coin: n.Coin, RPCs: n.RPC, Explorers: explorers(n.Network)})
				if err == nil {
					err = chain.SwitchChain(r.ctx, w, n.ChainID)
				}
			}
			var f job.Fault
			switch {
			case err != nil:
				f = walletFault(err)
			case !n.Historical: // there nothing is paid, and nobody answers
				f = r.prove(r.ctx, w, n)
			}
			r.post(func() {
				if r.wallet != w {
					return
				}
				r.snap.Session.Fault = f
				r.refreshChain()
			})
		}()
	})
}

func explorers(n profile.Network) []string {
	if n.Explorer == "" {
		return nil
	}
	return []string{n.Explorer}
}

// UseNetwork changes the network of the page; running jobs keep theirs.
func (t *Tab) UseNetwork(id string) {
	t.act(func(r *Runner) {
		if n := r.network(id); n.chain != nil {
			r.useNetwork(n)
		}
	})
}

func (r *Runner) useNetwork(n network) {
	r.snap.Network, r.snap.Session.Known, r.snap.Ahead, r.picked = n.Network, false, Ahead{}, true
	r.snap.Session.Foreign, r.snap.Session.Revocation, r.snap.Session.Listing = false, Revocation{}, NotListed
	r.lookAway()
	r.showDirect()
	r.write(write{store: Settings, key: networkKey, value: []byte(n.ID)})
	r.refreshBalances()
	r.findPurse()
}

// signsDigests asks a wallet for eth_sign with parameters it must refuse: a wallet
// that has the method says so (-32602), one that lost it says that (-32601, 4200).
// Nothing is shown to the person.
func signsDigests(ctx context.Context, w chain.Provider) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var none json.RawMessage
	none, err := w.Request(ctx, "eth_sign", []any{})
	_ = none // whatever it is: an answer means that the method is there
	return !errors.Is(err, chain.ErrUnsupported)
}
