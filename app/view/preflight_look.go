package view

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

// lookEvery is the least time between two looks at the chain, in milliseconds.
const lookEvery = 5000

// outlook is all that the next payment depends on. When it changes, the chain is
// asked again; typing does not change it.
type outlook struct {
	network     string
	account     common.Address // that pays
	cnx, native uint256.Int    // that it has, as far as known
	kind        task.Kind
	model       string
	count       int
	ended       int // tasks that have ended
	elsewhere   bool
}

// looks remembers what the chain was asked about, and when.
type looks struct {
	about outlook
	at    int64 // unix milliseconds; 0 = never
	waits bool  // the next one is under way
}

func (p *Page) outlook() outlook {
	s, f := p.state, p.form()
	o := outlook{
		elsewhere: s.Elsewhere,
		network:   s.Network.ID, account: s.Session.Account, cnx: s.Session.CNX, native: s.Session.Native,
		kind: f.shared().kind, model: f.model(), count: f.count(),
	}
	if s.Purse.Open {
		o.account, o.cnx, o.native = s.Purse.Address, s.Purse.CNX, s.Purse.Native
	}
	for _, j := range s.Jobs {
		if j.Phase.Ended() {
			o.ended++
		}
	}
	return o
}

// lookAhead has the chain asked if anything has changed that a payment depends on.
func (p *Page) lookAhead() {
	if s := p.state; !s.Ready || s.Network.Historical || s.Frame != nil { // a frame shows none of it
		return
	}
	now := p.outlook()
	if now == p.looked.about {
		return
	}
	before := p.looked.about
	p.looked.about = now
	if now.account == before.account && (now.cnx != before.cnx || now.native != before.native) {
		p.looked.at, p.looked.waits = 0, false // money came or went: the lines must not say otherwise
	}
	p.look()
}

// onLook is "Check again" and "Try now".
func (p *Page) onLook(ctx app.Context, _ app.Event) {
	p.look()
	p.say("Checking again…")
}

// look asks now, or as soon as the last time is long enough ago.
func (p *Page) look() {
	wait := min(p.looked.at+lookEvery-p.port.NowMillis(), lookEvery) // a clock may be set back
	switch {
	case p.looked.waits:
		return
	case p.looked.at != 0 && wait > 0:
		p.looked.waits = true
		// Without ctx.After: the engine would wait for it when it closes.
		time.AfterFunc(time.Duration(wait)*time.Millisecond, func() {
			p.ctx.Dispatch(func(app.Context) {
				if p.looked.waits { // not overtaken
					p.looked.waits = false
					p.look()
				}
			})
		})
		return
	}
	args, err := p.form().encode()
	if err != nil {
		return
	}
	p.looked.at = p.port.NowMillis()
	p.port.LookAhead(p.form().shared().kind, args)
}
