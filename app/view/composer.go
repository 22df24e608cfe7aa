package view

import (
	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// sendID is the button that pays.
const sendID = "send"

// composerWords are the texts of one composer.
type composerWords struct{ form, box, placeholder, send string }

// composer is the form on top of a page: what is asked, and the button that pays.
func (p *Page) composer(f form, w composerWords, price app.UI) app.UI {
	s := f.shared()
	return app.Form().Class("composer").Aria("label", w.form).Method("dialog").OnSubmit(p.onSubmit(f)).Body( // method dialog: never leaves the page
		either(s.raw.open, func() app.UI { return p.editor(f) }, func() app.UI { return p.promptField(f, w) }),
		p.extras(f),
		app.P().Class("complaint").Role("alert").Text(s.faults[""]),
		warnings(s.warnings),
		app.Div().Class("row between").Body(
			app.Button().Class("button quiet").Type("button").Aria("pressed", s.raw.open).
				Title("See and edit the exact JSON that is hashed, paid for and sent").OnClick(p.toggleEditor(f)).Text("Arguments"),
			app.Div().Class("row end").Body(
				price,
				app.Button().ID(sendID).Class("button primary large").Type("submit").Text(w.send).Disabled(!p.canRun()),
			),
		),
		either(p.state.Frame != nil, p.payChoice, func() app.UI { return p.preflight(f) }),
	)
}

// promptField is the large text box with its label and what is wrong with it.
func (p *Page) promptField(f form, w composerWords) app.UI {
	id, fault := f.shared().promptID, f.shared().faults[f.shared().promptID]
	return app.Div().Class("field").Body(
		app.Label().Class("sr-only").For(id).Text(w.box),
		&promptBox{ID: id, Placeholder: w.placeholder, Fault: fault, Lang: p.lang(), page: p, form: f},
		app.P().ID(id+"-fault").Class("complaint").Text(fault),
	)
}

// studioClass tells the look whether the editor takes the whole width.
func studioClass(f form) string {
	if f.shared().raw.open {
		return "studio raw"
	}
	return "studio"
}

// extras tells what is set that the form does not show.
func (p *Page) extras(f form) app.UI {
	names := f.extras()
	if f.shared().raw.open || names == "" {
		return app.Div()
	}
	return app.Div().Class("row extras").Body(
		app.Span().Class("help").Text("Also set under Arguments: "+names),
		app.Button().Class("button small quiet").Type("button").Text("Remove these").OnClick(p.plain(f)),
	)
}

// price says what the next task costs, and that more pictures cost no more.
func (p *Page) price(count int) app.UI {
	n := p.state.Network
	if n.Fee.IsZero() || n.Historical {
		return app.Div()
	}
	cnx, known := p.state.payerCNX()
	note, class := "", "help"
	switch {
	case p.state.Session.Connected && known && cnx.Lt(&n.Fee):
		note, class = "you have "+brief(cnx), "help bad"
	case count > 1:
		each := new(uint256.Int).Div(&n.Fee, uint256.NewInt(uint64(count)))
		note = job.Decimal(*each, 2) + " a picture"
	}
	return app.Div().Class("price figure").Title("What the network takes for one task. Gas comes on top, paid in the coin of the chain.").Body(
		app.Span().Class("price-fee").Text(job.CNX(n.Fee)),
		app.Span().Class(class).Text(note),
	)
}

// panel are the parameters beside a form; on a phone they fold away, and brief
// says what they are.
func (p *Page) panel(brief string, fields ...app.UI) app.UI {
	class := "panel"
	if p.unfolded {
		class = "panel open"
	}
	return app.Aside().Class(class).Aria("label", "Parameters").Body(
		app.Button().Class("panel-toggle").Type("button").Aria("expanded", p.unfolded).Aria("controls", "parameters").OnClick(p.onUnfold).Body(
			app.Span().Text("Parameters"),
			app.Span().Class("help figure").Text(brief),
		),
		app.Div().ID("parameters").Class("fields").Body(fields...),
	)
}

func (p *Page) onUnfold(app.Context, app.Event) { p.unfolded = !p.unfolded }
