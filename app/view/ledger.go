package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// entry is one line of what a task cost.
type entry struct{ name, amount string }

// entries are the lines of what a job cost: CNX as the contract's transfers show it,
// and the gas of all its transactions. Nothing for a job that has cost nothing.
func entries(s job.State, n Network) (list []entry) {
	gas := s.Gas()
	if s.TaskID != 0 {
		back, held, unseen := s.Ledger.Returned(), s.Held(), s.Unseen()
		list = append(list, entry{"Paid", job.CNX(s.Create.Fee)}, entry{"To the nodes", job.CNX(s.Ledger.ToNodes())}, entry{"Came back to you", job.CNX(back)})
		if !held.IsZero() {
			list = append(list, entry{"Still in the contract", job.CNX(held)})
		}
		if !unseen.IsZero() {
			list = append(list, entry{"Paid out while this page did not look", job.CNX(unseen)})
		}
	}
	if s.TaskID != 0 || !gas.IsZero() {
		list = append(list, entry{"Gas of all transactions", coins(gas, n)})
	}
	return list
}

// costs is the ledger of a card, folded.
func (p *Page) costs(s job.State) app.UI {
	list := entries(s, p.networkOf(s))
	return either(len(list) == 0, nothing, func() app.UI {
		return app.Details().Class("more").Body(
			app.Summary().Text("What it cost"),
			app.Dl().Class("ledger figure").Body(app.Range(list).Slice(func(i int) app.UI {
				return app.Div().Body(app.Dt().Text(list[i].name), app.Dd().Text(list[i].amount))
			})),
		)
	})
}
