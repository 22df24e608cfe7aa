package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

const directID = "direct"

// advanced are the folded choices in the dialog of the wallet.
func (p *Page) advanced() app.UI {
	if !p.state.Purse.Possible && !p.state.Barred {
		return nothing() // the wallet signs everything: there is no choice
	}
	return app.Details().Class("more").Body(
		app.Summary().Text("Advanced"),
		either(p.state.Network.EIP191, func() app.UI { return app.P().Class("muted").Text(directOrdinary) }, p.directChoice),
	)
}

// directChoice lets the wallet sign by eth_sign, which nobody can read.
func (p *Page) directChoice() app.UI {
	return app.Section().Class("stack").Aria("label", "Who signs").Body(
		app.Label().Class("check").Body(
			app.Input().ID(directID).Type("checkbox").Checked(p.state.Direct).Aria("describedby", "direct-risk").OnChange(p.onDirect),
			app.Span().Text(directText),
		),
		app.P().ID("direct-risk").Class("caution").Text(wordsW7),
		either(p.state.Barred, p.barred, nothing),
	)
}

// barred says why the wallet is not used directly, and lets it be tried again.
func (p *Page) barred() app.UI {
	return app.Section().Class("stack").Aria("label", "Switched off for this wallet").Body(
		app.P().Text(barredText),
		app.Div().Class("row").Body(
			app.Button().Class("button").Type("button").Text(barredRetry).OnClick(p.onTryDirect),
		),
	)
}

// onTryDirect leads back to the choice: the button goes.
func (p *Page) onTryDirect(app.Context, app.Event) {
	p.port.Direct(true)
	p.port.Focus(directID)
}

func (p *Page) onDirect(app.Context, app.Event) { p.port.Direct(!p.state.Direct) }

// purseLink leads from the wallet to its task wallet.
func (p *Page) purseLink() app.UI {
	return app.Button().Class("button").Type("button").Text("Task wallet").OnClick(func(app.Context, app.Event) {
		p.port.CloseModal(walletDialogID)
		p.showPurse(actNone, false)
	})
}
