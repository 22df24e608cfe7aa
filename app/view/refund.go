package view

import (
	"fmt"
	"time"

	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// refundLabel is the button that claims back what is left of a fee.
const refundLabel = "Get my CNX back"

// refund says when the fee of a task can be claimed back, and offers it then. Neither
// is shown once the nodes have agreed on a result.
func (p *Page) refund(s job.State) app.UI {
	offered := s.From.Cancelling() && job.Explain(s).Retry != "" // as the way on from what stopped it
	return either(s.Refundable() && !offered && !p.state.Elsewhere, func() app.UI { return p.claim(s) }, func() app.UI {
		return either(dated(s), func() app.UI { return p.countdown(s) }, nothing)
	})
}

// dated reports whether a paid task may still miss a deadline that is known.
func dated(s job.State) bool {
	waits := s.Phase == job.Uploading || s.Phase == job.Running || s.Phase == job.Failed
	return waits && s.TaskID != 0 && s.Deadline != 0 && !s.Overdue && !s.Outcome.Success
}

func (p *Page) countdown(s job.State) app.UI {
	return app.P().Class("hint").Body(
		&countdown{Until: (s.Deadline - s.Quote.Skew) * 1000, now: p.port.NowMillis},
	)
}

func (p *Page) claim(s job.State) app.UI {
	return app.Article().Class("row").Body(
		app.P().Class("hint").Text(claimLine(s, p.networkOf(s))),
		app.Button().Class("button").Type("button").Text(refundLabel).
			OnClick(p.send(s.ID, func() job.Event { return job.Cancel{At: p.port.NowMillis()} }), s.ID, "refund"),
	)
}

// claimLine says what comes back and what that costs.
func claimLine(s job.State, n Network) string {
	var gas uint256.Int
	gas.Mul(&s.Quote.GasPrice, uint256.NewInt(job.CancelGasHint))
	cost := "It costs about " + coins(gas, n) + " of gas, also if a node ends the task first."
	if gas.IsZero() {
		cost = "Gas is free here."
	}
	return fmt.Sprintf("Nobody has finished the task in time. You get back what is left of the fee: %s. %s", job.CNX(s.Held()), cost)
}

// networkOf is the network of a job; only its id is known of one that is not listed.
func (p *Page) networkOf(s job.State) Network {
	for _, n := range p.state.Networks {
		if n.ID == s.Order.Network {
			return n
		}
	}
	return Network{ID: s.Order.Network}
}

// countdown tells the time until a fee can be claimed back. It is a component of its
// own, so that a second draws this text and nothing else.
type countdown struct {
	app.Compo
	Until int64 // unix milliseconds, by this device's clock
	now   func() int64
}

// OnMount starts the ticking, which ends with the component.
func (c *countdown) OnMount(ctx app.Context) { c.tick(ctx) }

// tick does without ctx.After: the engine would wait for it when it closes.
func (c *countdown) tick(ctx app.Context) {
	time.AfterFunc(time.Second, func() { ctx.Dispatch(c.tick) })
}

// Render draws the time that is left.
func (c *countdown) Render() app.UI {
	return app.Span().Text("The fee can be claimed back " + remaining(c.Until-c.now()) + " if nobody finishes the task.")
}

// remaining writes a time that is left, in milliseconds.
func remaining(millis int64) string {
	switch s := (millis + 999) / 1000; {
	case s <= 0:
		return "with the next block"
	case s < 60:
		return fmt.Sprintf("in %d s", s)
	default:
		return fmt.Sprintf("in %d min", (s+59)/60)
	}
}
