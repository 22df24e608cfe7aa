package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// unlockID is the field of the passphrase that opens the task wallet.
const unlockID = "purse-unlock"

// purseLocked is the card of a task wallet that was made before: what this browser
// keeps opens it first, then the owner's signature, then the backup.
func (p *Page) purseLocked() app.UI {
	purse := p.state.Purse
	return card(purseLocked, "The task wallet is locked",
		p.holdings(),
		p.aside(func() app.UI {
			return app.Div().Class("stack").Body(
				either(purse.Remembered == ByPassphrase, p.unlockByPassphrase, nothing),
				either(purse.Remembered == ByBrowser, p.unlockHere, nothing),
				either(purse.Random, p.unlockByFile, p.unlockBySignature),
				p.ends(),
			)
		}),
	)
}

// unlockByPassphrase asks for the passphrase under which the key stays.
func (p *Page) unlockByPassphrase() app.UI {
	return app.Section().Class("stack").Aria("label", "With the passphrase").Body(
		app.Form().Class("stack").Aria("label", "Unlock with the passphrase").OnSubmit(p.onUnlock).Body(
			passwordBox(unlockID, "Passphrase of this browser", "current-password", p.purse.faults[unlockID]),
			app.Div().Class("row").Body(
				app.Button().Class("button primary").Type("submit").Disabled(p.state.Purse.Step != "").Text("Unlock"),
				p.forget(),
			),
		),
	)
}

// unlockHere opens what this browser keeps without a passphrase. It takes a click:
// nobody is to find the task wallet open who only opened the page.
func (p *Page) unlockHere() app.UI {
	return app.Section().Class("stack").Aria("label", "In this browser").Body(
		app.P().Text(lockedHereText),
		app.Div().Class("row").Body(
			p.action("Unlock", true, func(app.Context, app.Event) { p.port.UnlockPurse("") }),
			p.forget(),
		),
	)
}

// forget throws away what this browser keeps, where that is not the last copy.
func (p *Page) forget() app.UI {
	purse := p.state.Purse
	return either(!purse.Random || purse.BackedUp, func() app.UI {
		return p.action("Forget it here", false, func(app.Context, app.Event) { p.port.RememberPurse(NotRemembered, "") })
	}, nothing)
}

// unlockBySignature opens the key in the way it was made.
func (p *Page) unlockBySignature() app.UI {
	kept := p.state.Purse.Remembered != NotRemembered
	class := "stack"
	if kept {
		class = "stack part"
	}
	return app.Section().Class(class).Aria("label", "With your wallet").Body(
		app.P().Text(lockedText),
		p.trust(),
		p.sameMachine(),
		app.Div().Class("row").Body(
			p.action("Unlock with one signature", !kept, p.onMakePurse, p.distrusted(), p.state.WrongChain() && p.state.Purse.Moved == nil),
		),
		p.fromBackup(),
	)
}

// unlockByFile opens a key that no wallet can make.
func (p *Page) unlockByFile() app.UI {
	text := lockedRandomText
	if p.state.Purse.Remembered != NotRemembered {
		text = lockedRandomKeptText
	}
	return app.Section().Class("stack").Aria("label", "With the backup").Body(
		app.P().Text(text),
		p.openFile("Open the backup"),
	)
}

// onUnlock hands the passphrase over, and empties its field.
func (p *Page) onUnlock(_ app.Context, e app.Event) {
	e.PreventDefault()
	p.purse.faults = faults{}
	if p.state.Purse.Step != "" {
		return
	}
	passphrase := p.takePassword(unlockID)
	if passphrase == "" {
		p.purse.faults[unlockID] = passphraseNeeded
		p.port.Focus(unlockID)
		return
	}
	p.purse.said = ""
	p.port.UnlockPurse(passphrase)
}
