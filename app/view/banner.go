package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

const switchID = "switch-network"

// banners are the place for what concerns the whole page. Each has its own
// place, so that one that comes or goes does not disturb the others.
func (p *Page) banners() app.UI {
	s := p.state
	return app.Div().Class("banners").Body(
		either(s.WrongChain() && !s.Purse.Open, p.wrongChain, nothing), // an open task wallet needs nothing of the wallet
		either(s.Session.Foreign && !s.WrongChain(), p.foreign, nothing),
		note(s.Ready && s.Network.Historical, "There is no live network",
			s.Network.Name+" is a network of the past: what was made there can be looked at, nothing can be run."),
		note(s.Ready && !s.Persistent, "This browser stores nothing for this page",
			"A reload forgets your tasks. Leave private mode or allow site data before you pay for anything."),
		note(s.ChainDown, "The blockchain does not answer", "Trying again by itself; nothing is lost."),
		problem(s.Notice),
		either(s.Renewable, p.renewal, nothing),
	)
}

func (p *Page) wrongChain() app.UI {
	return app.Section().Class("banner").Role("alert").Aria("label", "Your wallet is on another network").Body(
		app.Div().Body(
			app.Strong().Text("Your wallet is on another network"),
			app.P().Text("This page works on "+p.state.Network.Name+". Nothing is sent until the wallet is there too."),
			problem(p.state.Session.Problem),
		),
		app.Button().Class("button").Type("button").ID(switchID).Text("Switch network").
			OnClick(func(app.Context, app.Event) { p.port.SwitchChain() }),
	)
}

// foreign is a wallet on another chain that has the same id: switching does not help.
func (p *Page) foreign() app.UI {
	return app.Section().Class("banner").Role("alert").Aria("label", foreignTitle).Body(
		app.Div().Body(
			app.Strong().Text(foreignTitle),
			app.P().Text(fill(foreignText, "network", p.state.Network.Name)),
		),
		app.Button().Class("button").Type("button").Text("Check the wallet again").
			OnClick(func(app.Context, app.Event) { p.port.SwitchChain() }),
	)
}

// renewal offers a newer version of the page.
func (p *Page) renewal() app.UI {
	const title = "A new version is here"
	text := "Reload when you like: your tasks are kept."
	if p.state.Renewing {
		text = "It is loaded as soon as your wallet has answered and everything is stored."
	}
	return app.Section().Class("banner").Role("status").Aria("label", title).Body(
		app.Div().Body(app.Strong().Text(title), app.P().Text(text)),
		app.Button().Class("button").Type("button").Text("Reload").Disabled(p.state.Renewing).
			OnClick(func(app.Context, app.Event) { p.port.Renew() }),
	)
}

func note(holds bool, title, text string) app.UI {
	if !holds {
		return nothing()
	}
	return app.Section().Class("banner").Role("status").Aria("label", title).Body(
		app.Div().Body(app.Strong().Text(title), app.P().Text(text)),
	)
}
