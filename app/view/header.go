package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

const walletDialogID = "wallet-dialog"

// header shows the network, the budget and the wallet.
func (p *Page) header() app.UI {
	s := p.state
	return app.Header().Class("header").Body(
		app.A().Class("brand").Href("#/").Body(
			app.Span().Class("mark").Aria("hidden", "true"),
			app.Span().Class("brand-name").Text("Crynux DApp"),
		),
		app.Div().Class("chips").Body(
			p.networkChip(),
			when(s.Session.Connected && s.Session.Known, p.budgetChip),
			p.walletChip(),
		),
	)
}

func (p *Page) networkChip() app.UI {
	s := p.state
	health := "ok"
	switch {
	case !s.Ready:
		health = "wait"
	case s.ChainDown || s.RelayDown:
		health = "bad"
	case s.Network.Historical:
		health = "off"
	}
	return app.Label().Class("chip network").Title("Network").Body(
		app.Span().Class("dot "+health).Aria("hidden", "true"),
		app.Span().Class("sr-only").Text("Network"),
		app.Select().ID("network").Aria("label", "Network").OnChange(func(app.Context, app.Event) {
			p.port.UseNetwork(p.port.Value("network"))
		}).Body(
			app.Range(s.Networks).Slice(func(i int) app.UI {
				n := s.Networks[i]
				return app.Option().Value(n.ID).Selected(n.ID == s.Network.ID).Text(n.Name)
			}),
		),
	)
}

func (p *Page) budgetChip() app.UI {
	s := p.state.Session
	return app.Div().Class("chip budget").Role("group").Aria("label", "Balances").Body(
		app.Span().Class("figure").Text(job.CNX(s.CNX)),
		app.Span().Class("muted wide").Text(tasksText(s.CNX, p.state.Network.Fee)),
		app.Span().Class("muted wide").Text(job.Decimal(s.Native, 4)+" for gas"),
	)
}

func (p *Page) walletChip() app.UI {
	s := p.state.Session
	if !s.Connected {
		label := "Connect wallet"
		if s.Connecting != "" {
			label = "Waiting for the wallet…"
		}
		return app.Button().Class("button primary").Type("button").ID("connect").Text(label).OnClick(p.onConnect)
	}
	return app.Button().Class("chip wallet").Type("button").ID("wallet").
		Aria("label", "Wallet "+s.Account.Hex()).OnClick(p.onWallet).Body(
		walletIcon(s.Wallet),
		app.Span().Class("figure").Text(short(s.Account.Hex())),
	)
}

func walletIcon(w Wallet) app.UI {
	if w.Icon == "" {
		return app.Span().Class("icon icon-wallet").Aria("hidden", "true")
	}
	return app.Img().Class("wallet-icon").Src(w.Icon).Alt("")
}

func (p *Page) onConnect(ctx app.Context, _ app.Event) {
	if len(p.state.Wallets) == 1 {
		p.port.Connect(p.state.Wallets[0].ID)
		return
	}
	p.port.ShowModal(walletDialogID)
}

func (p *Page) onWallet(app.Context, app.Event) { p.port.ShowModal(walletDialogID) }

// walletDialog is the picker, or the connected wallet.
func (p *Page) walletDialog() app.UI {
	s := p.state.Session
	title := "Connect a wallet"
	if s.Connected {
		title = "Your wallet"
	}
	return app.Dialog().ID(walletDialogID).Class("dialog").Aria("labelledby", "wallet-title").Body(
		app.H2().ID("wallet-title").Text(title),
		when(s.Problem.Title != "", func() app.UI { return p.problem(s.Problem) }),
		either(s.Connected, p.connected, p.picker),
		app.Div().Class("row end").Body(
			app.Button().Class("button").Type("button").Text("Close").OnClick(func(app.Context, app.Event) { p.port.CloseModal(walletDialogID) }),
		),
	)
}

func (p *Page) picker() app.UI {
	if len(p.state.Wallets) == 0 {
		return app.Div().Class("stack").Body(
			app.P().Text("No wallet was found in this browser."),
			app.P().Class("muted").Text("Install a wallet such as MetaMask, unlock it and reload this page. Everything can be looked at without one."),
		)
	}
	return app.Ul().Class("wallets").Body(
		app.Range(p.state.Wallets).Slice(func(i int) app.UI {
			w := p.state.Wallets[i]
			return app.Li().Body(
				app.Button().Class("wallet-choice").Type("button").OnClick(p.pick(w.ID), w.ID).Body(
					walletIcon(w),
					app.Span().Text(w.Name),
					when(p.state.Session.Connecting == w.ID, func() app.UI {
						return app.Span().Class("muted").Text("answer in the wallet")
					}),
				),
			)
		}),
	)
}

func (p *Page) pick(id string) app.EventHandler {
	return func(app.Context, app.Event) {
		p.port.Connect(id)
		p.port.CloseModal(walletDialogID)
	}
}

func (p *Page) connected() app.UI {
	s := p.state.Session
	return app.Div().Class("stack").Body(
		app.P().Class("figure break").Text(s.Account.Hex()),
		app.Dl().Class("facts").Body(
			app.Dt().Text("Wallet"), app.Dd().Text(s.Wallet.Name),
			app.Dt().Text("CNX"), app.Dd().Class("figure").Text(known(s.Known, job.CNX(s.CNX))),
			app.Dt().Text("For gas"), app.Dd().Class("figure").Text(known(s.Known, job.Decimal(s.Native, 6))),
		),
		app.Div().Class("row").Body(
			app.Button().Class("button").Type("button").Text("Copy address").OnClick(func(ctx app.Context, _ app.Event) {
				p.copy(ctx, s.Account.Hex(), "Address")
			}, s.Account.Hex()),
			app.Button().Class("button").Type("button").Text("Disconnect").OnClick(func(app.Context, app.Event) {
				p.port.Disconnect()
				p.port.CloseModal(walletDialogID)
			}),
		),
	)
}
