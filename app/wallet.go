package app

import (
	"fmt"
	"strings"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
)

// session is the connected wallet as the page shows it.
func session(s runner.Session) view.Session {
	out := view.Session{
		Connected: s.Connected, Connecting: s.Connecting, Wallet: wallet(s.Wallet), Account: s.Account, ChainID: s.ChainID,
		Known: s.Known, Native: s.Native, CNX: s.CNX, Allowance: s.Allowance, Foreign: s.Foreign, Listing: view.Listing(s.Listing),
		Problem: words(s.Fault),
		Revocation: view.Revocation{
			Asking: s.Revocation.Asking, Hash: s.Revocation.Hash, Done: s.Revocation.Done, Left: s.Revocation.Left, Problem: words(s.Revocation.Fault),
		},
	}
	return out
}

// words turns a fault that belongs to no job into words; zero for none.
func words(f job.Fault) job.Problem {
	if f.Zero() {
		return job.Problem{}
	}
	return job.Explain(job.State{Phase: job.Failed, Fault: f})
}

// signing are the signatures that are asked for now.
func signing(all map[string]runner.Signing) map[string]view.Signing {
	out := make(map[string]view.Signing, len(all))
	for id, s := range all {
		out[id] = view.Signing(s)
	}
	return out
}

// ChooseApproval sets how much the next tasks of the wallet approve.
func (a *App) ChooseApproval(c view.Approval) { a.SetApproval(runner.Approval(c)) }

// sameIDs are chains of others whose id networks of Crynux had as well (protocol.md G.51).
var sameIDs = map[uint64]string{42: "LUKSO", 10000: "smartBCH"}

// shares names what has the chain id of a network besides it: a chain of others, or
// another network of the page on another chain. "" for nothing.
func shares(n profile.Network, all []profile.Network) string {
	var others []string
	if name := sameIDs[n.ChainID]; name != "" {
		others = append(others, name)
	}
	for _, o := range all {
		if o.ID != n.ID && o.ChainID == n.ChainID && fmt.Sprint(o.RPC) != fmt.Sprint(n.RPC) {
			others = append(others, o.Name)
		}
	}
	return strings.Join(others, " and ")
}
