package view

import (
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// The fields of a new passphrase. They are emptied as soon as they were read.
const (
	keepID       = "purse-passphrase"
	keepRepeatID = "purse-passphrase-repeat"
)

// keep is the card that chooses how the key stays in this browser.
func (p *Page) keep() app.UI {
	purse, bad := p.state.Purse, p.purse.faults
	return card(purseCard(actKeep), "How the key stays",
		app.H3().Text("How the key stays"),
		app.P().Text(keptText(purse)),
		app.Form().Class("stack part").Aria("label", "Keep it under a passphrase").OnSubmit(p.onKeep).Body(
			app.P().Class("muted").Text(keepPassphraseText),
			passwordBox(keepID, "New passphrase", "new-password", bad[keepID]),
			passwordBox(keepRepeatID, "The same passphrase again", "new-password", bad[keepRepeatID]),
			app.Div().Class("row").Body(submitButton("Keep it under this passphrase", purse.Step != "")),
		),
		app.Section().Class("stack part").Aria("label", "Keep it in this browser").Body(
			caution(wordsW3),
			app.P().Class("muted").Text(keepNotHere(purse)),
			app.Div().Class("row").Body(
				p.action("Keep it in this browser", false, p.onKeepHere, keepNotHere(purse) != "", purse.Remembered == ByBrowser),
			),
		),
		app.Div().Class("row part").Body(
			either(purse.Remembered != NotRemembered, p.forget, nothing),
			p.action("Back", false, p.choose(actNone)),
		),
	)
}

// keptText says how the key stays now.
func keptText(purse Purse) string {
	switch purse.Remembered {
	case ByPassphrase:
		return keptPassphrase
	case ByBrowser:
		return keptHere
	}
	return keptNot
}

// keepNotHere says why the key cannot stay without a passphrase; "" when it can.
func keepNotHere(purse Purse) string {
	switch {
	case purse.Shared:
		return keepShared
	case purse.Random && !purse.BackedUp:
		return keepNoBackup
	}
	return ""
}

func (p *Page) onKeepHere(app.Context, app.Event) {
	if keepNotHere(p.state.Purse) == "" {
		p.port.RememberPurse(ByBrowser, "")
	}
}

func (p *Page) onKeep(_ app.Context, e app.Event) {
	e.PreventDefault()
	passphrase, again := p.port.Value(keepID), p.port.Value(keepRepeatID)
	p.purse.faults = faults{}
	switch {
	case p.state.Purse.Step != "":
		return
	case utf8.RuneCountInString(passphrase) < leastPassword:
		p.purse.faults[keepID] = passphraseShort
		p.port.Focus(keepID)
		return
	case passphrase != again:
		p.purse.faults[keepRepeatID] = passwordOther
		p.port.Focus(keepRepeatID)
		return
	}
	p.takePassword(keepID)
	p.takePassword(keepRepeatID)
	p.purse.said = ""
	p.port.RememberPurse(ByPassphrase, passphrase)
}
