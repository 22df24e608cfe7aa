package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// activityView is the page of all tasks: what waits, what was, and the way back to
// what this browser does not know any more.
func (p *Page) activityView() app.UI {
	jobs := p.state.Jobs
	return app.Section().Class("results").Aria("label", "Activity").Body(
		app.H1().Text("Activity"),
		p.queue(),
		p.past(),
		app.Section().Class("sheet stack").Aria("label", "All tasks").Body(
			app.H2().Text("All tasks"),
			app.P().Class("muted").Text(only(p.state.Ready && len(jobs) == 0, "There are none in this browser yet.")),
			app.Ul().Class("items").Body(app.Range(jobs[:min(len(jobs), p.shown)]).Slice(func(i int) app.UI { return p.line(jobs[i]) })),
			either(len(jobs) > p.shown, func() app.UI {
				return app.Div().Class("row middle").Body(app.Button().Class("button").Type("button").Text("Show more").OnClick(p.onMore))
			}, nothing),
		),
	)
}

// line is one task in the list; its card unfolds below it.
func (p *Page) line(s job.State) app.UI {
	open := p.unfold == s.ID
	sign := "Show"
	if open {
		sign = "Hide"
	}
	pr := job.Explain(s)
	return app.Li().Class("item").Body(
		app.Div().Class("item-text").Body(
			app.Span().Class("item-title").Dir("auto").Text(s.Order.Title),
			app.Span().Class("muted figure").Text(strings.Join(p.lineFacts(s), " · ")),
		),
		app.Div().Class("row").Body(
			either(!open && s.Imported == 0 && s.Phase == job.Failed && pr.Retry != "", func() app.UI {
				return app.Button().Class("button small").Type("button").Text(pr.Retry).Aria("label", pr.Retry+": "+s.Order.Title).
					OnClick(p.send(s.ID, func() job.Event { return job.Retry{At: p.port.NowMillis()} }), s.ID, "retry")
			}, nothing),
			app.Button().Class("button small quiet").Type("button").Text(sign).Aria("label", sign+": "+s.Order.Title).Aria("expanded", open).
				OnClick(p.unfolds(s.ID), s.ID),
		),
		either(open, func() app.UI { return app.Div().Class("item-card").Body(p.card(s)) }, nothing),
	)
}

func (p *Page) unfolds(id string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		if p.unfold == id {
			id = ""
		}
		p.unfold = id
		p.showFiles(ctx)
	}
}

// lineFacts say where a task is, what it has cost, and when and where it was.
func (p *Page) lineFacts(s job.State) []string {
	state := p.phrase(s)
	switch pr := job.Explain(s); {
	case s.Verified():
		state = "Done, verified"
	case pr.Title != "":
		state = pr.Title
	}
	if s.Imported != 0 {
		state = "Imported: " + state
	}
	facts := []string{state}
	back, held := s.Ledger.Returned(), s.Held()
	switch {
	case s.TaskID == 0:
	case !back.IsZero():
		facts = append(facts, fmt.Sprintf("%s paid, %s came back", job.CNX(s.Create.Fee), job.CNX(back)))
	case s.Phase == job.Aborted && !held.IsZero():
		facts = append(facts, fmt.Sprintf("%s paid, %s still in the contract", job.CNX(s.Create.Fee), job.CNX(held)))
	default:
		facts = append(facts, job.CNX(s.Create.Fee)+" paid")
	}
	if s.TaskID != 0 {
		facts = append(facts, "task "+strconv.FormatUint(s.TaskID, 10))
	}
	if n := p.networkOf(s); n.Name != "" {
		facts = append(facts, n.Name)
	}
	if at := s.Marks.Submitted; at != 0 {
		facts = append(facts, time.UnixMilli(at).Format("2 Jan 2006 15:04"))
	}
	return facts
}

// pastID is the field of an address that is typed.
const pastID = "past-address"

const (
	pastText   = "Every task that was paid for is on the blockchain for ever, under the account that paid. This browser finds them again, also when its own records are gone. Their pictures and answers are fetched from the Relay and checked, and a fee that nobody has earned can be claimed back. What was asked for is not on the blockchain: only its hash is."
	pastAsks   = "Looking costs nothing, and your wallet is not asked."
	pastWallet = "Connect your wallet first: its account and its task wallets are looked for."
	pastTyped  = "Tasks of an account that is not yours are only shown. Nothing is signed for it."
	pastBad    = "An address is 0x and 40 more digits from 0 to 9 and a to f."
	pastPart   = "Not all blocks were searched. Look again to go on searching: what is here already is not added twice."
	pastTheirs = "Tasks of accounts that this page does not act for. If one of them is a task wallet of yours, open it (Task wallet, Find my task wallet), then look again."
)

// past is the card that finds tasks of earlier times.
func (p *Page) past() app.UI {
	past, busy := p.state.Past, p.state.Past.Step != ""
	off := busy || !p.state.Ready || p.state.Elsewhere || p.state.Network.Historical
	asks := pastAsks
	if !p.state.Session.Connected {
		asks = pastWallet
	}
	return app.Section().Class("sheet stack").Aria("label", "Past tasks").Body(
		app.H2().Text("Past tasks"),
		app.P().Text(pastText),
		app.Div().Class("row").Body(
			app.Button().Class("button primary").Type("button").Text("Find my past tasks").Disabled(off || !p.state.Session.Connected).
				OnClick(func(app.Context, app.Event) { p.port.FindPast(common.Address{}) }),
			app.Span().Class("help").Text(asks),
		),
		app.Details().Class("more").Body(
			app.Summary().Text("Look at another address"),
			app.Form().Class("stack").Aria("label", "Look at another address").OnSubmit(p.onPastAddress).Body(
				app.P().Class("help").Text(pastTyped),
				fieldBox("field", pastID, "Address", p.pastFault,
					app.Input().ID(pastID).Type("text").AutoComplete(false).Spellcheck(false).Attr("autocapitalize", "none").
						Aria("invalid", p.pastFault != "").Aria("describedby", pastID+"-fault")),
				app.Div().Class("row").Body(submitButton("Look", off)),
			),
		),
		either(busy, p.pastProgress, nothing),
		either(past.Done && !busy, p.pastFound, nothing),
		problem(past.Problem),
	)
}

