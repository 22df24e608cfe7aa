package view

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// purseStopped is the card of a task wallet that signs nothing any more: the
// network is not the one it was made for, or somebody else has its key. The key
// belongs to the person all the same, so its backup can be written.
func (p *Page) purseStopped() app.UI {
	purse := p.state.Purse
	return card(purseStopped, "The task wallet signs nothing",
		p.holdings(),
		either(purse.Taken, func() app.UI { return caution(takenText) }, nothing),
		either(purse.Retired, func() app.UI { return caution(retiredText) }, nothing),
		either(purse.Moved != nil, p.movedSides, nothing),
		p.aside(func() app.UI {
			return app.Div().Class("stack").Body(
				app.P().Text(stoppedText),
				either(purse.Held, p.backup, p.openForBackup),
				app.P().Class("help").Text(keystoreText),
				p.ends(),
			)
		}),
	)
}

// movedSides shows what the network was, and what it is now, side by side.
func (p *Page) movedSides() app.UI {
	m := p.state.Purse.Moved
	rows := []struct{ name, then, now string }{
		{"Token", m.Then.Token.Hex(), m.Now.Token.Hex()},
		{"Task contract", m.Then.Task.Hex(), m.Now.Task.Hex()},
		{"Node contract", m.Then.Node.Hex(), m.Now.Node.Hex()},
		{"Relay", relays(m.Then), relays(m.Now)},
	}
	return app.Section().Class("stack").Aria("label", "What has changed").Body(
		caution(fill(movedText, "host", p.state.Purse.Host)),
		app.Div().Class("sides").Role("table").Body(
			sidesRow("", "columnheader", "", "When it was made", "Now"),
			app.Range(rows).Slice(func(i int) app.UI {
				row, class, now := rows[i], "", rows[i].now
				if row.then == row.now {
					now = "the same"
				} else {
					class = "changed"
				}
				return sidesRow(class, "cell", row.name, row.then, now)
			}),
		),
	)
}

// sidesRow is a row of that table. It is made of plain elements: those of tables
// would be the only ones on the page, and each kind makes the program bigger.
func sidesRow(class, role, name, then, now string) app.UI {
	return app.Div().Class("side "+class).Role("row").Body(
		app.Span().Role("rowheader").Text(name),
		app.Span().Class("figure").Role(role).Text(then),
		app.Span().Class("figure").Role(role).Text(now),
	)
}

// relays are all Relays of a network as one text.
func relays(n NetworkSide) string {
	return strings.Join(slices.Sorted(slices.Values(n.Relays)), ", ")
}

// openForBackup are the ways to the key, only to write its backup.
func (p *Page) openForBackup() app.UI {
	purse := p.state.Purse
	return app.Section().Class("stack part").Aria("label", "Open the key for its backup").Body(
		app.H3().Text("Open the key for its backup"),
		either(purse.Remembered == ByPassphrase, p.unlockByPassphrase, nothing),
		either(purse.Remembered == ByBrowser, p.unlockHere, nothing),
		either(purse.Random, p.unlockByFile, p.unlockBySignature),
	)
}
