package view

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// results is the region of all tasks of a tab, newest first.
func (p *Page) results(jobs []job.State, empty string) app.UI {
	return app.Section().Class("results").Aria("label", "Results").Body(
		when(len(jobs) == 0, func() app.UI { return app.P().Class("empty").Text(empty) }),
		app.Range(jobs[:min(len(jobs), p.shown)]).Slice(func(i int) app.UI { return p.card(jobs[i]) }),
		when(len(jobs) > p.shown, func() app.UI {
			return app.Button().Class("button").Type("button").Text("Show more").OnClick(func(app.Context, app.Event) { p.shown += pageLength })
		}),
	)
}

// card is one task: what was asked, where it is, what came of it.
func (p *Page) card(s job.State) app.UI {
	return app.Article().Class("task card").Aria("label", "Task: "+s.Order.Title).DataSet("phase", string(s.Phase)).Body(
		app.Div().Class("task-head").Body(
			app.P().Class("task-title").Text(s.Order.Title),
			p.badge(s),
		),
		p.progress(s),
		p.outcome(s),
		p.facts(s),
	)
}

// badge says at a glance what the result is worth.
func (p *Page) badge(s job.State) app.UI {
	switch {
	case s.Verified():
		return app.Details().Class("badge verified").Body(
			app.Summary().Body(app.Span().Class("icon icon-check").Aria("hidden", "true"), app.Span().Text("verified")),
			app.Div().Class("badge-text").Body(
				app.P().Text(verifiedText(s, p.state.Network)),
				p.witness(s),
			),
		)
	case s.Phase == job.Failed && s.Fault.Code == job.ResultMismatch:
		return app.Span().Class("badge unverified").Text("not verified")
	}
	return app.Span()
}

func verifiedText(s job.State, n Network) string {
	what := "The hash of each picture, computed in this page, is the one"
	if s.Order.Kind == task.GPT {
		what = "The hash of the answer, computed in this page, is the one"
	}
	text := what + " the nodes agreed on in the task's TaskSuccess event, and the arguments are those that were paid for. The chain's side was told by the RPC of " + n.Name + "."
	if n.Development {
		text += " This is the development network: no real model made it."
	}
	return text
}

func (p *Page) witness(s job.State) app.UI {
	return app.Dl().Class("facts").Body(
		app.Dt().Text("Task"), app.Dd().Class("figure").Text(strconv.FormatUint(s.TaskID, 10)),
		app.Dt().Text("Arguments"), app.Dd().Class("figure break").Text(s.Order.Hash.Hex()),
		app.Dt().Text("TaskSuccess in"), app.Dd().Class("figure break").Body(p.txLink(s.Outcome.Tx.Hex())),
		app.Dt().Text("Node"), app.Dd().Class("figure break").Text(s.Outcome.Node.Hex()),
	)
}

func (p *Page) txLink(hash string) app.UI {
	if p.state.Network.Explorer == "" {
		return app.Text(hash)
	}
	return app.A().Href(p.state.Network.Explorer + "/tx/" + hash).Target("_blank").Rel("noopener noreferrer").Text(hash)
}

// progress is the running, stopped or aborted part of a card.
func (p *Page) progress(s job.State) app.UI {
	if s.Phase == job.Done {
		return app.Div()
	}
	return app.Div().Class("stack").Body(
		app.P().Class("phrase").Role("status").Text(phrase(s)),
		p.timeline(s),
		when(job.Hint(s) != "", func() app.UI { return app.P().Class("hint").Text(job.Hint(s)) }),
		when(s.Phase == job.Fetching && !s.Outcome.Published && p.clock-s.Since > askRelayAfter, func() app.UI { return p.askRelay(s) }),
		when(s.Phase == job.Failed || s.Phase == job.Aborted, func() app.UI { return p.stopped(s) }),
	)
}

// askRelayAfter is how long the chain's word on the upload is waited for before
// the person is offered to ask the Relay directly, in milliseconds.
const askRelayAfter = 60_000

func (p *Page) askRelay(s job.State) app.UI {
	return app.Div().Class("row").Body(
		app.P().Class("hint").Text("The chain does not show the delivery yet. Asking the Relay now costs one signature for each try."),
		app.Button().Class("button").Type("button").Text("Ask the Relay now").OnClick(p.send(s.ID, func() job.Event { return job.AskRelay{At: p.port.NowMillis()} }), s.ID),
	)
}

func (p *Page) send(id string, e func() job.Event) app.EventHandler {
	return func(app.Context, app.Event) { p.port.Send(id, e()) }
}

func (p *Page) timeline(s job.State) app.UI {
	steps := job.Steps(s)
	return app.Ol().Class("timeline").Aria("label", "Progress").Body(app.Range(steps).Slice(func(i int) app.UI {
		st := steps[i]
		li := app.Li().Class("step "+string(st.State)).Body(
			app.Span().Class("step-dot").Aria("hidden", "true"),
			app.Span().Class("step-name").Text(st.Name),
			app.Span().Class("step-time muted figure").Text(p.stepTime(st)),
		)
		if st.State == job.StepNow {
			li.Aria("current", "step")
		}
		return li
	}))
}

func (p *Page) stepTime(st job.Step) string {
	switch st.State {
	case job.StepDone:
		return seconds(st.Took)
	case job.StepNow:
		if st.Party == job.Nobody {
			return ""
		}
		return fmt.Sprintf("%s · %s", st.Party, seconds(max(p.clock-st.Since, 0)))
	case job.StepStopped:
		return "stopped"
	}
	return ""
}

