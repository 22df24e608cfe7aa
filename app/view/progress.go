package view

import (
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// askRelayAfter is how long the chain's word on the upload is waited for before
// the person is offered to ask the Relay directly, in milliseconds.
const askRelayAfter = 60_000

// progress is the running, stopped or aborted part of a card.
func (p *Page) progress(s job.State) app.UI {
	here := !p.state.Elsewhere
	return app.Section().Class("progress").Aria("label", "Progress").Body(
		either(s.Phase.Ended(), nothing, func() app.UI {
			return app.Div().Body(
				app.P().Class("phrase").Text(p.phrase(s)),
				app.P().Class("muted").Text(p.meaning(s)),
			)
		}),
		either(s.Phase == job.Checking && (s.Paused || p.waits(s)), nothing, func() app.UI { return p.timeline(s) }),
		either(here && s.Paused, func() app.UI { return p.goOn(s) }, nothing),
		p.signing(s),
		app.P().Class("hint").Text(job.Hint(s)),
		either(here && s.Phase == job.Fetching && !s.Asks() && p.port.NowMillis()-s.Since > askRelayAfter,
			func() app.UI { return p.askRelay(s) }, nothing),
		either(here && p.slow(s), func() app.UI { return p.speedUp(s) }, nothing),
		p.refund(s),
		either(here && s.Leavable() && !p.waits(s), func() app.UI { return p.leave(s) }, nothing),
		either(s.Phase == job.Failed || s.Phase == job.Aborted, func() app.UI { return p.stopped(s) }, nothing),
	)
}

func (p *Page) askRelay(s job.State) app.UI {
	cost := "Asking the Relay now costs one signature in your wallet, which lasts a minute or two."
	if s.Order.Hand == job.ByTaskWallet {
		cost = "The task wallet can ask the Relay now."
	}
	return app.Article().Class("row").Body(
		app.P().Class("hint").Text("The chain does not show the delivery yet. "+cost),
		app.Button().Class("button").Type("button").Text("Ask the Relay now").
			OnClick(p.send(s.ID, func() job.Event { return job.AskRelay{At: p.port.NowMillis()} }), s.ID),
	)
}

// slowAfter is how long a transaction of the task wallet may wait before it is
// offered to pay more for it, in milliseconds.
const slowAfter = 20_000

// slow reports whether a transaction that this page signed waits for long.
func (p *Page) slow(s job.State) bool {
	pending := s.Phase == job.ApprovalPending || s.Phase == job.CreatePending || s.Phase == job.CancelPending && s.Cancel.Mined == 0
	return pending && s.Order.Hand == job.ByTaskWallet && p.port.NowMillis()-s.Since > slowAfter
}

func (p *Page) speedUp(s job.State) app.UI {
	return app.Article().Class("row").Body(
		app.P().Class("hint").Text("The transaction waits for long. At a higher price of gas it may come sooner; it stays one transaction."),
		app.Button().Class("button").Type("button").Text("Speed up").
			OnClick(p.send(s.ID, func() job.Event { return job.SpeedUp{At: p.port.NowMillis()} }), s.ID, "speed"),
	)
}

// leaveLabel is the button for wallets that do not answer.
const leaveLabel = "Stop waiting for the wallet"

// leave offers to wait no longer for the wallet.
func (p *Page) leave(s job.State) app.UI {
	return app.Div().Class("row").Body(
		app.Button().Class("button quiet").Type("button").Text(leaveLabel).
			OnClick(p.leaves(s.ID), s.ID, "leave"),
	)
}

func (p *Page) leaves(id string) app.EventHandler {
	return func(app.Context, app.Event) { p.port.Leave(id) }
}

func (p *Page) send(id string, e func() job.Event) app.EventHandler {
	return func(app.Context, app.Event) { p.port.Send(id, e()) }
}

// timeline shows all steps; only the running one moves.
func (p *Page) timeline(s job.State) app.UI {
	steps := job.Steps(s)
	return app.Ol().Class("timeline").Body(app.Range(steps).Slice(func(i int) app.UI {
		st := steps[i]
		li := app.Li().Class("step " + string(st.State))
		if st.State == job.StepNow {
			li.Aria("current", "step")
		}
		return li.Body(
			app.Span().Class("step-dot").Aria("hidden", "true"),
			app.Span().Class("step-name").Text(st.Name),
			p.stepTime(st),
		)
	}))
}

func (p *Page) stepTime(st job.Step) app.UI {
	time := app.Span().Class("step-time figure")
	switch st.State {
	case job.StepDone:
		return time.Text(seconds(st.Took))
	case job.StepNow:
		if st.Party != job.Nobody {
			return time.Body(app.Text(string(st.Party)+" · "), &stopwatch{Since: st.Since, now: p.port.NowMillis})
		}
	case job.StepStopped:
		return time.Text("stopped")
	}
	return time
}

// stopwatch counts the seconds of the step that runs now. It is a component of
// its own, so that a second draws this text and nothing else.
type stopwatch struct {
	app.Compo
	Since int64 // unix milliseconds
	now   func() int64
}

// OnMount starts the ticking, which ends with the component.
func (w *stopwatch) OnMount(ctx app.Context) { w.tick(ctx) }

// tick does without ctx.After: the engine would wait for it when it closes.
func (w *stopwatch) tick(ctx app.Context) {
	time.AfterFunc(time.Second, func() { ctx.Dispatch(w.tick) })
}

// Render draws the time that has passed.
func (w *stopwatch) Render() app.UI {
	return app.Span().Text(seconds(max(w.now()-w.Since, 0)))
}

// stopped shows what went wrong, what it cost, and what to do. A task that had
// stopped before the page was opened is not announced again.
func (p *Page) stopped(s job.State) app.UI {
	pr := job.Explain(s)
	var buttons []app.UI
	here := !p.state.Elsewhere
	if here && pr.Retry != "" {
		buttons = append(buttons, app.Button().Class("button primary").Type("button").Text(pr.Retry).
			OnClick(p.send(s.ID, func() job.Event { return job.Retry{At: p.port.NowMillis()} }), s.ID, "retry"))
	}
	if here && (s.Phase == job.Aborted || s.Unpaid()) {
		buttons = append(buttons, app.Button().Class("button").Type("button").Text("Remove").
			OnClick(p.remove(s.ID), s.ID, "remove"))
	}
	buttons = append(buttons, app.Button().Class("button quiet").Type("button").Text("Copy details").OnClick(p.copyDetails(s.ID), s.ID, "copy"))
	return app.Div().Class("stack").Body(
		problemBox(pr, s.Since >= p.opened, buttons...),
		either(s.Fault.Code == job.StorageFull, p.needsRoom, nothing),
	)
}

func (p *Page) copyDetails(id string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		if s, ok := p.job(id); ok {
			p.copy(ctx, details(s), "Details")
		}
	}
}

// details is what a report needs; it holds no secrets because a job has none.
func details(s job.State) string {
	record, err := job.Encode(s)
	if err != nil {
		return string(s.Fault.Code) + ": " + s.Fault.Detail
	}
	return string(record)
}
