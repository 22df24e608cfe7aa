package view

import (
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// results is the region of all tasks of a tab, newest first.
func (p *Page) results(jobs []job.State, welcome func() app.UI) app.UI {
	return app.Section().Class("results").Aria("label", "Results").Body(
		p.queue(),
		when(len(jobs) == 0 && p.state.Ready, welcome),
		app.Range(jobs[:min(len(jobs), p.shown)]).Slice(func(i int) app.UI { return p.card(jobs[i]) }),
		when(len(jobs) > p.shown, func() app.UI {
			return app.Div().Class("row middle").Body(
				app.Button().Class("button").Type("button").Text("Show more").OnClick(p.onMore),
			)
		}),
	)
}

func (p *Page) onMore(ctx app.Context, _ app.Event) {
	p.shown += pageLength
	p.showFiles(ctx)
}

// card is one task: what was asked, where it is, what came of it.
func (p *Page) card(s job.State) app.UI {
	class := "task"
	if s.Order.Kind == task.GPT {
		class = "task talk"
	}
	return app.Article().Class(class).Aria("label", "Task: "+s.Order.Title).DataSet("phase", string(s.Phase)).Body(
		app.Div().Class("task-head").Body(
			app.H2().Class("task-title").Dir("auto").Text(p.summary(s).text),
			p.badge(s),
		),
		either(s.Phase == job.Done || s.Imported != 0, func() app.UI { return p.importedNote(s) }, func() app.UI { return p.progress(s) }),
		either(s.Order.Kind == task.GPT, func() app.UI { return p.answer(s) }, func() app.UI { return p.pictures(s) }),
		p.facts(s),
		p.costs(s),
	)
}

// facts is the small line under a card, and what can be done with the task.
func (p *Page) facts(s job.State) app.UI {
	sum := p.summary(s)
	var parts []string
	add := func(t string) {
		if t != "" {
			parts = append(parts, t)
		}
	}
	add(sum.model)
	if sum.seed != "" {
		add("seed " + sum.seed)
	}
	if s.TaskID != 0 {
		add("task " + strconv.FormatUint(s.TaskID, 10))
	}
	if !s.Create.Fee.IsZero() {
		add(job.CNX(s.Create.Fee))
	}
	if s.Marks.Submitted != 0 {
		add(time.UnixMilli(s.Marks.Submitted).Format("2 Jan 15:04"))
	}
	if s.Phase == job.Done && s.Recovered == 0 {
		add("took " + seconds(s.Marks.Ended-s.Marks.Submitted))
	}
	return app.Footer().Class("task-foot").Body(
		app.P().Class("muted figure facts-line").Body(
			when(p.development(s), func() app.UI { return app.Span().Class("tag").Text("development network") }),
			app.Range(parts).Slice(func(i int) app.UI { return app.Span().Text(parts[i]) }),
		),
		either(s.Order.Args != "" && p.hasForm(), func() app.UI {
			return app.Button().Class("button small quiet").Type("button").Text("Use again").
				Title("Put these arguments into the form").OnClick(p.again(s.ID), s.ID)
		}, nothing),
	)
}

// importedNote says of an imported task that does not show a result why nothing happens.
func (p *Page) importedNote(s job.State) app.UI {
	if s.Imported == 0 || s.Phase == job.Done {
		return nothing()
	}
	_, files := s.Kept()
	return app.Article().Class("row between").Body(
		app.P().Class("muted").Text("Imported as it stood then: “"+phrase(s)+"”. It goes on only in the browser that made it."),
		either(files == 0, func() app.UI {
			return app.Button().Class("button small").Type("button").Text("Remove").
				OnClick(func(app.Context, app.Event) { p.port.Remove(s.ID) }, s.ID, "remove")
		}, nothing),
	)
}

// again fills the form with the arguments of a task; it runs nothing.
func (p *Page) again(id string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		if s, ok := p.job(id); ok {
			p.load(ctx, p.form(), []byte(s.Order.Args))
		}
	}
}

func (p *Page) development(s job.State) bool {
	for _, n := range p.state.Networks {
		if n.ID == s.Order.Network {
			return n.Development
		}
	}
	return false
}
