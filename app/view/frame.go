package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// Frame is what the page knows of itself as a widget in the page of a host.
type Frame struct {
	// Host is the origin of that page.
	Host string
	// Ready tells that the host has answered.
	Ready bool
	// Refused is why nothing is shown to this host; zero when it is welcome.
	Refused job.Problem
	// Note is what the person should know now; zero for nothing.
	Note job.Problem
	// Lang is the language of what is typed, as the host says (BCP 47); "" = unknown. The
	// page itself speaks English.
	Lang string
	// Kind is what the widget makes.
	Kind task.Kind
	// Pays are the ways of paying that there are, Pay the chosen one.
	Pays []string
	Pay  string
	// Tab tells that a tab of ours was opened and is not closed yet.
	Tab bool
}

// Fill is what somebody else puts into the form: a host, or a frame of ours. N
// counts them; a form is filled once by each.
type Fill struct {
	N    int
	Kind task.Kind
	// Prompt and Model are for the fields; "" leaves what is there. Args, where they
	// are, are a whole form.
	Prompt, Model string
	Args          string
}

// The ways of paying in a frame.
const (
	PayInTab    = "tab"
	PayByPurse  = "purse"
	PayByBridge = "bridge"
)

// FramePort is the part of Port that only a page in a frame has.
type FramePort interface {
	// PayBy chooses one of the Pays.
	PayBy(pay string)
	// OpenTab takes arguments to a tab of ours, where they can be paid. Call it only from a click.
	OpenTab(kind task.Kind, args []byte)
	// OpenPurse opens a tab in which a purse for this host can be filled. Call it only from a click.
	OpenPurse()
	// SubmitDirect is Submit with the wallet of the host. Call it only from a click.
	SubmitDirect(kind task.Kind, args []byte) (id string)
}

// framed is the whole page in a frame: the form, what came of it, and who is asked.
func (p *Page) framed() app.UI {
	f := p.state.Frame
	return app.Div().Class("shell framed").Body(
		app.Main().Class("main").ID("main").Body(
			either(f.Refused.Title != "", func() app.UI { return problem(f.Refused) }, p.framedForm),
		),
		p.lightbox(),
		app.P().Class("sr-only").Role("status").Text(p.status),
		app.P().Class("toast").Role("status").Text(p.toast),
	)
}

func (p *Page) framedForm() app.UI {
	f := p.state.Frame
	return app.Div().Class("stack").Body(
		app.Div().Class("banners").Body(
			either(p.state.Elsewhere, p.elsewhere, nothing),
			note(p.state.Ready && p.state.Network.Historical, "There is no live network",
				p.state.Network.Name+" is a network of the past: nothing can be run."),
			note(p.state.ChainDown, downText, downHelp),
			problem(f.Note),
			problem(p.state.Purse.Problem),
			problem(p.state.Session.Problem),
		),
		either(f.Kind == task.GPT, p.chatView, p.imageView),
		app.Footer().Class("row between framed-foot").Body(
			app.P().Class("muted help").Text("Crynux · "+p.state.Network.Name),
			app.P().Class("muted help").Text(only(f.Tab, "A tab of Crynux DApp works for this form.")),
		),
	)
}

// payChoice is how the next task of a frame is paid.
func (p *Page) payChoice() app.UI {
	f := p.state.Frame
	return app.Div().Class("row pay").Body(
		app.Label().Class("muted help").For("pay").Text("Paid"),
		app.Select().ID("pay").OnChange(func(app.Context, app.Event) { p.frame.PayBy(p.port.Value("pay")) }).Body(
			app.Range(f.Pays).Slice(func(i int) app.UI {
				return app.Option().Value(f.Pays[i]).Selected(f.Pays[i] == f.Pay).Text(payName(f.Pays[i]))
			}),
		),
		app.P().Class("help").Role("status").Text(p.payHelp()),
	)
}

// payHelp says what the button leads to.
func (p *Page) payHelp() string {
	purse := p.state.Purse
	switch {
	case p.state.Frame.Pay == PayByBridge:
		return p.bridgeHelp()
	case p.state.Frame.Pay != PayByPurse:
		return ""
	case !purse.Open:
		return "Its key is not here yet: the button opens a tab in which you choose how much goes in."
	case purse.Known && purse.Tasks == 0:
		return "It is empty: the cap of this site is reached, and nothing more is paid from here. The button opens a tab in which you can put in more."
	}
	return known(purse.Known, brief(purse.CNX)+" in it, "+aboutTasks(purse.Tasks))
}

// bridgeHelp says what the wallet of the host is asked for next.
func (p *Page) bridgeHelp() string {
	s := p.state
	switch {
	case s.Session.Connecting != "":
		return "Waiting for the wallet of this site…"
	case !s.Session.Connected:
		return "The button first asks the wallet of this site for its account. That pays nothing."
	case s.WrongChain():
		return "The wallet of this site is on another network than " + s.Network.Name + ". Switch it on that site; nothing is asked before."
	}
	return short(s.Session.Account.Hex()) + known(s.Session.Known, ": "+brief(s.Session.CNX)+". Each task is two transactions, and one signature for the task and for each result.")
}

func payName(pay string) string {
	switch pay {
	case PayByPurse:
		return "from a small purse for this site"
	case PayByBridge:
		return "with the wallet of this site"
	}
	return "in a tab of Crynux DApp"
}

// runFramed is run in a frame. A tab asks again there.
func (p *Page) runFramed(k task.Kind, args []byte) {
	purse := p.state.Purse
	switch p.state.Frame.Pay {
	case PayByPurse:
		if purse.Open && purse.Tasks > 0 {
			p.port.Submit(k, args)
		} else {
			p.frame.OpenPurse()
		}
	case PayByBridge:
		switch {
		case !p.state.Session.Connected:
			p.port.Connect("")
		case !p.state.WrongChain():
			p.frame.SubmitDirect(k, args)
		}
	default:
		p.frame.OpenTab(k, args)
	}
}

// fill takes what somebody else wants in the form. It runs nothing, and what was
// typed here before stays as the draft of the next visit.
func (p *Page) fill(ctx app.Context, s Fill) {
	p.tab = "images"
	if s.Kind == task.GPT {
		p.tab = "chat"
	}
	f := p.form()
	sheet := f.shared()
	if s.Args != "" {
		sheet.raw.open, sheet.faults, sheet.warnings, sheet.dice = false, nil, nil, false
		if !f.take([]byte(s.Args)) {
			p.openEditor(ctx, &sheet.raw, []byte(s.Args))
			return
		}
		p.show(f, sheet.promptID)
		return
	}
	fields := f.fields(p.models(f))
	if s.Prompt != "" {
		fields[0].set(s.Prompt)
	}
	if s.Model != "" {
		p.image.args.BaseModel, p.chat.args.Model = s.Model, s.Model
	}
	p.show(f, "")
}

// lang is the language of what is typed, where a host says it.
func (p *Page) lang() string {
	if f := p.state.Frame; f != nil {
		return f.Lang
	}
	return ""
}
