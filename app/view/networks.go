package view

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// netField is one field of the form of a network.
type netField struct {
	id          NetworkField
	label, hint string // hint is the placeholder
	lines       bool   // of several lines
}

var netFields = []netField{
	{NetworkName, "Name", "", false},
	{NetworkChain, "Chain id", "42", false},
	{NetworkRPC, "RPC addresses, one in a line", "https://rpc.example", true},
	{NetworkRelays, "Relay addresses, one in a line", "https://relay.example", true},
	{NetworkToken, "Contract of the token CNX", "0x…", false},
	{NetworkTask, "Task contract", "0x…", false},
	{NetworkNode, "Node contract", "0x…", false},
	{NetworkFee, "Fee of a task, in CNX", "30", false},
	{NetworkCoin, "Coin that gas is paid in", "ETH", false},
	{NetworkConfirmations, "Blocks until a payment counts", "1", false},
	{NetworkExplorer, "Block explorer (may stay empty)", "https://explorer.example", false},
}

func (f netField) dom() string { return "network-" + string(f.id) }

// addNetworkID is the first button below the findings.
const addNetworkID = "network-add"

// networkPlan is what the person does with the networks now.
type networkPlan struct {
	draft     NetworkDraft // what a file put into the form; nil = nothing
	wrong     NetworkDraft
	eip191    bool
	relayDown bool   // a Relay that is down may be added
	leaving   string // id of the network that is about to be removed
}

// networksView lists the networks and lets one be added.
func (p *Page) networksView() app.UI {
	list := p.state.Networks
	return dataCard("Networks",
		app.Ul().Class("room").Aria("label", "Networks").Body(app.Range(list).Slice(func(i int) app.UI { return p.networkRow(list[i]) })),
		either(p.state.Elsewhere, func() app.UI {
			return app.P().Class("muted").Text("Networks are added in the tab that works.")
		}, p.adding),
	)
}

func (p *Page) networkRow(n Network) app.UI {
	return app.Li().Class("row between").Body(
		app.Div().Body(
			app.P().Class("room-title").Dir("auto").Text(chosenAs(n)),
			app.P().Class("help").Text(fmt.Sprintf("Chain %d · %s", n.ChainID, n.Hosts)),
			app.P().Class(only(n.Blocked != "", "complaint")).Text(n.Blocked),
		),
		either(n.Own && !p.state.Elsewhere, func() app.UI { return p.removal(n) }, nothing),
	)
}

// chosenAs is the name of a network in a list.
func chosenAs(n Network) string {
	if n.Own {
		return n.Name + " (added by you)"
	}
	return n.Name
}

// removal asks once more before a network is removed.
func (p *Page) removal(n Network) app.UI {
	button := func(text string, do func(ctx app.Context)) app.UI {
		return app.Button().Class("button small").Type("button").Aria("label", text+" “"+n.Name+"”").Text(text).
			OnClick(func(ctx app.Context, _ app.Event) { do(ctx) }, n.ID, text)
	}
	switch {
	case n.InUse:
		return app.P().Class("help").Text("It can be removed when its tasks have ended.")
	case p.network.leaving != n.ID:
		return app.Div().Class("row").Body(button("Remove", func(app.Context) { p.network.leaving = n.ID }))
	}
	return app.Div().Class("stack").Body(
		app.P().Class("help").Text("Its tasks stay. Empty its task wallet first: without the network it cannot be used."),
		app.Div().Class("row").Body(
			button("Remove now", func(ctx app.Context) {
				p.network.leaving = ""
				p.port.RemoveNetwork(n.ID)
				p.say("Removed.")
			}),
			button("Keep", func(app.Context) { p.network.leaving = "" }),
		),
	)
}

// adding is the form, and what was found.
func (p *Page) adding() app.UI {
	if t := p.state.Trial; t != nil && t.Added {
		return app.Div().Class("stack").Body(
			app.P().Role("status").Text("“"+t.Network.Name+"” was added. Choose it at the top of the page."),
			app.Div().Class("row").Body(app.Button().Class("button").Type("button").Text("Add another network").OnClick(func(app.Context, app.Event) {
				p.network = networkPlan{}
				p.port.DropTrial()
			})),
		)
	}
	return app.Details().Class("more").Open(p.network.draft != nil).Body(
		app.Summary().Text("Add a network"),
		app.Form().Class("stack").Aria("label", "Add a network").OnSubmit(p.onTryNetwork).Body(
			app.P().Class("caution").Text("Whoever runs the RPC can lie about the chain, and whoever runs the Relay reads your prompts. Add only a network of people you trust."),
			app.Div().Class("network-fields").Body(app.Range(netFields).Slice(func(i int) app.UI { return p.netBox(netFields[i]) })),
			checkBox("network-eip191", "Its Relay accepts ordinary wallet signatures (EIP-191)", p.network.eip191, p.onEIP191),
			app.Div().Class("row").Body(submitButton("Check this network", p.state.Trial != nil && p.state.Trial.Checking)),
		),
		p.asking(),
		either(p.state.Trial != nil && !p.state.Trial.Checking, p.found, nothing),
	)
}

// asking tells that the network is asked, and that it was.
func (p *Page) asking() app.UI {
	class, text := "sr-only", ""
	switch t := p.state.Trial; {
	case t == nil:
	case t.Checking:
		class, text = "doing", "Asking the network"
	case t.Passed:
		text = "The network was checked: it can be added."
	default:
		text = "The network was checked: not everything is right."
	}
	return app.Div().Role("status").Body(app.P().Class(class).Text(text))
}

