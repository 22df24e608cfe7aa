package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

const switchID = "switch-network"

// banners are the place for what concerns the whole page. Each has its own
// place, so that one that comes or goes does not disturb the others.
func (p *Page) banners() app.UI {
	s := p.state
	return app.Div().Class("banners").Body(
		either(s.Elsewhere, p.elsewhere, nothing),
		either(s.WrongChain() && !s.Purse.Open && !s.Network.Historical, p.wrongChain, nothing), // an open task wallet needs nothing of the wallet
		either(s.Session.Foreign && !s.WrongChain(), p.foreign, nothing),
		note(s.Ready && s.Network.Historical, "This network is of the past",
			s.Network.Name+" is probably gone: what was made there can be looked at, nothing can be run. Choose another network at the top."),
		note(s.Ready && !s.Persistent, "This browser stores nothing for this page",
			"A reload forgets your tasks. Leave private mode or allow site data before you pay for anything."),
		alarm(s.Network.Changed, "The contracts of this network were changed",
			"config.json on this page's server names other contracts for "+s.Network.Name+" than those this page was made with. Pay for nothing here unless whoever hosts it has told you why."),
		either(s.ChainDown, p.chainDown, nothing),
		p.wasUsed(),
		problem(s.Notice),
		either(s.Renewable, p.renewal, nothing),
		p.guestBanner(),
	)
}

const (
	workHereID     = "work-here"
	elsewhereTitle = "Your tasks run in another tab of this browser"
	elsewhereText  = "Here you see the same, live. To pay for a task or to go on with one, work in this tab."
	// elsewhereGuest is for a tab that a frame has opened: what it was opened for is done
	// here, so it is said what that means for the other one.
	elsewhereGuest = "{host} has opened this one. To pay here, work in this tab: the other one then only shows, and a task wallet that is open there is locked. Nothing is charged by that."
)

// elsewhere is a tab that only shows.
func (p *Page) elsewhere() app.UI {
	label := "Work in this tab"
	if p.moving {
		label = "Taking over…"
	}
	text := elsewhereText
	if host := p.state.Guest.Host; host != "" {
		text = fill(elsewhereGuest, "host", host)
	}
	return app.Section().Class("banner calm").Role("status").Aria("label", elsewhereTitle).Body(
		app.Div().Body(app.Strong().Text(elsewhereTitle), app.P().Text(text)),
		app.Button().Class("button").Type("button").ID(workHereID).Text(label).OnClick(p.onWorkHere),
	)
}

func (p *Page) onWorkHere(app.Context, app.Event) {
	p.moving = true
	p.port.WorkHere()
}

// followTabs closes what only the tab that runs can do.
func (p *Page) followTabs(before, now State) {
	if now.Elsewhere && !before.Elsewhere {
		p.held, p.moving = false, false
		p.port.CloseModal(walletDialogID)
		p.port.CloseModal(purseDialogID)
	}
	if p.moving && !now.Elsewhere {
		p.moving = false
		p.port.Focus(sendID) // the button that was pressed is gone
	}
}

// chainDown is a chain that does not answer, and that can be asked at once by the tab
// that works.
func (p *Page) chainDown() app.UI {
	return app.Section().Class("banner").Role("status").Aria("label", downText).Body(
		app.Div().Body(app.Strong().Text(downText), app.P().Text(downHelp)),
		either(!p.state.Elsewhere, func() app.UI {
			return app.Button().Class("button").Type("button").Text("Try now").OnClick(p.onLook)
		}, nothing),
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

// alarm is a note that nobody may overlook.
func alarm(holds bool, title, text string) app.UI {
	if !holds {
		return nothing()
	}
	return app.Section().Class("banner alarm").Role("alert").Aria("label", title).Body(
		app.Div().Body(app.Strong().Text(title), app.P().Text(text)),
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