// stopped shows what went wrong, what it cost, and the one button.
func (p *Page) stopped(s job.State) app.UI {
	pr := job.Explain(s)
	class := "problem"
	if pr.Quiet {
		class = "problem quiet"
	}
	return app.Div().Class(class).Role("alert").Body(
		app.Strong().Text(pr.Title),
		when(pr.Detail != "", func() app.UI { return app.P().Text(pr.Detail) }),
		when(pr.Remedy != "", func() app.UI { return app.P().Class("remedy").Text(pr.Remedy) }),
		app.Div().Class("row").Body(
			when(pr.Retry != "", func() app.UI {
				return app.Button().Class("button primary").Type("button").Text(pr.Retry).
					OnClick(p.send(s.ID, func() job.Event { return job.Retry{At: p.port.NowMillis()} }), s.ID)
			}),
			when(s.Phase == job.Aborted || s.TaskID == 0, func() app.UI {
				return app.Button().Class("button").Type("button").Text("Remove").OnClick(func(app.Context, app.Event) { p.port.Remove(s.ID) }, s.ID)
			}),
			app.Button().Class("button quiet").Type("button").Text("Copy details").OnClick(func(ctx app.Context, _ app.Event) {
				p.copy(ctx, details(s), "Details")
			}, s.ID),
		),
	)
}

// details is what a report needs; it holds no secrets because a job has none.
func details(s job.State) string {
	record, err := job.Encode(s)
	if err != nil {
		return string(s.Fault.Code) + ": " + s.Fault.Detail
	}
	return string(record)
}

// outcome shows the results that are here.
func (p *Page) outcome(s job.State) app.UI {
	if s.Order.Kind == task.GPT {
		return p.answer(s)
	}
	return p.pictures(s)
}

func (p *Page) pictures(s job.State) app.UI {
	if s.Marks.Succeeded == 0 {
		return app.Div()
	}
	slots := make([]int, s.Order.Count)
	return app.Ul().Class("pictures").Body(app.Range(slots).Slice(func(i int) app.UI { return p.picture(s, i) }))
}

func (p *Page) picture(s job.State, i int) app.UI {
	f := s.Files[i]
	url := p.files.urls[f.SHA256]
	if url == "" {
		return app.Li().Class("picture wait").Aria("hidden", "true")
	}
	name := s.Order.Title
	if s.Order.Count > 1 {
		name = fmt.Sprintf("%s (%d of %d)", s.Order.Title, i+1, s.Order.Count)
	}
	class := "picture"
	if !f.Verified {
		class = "picture bad"
	}
	return app.Li().Class(class).Body(
		app.Button().Class("picture-button").Type("button").Aria("label", "Open "+name).
			OnClick(p.openBox(s.ID, i), s.ID, i).Body(
			app.Img().Src(url).Alt(name).Attr("loading", "lazy"),
		),
		app.Button().Class("button small download").Type("button").Aria("label", "Download "+name).Text("Download").
			OnClick(p.download(s, i), s.ID, i),
	)
}

func (p *Page) download(s job.State, i int) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		mime := "image/png"
		if s.Order.Kind == task.GPT {
			mime = "application/json"
		}
		ctx.Async(func() {
			if err := p.port.Download(context.Background(), s.Files[i].SHA256, fileName(s, i), mime); err != nil {
				ctx.Dispatch(func(ctx app.Context) { p.say(ctx, "The file could not be read from this browser's storage") })
			}
		})
	}
}

func (p *Page) answer(s job.State) app.UI {
	f := s.Files[0]
	a, ok := p.files.answers[f.SHA256]
	if !ok {
		return app.Div()
	}
	return app.Div().Class("answers").Body(
		app.Range(a.Choices).Slice(func(i int) app.UI {
			text := a.Choices[i].Message.Content
			return app.Div().Class("answer").Body(
				app.Div().Class("answer-text").Text(text),
				app.Div().Class("row").Body(
					app.Button().Class("button small").Type("button").Text("Copy").OnClick(func(ctx app.Context, _ app.Event) { p.copy(ctx, text, "Answer") }, s.ID, i),
					when(a.Choices[i].FinishReason == "length", func() app.UI {
						return app.Span().Class("muted").Text("cut at the token limit")
					}),
				),
			)
		}),
		app.Div().Class("row").Body(
			app.Span().Class("muted figure").Text(fmt.Sprintf("%d + %d tokens", a.Usage.PromptTokens, a.Usage.CompletionTokens)),
			app.Button().Class("button small quiet").Type("button").Text("Download").OnClick(p.download(s, 0), s.ID),
		),
	)
}

// facts is the small line under a card.
func (p *Page) facts(s job.State) app.UI {
	var parts []string
	add := func(t string) { parts = append(parts, t) }
	switch s.Order.Kind {
	case task.SD:
		if a, err := task.DecodeSD([]byte(s.Order.Args)); err == nil {
			add(a.BaseModel)
			add("seed " + strconv.Itoa(a.TaskConfig.Seed))
		}
	case task.GPT:
		if a, err := task.DecodeGPT([]byte(s.Order.Args)); err == nil {
			add(a.Model)
			add("seed " + strconv.FormatInt(a.Seed, 10))
		}
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
	if s.Phase == job.Done {
		add("in " + seconds(s.Marks.Ended-s.Marks.Submitted))
	}
	return app.Div().Class("task-foot").Body(
		when(p.development(s), func() app.UI { return app.Span().Class("tag").Text("development network") }),
		app.Range(parts).Slice(func(i int) app.UI { return app.Span().Class("muted figure").Text(parts[i]) }),
	)
}

func (p *Page) development(s job.State) bool {
	for _, n := range p.state.Networks {
		if n.ID == s.Order.Network {
			return n.Development
		}
	}
	return false
}
