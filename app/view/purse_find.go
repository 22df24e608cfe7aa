package view

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// The fields of a name that is typed, and of the number of the key.
const (
	siteID   = "purse-site"
	numberID = "purse-number"
)

// siteForm is what a name of a site looks like (taskwallet.md §2). It is compiled when it
// is needed: not while the page starts.
var siteForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9](?:[a-z0-9 .-]{0,78}[a-z0-9])?$`)
})

var keyNumbers = limits{least: 0, most: 99}

// find is the card that looks for a task wallet that was made somewhere else.
func (p *Page) find() app.UI {
	purse := p.state.Purse
	return card(purseCard(actFind), "Find my task wallet",
		app.H3().Text("Find my task wallet"),
		app.P().Text(findText),
		app.Section().Class("caution stack").Aria("label", "Another name of the site").Body(
			app.P().Text(fill(findTrust, "host", purse.Host)),
			checkBox("purse-find-trust", "I trust this copy at "+purse.Host, p.purse.agreed, p.onTrust),
		),
		either(purse.Search.Done, p.finds, func() app.UI {
			return app.Div().Class("row").Body(
				p.action("Look on the blockchain", false, func(app.Context, app.Event) { p.port.FindPurses() }),
			)
		}),
		app.Details().Class("more").Body(
			app.Summary().Text("Another name or number"),
			app.Form().Class("stack").Aria("label", "Look under another name").OnSubmit(p.onFindName).Body(
				app.P().Class("help").Text(findName),
				fieldBox("field", siteID, "Name of the site", p.purse.faults[siteID],
					app.Input().ID(siteID).Type("text").AutoComplete(false).Spellcheck(false).Attr("autocapitalize", "none").
						Aria("invalid", p.purse.faults[siteID] != "").Aria("describedby", siteID+"-fault")),
				numberBox(numberID, "Number of the key", "0", keyNumbers, p.purse.faults[numberID], false, noNews, noNews),
				app.Div().Class("row").Body(submitButton("Ask my wallet under this name", purse.Step != "" || !p.purse.agreed)),
			),
		),
		p.fromBackup(),
		app.P().Class("help").Text(keystoreText),
		app.Div().Class("row").Body(p.action("Back", false, p.choose(actNone))),
	)
}

// finds are the accounts that may be task wallets.
func (p *Page) finds() app.UI {
	purse := p.state.Purse
	list := purse.Search.Found
	text := fill(findAsks, "times", counted(len(purse.Names), "time"), "names", strings.Join(purse.Names, ", "))
	if len(list) == 0 {
		text = findNothing
	}
	return app.Section().Class("stack part").Aria("label", "What was found").Body(
		app.P().Text(text),
		app.P().Class("help").Text(only(!purse.Search.Whole, findPart)),
		app.Ul().Class("stack").Body(app.Range(list).Slice(func(i int) app.UI {
			f := list[i]
			return app.Li().Class("stack").Body(
				app.P().Class("figure").Text(foundText(f, p.state.Network)),
				app.Div().Class("row").Body(either(f.Address == purse.Address,
					func() app.UI { return app.Span().Class("muted").Text("It is the one above.") },
					func() app.UI {
						return app.Button().Class("button small").Type("button").Disabled(purse.Step != "" || !p.purse.agreed).
							Aria("label", "Open "+f.Address.Hex()).Text("Open it").OnClick(p.openFound(f.Address), f.Address.Hex())
					})),
			)
		})),
	)
}

// foundText says what an account has.
func foundText(f Found, n Network) string {
	text := fill(findFound, "address", f.Address.Hex(), "amount", both(f.CNX, f.Native, n))
	if f.Tasks > 0 {
		text += ", " + counted(int(min(f.Tasks, 9999)), "task")
	}
	return text + ", " + job.CNX(f.Received) + " from you"
}

// openFound has the wallet asked under the names that this page knows.
func (p *Page) openFound(at common.Address) app.EventHandler {
	return func(app.Context, app.Event) {
		if p.purse.agreed && p.state.Purse.Step == "" {
			p.port.OpenFound(at, "", 0)
		}
	}
}

// onFindName has the wallet asked under the name that was typed.
func (p *Page) onFindName(_ app.Context, e app.Event) {
	e.PreventDefault()
	p.purse.faults = faults{}
	if p.state.Purse.Step != "" || !p.purse.agreed {
		return
	}
	name := strings.ToLower(strings.TrimSpace(p.port.Value(siteID)))
	typed := p.port.Value(numberID)
	if typed == "" {
		typed = strconv.Itoa(keyNumbers.least)
	}
	number, fault := keyNumbers.parse("The number of the key", typed)
	switch {
	case !siteForm().MatchString(name):
		p.purse.faults[siteID] = findBadName
		p.port.Focus(siteID)
	case fault != "":
		p.purse.faults[numberID] = fault
		p.port.Focus(numberID)
	default:
		p.port.OpenFound(common.Address{}, name, uint8(number))
	}
}
