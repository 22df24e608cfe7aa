package view

import (
	"fmt"
	"slices"

	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// waiting are the jobs that wait to be paid, in their order.
func (s State) waiting() (list []job.State) {
	for _, id := range s.Queue {
		if i := slices.IndexFunc(s.Jobs, func(j job.State) bool { return j.ID == id }); i >= 0 {
			list = append(list, s.Jobs[i])
		}
	}
	return list
}

// sumOf is what jobs will cost, in CNX.
func sumOf(jobs []job.State) (sum uint256.Int) {
	for _, j := range jobs {
		sum.Add(&sum, &j.Order.Fee)
	}
	return sum
}

// queue shows what waits to be paid: its order, what it will cost, and a pause.
func (p *Page) queue() app.UI {
	list := p.state.waiting()
	if len(list) == 0 {
		return nothing()
	}
	held := slices.DeleteFunc(slices.Clone(list), func(j job.State) bool { return !j.Paused })
	return app.Section().Class("sheet stack").Aria("label", "Waiting tasks").Body(
		app.Div().Class("row between").Body(
			app.Div().Body(
				app.Strong().Text(queueTitle(len(list), len(held))),
				app.P().Class("muted").Text(fmt.Sprintf("Nothing was charged for this yet. It will cost %s, and gas.", job.CNX(sumOf(list)))),
			),
			when(!p.state.Elsewhere, func() app.UI {
				return p.queueActs(list, held)
			}),
		),
		app.Ol().Class("items").Body(app.Range(list).Slice(func(i int) app.UI { return p.place(list, i) })),
	)
}

// queueActs are the buttons for all that waits.
func (p *Page) queueActs(list, held []job.State) app.UI {
	return app.Div().Class("row").Body(
		either(len(held) < len(list), func() app.UI {
			return app.Button().Class("button").Type("button").Text("Pause all").OnClick(func(app.Context, app.Event) { p.port.PauseQueue() })
		}, nothing),
		either(len(held) > 1, func() app.UI {
			return app.Button().Class("button primary").Type("button").Text("Go on with all for " + job.CNX(sumOf(held))).
				OnClick(func(app.Context, app.Event) { p.port.GoOnQueue() })
		}, nothing),
	)
}

func queueTitle(all, held int) string {
	switch {
	case held == all && all == 1:
		return "1 task is paused"
	case held == all:
		return fmt.Sprintf("%d tasks are paused", all)
	case all == 1:
		return "1 task waits"
	}
	return fmt.Sprintf("%d tasks wait", all)
}

// place is one job of the queue.
func (p *Page) place(list []job.State, i int) app.UI {
	s := list[i]
	state, sign := "waits", "Pause"
	on := func() job.Event { return job.Pause{At: p.port.NowMillis()} }
	if s.Paused {
		state, sign = "paused", "Go on for "+job.CNX(s.Order.Fee)
		on = func() job.Event { return job.GoOn{At: p.port.NowMillis()} }
	}
	move := func(name string, earlier, off bool) app.UI {
		class := "icon-next down"
		if earlier {
			class = "icon-next up"
		}
		return app.Button().Class("button small round").Type("button").Disabled(off).Title(name).Aria("label", name+": "+s.Order.Title).
			OnClick(func(app.Context, app.Event) { p.port.Move(s.ID, earlier) }, s.ID, earlier).
			Body(app.Span().Class("icon "+class).Aria("hidden", "true"))
	}
	return app.Li().Class("item").Body(
		app.Div().Class("item-text").Body(
			app.Span().Class("item-title").Dir("auto").Text(s.Order.Title),
			app.Span().Class("muted figure").Text(state+" · "+job.CNX(s.Order.Fee)),
		),
		when(!p.state.Elsewhere, func() app.UI {
			return app.Div().Class("row").Body(
				move("Move up", true, i == 0),
				move("Move down", false, i == len(list)-1),
				app.Button().Class("button small").Type("button").Text(sign).Aria("label", sign+": "+s.Order.Title).OnClick(p.send(s.ID, on), s.ID, sign),
				app.Button().Class("button small quiet").Type("button").Text("Remove").Aria("label", "Remove: "+s.Order.Title).OnClick(p.remove(s.ID), s.ID, "remove"),
			)
		}),
	)
}

// remove takes a job away and says what it has cost.
func (p *Page) remove(id string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		s, ok := p.job(id)
		if !ok {
			return
		}
		p.port.Remove(id)
		if s.TaskID != 0 {
			p.say("Removed from this browser.")
			return
		}
		p.say("Removed. " + notPaid(s))
	}
}

// goOn ends the pause of a task in its card.
func (p *Page) goOn(s job.State) app.UI {
	return app.Article().Class("row").Body(
		app.P().Class("hint").Text("It costs "+job.CNX(s.Order.Fee)+", and gas."),
		app.Button().Class("button").Type("button").Text("Go on").
			OnClick(p.send(s.ID, func() job.Event { return job.GoOn{At: p.port.NowMillis()} }), s.ID, "go on"),
	)
}

// waits reports whether a job waits for its turn.
func (p *Page) waits(s job.State) bool { return !s.Paused && slices.Contains(p.state.Queue, s.ID) }

// meaning says what the phase of a job is for, also in the queue.
func (p *Page) meaning(s job.State) string {
	if p.waits(s) {
		return "Its turn comes when the task before it is paid. " + notPaid(s)
	}
	return meaning(s)
}

// phrase names where a job is, also in the queue.
func (p *Page) phrase(s job.State) string {
	if p.waits(s) {
		return "Waits for its turn"
	}
	return phrase(s)
}
