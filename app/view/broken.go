package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// Broken is the page when it cannot start: what whoever hosts it has to mend.
type Broken struct {
	app.Compo
	why string
}

// NewBroken makes it with the reason.
func NewBroken(why string) *Broken { return &Broken{why: why} }

// Render draws the reason.
func (b *Broken) Render() app.UI {
	return app.Main().Class("broken").Body(
		app.H1().Text("This page cannot start"),
		app.P().Text(b.why),
		app.P().Class("muted").Text("Nothing was charged. If you host this page, look at config.json; otherwise reload in a moment."),
	)
}
