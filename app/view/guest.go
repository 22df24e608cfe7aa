package view

import (
	"context"

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
	// Purse tells that the frame wants a purse; SentKey that the key was sent to it,
	// Handed that it has it.
	Purse, SentKey, Handed bool
}

// GuestPort is the part of Port for a page that may work for another one.
type GuestPort interface {
	// LeaveHost shows nothing more to the host.
	LeaveHost()
	// HostFunding says what a number of tasks costs in the purse of the host.
	HostFunding(ctx context.Context, tasks uint64) (Funding, error)
	// OpenHostPurse puts that into the purse, and gives its key to the frame; 0 puts
	// nothing in. Call it only from a click after the amounts were shown.
	OpenHostPurse(tasks uint64)
	// SweepHost takes everything in the purse of a host back.
	SweepHost(origin string)
}

// guestBanner says who has filled the form, and who will see the result.
func (p *Page) guestBanner() app.UI {
	g := p.state.Guest
	if g.Purse {
		return p.hostPurse()
	}
	if g.Host == "" || !g.Waits && g.Job == "" {
		return nothing()
	}
	title, text := "Filled in by "+g.Host, "Nothing is paid before you press the button. The result, with its prompt and its account, is then shown on that site as well."
	if g.Job != "" {
		title, text = "Shown on "+g.Host+" as well", "The task that was filled in from there is sent back to that site, and no other."
	}
	return app.Section().Class("banner").Role("status").Aria("label", title).Body(
		app.Div().Body(app.Strong().Text(title), app.P().Text(text)),
		app.Button().Class("button").Type("button").Text("Show it nothing").OnClick(p.leaveHost),
	)
}

func (p *Page) leaveHost(app.Context, app.Event) { p.guest.LeaveHost() }
