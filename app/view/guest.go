package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// Guest is the page of somebody else that this page works for: a frame of ours in
// it has opened this tab. The zero Guest is nobody.
type Guest struct {
	// Host is the origin of that page.
	Host string
	// Waits tells that the next task of the filled form is shown there as well; Job is
	// the one that is.
	Waits bool
	Job   string
}

// GuestPort is the part of Port for a page that may work for another one.
type GuestPort interface {
	// LeaveHost shows nothing more to the host.
	LeaveHost()
}

// guestBanner says who has filled the form, and who will see the result.
func (p *Page) guestBanner() app.UI {
	g := p.state.Guest
	if g.Host == "" || !g.Waits && g.Job == "" {
		return nothing()
	}
	title, text := "Filled in by "+g.Host, "Nothing is paid before you press the button. The result, with its prompt and its account, is then shown on that site as well."
	if g.Job != "" {
		title, text = "Shown on "+g.Host+" as well", "The task that was filled in from there is sent back to that site, and no other."
	}
	return app.Section().Class("banner").Role("status").Aria("label", title).Body(
		app.Div().Body(app.Strong().Text(title), app.P().Text(text)),
		app.Button().Class("button").Type("button").Text("Show it nothing").OnClick(func(app.Context, app.Event) {
			if port, ok := p.port.(GuestPort); ok {
				port.LeaveHost()
			}
		}),
	)
}
