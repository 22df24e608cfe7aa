package runner

import (
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// The token of every network: who has another one is not on a Crynux network.
const (
	tokenSymbol   = "CNX"
	tokenDecimals = 18
)

// Listing is how far the wallet is with listing the token among its assets.
type Listing string

// The answers of a wallet to wallet_watchAsset (EIP-747).
const (
	NotListed  Listing = ""
	ListAsking Listing = "asking"
	Listed     Listing = "listed"
	ListNo     Listing = "no"     // the person said no
	ListUnable Listing = "unable" // the wallet has no such list, or another trouble
)

// ListToken asks the wallet to list the token of the network. It costs nothing and
// changes nothing but what the wallet shows.
func (t *Tab) ListToken() {
	t.act(func(r *Runner) {
		w, n := r.wallet, r.network(r.snap.Network.ID)
		if w == nil || n.Historical || r.snap.Session.Listing == ListAsking || r.snap.Session.ChainID != n.ChainID {
			return
		}
		r.snap.Session.Listing = ListAsking
		go func() {
			answer := Listed
			if f := r.prove(r.ctx, w, n); !f.Zero() {
				answer = ListUnable
				r.post(func() {
					if r.wallet == w {
						r.snap.Session.Fault = f
					}
				})
			} else if err := chain.WatchAsset(r.ctx, w, chain.Asset{Address: n.Contracts.Token, Symbol: tokenSymbol, Decimals: tokenDecimals}); errors.Is(err, chain.ErrRejected) {
				answer = ListNo
			} else if err != nil {
				answer = ListUnable
			}
			r.post(func() {
				if r.wallet == w {
					r.snap.Session.Listing = answer
				}
			})
		}()
	})
}

// rightToken says whether a chain has the token of a Crynux network; the zero Fault when
// it has. A profile with other addresses is a mistake that must cost nobody money.
func rightToken(p chain.Preflight, n network) job.Fault {
	switch {
	case p.ChainID != n.ChainID || !p.HasToken || !p.HasNode || !p.HasTask:
		return otherNode(n)
	case p.Symbol != tokenSymbol || p.Decimals != tokenDecimals:
		return job.Fault{Code: job.NetworkMismatch, Reason: "The token of " + n.Name + " is not CNX.", Detail: p.Symbol}
	}
	return job.Fault{}
}

func otherNode(n network) job.Fault {
	return job.Fault{Code: job.NetworkMismatch, Reason: "The RPC of " + n.Name + " is of another chain, or the contracts are not there."}
}
