package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

const walletDialogID = "wallet-dialog"

func (p *Page) onConnect(app.Context, app.Event) {
	if len(p.state.Wallets) == 1 {
		p.port.Connect(p.state.Wallets[0].ID)
		return
	}
	p.port.ShowModal(walletDialogID)
}

func (p *Page) onWallet(app.Context, app.Event) { p.port.ShowModal(walletDialogID) }

func (p *Page) closeWallet(app.Context, app.Event) { p.port.CloseModal(walletDialogID) }

// followWallet shows the dialog again when a wallet could not be connected: the
// reason stands where another one can be chosen. When one is connected, it
// brings the person back to the task that had to wait for it.
func (p *Page) followWallet(ctx app.Context, before, now Session) {
	if !before.Revocation.Done && now.Revocation.Done {
		p.port.Focus(revokedID) // the button may be gone
	}
	switch {
	case before.Connecting != "" && now.Connecting == "" && !now.Connected && now.Problem.Title != "":
		p.port.ShowModal(walletDialogID)
	case !before.Connected && now.Connected && p.held:
		p.held = false
		p.port.Focus(sendID)
		p.say("Wallet connected. The task waits for your click.")
	}
}

// walletDialog is the picker, or the connected wallet.
func (p *Page) walletDialog() app.UI {
	s := p.state.Session
	title, body := "Connect a wallet", p.picker
	if s.Connected {
		title, body = "Your wallet", p.connected
	}
	return app.Dialog().ID(walletDialogID).Class("dialog").Aria("labelledby", "wallet-title").Attr("closedby", "any").Body(
		app.Div().Class("dialog-head").Body(
			app.H2().ID("wallet-title").Text(title),
			app.Button().Class("button round").Type("button").Aria("label", "Close").OnClick(p.closeWallet).Body(icon("close")),
		),
		problem(s.Problem),
		body(),
	)
}

// picker lists the wallets of this browser.
func (p *Page) picker() app.UI {
	if len(p.state.Wallets) == 0 {
		return app.Div().Class("stack").Body(
			app.P().Text("No wallet was found in this browser."),
			app.P().Class("muted").Text("Install one such as MetaMask, unlock it and reload this page. Everything can be looked at without a wallet."),
		)
	}
	return app.Section().Class("stack").Body(
		app.P().Class("muted").Text("It pays for your tasks. Connecting costs nothing, and nothing is paid without your click."),
		app.Ul().Class("wallets").Body(
			app.Range(p.state.Wallets).Slice(func(i int) app.UI {
				w := p.state.Wallets[i]
				return app.Li().Body(
					app.Button().Class("wallet-choice").Type("button").OnClick(p.pick(w.ID), w.ID).Body(
						walletIcon(w),
						app.Span().Text(w.Name),
					),
				)
			}),
		),
	)
}

// pick closes the dialog before the wallet shows its own.
func (p *Page) pick(id string) app.EventHandler {
	return func(app.Context, app.Event) {
		p.port.CloseModal(walletDialogID)
		p.port.Connect(id)
	}
}

// connected shows the account and what is in it.
func (p *Page) connected() app.UI {
	s, n := p.state.Session, p.state.Network
	return app.Article().Class("stack").Body(
		app.Dl().Class("facts").Body(
			app.Dt().Text("Wallet"), app.Dd().Text(s.Wallet.Name),
			app.Dt().Text("Account"), app.Dd().Class("figure").Text(s.Account.Hex()),
			app.Dt().Text("CNX"), app.Dd().Class("figure").Text(known(s.Known, job.CNX(s.CNX))),
			app.Dt().Text("For gas"), app.Dd().Class("figure").Text(known(s.Known, job.Decimal(s.Native, 6)+" "+coin(n))),
		),
		app.P().Class(only(n.Shares != "", "caution")).Text(sharedText(n)),
		either(n.Historical, nothing, p.allowed),
		app.Div().Class("row").Body(
			app.Button().Class("button").Type("button").Text("Copy address").OnClick(func(ctx app.Context, _ app.Event) {
				p.copy(ctx, p.state.Session.Account.Hex(), "Address")
			}),
			app.Button().Class("button").Type("button").Text("Disconnect").OnClick(func(app.Context, app.Event) {
				p.port.Disconnect()
				p.port.CloseModal(walletDialogID)
			}),
			either(p.state.Purse.Possible, p.purseLink, nothing),
			either(n.Historical, nothing, p.listToken),
		),
		app.P().Class("help").Role("status").Text(listingText(s.Listing)),
		p.advanced(),
	)
}

// listToken has the wallet show the token among its assets.
func (p *Page) listToken() app.UI {
	return app.Button().Class("button").Type("button").Text("Add CNX to the wallet").
		Disabled(p.state.WrongChain() || p.state.Session.Listing == "asking").
		OnClick(func(app.Context, app.Event) { p.port.ListToken() })
}

func walletIcon(w Wallet) app.UI {
	if w.Icon == "" {
		return icon("wallet")
	}
	return app.Img().Class("wallet-icon").Src(w.Icon).Alt("")
}
