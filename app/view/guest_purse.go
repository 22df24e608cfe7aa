package view

import (
	"context"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// hostTasksID is the field for how much a host may spend.
const hostTasksID = "host-tasks"

// hostLimits are for how many tasks go into the purse of a host at once.
var hostLimits = limits{least: 1, most: leastCeiling, required: true}

// hostPlan is what goes into the purse of a host. Nothing is sent before it was
// read for the number that stands in the field.
type hostPlan struct {
	wanted uint64
	plan   Funding
	known  bool
	fault  string
}

const hostPurseText = "With it the frame on that site pays for tasks without asking you in between. Its own key is made from that of your task wallet, only our frame on that site gets it, and what you put in is all that can be spent. What is left you take back here."

// hostPurse is the card with which a host gets a purse.
func (p *Page) hostPurse() app.UI {
	s, title := p.state, "A purse for "+p.state.Guest.Host
	return app.Section().Class("banner purse-host").Role("region").Aria("label", title).Body(
		app.Div().Class("stack").Body(
			app.Strong().Text(title),
			app.P().Text(hostPurseText),
			problem(s.Purse.Problem),
			app.P().Class("doing").Role("status").Text(s.Purse.Step),
			app.P().Role("status").Text(only(s.Purse.Step == "", handedText(s.Guest))),
			either(s.Purse.Open, p.hostFund, func() app.UI { return app.P().Text(hostPurseFirst(s)) }),
		),
	)
}

// hostPurseFirst says what comes before a purse can be filled.
func hostPurseFirst(s State) string {
	if s.Elsewhere {
		return "It is filled from your task wallet: work in this tab first, then open the task wallet here."
	}
	return "It is filled from your task wallet: connect your wallet and open the task wallet first, at the top right."
}

// handedText says where the key is.
func handedText(g Guest) string {
	switch {
	case g.Handed:
		return "The purse is open in the frame. You can go back to " + g.Host + "; this tab may be closed."
	case g.SentKey:
		return "The key was sent to our frame on that site, and no such frame has answered yet. Nobody else can have got it; what is in the purse can be taken back from the task wallet."
	}
	return ""
}

func (p *Page) hostFund() app.UI {
	f, s := p.host, p.state
	button := "Send"
	if f.known {
		button = "Send " + both(f.plan.CNX, f.plan.Native, s.Network)
	}
	mine := p.purseOf(s.Guest.Host)
	return app.Div().Class("stack").Body(
		numberBox(hostTasksID, "Tasks it may pay for", "", hostLimits, f.fault, false, noNews, p.onHostTasks),
		app.Div().Class("row").Body(
			p.action(button, true, p.onHostFund, !f.known),
			either(mine.Known && !mine.CNX.IsZero(), func() app.UI {
				return p.action("Open it with the "+brief(mine.CNX)+" in it", false, func(app.Context, app.Event) { p.guest.OpenHostPurse(0) })
			}, nothing),
			p.action("No purse", false, p.leaveHost),
		),
	)
}

// purseOf is the purse of an origin; the zero one if there is none.
func (p *Page) purseOf(origin string) HostPurse {
	for _, h := range p.state.Purse.Hosts {
		if h.Origin == origin {
			return h
		}
	}
	return HostPurse{}
}

// followHost reads what the first plan costs once the task wallet is open, and what
// the next one does when the last was sent or refused.
func (p *Page) followHost(before, now State) {
	wants := func(s State) bool { return s.Guest.Purse && s.Purse.Open }
	if wants(now) && !wants(before) {
		p.planHost(1)
		p.ctx.Defer(func(app.Context) { p.port.SetValue(hostTasksID, "1") })
		return
	}
	if wants(now) && before.Purse.Step != "" && now.Purse.Step == "" && !p.host.known && p.host.fault == "" {
		p.planHost(p.host.wanted)
	}
}

func (p *Page) planHost(tasks uint64) {
	p.host = hostPlan{wanted: tasks}
	ctx := p.ctx
	ctx.Async(func() {
		plan, err := p.guest.HostFunding(context.Background(), tasks)
		ctx.Dispatch(func(app.Context) {
			if p.host.wanted != tasks {
				return
			}
			p.host.plan, p.host.known = plan, err == nil
			if err != nil {
				p.host.fault = "The costs cannot be read now. Nothing was sent."
			}
		})
	})
}

func (p *Page) onHostTasks(app.Context, app.Event) {
	n, fault := hostLimits.parse("The number of tasks", p.port.Value(hostTasksID))
	if fault != "" {
		p.host = hostPlan{fault: fault}
		return
	}
	p.planHost(uint64(n))
}

// onHostFund sends, if the amounts that were shown are those of the number in the
// field; else they are read first.
func (p *Page) onHostFund(ctx app.Context, e app.Event) {
	n, fault := hostLimits.parse("The number of tasks", p.port.Value(hostTasksID))
	if fault != "" || !p.host.known || p.host.plan.Tasks != uint64(n) {
		p.onHostTasks(ctx, e)
		return
	}
	p.host.known = false // the next one is read anew
	p.guest.OpenHostPurse(uint64(n))
}

// hostPurses are the purses of other sites, in the dialog of the task wallet.
func (p *Page) hostPurses() app.UI {
	hosts := p.state.Purse.Hosts
	return app.Section().Class("stack part").Aria("label", "Purses of other sites").Body(
		app.H3().Text("Purses of other sites"),
		app.Range(hosts).Slice(func(i int) app.UI {
			h := hosts[i]
			return app.Div().Class("row between").Body(
				app.P().Body(
					app.Span().Text(h.Origin+" "),
					app.Span().Class("muted figure").Text(known(h.Known, job.CNX(h.CNX)+" and "+coins(h.Native, p.state.Network)+" for gas")),
				),
				app.Button().Class("button").Type("button").Disabled(p.state.Purse.Step != "" || !h.Known || h.CNX.IsZero() && h.Native.IsZero()).
					OnClick(func(app.Context, app.Event) { p.guest.SweepHost(h.Origin) }, h.Origin).Text("Take it back"),
			)
		}),
	)
}
