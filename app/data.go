package app

import (
	"slices"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
)

// stored is what this browser keeps as the page shows it.
func (a *App) stored(s runner.Stored, own []runner.OwnNetwork) view.Stored {
	out := view.Stored{
		Possible: a.Data != nil, Known: s.Known, Used: s.Used, Most: s.Most, Promised: s.Promise == runner.PromiseGiven, Refused: s.Promise == runner.PromiseNot,
		Step: s.Step, Exported: s.Exported, Locked: s.Locked,
	}
	if s.Offer != nil {
		o := view.Offer(*s.Offer)
		out.Offer = &o
	}
	if s.Taken != nil {
		t := view.Taken(*s.Taken)
		out.Taken = &t
	}
	for _, n := range s.Proposed {
		if !slices.ContainsFunc(own, func(o runner.OwnNetwork) bool { return o.ID == n.ID }) { // it was added meanwhile
			out.Proposed = append(out.Proposed, view.Proposal{Name: short(n.Name), ChainID: n.ChainID, Hosts: short(hosts(n)), Draft: draftOf(n)})
		}
	}
	if l := s.Losses; l != nil {
		out.Losses = &view.Losses{Jobs: l.Jobs, Unfinished: l.Unfinished, Type: l.Type}
		for _, w := range l.Wallets {
			out.Losses.Wallets = append(out.Losses.Wallets, view.WalletLoss{Address: w.Address, Remains: view.Remains(w.Remains)})
		}
	}
	if !s.Fault.Zero() {
		out.Problem = job.ExplainData(s.Fault)
	}
	return out
}

// short is a text of a file as far as it is shown.
func short(text string) string {
	const most = 120 // characters
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
