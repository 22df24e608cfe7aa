package view

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// badge says at a glance what the result is worth, and on a click why.
func (p *Page) badge(s job.State) app.UI {
	switch {
	case s.Imported != 0:
		return p.importedBadge(s)
	case s.Verified():
		id := "proof-" + s.ID
		return app.Div().Body(
			app.Button().Class("badge verified").Type("button").Attr("popovertarget", id).Body(
				icon("check"),
				app.Span().Text("verified"),
			),
			app.Div().ID(id).Class("proof").Attr("popover", "auto").Role("dialog").Aria("label", "Why this is verified").Body(
				app.Div().Class("dialog-head").Body(
					app.H3().Text("Why this is verified"),
					app.Button().Class("button round").Type("button").Aria("label", "Close").
						Attr("popovertarget", id).Attr("popovertargetaction", "hide").Body(icon("close")),
				),
				app.P().Text(verifiedText(s)),
				app.P().Class("muted").Text(p.witnessText(s)),
				p.witness(s),
			),
		)
	case s.Phase == job.Failed && s.Fault.Code == job.ResultMismatch:
		return app.Span().Class("badge unproven").Text("not verified")
	}
	return nothing()
}

// importedBadge says what is known of a task that came from another browser.
func (p *Page) importedBadge(s job.State) app.UI {
	id := "proof-" + s.ID
	name, text := "imported", "This task came here in a file from another browser, on "+dayText(s.Imported)+". It is a record: nothing is done for it here."
	if s.Verified() {
		name = "imported, matches"
		text += " " + importedText
	}
	return app.Div().Body(
		app.Button().Class("badge imported").Type("button").Attr("popovertarget", id).Body(app.Span().Text(name)),
		app.Div().ID(id).Class("proof").Attr("popover", "auto").Role("dialog").Aria("label", "What is known of this task").Body(
			app.Div().Class("dialog-head").Body(
				app.H3().Text("What is known of this task"),
				app.Button().Class("button round").Type("button").Aria("label", "Close").
					Attr("popovertarget", id).Attr("popovertargetaction", "hide").Body(icon("close")),
			),
			app.P().Text(text),
			either(s.TaskID != 0, func() app.UI { return p.witness(s) }, nothing),
		),
	)
}

// importedText is what the comparison of an imported result is worth.
const importedText = "This page computed the hash of each result itself: it is the one that the file says the chain recorded. Whether the chain says so was not asked."

func verifiedText(s job.State) string {
	what := "the hash of each picture"
	if s.Order.Kind == task.GPT {
		what = "the hash of the answer"
	}
	text := "This page computed " + what + " itself. It is the one the nodes agreed on, as the chain recorded it"
	if s.Order.Args == "" {
		return text + ". Whether it is what was asked for cannot be checked here: the arguments are not in this browser, and the chain has only their hash."
	}
	return text + ", and the arguments are those that were paid for."
}

// witnessText names who told the chain's side.
func (p *Page) witnessText(s job.State) string {
	for _, n := range p.state.Networks {
		if n.ID == s.Order.Network {
			text := "The chain's side was told by the RPC of “" + n.Name + "”."
			if n.Development {
				text += " No real model works there: this was drawn or written by the development network."
			}
			return text
		}
	}
	return "The chain's side was told by the RPC of a network that is no longer configured."
}

func (p *Page) witness(s job.State) app.UI {
	return app.Dl().Class("facts").Body(
		app.Dt().Text("Task"), app.Dd().Class("figure").Text(strconv.FormatUint(s.TaskID, 10)),
		app.Dt().Text("Arguments"), app.Dd().Class("figure").Text(s.Order.Hash.Hex()),
		app.Dt().Text("TaskSuccess in"), app.Dd().Class("figure").Body(p.txLink(s)),
		app.Dt().Text("Node"), app.Dd().Class("figure").Text(s.Outcome.Node.Hex()),
	)
}

// txLink leads to the explorer of the network that the task ran on.
func (p *Page) txLink(s job.State) app.UI {
	hash := s.Outcome.Tx.Hex()
	for _, n := range p.state.Networks {
		if n.ID == s.Order.Network && n.Explorer != "" {
			return explorerLink(n, hash, hash)
		}
	}
	return app.Text(hash)
}
