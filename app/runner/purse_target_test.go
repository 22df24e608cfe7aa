//go:build !js

package runner_test

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
)

func TestPurseIsSweptToATypedAddress(t *testing.T) {
	w, _, g := keeper(t, 1)
	g.fund(1)
	other := addressOf(w.chain.Key("somebody else"))
	for _, wrong := range []string{strings.ToLower(other.Hex()), other.Hex()[:41], "0x", "the owner"} {
		if got := g.set(wrong, func() { g.SweepPurse(wrong) }); got.Fault.Code != job.PurseForeignTarget || got.CNX != cnx(30) {
			t.Errorf("%q: %+v", wrong, got)
		}
	}
	before, _ := w.holds(other)
	g.set("swept", func() { g.SweepPurse(other.Hex()) })
	s := g.until("it is empty", func(s runner.Snapshot) bool { return s.Purse.Native.IsZero() && s.Purse.CNX.IsZero() })
	if !s.Purse.Fault.Zero() {
		t.Errorf("%+v", s.Purse.Fault)
	}
	native, tokens := w.holds(other)
	if tokens != cnx(30) || !native.Gt(&before) {
		t.Errorf("%s wei and %s CNX arrived", native.Dec(), tokens.Dec())
	}
}
