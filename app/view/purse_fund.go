package view

import (
	"context"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

const (
	fundID = "purse-tasks"

	// defaultFunding is what is offered at first, in tasks (taskwallet.md §8).
	defaultFunding     = 5
	defaultFundingText = "5"
)

// fundMost is the field that raises the limit, and mostFunding how far.
const (
	fundMostID  = "purse-most"
	mostFunding = 1000
)

// fundLimits are for how many tasks money goes in at once.
func (s State) fundLimits() limits {
	return limits{least: 1, most: int(max(s.Purse.MostTasks, leastCeiling)), required: true}
}

// leastCeiling is the shipped limit (taskwallet.md §8).
const leastCeiling = 20

// fundPlan is what is to be sent. Nothing can be sent before it was read for the
// number that stands in the field.
type fundPlan struct {
	wanted uint64 // tasks that it is being read for
	plan   Funding
	known  bool
	fault  string // of the number
	unread bool   // the chain did not say
}

// planFunding reads what a number of tasks costs.
func (p *Page) planFunding(tasks uint64) {
	p.purse.fund = fundPlan{wanted: tasks}
	ctx := p.ctx // that of "Try again" goes with it
	ctx.Async(func() {
		plan, err := p.port.Funding(context.Background(), tasks)
		ctx.Dispatch(func(app.Context) {
			if f := &p.purse.fund; f.wanted == tasks {
				f.plan, f.known, f.unread = plan, err == nil, err != nil
			}
		})
	})
}

// onFundTasks takes another number.
func (p *Page) onFundTasks(app.Context, app.Event) {
	n, fault := p.fundTasks()
	if fault != "" {
		p.purse.fund = fundPlan{fault: fault}
		return
	}
	p.planFunding(n)
}

// onFundTyping forgets a plan for another number than stands in the field.
func (p *Page) onFundTyping(app.Context, app.Event) {
	switch n, fault := p.fundTasks(); {
	case fault != "":
		p.purse.fund = fundPlan{}
	case n != p.purse.fund.wanted:
		p.planFunding(n)
	}
}

func (p *Page) fundTasks() (n uint64, fault string) {
	tasks, fault := p.state.fundLimits().parse("The number of tasks", p.port.Value(fundID))
	return uint64(tasks), fault
}

// onFund has the wallet asked, if the amounts that were shown are those of the
// number in the field; else they are read first.
func (p *Page) onFund(ctx app.Context, e app.Event) {
	f := p.purse.fund
	n, fault := p.fundTasks()
	if fault != "" || !f.known || f.plan.Tasks != n {
		p.onFundTasks(ctx, e)
		return
	}
	p.purse.said = ""
	p.port.FundPurse(n)
}

// fund is the card that puts money in.
func (p *Page) fund() app.UI {
	s, f := p.state, p.purse.fund
	button := "Send"
	if f.known {
		button = "Send " + both(f.plan.CNX, f.plan.Native, s.Network)
	}
	chosen := p.purse.act == actFund
	return card(purseCard(actFund), "Add funds",
		app.H3().Text("Add funds"),
		app.P().Class("muted").Text(fundText),
		numberBox(fundID, "Number of tasks", "", s.fundLimits(), f.fault, false, p.onFundTyping, p.onFundTasks),
		either(f.known, p.fundAmounts, func() app.UI {
			return app.P().Class("muted").Text(only(f.fault == "" && !f.unread, "Reading what that costs…"))
		}),
		either(f.unread, func() app.UI {
			return app.Section().Class("row").Role("alert").Aria("label", "The costs are not known").Body(
				app.P().Class("complaint").Text(fundUnread),
				app.Button().Class("button small").Type("button").Text("Try again").OnClick(p.onFundTasks),
			)
		}, nothing),
		p.raiseLimit(),
		app.Div().Class("row").Body(
			p.action(button, true, p.onFund, !f.known, s.WrongChain(), len(s.Purse.Payments) > 0, p.fundLacks() != ""),
			either(chosen, func() app.UI { return p.action("Not now", false, p.choose(actNone)) }, nothing),
		),
	)
}

// raiseLimit lets the person put in more at once.
func (p *Page) raiseLimit() app.UI {
	most := limits{least: leastCeiling, most: mostFunding}
	return app.Details().Class("more").Body(
		app.Summary().Text(fill(fundMore, "most", strconv.Itoa(p.state.fundLimits().most))),
		app.P().Class("muted").Text(fundMoreText),
		numberBox(fundMostID, "At most", "", most, p.purse.faults[fundMostID], false, noNews, noNews),
		app.Div().Class("row").Body(p.action("Change the limit", false, p.onRaiseLimit)),
	)
}

func (p *Page) onRaiseLimit(app.Context, app.Event) {
	n, fault := limits{least: leastCeiling, most: mostFunding, required: true}.parse("The limit", p.port.Value(fundMostID))
	p.purse.faults = faults{fundMostID: fault}
	if fault != "" {
		p.port.Focus(fundMostID)
		return
	}
	p.port.SetMostTasks(uint64(n))
}

// fundLacks says what the owner has too little of; "" when it is enough.
func (p *Page) fundLacks() string {
	me, plan := p.state.Session, p.purse.fund.plan
	switch {
	case !me.Known || !p.purse.fund.known:
	case me.CNX.Lt(&plan.CNX):
		return fill(fundTooFew, "has", job.CNX(me.CNX))
	case me.Native.Lt(&plan.Native):
		return fill(fundTooFew, "has", coins(me.Native, p.state.Network))
	}
	return ""
}

// fundAmounts are the two amounts, and what the wallet will ask.
func (p *Page) fundAmounts() app.UI {
	s, plan := p.state, p.purse.fund.plan
	free := plan.Native.IsZero()
	gas, asks := coins(plan.Native, s.Network), fundAsks
	switch {
	case free && s.Preflight.Known && s.Preflight.Gas.IsZero():
		gas, asks = "none", fundFreeAsks
	case free:
		gas, asks = "none, enough is there", fundGasThere
	}
	return app.Section().Class("stack").Aria("label", "What it costs").Body(
		app.Dl().Class("facts").Body(
			app.Dt().Text("CNX"), app.Dd().Class("figure").Text(job.CNX(plan.CNX)),
			app.Dt().Text("For gas"), app.Dd().Class("figure").Text(gas),
			app.Dt().Text("Token"), app.Dd().Class("figure").Text(fill(fundToken, "address", s.Network.Token.Hex())),
		),
		app.P().Class("help").Text(only(!free, fundGasText)),
		app.P().Class("complaint").Text(p.fundLacks()),
		app.P().Text(asks),
	)
}
