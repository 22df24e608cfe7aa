package view

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// deleting shows the card that deletes, with what remains.
func deleting(t *testing.T, s State, left Remains) *browser {
	t.Helper()
	b := in(t, s)
	b.remains = left
	b.run(b.page.choose(actDelete))
	return b
}

func TestDelete_of_nothing_needs_a_click(t *testing.T) {
	for name, s := range map[string]State{"open": purseWith(0), "locked": locked(), "stopped": stopped()} {
		t.Run(name, func(t *testing.T) {
			b := deleting(t, s, Remains{Free: true, WayBack: true, Endpoints: 2})
			b.reads("region", "Delete from this browser", "There is nothing in it, as two nodes say")
			b.wants("button: Delete it", "button: Keep it")
			if !b.asked("focus purse-delete") || slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "delete") }) {
				t.Error(b.did)
			}
			if b.find("textbox", "Last four characters of its address") != nil || b.find("button", "Unlock with one signature") != nil {
				t.Error("there is more than that")
			}
			b.isOrderly()
			b.run(b.page.choose(actNone))
			b.hides("This browser forgets the task wallet")
		})
	}
}

func TestDelete_of_something_wants_the_address(t *testing.T) {
	for _, c := range []struct {
		name  string
		left  Remains
		fails error
		want  string
	}{
		{"money", Remains{WayBack: true, Endpoints: 2, CNX: units(84)}, nil, "There is 84 CNX in it."},
		{"a refund", Remains{WayBack: true, Endpoints: 2, Refundable: 2}, nil, "2 payments can still come to it"},
		{"no way back", Remains{Endpoints: 2}, nil, "Nobody can make this key again"},
		{"one node", Remains{WayBack: true, Endpoints: 1}, nil, "Only one node could say what is left."},
		{"no node", Remains{WayBack: true}, nil, "No node could say"},
		{"nothing is known", Remains{}, errors.New("down"), "No node could say"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := in(t, locked())
			b.remains, b.fails = c.left, c.fails
			b.run(b.page.choose(actDelete))
			b.reads("form", "Something would be lost", "Something could be lost for ever:", c.want)
			if b.find("button", "Delete it") != nil {
				t.Error("a click is enough")
			}
			b.isOrderly()
			address := locked().Purse.Address.Hex()
			for _, wrong := range []string{"", "0000", strings.ToLower(address[38:]), address[37:]} {
				b.values[typedID] = wrong
				b.run(b.page.onDelete)
				b.reads("form", "Something would be lost", "Type the last four characters")
			}
			if slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "delete") }) {
				t.Error(b.did)
			}
			b.values[typedID] = address[38:]
			b.run(b.page.onDelete)
			if !b.asked(`delete "` + address[38:] + `"`) {
				t.Error(b.did)
			}
		})
	}
}

func TestDelete_says_that_it_is_done(t *testing.T) {
	b := deleting(t, locked(), Remains{Free: true})
	b.become(func(s *State) { s.Purse.Step = "Looking what is left" })
	b.become(func(s *State) { *s = unmade() })
	b.wants("status: This browser has forgotten the task wallet.", "button: Make task wallet")
}

