package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// problem shows a problem of the page or of the wallet; nothing for the zero one.
func problem(pr job.Problem) app.UI {
	if pr.Title == "" {
		return nothing()
	}
	return problemBox(pr, true)
}

// problemBox shows what went wrong, why, and what to do. A fresh one is
// announced; the person's own decision is not red.
func problemBox(pr job.Problem, fresh bool, buttons ...app.UI) app.UI {
	class, role := "problem", "group"
	if pr.Quiet {
		class = "problem quiet"
	}
	if fresh {
		role = "alert"
	}
	return app.Section().Class(class).Role(role).Aria("label", pr.Title).Body(
		app.Strong().Text(pr.Title),
		when(pr.Detail != "", func() app.UI { return app.P().Text(pr.Detail) }),
		when(pr.Remedy != "", func() app.UI { return app.P().Class("remedy").Text(pr.Remedy) }),
		when(len(buttons) > 0, func() app.UI { return app.Div().Class("row").Body(buttons...) }),
	)
}
