package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// header shows the network, the budget and the wallet.
func (p *Page) header() app.UI {
	s := p.state.Session
	wallet := p.connectButton
	switch {
	case s.Connected:
		wallet = p.walletChip
	case p.state.Elsewhere:
		wallet = nothing
	}
	return app.Header().Class("header").Body(
		app.A().Class("brand").Href("#/").Body(
			app.Span().Class("mark").Aria("hidden", "true"),
			app.Span().Class("brand-name").Text("Crynux DApp"),
		),
		app.Div().Class("chips").Body(
			p.networkChip(),
			p.budget(),
			wallet(),
		),
	)
}

func (p *Page) networkChip() app.UI {
	s := p.state
	health, words := "ok", "The network answers"
	switch {
	case !s.Ready:
		health, words = "wait", "Loading"
	case s.Network.Historical:
		health, words = "off", "A network of the past"
	case s.ChainDown:
		health, words = "bad", "The blockchain does not answer"
	case s.RelayDown:
		health, words = "bad", "The Relay does not answer"
	}
	return app.Div().Class("chip network").Title(words).Body(
		app.Span().Class("dot "+health).Aria("hidden", "true"),
		app.Select().ID("network").Disabled(s.Elsewhere).Aria("label", "Network").Aria("describedby", "network-health").OnChange(func(app.Context, app.Event) {
			p.port.UseNetwork(p.port.Value("network"))
		}).Body(
			app.Range(s.Networks).Slice(func(i int) app.UI {
				n := s.Networks[i]
				return app.Option().Value(n.ID).Selected(n.ID == s.Network.ID).Text(chosenAs(n))
			}),
		),
		app.Span().ID("network-health").Class("sr-only").Text(words),
	)
}

// budget is what pays for tasks: the task wallet, or the wallet itself.
func (p *Page) budget() app.UI {
	s := p.state
	switch {
	case s.Purse.Open, s.purseCard() != purseNone && !s.Direct:
		return p.purseChip()
	case s.Session.Connected && s.Session.Known:
		return p.budgetChip()
	}
	return nothing()
}

// purseChip opens the task wallet and says what it can do.
func (p *Page) purseChip() app.UI {
	purse := p.state.Purse
	class := "chip budget figure"
	if purse.Open && purse.Known && purse.Tasks < 2 {
		class += " low"
	}
	chip := app.Button().Class(class).Type("button").ID("purse").OnClick(p.onPurse)
	switch {
	case !purse.Made && !purse.Open:
		return chip.Aria("label", "Set up task wallet").Body(icon("purse"), app.Span().Body(app.Text("Set up"), app.Span().Class("of").Text(" task wallet")))
	case !purse.Open:
		return chip.Aria("label", "Unlock task wallet").Body(icon("purse"), app.Span().Body(app.Text("Unlock"), app.Span().Class("of").Text(" task wallet")))
	}
	return chip.Body(
		icon("purse"),
		app.Span().Class("sr-only").Text("Task wallet:"),
		app.Span().Class("amount").Text(known(purse.Known, brief(purse.CNX))),
		app.Span().Class("muted roomy").Text(known(purse.Known, aboutTasks(purse.Tasks))),
	)
}

func (p *Page) budgetChip() app.UI {
	s, n := p.state.Session, p.state.Network
	class := "chip budget figure"
	if s.CNX.Lt(&n.Fee) {
		class += " low"
	}
	gas := job.Decimal(s.Native, 4) + " " + coin(n) + " for gas"
	return app.Div().Class(class).Role("group").Aria("label", "Balances").Title(job.CNX(s.CNX)+", "+gas).Body(
		app.Span().Class("amount").Text(brief(s.CNX)),
		app.Span().Class("muted roomy").Text(tasksText(s.CNX, n.Fee)),
		app.Span().Class("muted roomier").Text(gas),
	)
}

// connectButton asks for a wallet.
func (p *Page) connectButton() app.UI {
	label := "Connect wallet"
	if p.state.Session.Connecting != "" {
		label = "Waiting for the wallet…"
	}
	return app.Button().Class("button primary connect").Type("button").ID("connect").OnClick(p.onConnect).Text(label)
}

// walletChip opens the connected wallet. It is no Button, so that it never
// takes the place (and the click) of the button before it.
func (p *Page) walletChip() app.UI {
	s := p.state.Session
	return app.Div().Body(
		app.Button().Class("chip wallet").Type("button").ID("wallet").Aria("label", "Wallet "+s.Account.Hex()).OnClick(p.onWallet).Body(
			walletIcon(s.Wallet),
			app.Span().Class("figure").Text(short(s.Account.Hex())),
		),
	)
}