func TestRetire(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		b := in(t, purseWith(0))
		b.run(b.page.choose(actRetire))
		b.reads("region", "Retire this key", "A retired key never signs again", "Your wallet then makes the next one, number 1")
		if b.off("Retire it for good") || b.asked("retire") {
			t.Error(b.did)
		}
		b.isOrderly()
		b.become(func(s *State) { s.Purse.Step = "Looking whether it is empty" })
		b.become(func(s *State) { *s = unmade(); s.Purse.Number = 1 })
		b.wants("status: The key is retired. The next one waits to be made.")
		b.reads("region", "Set up the task wallet", "It will be key number 1: the earlier ones are retired.")
	})
	t.Run("with money in it", func(t *testing.T) {
		b := in(t, purseWith(1))
		b.run(b.page.choose(actRetire))
		b.reads("region", "Retire this key", "There is still CNX in it: take everything out first.")
		if !b.off("Retire it for good") {
			t.Error("it can be retired")
		}
	})
	t.Run("when somebody else has it", func(t *testing.T) {
		s := locked()
		s.Purse.Taken = true
		b := in(t, s)
		b.run(b.page.choose(actRetire))
		b.reads("region", "Retire this key", "because somebody else has the key")
		if b.off("Retire it for good") {
			t.Error("there is no way on")
		}
	})
	t.Run("after a stranger used it", func(t *testing.T) {
		s := purseWith(0)
		s.Purse.Stranger = "0xfeed"
		b := in(t, s)
		b.wants("button: Go on with a new key")
		b.run(b.page.choose(actRetire))
		b.wants("button: Retire it for good")
		b.isOrderly()
	})
	t.Run("by chance there is no number", func(t *testing.T) {
		s := randomPurse()
		s.Purse.BackedUp = true
		b := in(t, s)
		b.run(b.page.choose(actRetire))
		b.hides("number 1")
	})
	t.Run("once", func(t *testing.T) {
		s := locked()
		s.Purse.Retired = true
		b := in(t, s)
		b.reads("region", "The task wallet signs nothing", "You went on with another key")
		if !b.off("Retire this key") {
			t.Error("it can be retired again")
		}
		b.isOrderly()
	})
}

// unfolded reports whether the part under a summary is open.
func (b *browser) unfolded(summary string) (open bool) {
	b.t.Helper()
	b.dom().walk(func(n *node) {
		if n.tag == "details" && strings.HasPrefix(n.words(), summary) {
			open = n.attr["open"] == "true"
		}
	})
	return open
}

func TestSweep_to_another_address(t *testing.T) {
	b := in(t, purseWith(5))
	b.run(b.page.choose(actSweep))
	b.reads("form", "Send it to another address", "Anything sent to a wrong address is gone")
	b.isOrderly()
	right := common.HexToAddress("0x70997970C51812dc3A010C7d01b50e0d17dc79C8").Hex()
	for _, c := range []struct{ text, want string }{
		{"", sweepNoTarget},
		{"0x7Ae8…830F", sweepNoTarget},
		{right[2:], sweepNoTarget},
		{right[:41], sweepNoTarget},
		{strings.ToLower(right), sweepOther},
		{"0x" + strings.ToUpper(right[2:]), sweepOther},
		{right[:41] + "E", sweepOther},
		{"0x0000000000000000000000000000000000000000", sweepOther},
		{purseAt.Hex(), sweepOwn},
	} {
		b.values[targetID] = c.text
		b.run(b.page.onSweepElsewhere)
		b.reads("form", "Send it to another address", c.want)
		if slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "sweep") }) {
			t.Fatalf("%q: %v", c.text, b.did)
		}
	}
	b.values[targetID] = " " + right + " "
	b.run(b.page.onSweepElsewhere)
	b.reads("region", sweepElse, right, "to this address and to no other")
	if slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "sweep") }) {
		t.Fatalf("before the address was confirmed: %v", b.did)
	}
	delete(b.values, targetID) // the field is gone
	b.run(b.page.choose(actSweep))
	b.reads("form", sweepElse, "Address that gets everything")
	if b.values[targetID] != right || !b.unfolded(sweepElse) {
		t.Errorf("on the way back the field says %q", b.values[targetID])
	}
	b.run(b.page.onSweepElsewhere)
	b.run(b.page.onSweepTo)
	if !b.asked("sweep to " + right) {
		t.Error(b.did)
	}
	for name, leave := range map[string]app.EventHandler{"sent": b.page.onSweepTo, "kept": b.page.choose(actNone)} {
		b.page.purse.act, b.page.purse.target = actSweepTo, right
		b.run(leave)
		b.run(b.page.choose(actSweep))
		if b.values[targetID] != "" || b.unfolded(sweepElse) {
			t.Errorf("%s: the field still says %q", name, b.values[targetID])
		}
	}
}
