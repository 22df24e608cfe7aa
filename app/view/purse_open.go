package view

import (
	"strings"

	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// purseOpened is the card of a task wallet that signs now: what is in it, and
// what can be done with it.
func (p *Page) purseOpened() app.UI {
	s := p.state
	act := p.purseAct()
	part := func(a purseAct, draw func() app.UI) app.UI { return either(act == a, draw, nothing) }
	return card(purseOpen, "The task wallet is open",
		either(s.Purse.Stranger != "", p.stranger, nothing),
		p.holdings(),
		app.P().Class("caution").Role("note").Text(only(s.Purse.Known && s.Purse.fundable(), lowWarning(s.Purse.Tasks))),
		app.P().Class("caution").Role("note").Text(only(!s.Purse.CameBack.IsZero(), fill(sweepCameBack, "amount", job.CNX(s.Purse.CameBack)))),
		app.P().Class("caution").Role("note").Text(only(s.Purse.Used, usedText)),
		p.payments(),
		part(actFund, p.fund),
		part(actBackup, p.backup),
		part(actSweep, p.sweep),
		part(actSweepTo, p.sweepTo),
		part(actKeep, p.keep),
		part(actRetire, p.retire),
		part(actDelete, p.deletion),
		part(actFind, p.find),
		either(len(s.Purse.Hosts) > 0 && act == actNone, p.hostPurses, nothing),
		either(p.purse.task && act == actNone && !s.needsPurse(), p.backToTask, nothing),
		either(p.purse.act == actNone && s.Purse.fundable(), p.purseActions, nothing), // also where the first part is unfolded by itself
	)
}

// holdings are the balances and the address.
func (p *Page) holdings() app.UI {
	purse, n := p.state.Purse, p.state.Network
	return app.Div().Class("stack").Body(
		app.Dl().Class("facts").Body(
			app.Dt().Text("CNX"), app.Dd().Class("figure").Text(known(purse.Known, job.CNX(purse.CNX))),
			app.Dt().Text("For gas"), app.Dd().Class("figure").Text(known(purse.Known, coins(purse.Native, n))),
			app.Dt().Text("Enough for"), app.Dd().Class("figure").Text(known(purse.Known, enoughFor(purse.Tasks))),
			app.Dt().Text("Address"), app.Dd().Class("figure").Text(purse.Address.Hex()),
		),
		either(purse.Open && !purse.Budget.IsZero(), p.budgetMeter, nothing),
		app.Div().Class("row end").Body(
			app.Button().Class("button small quiet").Type("button").Text("Copy address").OnClick(p.copyAddress),
		),
	)
}

// budgetMeter is what may be spent before the task wallet asks again.
func (p *Page) budgetMeter() app.UI {
	purse := p.state.Purse
	text := fill(budgetText, "spent", brief(purse.Spent), "budget", job.CNX(purse.Budget))
	return app.Section().Class("budget-meter").Aria("label", "Budget").Body(
		app.P().Class("help figure").Text(text),
		app.Meter().Aria("label", text).Min(0).Max(100).Value(percent(purse.Spent, purse.Budget)),
	)
}

// percent is how much of a whole a part is, 0 to 100.
func percent(part, whole uint256.Int) int {
	if whole.IsZero() || part.Gt(&whole) {
		return 100
	}
	p := new(uint256.Int).Mul(&part, uint256.NewInt(100)) // amounts are far below 2^249
	return int(p.Div(p, &whole).Uint64())
}

// stranger is text W5: somebody else signed with the key, or the person did on
// another device. Nothing is paid before that is answered.
func (p *Page) stranger() app.UI {
	purse := p.state.Purse
	return app.Section().Class("banner").Role("alert").Aria("label", "Someone else used this task wallet").Body(
		app.P().Text(fill(wordsW5, "tx", purse.Stranger, "n+1", strconv.Itoa(int(purse.Number)+1))),
		app.Div().Class("row").Body(
			p.action("It was me", false, func(app.Context, app.Event) { p.port.PurseWasMine() }),
			p.action("Take the money out", true, p.choose(actSweep)),
			p.action("Go on with a new key", false, p.choose(actRetire)),
		),
	)
}

// payments are the transfers that are not mined yet.
func (p *Page) payments() app.UI {
	list, n := p.state.Purse.Payments, p.state.Network
	if len(list) == 0 {
		return nothing()
	}
	return app.Section().Aria("label", "Transfers on the way").Body(
		app.P().Class("muted").Text(fundPending),
		app.Ul().Body(app.Range(list).Slice(func(i int) app.UI {
			amount := coins(list[i].Amount, n)
			if list[i].CNX {
				amount = job.CNX(list[i].Amount)
			}
			return app.Li().Class("row figure").Body(
				app.Span().Text(amount),
				either(list[i].Hash == common.Hash{},
					func() app.UI { return app.Span().Class("muted").Text(fundUntold) },
					func() app.UI { return transactionLink(n, list[i].Hash.Hex()) }),
			)
		})),
	)
}

// transactionLink names a transaction, and leads to it where there is an explorer.
func transactionLink(n Network, hash string) app.UI {
	if n.Explorer == "" {
		return app.Span().Class("muted").Text(short(hash))
	}
	return explorerLink(n, hash, short(hash))
}

// explorerLink leads to a transaction at the network's explorer, and names the host:
// what is said there is said by that host.
func explorerLink(n Network, hash, text string) app.UI {
	_, host, _ := strings.Cut(n.Explorer, "://")
	host, _, _ = strings.Cut(host, "/")
	return app.A().Href(n.Explorer + "/tx/" + hash).Target("_blank").Rel("noopener noreferrer").Text(text + " at " + host)
}

// purseActions are the buttons of a task wallet at rest.
func (p *Page) purseActions() app.UI {
	purse := p.state.Purse
	forget := lockText
	switch {
	case purse.Remembered != NotRemembered:
		forget = lockKeptText
	case purse.Random:
		forget = lockRandomText
	}
	return app.Section().Class("stack part").Aria("label", "What to do").Body(
		app.Div().Class("row").Body(
			p.action("Add funds", purse.Known && purse.Tasks < 2, p.choose(actFund)),
			p.action("Back up", false, p.choose(actBackup)),
			p.action("Take everything out", false, p.choose(actSweep)),
			p.action("Remember", false, p.choose(actKeep)),
		),
		app.Div().Class("row between part").Body(
			app.P().Class("help").Text(forget),
			p.action("Lock", false, p.onLock),
		),
		p.ends(),
	)
}

// backToTask leads back to the button that pays. It presses nothing.
func (p *Page) backToTask() app.UI {
	return app.Section().Class("stack part").Aria("label", "Back to your task").Body(
		app.P().Text(purseReady),
		app.Div().Class("row").Body(
			app.Button().Class("button primary").Type("button").Text("Back to the task").OnClick(p.closePurse),
		),
	)
}

// purseRuns reports whether a task of the task wallet has not ended yet.
func (p *Page) purseRuns() bool {
	for _, j := range p.state.Jobs {
		if j.Order.Account == p.state.Purse.Address && j.Imported == 0 && (j.Unsettled() || !j.Phase.Ended()) {
			return true
		}
	}
	return false
}

// onLock keeps what stands in the form, because the page is loaded anew.
func (p *Page) onLock(app.Context, app.Event) {
	p.read(p.form())
	p.saveDraft(p.form())
	p.port.LockPurse()
}
