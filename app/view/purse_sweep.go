package view

import (
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// targetID is the field of another address for what is taken out.
const targetID = "purse-target"

// sweep asks once more before everything is sent to the owner.
func (p *Page) sweep() app.UI {
	purse := p.state.Purse
	empty := purse.Known && purse.CNX.IsZero() && purse.Native.IsZero()
	text := fill(sweepText, "amount", p.sweepAmount())
	if empty {
		text = sweepNothing
	}
	return card(purseCard(actSweep), "Take everything out",
		app.H3().Text("Take everything out"),
		app.P().Text(text),
		app.P().Class("figure").Text(only(!empty, purse.Owner.Hex())),
		app.P().Class("muted").Text(only(!empty, sweepGas)),
		app.P().Class("caution").Role("note").Text(only(p.purseRuns(), sweepRunning)),
		app.Div().Class("row").Body(
			p.action("Send everything back", true, func(app.Context, app.Event) { p.port.SweepPurse("") }, empty),
			p.action("Keep it", false, p.choose(actNone)),
		),
		either(!empty, p.sweepElsewhere, nothing),
	)
}

// sweepElsewhere sends everything to an address that is typed in full.
func (p *Page) sweepElsewhere() app.UI {
	bad := p.purse.faults[targetID]
	return app.Details().Class("more").Open(p.purse.target != "").Body( // the way back to what was typed
		app.Summary().Text(sweepElse),
		app.Form().Class("stack").Aria("label", sweepElse).OnSubmit(p.onSweepElsewhere).Body(
			caution(sweepElseText),
			fieldBox("field wide", targetID, "Address that gets everything", bad,
				app.Input().ID(targetID).Type("text").AutoComplete(false).Spellcheck(false).
					Aria("invalid", bad != "").Aria("describedby", targetID+"-fault")),
			app.Div().Class("row").Body(submitButton("Send it there", p.state.Purse.Step != "")),
		),
	)
}

// sweepAmount is what is sent now: the coins for gas stay while a task runs.
func (p *Page) sweepAmount() string {
	purse := p.state.Purse
	if p.purseRuns() {
		return job.CNX(purse.CNX)
	}
	return both(purse.CNX, purse.Native, p.state.Network)
}

// sweepTo shows the address that was typed once more, before anything is signed.
func (p *Page) sweepTo() app.UI {
	return card(purseCard(actSweepTo), sweepElse,
		app.H3().Text(sweepElse),
		app.P().Text(fill(sweepSure, "amount", p.sweepAmount())),
		app.P().Class("figure").Text(p.purse.target),
		caution(sweepElseText),
		app.P().Class("caution").Role("note").Text(only(p.purseRuns(), sweepRunning)),
		app.Div().Class("row").Body(
			p.action("Send everything there", true, p.onSweepTo),
			p.action("Back", false, p.choose(actSweep)),
		),
	)
}

func (p *Page) onSweepTo(ctx app.Context, e app.Event) {
	p.port.SweepPurse(p.purse.target)
	p.purse.target = ""
	p.choose(actSweep)(ctx, e)
}

// onSweepElsewhere looks at the address before it is shown again; the key's own
// side looks at it once more.
func (p *Page) onSweepElsewhere(_ app.Context, e app.Event) {
	e.PreventDefault()
	p.purse.faults = faults{}
	if p.state.Purse.Step != "" {
		return
	}
	to := strings.TrimSpace(p.port.Value(targetID))
	if bad := targetFault(to, p.state); bad != "" {
		p.purse.faults[targetID] = bad
		p.port.Focus(targetID)
		return
	}
	p.purse.act, p.purse.target = actSweepTo, to
	p.turnPurse()
}

// targetFault says what is wrong with an address; "" for one whose checksum is right
// and that is nobody's of this network.
func targetFault(text string, s State) string {
	switch {
	case !strings.HasPrefix(text, "0x") || !common.IsHexAddress(text):
		return sweepNoTarget
	case common.HexToAddress(text).Hex() != text || common.HexToAddress(text) == (common.Address{}):
		return sweepOther
	}
	switch common.HexToAddress(text) {
	case s.Purse.Address, s.Network.Token:
		return sweepOwn
	}
	return ""
}
