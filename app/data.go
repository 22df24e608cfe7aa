package app

import (
	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
)

// stored is what this browser keeps as the page shows it.
func (a *App) stored(s runner.Stored) view.Stored {
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
