package view

import (
	"context"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// typedID is the field for the last four characters of the address.
const typedID = "purse-typed"

// leftover is what would be lost with the key, as far as it was read.
type leftover struct {
	known  bool
	unread bool // the chain did not say
	Remains
}

// ends are the two ways to be rid of a key, and what it has signed, folded.
func (p *Page) ends() app.UI {
	return app.Details().Class("more").Body(
		app.Summary().Text("More"),
		p.activity(),
		app.Section().Class("stack").Aria("label", "Give up the key").Body(
			app.P().Class("help").Text(endsText),
			app.Div().Class("row").Body(
				p.action("Retire this key", false, p.choose(actRetire), p.state.Purse.Retired),
				p.action("Delete from this browser", false, p.choose(actDelete)),
				p.action("Find another task wallet", false, p.choose(actFind)),
			),
		),
	)
}

// aside is what the person unfolded, in place of what the card shows otherwise: a
// way to be rid of the key, or to find another one.
func (p *Page) aside(otherwise func() app.UI) app.UI {
	act := p.purseAct()
	return app.Div().Class("stack").Body(
		either(act == actRetire, p.retire, nothing),
		either(act == actDelete, p.deletion, nothing),
		either(act == actFind, p.find, nothing),
		either(act != actRetire && act != actDelete && act != actFind, otherwise, nothing),
	)
}

// retire asks once more before a key is given up for good.
func (p *Page) retire() app.UI {
	purse := p.state.Purse
	full := purse.Known && !purse.CNX.IsZero() && !purse.Taken
	text := retireText
	if !purse.Random {
		text = retireText + " " + fill(retireNumber, "n", strconv.Itoa(int(purse.Number)+1))
	}
	return card(purseCard(actRetire), "Retire this key",
		app.H3().Text("Retire this key"),
		app.P().Text(text),
		app.P().Class("caution").Role("note").Text(only(full, retireFull)),
		app.P().Class("caution").Role("note").Text(only(purse.Taken, retireTaken)),
		app.Div().Class("row").Body(
			p.action("Retire it for good", true, func(app.Context, app.Event) { p.port.RetirePurse() }, full),
			p.action("Keep it", false, p.choose(actNone)),
		),
	)
}

// lookWhatRemains asks the chain what would be lost.
func (p *Page) lookWhatRemains() {
	ctx := p.ctx
	p.purse.left = leftover{}
	ctx.Async(func() {
		left, err := p.port.PurseRemains(context.Background())
		ctx.Dispatch(func(app.Context) {
			p.purse.left = leftover{known: err == nil, unread: err != nil, Remains: left}
		})
	})
}

// deletion asks once more before this browser forgets the task wallet, and for the
// end of its address where something would be lost.
func (p *Page) deletion() app.UI {
	left := p.purse.left
	return card(purseCard(actDelete), "Delete from this browser",
		app.H3().Text("Delete from this browser"),
		app.P().Text(deleteText),
		app.P().Class("muted").Text(only(!left.known && !left.unread, deleteReading)),
		either(left.known && left.Free, p.deleteFree, nothing),
		either(left.known && !left.Free || left.unread, p.deleteTyped, nothing),
		app.Div().Class("row").Body(p.action("Keep it", false, p.choose(actNone))),
	)
}

func (p *Page) deleteFree() app.UI {
	return app.Section().Class("stack").Aria("label", "Nothing would be lost").Body(
		app.P().Text(deleteEmpty),
		app.Div().Class("row").Body(
			p.action("Delete it", true, func(app.Context, app.Event) { p.port.DeletePurse("") }),
		),
	)
}

func (p *Page) deleteTyped() app.UI {
	bad := p.purse.faults[typedID]
	return app.Form().Class("stack").Aria("label", "Something would be lost").OnSubmit(p.onDelete).Body(
		app.Div().Class("caution stack").Role("note").Body(
			app.P().Text(deleteUnsafe),
			app.Ul().Body(app.Range(p.losses()).Slice(func(i int) app.UI { return app.Li().Text(p.losses()[i]) })),
		),
		fieldBox("field", typedID, "Last four characters of its address", bad,
			app.Input().ID(typedID).Type("text").AutoComplete(false).Spellcheck(false).MaxLength(4).
				Aria("invalid", bad != "").Aria("describedby", typedID+"-fault")),
		app.Div().Class("row").Body(submitButton("Delete it all the same", p.state.Purse.Step != "")),
	)
}

// losses say what keeps the key from being deleted just so.
func (p *Page) losses() (list []string) {
	left := p.purse.left
	if left.unread {
		return []string{deleteUnread}
	}
	if !left.WayBack {
		list = append(list, deleteNoWayBack)
	}
	if left.Refundable > 0 {
		list = append(list, fill(deleteRefund, "payments", counted(left.Refundable, "payment")))
	}
	if !left.CNX.IsZero() || !left.Native.IsZero() {
		list = append(list, fill(deleteMoney, "amount", both(left.CNX, left.Native, p.state.Network)))
	}
	switch left.Endpoints {
	case 0:
		list = append(list, deleteUnread)
	case 1:
		list = append(list, deleteOneNode)
	}
	return list
}

func (p *Page) onDelete(_ app.Context, e app.Event) {
	e.PreventDefault()
	p.purse.faults = faults{}
	if p.state.Purse.Step != "" {
		return
	}
	typed := strings.TrimSpace(p.port.Value(typedID))
	if address := p.state.Purse.Address.Hex(); typed != address[len(address)-4:] {
		p.purse.faults[typedID] = deleteNotTyped
		p.port.Focus(typedID)
		return
	}
	p.port.DeletePurse(typed)
}
