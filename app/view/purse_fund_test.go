package view

import (
	"errors"
	"strings"
	"testing"

	"github.com/holiman/uint256"
)

// funding opens the card where money goes in.
func funding(t *testing.T, s State) *browser {
	t.Helper()
	b := in(t, s)
	if b.page.purseAct() != actFund {
		b.run(b.page.choose(actFund))
	}
	return b
}

// types puts a number of tasks into the field and leaves it.
func (b *browser) types(tasks string) {
	b.values[fundID] = tasks
	b.run(b.page.onFundTasks)
}

func TestFund_sends_what_is_shown(t *testing.T) {
	b := funding(t, purseWith(0))
	b.types("8")
	b.wants("button: Send 240 CNX and 0.0456 ETH")
	b.run(b.page.onFund)
	if !b.asked("fund 8") {
		t.Error(b.did)
	}
}

func TestFund_sends_nothing_that_was_not_shown(t *testing.T) {
	b := funding(t, purseWith(0))
	b.values[fundID] = "20" // typed, and the button pressed before the price is read
	b.run(b.page.onFund)
	if b.asked("fund 20") || b.asked("fund 5") {
		t.Fatal("sent at a price that nobody saw")
	}
	b.wants("button: Send 600 CNX and 0.114 ETH")
	b.run(b.page.onFund)
	if !b.asked("fund 20") {
		t.Error(b.did)
	}
}

func TestFund_refuses_numbers(t *testing.T) {
	for _, text := range []string{"", "0", "21", "-1", "1.5", "x", "99999999999999999999"} {
		t.Run(text, func(t *testing.T) {
			b := funding(t, purseWith(0))
			b.types(text)
			b.reads("dialog", "Task wallet", "The number of tasks must be a whole number from 1 to 20.")
			if n := b.find("spinbutton", "Number of tasks"); n.attr["aria-invalid"] != "true" {
				t.Error("the field is not called wrong")
			}
			if !b.off("Send") {
				t.Error("it can be sent")
			}
			b.run(b.page.onFund)
			for _, did := range b.did {
				if strings.HasPrefix(did, "fund ") {
					t.Error(did)
				}
			}
		})
	}
}

func TestFund_says_when_the_price_is_not_known(t *testing.T) {
	b := open(t, purseWith(0), func(b *browser) { b.fails = errors.New("429") })
	b.run(b.page.onPurse)
	b.wants("alert: The costs are not known")
	b.hides("429")
	if !b.off("Send") {
		t.Error("it can be sent")
	}
	b.isOrderly()
	b.fails = nil
	b.run(b.page.onFundTasks) // Try again
	b.wants("button: Send 150 CNX and 0.0285 ETH")
}

func TestFund_announces_one_prompt_where_gas_is_free(t *testing.T) {
	s := lookedAt(purseWith(0))
	s.Preflight.Gas.Clear()
	b := funding(t, s)
	b.wants("button: Send 150 CNX")
	b.reads("region", "Add funds", "Your wallet will ask once: for the CNX. Gas is free on this network.")
	b.hides("Your wallet will ask 2 times")
}

func TestFund_says_what_the_wallet_lacks(t *testing.T) {
	for name, c := range map[string]struct {
		cnx, native uint256.Int
		want        string
	}{
		"CNX":   {units(12), units(1), "Your wallet has only 12 CNX."},
		"coins": {units(900), units(0.001), "Your wallet has only 0.001 ETH."},
	} {
		t.Run(name, func(t *testing.T) {
			s := purseWith(0)
			s.Session.CNX, s.Session.Native = c.cnx, c.native
			funding(t, s).reads("region", "Add funds", c.want)
		})
	}
}

func TestFund_can_be_left_alone(t *testing.T) {
	b := funding(t, purseWith(5))
	b.wants("button: Not now")
	b.run(b.page.choose(actNone))
	b.hides("Number of tasks")
	if b := funding(t, purseWith(0)); b.find("button", "Not now") != nil {
		t.Error("there is nothing else to do")
	}
}

func TestFund_opens_from_a_red_line(t *testing.T) {
	b := open(t, purseWith(1))
	b.run(b.page.onAddFunds)
	b.wants("spinbutton: Number of tasks")
	if !b.asked("show purse-dialog") || !b.asked("focus purse-fund") {
		t.Error(b.did)
	}
}
