package view

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// toastFor is how long a confirmation is shown.
const toastFor = 3 * time.Second

// announce tells screen readers, politely and once, that a task has come to
// another step. Running times are never announced.
func (p *Page) announce(speak bool) {
	running := 0
	for _, j := range p.state.Jobs {
		if !j.Phase.Ended() {
			running++
		}
	}
	for _, j := range p.state.Jobs {
		now := p.phrase(j)
		if pr := job.Explain(j); pr.Title != "" {
			now = pr.Title
		}
		if p.said[j.ID] == now {
			continue
		}
		p.said[j.ID] = now
		if speak && j.Imported == 0 { // of a record nothing happens here
			p.status = now
			if running > 1 {
				p.status = j.Order.Title + ": " + now
			}
		}
	}
}

// say shows a short confirmation for a few seconds.
func (p *Page) say(text string) {
	p.toast = text
	time.AfterFunc(toastFor, func() { // not ctx.After: the engine would wait for it when it closes
		p.ctx.Dispatch(func(app.Context) {
			if p.toast == text {
				p.toast = ""
			}
		})
	})
}

// copy puts a text into the clipboard and says so.
func (p *Page) copy(ctx app.Context, text, what string) {
	ctx.Async(func() {
		said := what + " copied"
		if err := p.port.Copy(context.Background(), text); err != nil {
			said = "Copying is not allowed in this browser"
		}
		ctx.Dispatch(func(app.Context) { p.say(said) })
	})
}
