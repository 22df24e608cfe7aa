package view

import (
	"strings"
	"testing"
)

func TestLock_keeps_what_was_typed(t *testing.T) {
	b := in(t, purseWith(5))
	b.fill("prompt", "a fox in the snow")
	b.drafts[0] = ""
	b.values["prompt"] = "a fox in the rain" // typed, and the field not left yet
	b.run(b.page.onLock)
	if !b.asked("lock purse") {
		t.Error(b.did)
	}
	if !strings.Contains(b.drafts[0], "a fox in the rain") {
		t.Errorf("the draft is %q, and the page is loaded anew", b.drafts[0])
	}
}

func TestLock_says_what_opens_it_again(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Purse)
		want   string
	}{
		{"signature", func(*Purse) {}, "One signature opens it again."},
		{"browser", func(p *Purse) { p.Remembered = ByBrowser }, "What this browser keeps opens it again."},
		{"by chance", func(p *Purse) { p.Random, p.BackedUp = true, true }, "Only the backup file opens it again."},
		{"by chance, kept", func(p *Purse) { p.Random, p.BackedUp, p.Remembered = true, true, ByPassphrase }, "What this browser keeps opens it again."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := purseWith(5)
			c.change(&s.Purse)
			in(t, s).reads("region", "What to do", "Lock forgets the key and loads this page anew. "+c.want)
		})
	}
}

func TestLock_says_why(t *testing.T) {
	s := locked()
	s.Purse.Leaving = true
	in(t, s).wants("status: It is locked. This page is loaded anew as soon as your wallet has answered and everything is saved.")
	s = locked()
	s.Purse.Idle = true
	in(t, s).wants("status: It was locked because nobody was here for 30 minutes.")
}
