package view

import (
	"context"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

const purseDialogID = "purse-dialog"

// purseDialog is what the person does in the dialog of the task wallet. What the
// task wallet is stands in the [State].
type purseDialog struct {
	// up tells that the dialog is shown.
	up bool
	// task tells that a task asked for it: the dialog says why, and leads back.
	task bool
	// shown is the card that was drawn last; the focus moves when another comes.
	shown purseCard
	// agreed is the tick under text W2.
	agreed bool
	// act is what the person chose to do with an open task wallet.
	act  purseAct
	fund fundPlan
	left leftover
	// target is the address that was typed for everything (actSweepTo); it stands in
	// its field again on the way back.
	target string
	// history tells that the list of signatures is unfolded.
	history bool
	// faults of the password fields, by their id.
	faults faults
	// writing tells that the backup is being written.
	writing bool
	// said is announced and shown while nothing is being done.
	said string
}

// purseCard is what the dialog shows.
type purseCard string

const (
	purseNone        purseCard = ""        // there is no wallet, or no place for a key
	purseRefused     purseCard = "refused" // by the address of the page
	purseSetup       purseCard = "setup"
	purseUnderivable purseCard = "random" // the wallet cannot make the key
	purseLocked      purseCard = "locked"
	purseStopped     purseCard = "stopped" // the network has moved, or somebody else has the key
	purseOpen        purseCard = "open"
)

// purseAct is the part of an open task wallet that is unfolded.
type purseAct string

const (
	actNone    purseAct = ""
	actFund    purseAct = "fund"
	actBackup  purseAct = "backup"
	actSweep   purseAct = "sweep"
	actSweepTo purseAct = "sweep-to" // an address that was typed
	actKeep    purseAct = "keep"     // how the key stays in this browser
	actRetire  purseAct = "retire"
	actDelete  purseAct = "delete"
	actFind    purseAct = "find" // an earlier task wallet
)

// purseCard is the right card for the state.
func (s State) purseCard() purseCard {
	p := s.Purse
	switch {
	case !p.Possible || !s.Session.Connected && !p.Open:
		return purseNone
	case p.Refused:
		return purseRefused
	case p.Open:
		return purseOpen
	case p.Made && (p.Moved != nil || p.Taken || p.Retired):
		return purseStopped
	case p.Made:
		return purseLocked
	case p.Underivable:
		return purseUnderivable
	}
	return purseSetup
}

// fundable reports whether there is a proven way back, without which no money goes in (taskwallet.md I6).
func (p Purse) fundable() bool { return p.Open && (!p.Random || p.BackedUp) }

// purseAct is what is unfolded: what the person chose, or what comes next.
func (p *Page) purseAct() purseAct {
	purse := p.state.Purse
	ends := p.purse.act == actRetire || p.purse.act == actDelete // which need no key
	switch {
	case p.purse.act == actFind:
		return actFind
	case ends && purse.Made:
		return p.purse.act
	case !purse.Open:
		return actNone
	case !purse.fundable():
		return actBackup
	case p.purse.act != actNone:
		return p.purse.act
	case purse.Known && purse.Tasks == 0:
		return actFund
	}
	return actNone
}

// needsPurse reports whether the next task cannot be paid before the task wallet is ready.
func (s State) needsPurse() bool {
	if !s.Purse.Open {
		return !s.Direct && s.purseCard() != purseNone
	}
	pre := s.Preflight
	enough := pre.Known && pre.Account == s.Purse.Address && !pre.CNX.Lt(&pre.Fee) && !pre.Native.Lt(&pre.Gas)
	return s.Purse.Known && s.Purse.Tasks == 0 && !enough // two readings: the newer one may be either
}

// showPurse opens the dialog at the right card, and with a part unfolded if it is
// open. task tells that a task asked for it.
func (p *Page) showPurse(act purseAct, task bool) {
	p.purse = purseDialog{up: true, task: task, act: act}
	p.ctx.Defer(func(app.Context) { p.port.ShowModal(purseDialogID) }) // after it is drawn
	p.turnPurse()
}

func (p *Page) onPurse(app.Context, app.Event) { p.showPurse(actNone, false) }

func (p *Page) closePurse(app.Context, app.Event) { p.port.CloseModal(purseDialogID) }

// onPurseClosed follows the dialog, which the Escape key closes as well.
func (p *Page) onPurseClosed(app.Context, app.Event) {
	back := p.purse.task
	p.purse = purseDialog{}
	if back {
		p.port.Focus(sendID)
	}
}

// followPurse takes note of what was done with the task wallet.
func (p *Page) followPurse(ctx app.Context, before, now State) {
	if !p.purse.up {
		return
	}
	b, n := before.Purse, now.Purse
	if b.Step != "" && n.Step == "" && n.Problem.Title == "" {
		p.purse.said = p.purseDone(b, n)
		if searched := p.purse.act == actFind && b.Open == n.Open && b.Held == n.Held && b.Address == n.Address; !searched {
			p.purse.act, p.purse.agreed = actNone, false
		}
	}
	if b.Step != "" && n.Step == "" && n.Problem.Title != "" && now.purseCard() == purseLocked && n.Remembered == ByPassphrase {
		ctx.Defer(func(app.Context) { p.port.Focus(unlockID) }) // to try again
	}
	if n.Step != "" || n.Problem.Title != "" {
		p.purse.said = ""
	}
	p.turnPurse()
	if n.Open && b.Problem != n.Problem && n.Problem.Title != "" { // a locked one has its field to try again; else it stands at the top, the button that was pressed perhaps far below
		p.ctx.Defer(func(app.Context) { p.port.Focus(purseProblemID) })
	}
}

// purseProblemID is where it stands what kept the task wallet from something.
const purseProblemID = "purse-problem"

// purseDone says what was just finished.
func (p *Page) purseDone(before, now Purse) string {
	switch {
	case p.purse.act == actBackup || !before.BackedUp && now.BackedUp:
		return backupProven
	case before.Made && !now.Made && p.purse.act == actRetire:
		return retiredDone
	case before.Made && !now.Made && p.purse.act == actDelete:
		return deletedDone
	case !before.Open && now.Open:
		return "The task wallet is open."
	case !before.Held && now.Held:
		return heldText
	case before.Remembered != NotRemembered && now.Remembered == NotRemembered:
		return keepDoneNot
	case p.purse.act == actKeep:
		return keptText(now)
	case p.purse.act == actSweep && p.purseRuns():
		return sweepSentPart
	case p.purse.act == actSweep:
		return "It was sent."
	case now.Tasks > before.Tasks:
		return "The transfers have arrived."
	}
	return ""
}

// turnPurse brings the focus to a card that has come, and fills its fields.
func (p *Page) turnPurse() {
	ctx := p.ctx // not that of the button, which may go with its card
	now := p.state.purseCard()
	if act := p.purseAct(); act != actNone {
		now = purseCard(act)
	}
	if now == p.purse.shown || !p.purse.up {
		return
	}
	p.purse.shown, p.purse.faults = now, nil
	switch now {
	case purseCard(actFund):
		p.planFunding(defaultFunding)
	case purseCard(actDelete):
		p.lookWhatRemains()
	case purseCard(actFind):
		p.port.FindPurses()
	}
	ctx.Defer(func(app.Context) {
		p.port.SetValue(fundID, defaultFundingText)
		p.port.SetValue(targetID, p.purse.target)
		p.port.Focus("purse-" + string(now))
	})
}

// choose unfolds a part of the open task wallet.
func (p *Page) choose(act purseAct) app.EventHandler {
	return func(app.Context, app.Event) {
		p.purse.act, p.purse.said = act, ""
		if act != actSweep {
			p.purse.target = ""
		}
		p.turnPurse()
	}
}

// purseDialog draws the task wallet. Nothing stays in it when it is closed, least
// of all a password.
func (p *Page) purseDialog() app.UI {
	return app.Dialog().ID(purseDialogID).Class("dialog purse").Aria("labelledby", "purse-title").On("close", p.onPurseClosed).Body(
		app.Div().Class("dialog-head").Body(
			app.H2().ID("purse-title").Text("Task wallet"),
			app.Button().Class("button round").Type("button").Aria("label", "Close").OnClick(p.closePurse).Body(icon("close")),
		),
		either(p.purse.up, p.purseBody, nothing),
	)
}

// purseBody is one card, and what there is to know before it. Every card has a
// place of its own, so that none takes over the buttons, and the second click,
// of the one before.
func (p *Page) purseBody() app.UI {
	s := p.state
	card := s.purseCard()
	busy := s.Purse.Step != ""
	place := func(c purseCard, draw func() app.UI) app.UI { return either(card == c, draw, nothing) }
	return app.Section().Class("stack purse-body").Body(
		app.P().Class("muted").Text(only(p.purse.task && s.needsPurse(), purseWhy)),
		either(s.WrongChain() && card != purseRefused, p.purseWrongChain, nothing),
		app.P().Class(only(s.Network.Shares != "", "caution")).Text(sharedText(s.Network)),
		either(s.Purse.Problem.Title != "" && card != purseRefused && card != purseUnderivable, func() app.UI {
			return app.Div().ID(purseProblemID).TabIndex(-1).Body(problem(s.Purse.Problem))
		}, nothing),
		p.purseStatus(busy),
		place(purseNone, p.purseNone),
		place(purseRefused, p.purseRefused),
		place(purseSetup, p.purseSetup),
		place(purseUnderivable, p.purseRandom),
		place(purseLocked, p.purseLocked),
		place(purseStopped, p.purseStopped),
		place(purseOpen, p.purseOpened),
	)
}

// purseStatus is what is being done, or was just done.
func (p *Page) purseStatus(busy bool) app.UI {
	said := p.purse.said
	switch {
	case p.state.Purse.Leaving:
		said = leavingText
	case p.state.Purse.Idle && said == "":
		said = idleText
	}
	text := app.P().Class("help").Role("status").Text(said)
	if busy {
		text = app.P().Class("doing").Role("status").Text(p.state.Purse.Step)
	}
	return app.Div().Class("stack").Body(text, either(busy && p.state.Purse.Asking, p.purseLeave, nothing))
}

// purseLeave is for wallets that do not answer.
func (p *Page) purseLeave() app.UI {
	return app.Div().Class("row").Body(
		app.Button().Class("button quiet").Type("button").Text(leaveLabel).OnClick(p.leavesPurse),
	)
}

func (p *Page) leavesPurse(app.Context, app.Event) { p.port.LeavePurse() }

func (p *Page) purseWrongChain() app.UI {
	return app.Section().Class("banner").Role("alert").Aria("label", "Your wallet is on another network").Body(
		app.P().Text(fill(purseChain, "network", p.state.Network.Name)),
		problem(p.state.Session.Problem),
		app.Button().Class("button").Type("button").Text("Switch the wallet").OnClick(func(app.Context, app.Event) { p.port.SwitchChain() }),
	)
}

func (p *Page) purseNone() app.UI {
	return app.Section().Body(app.P().Text("Connect a wallet first: the task wallet belongs to it."))
}

// card is the frame of a card; the focus comes to it.
func card(name purseCard, label string, parts ...app.UI) app.UI {
	return app.Section().ID("purse-"+string(name)).Class("stack purse-card").TabIndex(-1).Aria("label", label).Body(parts...)
}

// action is a button of the dialog that waits while something is being done.
func (p *Page) action(text string, primary bool, on app.EventHandler, but ...bool) app.UI {
	class, off := "button", p.state.Purse.Step != ""
	if primary {
		class = "button primary"
	}
	for _, b := range but {
		off = off || b
	}
	return app.Button().Class(class).Type("button").Disabled(off).OnClick(on).Text(text)
}

// only is a text that is there on a condition.
func only(holds bool, text string) string {
	if !holds {
		return ""
	}
	return text
}

// copyAddress says so in the dialog: the page's own messages are behind it.
func (p *Page) copyAddress(ctx app.Context, _ app.Event) {
	address := p.state.Purse.Address.Hex()
	ctx.Async(func() {
		said := "Address copied"
		if err := p.port.Copy(context.Background(), address); err != nil {
			said = "Copying is not allowed in this browser"
		}
		ctx.Dispatch(func(app.Context) { p.purse.said = said })
	})
}
