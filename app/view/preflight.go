package view

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

const (
	// leastNodes work on one task (protocol.md A.6).
	leastNodes = 3
	// mostSkew is how far the clocks of chain and device may be apart, in seconds:
	// the Relay takes signatures within a minute of its own time.
	mostSkew = 30
)

// line is one thing to know before a payment.
type line struct {
	text string
	bad  bool
	cure string // label of the button that helps; "" = there is none
	do   app.EventHandler
}

// payerCNX is what the one who pays the next task has.
func (s State) payerCNX() (cnx uint256.Int, known bool) {
	if s.Purse.Open || s.waitsForUnlock() {
		return s.Purse.CNX, s.Purse.Known
	}
	return s.Session.CNX, s.Session.Known
}

// waitsForUnlock reports whether the next task is paid from a task wallet that is locked:
// what the wallet has says nothing about it.
func (s State) waitsForUnlock() bool { return !s.Direct && s.purseCard() == purseLocked }

// preflight shows what is known before anything is asked of anybody: what is
// fine on one line, what is in the way below it, each with its cure. While the
// chain does not answer nothing is called fine.
func (p *Page) preflight(f form) app.UI {
	s := p.state
	if s.Network.Historical {
		return nothing()
	}
	health := "ok"
	var good, bad []line
	if s.ChainDown {
		health, bad = "off", []line{p.downLine(f)}
	}
	for _, l := range p.lines(f) {
		if l.bad {
			bad = append(bad, l)
		} else {
			good = append(good, l)
		}
	}
	if len(good)+len(bad) == 0 {
		return nothing()
	}
	return app.Section().Class("preflight").Aria("label", "Before you pay").Body(
		app.Ul().Class("lines figure").Body(app.Range(good).Slice(func(i int) app.UI {
			return app.Li().Class("line").Body(mark(health), app.Span().Text(good[i].text))
		})),
		app.Div().Class("lines figure").Role("status").Body(app.Range(bad).Slice(func(i int) app.UI {
			return app.P().Class("line bad").Body(
				mark("bad"), app.Span().Text(bad[i].text),
				when(bad[i].cure != "", func() app.UI {
					return app.Button().Class("button small").Type("button").Text(bad[i].cure).OnClick(bad[i].do, bad[i].cure)
				}),
			)
		})),
		app.P().Class(only(s.Network.Shares != "", "caution")).Text(sharedText(s.Network)),
		either(s.approves(), p.approval, nothing),
	)
}

func mark(health string) app.UI { return app.Span().Class("dot "+health).Aria("hidden", "true") }

// foreseen reports whether the chain has told about the next payment of a form.
func (p *Page) foreseen(f form) bool {
	s, pre := p.state, p.state.Preflight
	nobody := pre.Account == common.Address{}
	return pre.Known && pre.Kind == f.shared().kind && (nobody || s.Session.Connected || s.Purse.Open)
}

// downLine says that the chain does not answer now.
func (p *Page) downLine(f form) line {
	l := line{text: downText, bad: true}
	if p.foreseen(f) {
		l.text = downBeforeText
	}
	if !p.state.Elsewhere {
		l.cure, l.do = "Check again", p.onLook
	}
	return l
}

// lines are what is known, in the order of the money; none before anything is.
func (p *Page) lines(f form) []line {
	if !p.foreseen(f) {
		return nil
	}
	s, pre := p.state, p.state.Preflight
	where := "your wallet"
	if s.Purse.Open {
		where = "the task wallet"
	}
	short := func(what string, bad bool, text string) line {
		if s.Purse.Open {
			return line{text: text, bad: bad, cure: "Add funds", do: p.onAddFunds}
		}
		return line{text: text, bad: bad, cure: "Check " + what + " again", do: p.onLook} // after money was got elsewhere
	}
	nodes := line{text: nodesLine(pre.Nodes), bad: pre.Nodes < leastNodes, cure: "Check nodes again", do: p.onLook}
	clock := line{text: skewLine(pre.Skew), bad: pre.Skew > mostSkew || pre.Skew < -mostSkew, cure: "Check clock again", do: p.onLook}
	if pre.Account == (common.Address{}) { // somebody who only looks around
		return []line{{text: priceLine(pre.Fee)}, {text: gasLine(pre.Gas, pre.Gas, where, s.Network)}, nodes, clock}
	}
	if s.waitsForUnlock() {
		return append([]line{{text: priceLine(pre.Fee)}, nodes, clock}, p.hand(f)...)
	}
	return append([]line{
		{text: priceLine(pre.Fee)},
		short("gas", pre.Native.Lt(&pre.Gas), gasLine(pre.Gas, pre.Native, where, s.Network)),
		short("balance", pre.CNX.Lt(&pre.Fee), balanceLine(pre.CNX, pre.Fee, where)),
		nodes,
		clock,
	}, p.hand(f)...)
}

// hand tells who signs the next task, and what will be asked.
func (p *Page) hand(f form) (lines []line) {
	s := p.state
	if s.Ready && !s.Persistent {
		lines = append(lines, line{text: unstoredLine, bad: true})
	}
	if s.Purse.Open {
		return append(lines, line{text: noPromptsLine})
	}
	if s.WrongChain() {
		lines = append(lines, line{text: chainLine(s.Network), bad: true, cure: "Switch network", do: func(app.Context, app.Event) { p.port.SwitchChain() }})
	}
	if s.Direct || s.purseCard() == purseNone {
		return append(lines, line{text: promptsLine(s.Preflight.Allowance.Lt(&s.Preflight.Fee), f.count())})
	}
	cure := "Set up task wallet"
	switch s.purseCard() {
	case purseLocked:
		cure = "Unlock"
	case purseRefused:
		cure = "What to do"
	}
	return append(lines, line{text: purseLine(s.purseCard()), bad: true, cure: cure, do: p.onPurse})
}

// onAddFunds opens the task wallet where money goes in.
func (p *Page) onAddFunds(app.Context, app.Event) {
	p.showPurse(actFund, false)
}
