package view

import (
	"context"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// The password fields. They are emptied as soon as they were read.
const (
	passwordID = "purse-password"
	repeatID   = "purse-repeat"
	fileID     = "purse-file-password"
)

// leastPassword is the least length of a password, in characters.
const leastPassword = 10

// backup is the card that saves the key as a file and proves that it opens.
func (p *Page) backup() app.UI {
	purse := p.state.Purse
	bad := p.purse.faults
	return card(purseCard(actBackup), "Back up",
		app.H3().Text("Back up"),
		app.P().Class("muted").Text(backupText),
		app.P().Class("caution").Role("note").Text(only(purse.Random, wordsW4)),
		app.Form().Class("stack part").Aria("label", "Save the backup").OnSubmit(p.onSaveBackup).Body(
			passwordBox(passwordID, "New password of the file", "new-password", bad[passwordID]),
			passwordBox(repeatID, "The same password again", "new-password", bad[repeatID]),
			app.Div().Class("row").Body(submitButton("Save the backup file", purse.Step != "")),
		),
		app.Article().Class("stack part").Body(
			app.H3().Text("Prove the backup"),
			app.P().Class("muted").Text(backupProve),
			p.openFile("Prove the backup"),
		),
		either(p.purse.act == actBackup && purse.fundable(), func() app.UI { return p.action("Back", false, p.choose(actNone)) }, nothing),
	)
}

// fromBackup offers the file instead of the wallet.
func (p *Page) fromBackup() app.UI {
	return app.Details().Class("more").Body(
		app.Summary().Text("I have a backup file"),
		p.openFile("Open the backup"),
	)
}

// openFile asks for a backup file and its password.
func (p *Page) openFile(button string) app.UI {
	return app.Form().Class("stack").Aria("label", button).OnSubmit(p.onOpenBackup).Body(
		passwordBox(fileID, "Password of the file", "current-password", p.purse.faults[fileID]),
		app.Div().Class("row").Body(submitButton("Choose the file and open it", p.state.Purse.Step != "")),
	)
}

func passwordBox(id, label, fill, fault string) app.UI {
	return fieldBox("field", id, label, fault,
		app.Input().ID(id).Type("password").Attr("autocomplete", fill).Spellcheck(false).
			Aria("invalid", fault != "").Aria("describedby", id+"-fault"))
}

func submitButton(text string, off bool) app.UI {
	return app.Button().Class("button").Type("submit").Disabled(off).Text(text)
}

// takePassword reads a password and empties its field.
func (p *Page) takePassword(id string) string {
	password := p.port.Value(id)
	p.port.SetValue(id, "")
	return password
}

func (p *Page) onSaveBackup(ctx app.Context, e app.Event) {
	e.PreventDefault()
	password, again := p.port.Value(passwordID), p.port.Value(repeatID)
	p.purse.faults = faults{}
	switch {
	case p.state.Purse.Step != "" || p.purse.writing:
		return
	case utf8.RuneCountInString(password) < leastPassword:
		p.purse.faults[passwordID] = passwordShort
		p.port.Focus(passwordID)
		return
	case password != again:
		p.purse.faults[repeatID] = passwordOther
		p.port.Focus(repeatID)
		return
	}
	p.takePassword(passwordID)
	p.takePassword(repeatID)
	p.purse.writing, p.purse.said = true, backupWriting
	ctx.Async(func() {
		err := p.port.SaveBackup(context.Background(), password)
		ctx.Dispatch(func(app.Context) {
			p.purse.writing = false
			if err != nil {
				p.purse.said, p.purse.faults = "", faults{passwordID: backupUnsaved}
				p.port.Focus(passwordID)
				return
			}
			p.purse.said = backupSaved
			p.port.Focus(fileID)
		})
	})
}

func (p *Page) onOpenBackup(ctx app.Context, e app.Event) {
	e.PreventDefault()
	p.purse.faults = faults{}
	if p.state.Purse.Step != "" {
		return
	}
	password := p.takePassword(fileID)
	if password == "" {
		p.purse.faults[fileID] = passwordNeeded
		p.port.Focus(fileID)
		return
	}
	p.purse.said = ""
	ctx.Async(func() {
		err := p.port.OpenBackup(context.Background(), password)
		ctx.Dispatch(func(app.Context) {
			if err != nil {
				p.purse.faults = faults{fileID: backupNoFile}
				p.port.Focus(fileID)
			}
		})
	})
}
