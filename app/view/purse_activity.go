package view

import (
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// activity is what the task wallet has signed in this browser. It is drawn only
// while it is unfolded, because the list is long.
func (p *Page) activity() app.UI {
	list, n := p.state.Purse.Activity, p.state.Network
	return app.Section().Class("stack").Aria("label", "Activity").Body(
		app.Div().Class("row").Body(
			app.Button().Class("button small quiet").Type("button").Aria("expanded", p.purse.history).Text("What it has signed").
				OnClick(func(app.Context, app.Event) { p.purse.history = !p.purse.history }),
		),
		either(!p.purse.history, nothing, func() app.UI {
			return either(len(list) == 0,
				func() app.UI { return app.P().Class("muted").Text(activityNone) },
				func() app.UI {
					return app.Ul().Class("stack").Aria("label", "What it has signed").Body(app.Range(list).Slice(func(i int) app.UI {
						s := list[i]
						return app.Li().Class("row between").Body(
							app.Span().Text(signedText(s, n)),
							app.Span().Class("muted figure").Text(clockText(s.At)),
							either(s.Tx.Big().Sign() != 0, func() app.UI { return transactionLink(n, s.Tx.Hex()) }, nothing),
						)
					}))
				})
		}),
	)
}

// signedText says what was signed, and for which task.
func signedText(s Signature, n Network) string {
	text, task := "", ""
	if s.Task > 0 {
		task = " of task " + strconv.FormatUint(s.Task, 10)
	}
	switch s.What {
	case SignedApprove:
		text = "Allowed the task contract " + job.CNX(s.Amount)
	case SignedCreate:
		text = "Paid " + job.CNX(s.Amount) + " for a task"
	case SignedCancel:
		text = "Cancelled, to get the fee back" + task
	case SignedSweep:
		text = "Took out " + job.CNX(s.Amount)
	case SignedCoins:
		text = "Took out " + coins(s.Amount, n)
	case SignedUpload:
		text = "Sent the arguments" + task
	case SignedStatus:
		text = "Asked for the state" + task
	case SignedResult:
		file, _ := strconv.Atoi(s.File) // 0 where it is none
		text = "Fetched result " + strconv.Itoa(file+1) + task
	default:
		text = "Filled the purse of another page"
	}
	if s.Title != "" {
		text += ": " + s.Title
	}
	return text
}

// clockText is a moment of the last months, in the person's own time.
func clockText(millis int64) string { return time.UnixMilli(millis).Format("2 Jan 15:04") }
