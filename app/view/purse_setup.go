package view

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// localhost is the Site of every page that this very computer serves.
const localhost = "localhost"

// purseRefused is the card of an address where there can be no task wallet.
func (p *Page) purseRefused() app.UI {
	elsewhere := p.state.Purse.Elsewhere
	return card(purseRefused, "No task wallet at this address",
		app.P().Text(refusedText),
		either(elsewhere != "",
			func() app.UI {
				return app.Section().Class("stack").Body(
					app.P().Text(refusedGo),
					app.Div().Class("row").Body(app.A().Class("button primary").Href(elsewhere).Text("Open the page there")),
					app.P().Class("help").Text(elsewhere),
				)
			},
			func() app.UI { return app.P().Text(refusedNone) }),
	)
}

// purseSetup is the card before the first signature.
func (p *Page) purseSetup() app.UI {
	s := p.state
	return card(purseSetup, "Set up the task wallet", p.aside(func() app.UI {
		return app.Div().Class("stack").Body(
			app.P().Text(fill(wordsW1, "host", s.Purse.Host)),
			app.P().Class("muted").Text(setupPrompts(s.Preflight.Known && s.Preflight.Gas.IsZero())),
			app.P().Class("help").Text(only(s.Purse.Number > 0, fill(nextText, "n", strconv.Itoa(int(s.Purse.Number))))),
			p.trust(),
			p.sameMachine(),
			app.Div().Class("row").Body(
				p.action("Make task wallet", true, p.onMakePurse, p.distrusted(), s.WrongChain()),
				p.action("Find my task wallet", false, p.choose(actFind)),
			),
			p.fromBackup(),
		)
	}))
}

// purseRandom is the card of a wallet that cannot make the key.
func (p *Page) purseRandom() app.UI {
	return card(purseUnderivable, "This wallet cannot make the key",
		app.P().Text(underivableText),
		app.P().Text(underivableGo),
		caution(wordsW4),
		app.Div().Class("row").Body(
			p.action("Use a random key", true, func(app.Context, app.Event) { p.port.MakeRandomPurse() }),
		),
		p.fromBackup(),
	)
}

// onMakePurse asks the wallet for the signature that is the key.
func (p *Page) onMakePurse(app.Context, app.Event) {
	if !p.distrusted() {
		p.port.MakePurse()
	}
}

// distrusted reports whether this is another copy of the page than the key is
// made for, and nobody has said that they trust it.
func (p *Page) distrusted() bool { return p.state.Purse.Foreign && !p.purse.agreed }

// trust asks whether a copy at another address is trusted.
func (p *Page) trust() app.UI {
	purse := p.state.Purse
	if !purse.Foreign {
		return nothing()
	}
	return app.Section().Class("caution stack").Aria("label", "Another copy of the page").Body(
		app.P().ID("purse-copy").Text(fill(wordsW2, "host", purse.Host, "site", purse.Site)),
		checkBox("purse-trust", "I trust this copy at "+purse.Host, p.purse.agreed, p.onTrust),
	)
}

// sameMachine says why the text in the wallet names this computer in another way than
// the address of the page does.
func (p *Page) sameMachine() app.UI {
	purse := p.state.Purse
	host, _, _ := strings.Cut(purse.Host, ":")
	return app.P().Class("help").Text(only(purse.Site == localhost && !purse.Foreign && host != localhost, fill(sameMachineText, "site", purse.Site)))
}

func (p *Page) onTrust(app.Context, app.Event) { p.purse.agreed = !p.purse.agreed }

// caution is a text that must not be overlooked.
func caution(text string) app.UI {
	return app.P().Class("caution").Role("note").Text(text)
}