func (p *Page) netBox(f netField) app.UI {
	fault := p.network.wrong[f.id]
	if f.lines {
		return fieldBox("field", f.dom(), f.label, fault, app.Textarea().ID(f.dom()).Rows(2).Spellcheck(false).Placeholder(f.hint).Text(p.network.draft[f.id]).
			Aria("invalid", fault != "").Aria("describedby", f.dom()+"-fault"))
	}
	return fieldBox("field", f.dom(), f.label, fault, app.Input().ID(f.dom()).Type("text").AutoComplete(false).Spellcheck(false).Placeholder(f.hint).
		Value(p.network.draft[f.id]).Aria("invalid", fault != "").Aria("describedby", f.dom()+"-fault"))
}

// lookAt puts the network of a file into the form, where the person can look at it. It
// asks nobody for anything.
func (p *Page) lookAt(ctx app.Context, d NetworkDraft) {
	p.network = networkPlan{draft: d, eip191: d[NetworkEIP191] != ""}
	p.port.DropTrial() // what was found is about something else
	for _, f := range netFields {
		p.port.SetValue(f.dom(), d[f.id]) // what is drawn only now has its value from there
	}
	ctx.Defer(func(app.Context) { p.port.Focus(netFields[0].dom()) })
}

func (p *Page) onEIP191(app.Context, app.Event) { p.network.eip191 = !p.network.eip191 }

func (p *Page) onTryNetwork(_ app.Context, e app.Event) {
	e.PreventDefault()
	if t := p.state.Trial; t != nil && t.Checking {
		return
	}
	draft := NetworkDraft{NetworkEIP191: only(p.network.eip191, "yes")}
	for _, f := range netFields {
		draft[f.id] = p.port.Value(f.dom())
	}
	p.network.relayDown = false
	p.network.wrong = p.port.TryNetwork(draft)
	for _, f := range netFields {
		if p.network.wrong[f.id] != "" {
			p.port.DropTrial() // what was found is about something else
			p.port.Focus(f.dom())
			return
		}
	}
}

// found says what was found, and let the network be added.
func (p *Page) found() app.UI {
	t := *p.state.Trial
	if len(t.Findings) == 0 {
		return problem(t.Problem) // of a removal
	}
	add := app.Button().ID(addNetworkID).Class("button primary").Type("button").Text("Add this network").
		Disabled(!t.Passed && !(t.ButRelays && p.network.relayDown)).
		OnClick(func(app.Context, app.Event) { p.port.AddNetwork(p.network.relayDown) })
	return app.Article().Class("stack found").Aria("label", "What was found").Body(
		app.H3().Dir("auto").Text("What was found of “"+t.Network.Name+"”"),
		app.Ul().Class("plain").Body(app.Range(t.Findings).Slice(func(i int) app.UI { return foundLine(t.Findings[i], t.Network) })),
		app.P().Class(only(t.Network.Shares != "", "caution")).Text(sharedText(t.Network)),
		app.P().Class("muted").Text(trialText(t)),
		either(t.ButRelays && !t.Passed, func() app.UI {
			return checkBox("network-relay-down", "Add it although a Relay does not answer", p.network.relayDown, p.onRelayDown)
		}, nothing),
		problem(t.Problem),
		app.Div().Class("row").Body(
			add,
			app.Button().Class("button").Type("button").Text("Leave it").OnClick(func(app.Context, app.Event) { p.port.DropTrial() }),
		),
	)
}

func (p *Page) onRelayDown(app.Context, app.Event) { p.network.relayDown = !p.network.relayDown }

func trialText(t Trial) string {
	switch {
	case t.Problem.Title != "":
		return ""
	case !t.Passed && !t.ButRelays:
		return "It cannot be added like this. Nothing was kept, sent or signed."
	case !t.Passed:
		return "Tasks can be paid there, but nobody could work on them before a Relay answers."
	case t.Replaces:
		return "You have added a network with this chain and these contracts before: this one takes its place."
	}
	return "Whether the Relay takes your tasks is seen only with the first one."
}

// foundLine is one line of what was found.
func foundLine(f Finding, n Network) app.UI {
	mark, spoken := "check", "Fine"
	if f.Verdict != "fine" {
		mark, spoken = "close", "Not right"
	}
	return app.Li().Class("finding "+mark).Body(
		icon(mark),
		app.Div().Body(
			app.Span().Class("sr-only").Text(spoken+": "),
			app.Span().Text(findingText(f, n)),
			app.P().Class("help figure").Text(f.At),
		),
	)
}

// findingText says how one part of a network is.
func findingText(f Finding, n Network) string {
	what := map[Part]string{"rpc": "The RPC", "token": "The token", "task": "The Task contract", "node": "The Node contract", "relay": "The Relay"}[f.Part]
	switch f.Verdict {
	case "fine":
		switch f.Part {
		case "rpc":
			return "The RPC answers for chain " + f.Got + "."
		case "token":
			return "The token is CNX."
		case "relay":
			return "The Relay answers and knows " + f.Got + " nodes."
		}
		return what + " answers."
	case "silent":
		return what + " does not answer, or lets no page of other addresses ask (CORS)."
	case "other-chain":
		return fmt.Sprintf("The RPC is of chain %s, not of %d.", f.Got, n.ChainID)
	case "other-token":
		return "The token there is “" + string([]rune(f.Got)[:min(len([]rune(f.Got)), 20)]) + "”, not CNX with 18 decimals."
	case "missing":
		if f.Part == "relay" {
			return "Something answers there, but it is no Relay that this page knows."
		}
		return what + " is not at this address: there is no contract, or another one."
	}
	return what + " answers something that this page does not understand."
}
