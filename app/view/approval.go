package view

import (
	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

const (
	approvalID      = "approval"
	approvalTasksID = "approval-tasks"
	revokedID       = "revoked" // how a revocation ended

	approveExact     = "exact"
	approveTasks     = "tasks"
	approveUnlimited = "unlimited"

	// defaultApproved is what "for several tasks" begins with.
	defaultApproved = 5
)

var approvalLimits = limits{least: 2, most: 100, required: true}

// approves reports whether the next task asks the wallet for an approval.
func (s State) approves() bool {
	pre := s.Preflight
	return s.Session.Connected && s.Direct && !s.Purse.Open && pre.Account == s.Session.Account && pre.Allowance.Lt(&pre.Fee)
}

// approval lets the person choose how much the Task contract may take.
func (p *Page) approval() app.UI {
	a, pre := p.state.Approval, p.state.Preflight
	chosen := approveExact
	switch {
	case a.Unlimited:
		chosen = approveUnlimited
	case a.Tasks > 1:
		chosen = approveTasks
	}
	option := func(value, text string) app.UI {
		return app.Option().Value(value).Selected(value == chosen).Text(text)
	}
	return app.Section().Class("approval").Aria("label", "How much to approve").Body(
		fieldBox("field", approvalID, "Approve", "",
			app.Select().ID(approvalID).OnChange(p.onApproval).Body(
				option(approveExact, "this task only: "+job.CNX(pre.Fee)),
				option(approveTasks, "several tasks"),
				option(approveUnlimited, "without limit"),
			),
		),
		either(chosen == approveTasks, func() app.UI {
			return fieldBox("field", approvalTasksID, "Tasks to approve", p.approvalFault,
				app.Input().ID(approvalTasksID).Type("number").Min(approvalLimits.least).Max(approvalLimits.most).Value(a.Tasks).
					Aria("invalid", p.approvalFault != "").Aria("describedby", approvalTasksID+"-fault").OnChange(p.onApprovalTasks))
		}, nothing),
		app.P().Class("help").Text(p.state.approvalText()),
	)
}

// approvalText says what the choice allows, and to whom.
func (s State) approvalText() string {
	a, pre := s.Approval, s.Preflight
	switch {
	case a.Unlimited:
		return fill(approveUnlimitedText, "all", job.CNX(pre.CNX))
	case a.Tasks > 1:
		return fill(approveTasksText, "amount", job.CNX(*new(uint256.Int).Mul(&pre.Fee, uint256.NewInt(a.Tasks))))
	}
	return approveExactText
}

func (p *Page) onApproval(app.Context, app.Event) {
	p.approvalFault = ""
	switch p.port.Value(approvalID) {
	case approveUnlimited:
		p.port.ChooseApproval(Approval{Unlimited: true})
	case approveTasks:
		p.port.ChooseApproval(Approval{Tasks: defaultApproved})
	default:
		p.port.ChooseApproval(Approval{})
	}
}

// onApprovalTasks takes another number. One that cannot be used approves this task only.
func (p *Page) onApprovalTasks(app.Context, app.Event) {
	n, fault := approvalLimits.parse("The number of tasks", p.port.Value(approvalTasksID))
	if p.approvalFault = fault; fault == "" {
		p.port.ChooseApproval(Approval{Tasks: uint64(n)})
	}
}

// allowed shows what the Task contract may take of the connected account, and takes
// it back.
func (p *Page) allowed() app.UI {
	s := p.state.Session
	v := s.Revocation
	busy := v.Asking || v.Hash != [32]byte{}
	return app.Section().Class("stack").Aria("label", "Approval").Body(
		app.P().Text(allowedText(s)),
		app.P().ID(revokedID).Class(only(busy, "doing")).Role("status").TabIndex(-1).Text(revocationText(v)),
		either(busy && !v.Asking, func() app.UI {
			return app.Div().Class("figure").Body(transactionLink(p.state.Network, v.Hash.Hex()))
		}, nothing),
		either(v.Problem.Title != "", func() app.UI { return problem(v.Problem) }, nothing),
		either(!s.Allowance.IsZero(), func() app.UI {
			return app.Div().Class("row").Body(
				app.Button().Class("button").Type("button").Text("Revoke").Disabled(busy || p.state.WrongChain()).OnClick(p.onRevoke),
			)
		}, nothing),
	)
}

func (p *Page) onRevoke(app.Context, app.Event) { p.port.Revoke() }