func (p *Page) onPastAddress(_ app.Context, e app.Event) {
	e.PreventDefault()
	typed := strings.TrimSpace(p.port.Value(pastID))
	p.pastFault = ""
	if !strings.HasPrefix(typed, "0x") || !common.IsHexAddress(typed) {
		p.pastFault = pastBad
		p.port.Focus(pastID)
		return
	}
	p.port.FindPast(common.HexToAddress(typed))
}

func (p *Page) pastProgress() app.UI {
	past := p.state.Past
	text := past.Step
	if past.All > 0 {
		text += ": " + strconv.FormatUint((past.All-past.Left)*100/past.All, 10) + " %"
	}
	if past.Found > 0 {
		text += ", " + counted(past.Found, "task") + " so far"
	}
	return app.Div().Class("row").Body(
		app.P().Class("phrase figure").Role("status").Text(text+"…"),
		app.Button().Class("button small").Type("button").Text("Stop").OnClick(func(app.Context, app.Event) { p.port.StopPast() }),
	)
}

// pastFound says what a search has brought.
func (p *Page) pastFound() app.UI {
	past := p.state.Past
	var ours, locked []string
	for _, j := range p.state.Jobs {
		if j.Fault.Code != job.Found || j.Order.Hand != job.ByTaskWallet {
			continue
		}
		if p.state.Purse.Open && j.Order.Account == p.state.Purse.Address {
			ours = append(ours, j.ID)
		} else {
			locked = append(locked, j.ID)
		}
	}
	return app.Section().Class("stack part").Aria("label", "What was found").Body(
		app.P().Role("status").Text(pastSum(past)),
		app.P().Class("help").Text(only(!past.Whole, pastPart)),
		either(len(ours) > 0, func() app.UI {
			return app.Div().Class("row").Body(
				app.Button().Class("button primary").Type("button").Text("Fetch the results of "+counted(len(ours), "task")).OnClick(p.fetchAll, strconv.Itoa(len(ours))),
				app.Span().Class("help").Text("The task wallet signs for them. It costs nothing."),
			)
		}, nothing),
		app.P().Class("help").Text(only(len(locked) > 0, "The results of "+counted(len(locked), "task")+" can be fetched when the task wallet that paid for them is unlocked.")),
		either(len(past.Others) > 0, func() app.UI {
			return app.Section().Class("stack").Aria("label", "Tasks of other accounts").Body(
				app.P().Class("help").Text(pastTheirs),
				app.Ul().Class("items").Body(app.Range(past.Others).Slice(func(i int) app.UI {
					s := past.Others[i]
					return app.Li().Class("item").Body(app.Div().Class("item-text").Body(
						app.Span().Class("item-title").Text(strings.Replace(s.Order.Title, "Recovered p", "P", 1)+" by "+short(s.Order.Account.Hex())),
						app.Span().Class("muted figure").Text(strings.Join(p.lineFacts(s)[1:], " · ")),
					))
				})),
			)
		}, nothing),
	)
}

// pastSum is the result of a search in a sentence.
func pastSum(past Past) string {
	all := past.Found + past.Known + len(past.Others)
	switch {
	case all == 0:
		return "No tasks were found."
	case past.Found == 0 && past.Known == 0:
		return counted(len(past.Others), "task") + " found, and none of them is of an account that this page acts for."
	case past.Found == 0:
		return "Nothing new was found: " + howMany(past.Known) + " here already."
	case past.Known == 0:
		return counted(past.Found, "task") + " found and added to the list."
	}
	return counted(past.Found, "task") + " found and added to the list; " + howMany(past.Known) + " here already."
}

// fetchAll fetches what the open task wallet can ask for.
func (p *Page) fetchAll(app.Context, app.Event) {
	for _, j := range p.state.Jobs {
		if j.Fault.Code == job.Found && j.Order.Hand == job.ByTaskWallet && p.state.Purse.Open && j.Order.Account == p.state.Purse.Address {
			p.port.Send(j.ID, job.Retry{At: p.port.NowMillis()})
		}
	}
}

// wasUsed offers to look for the tasks of a task wallet that is new to this browser.
func (p *Page) wasUsed() app.UI {
	s := p.state
	known := !s.Purse.Open || !s.Purse.Older || s.Past.Done || p.tab == "activity"
	for i := range s.Jobs {
		known = known || s.Jobs[i].Order.Account == s.Purse.Address
	}
	if known {
		return nothing()
	}
	return app.Section().Class("banner").Role("status").Aria("label", "This task wallet was used before").Body(
		app.Div().Body(
			app.Strong().Text("This task wallet was used before"),
			app.P().Text("This browser knows nothing of its tasks. They can be found on the blockchain, with their results."),
		),
		app.A().Class("button").Href("#/activity").Text("Find its tasks"),
	)
}

// howMany is a number of tasks with its verb.
func howMany(n int) string {
	if n == 1 {
		return "1 task was"
	}
	return strconv.Itoa(n) + " tasks were"
}
