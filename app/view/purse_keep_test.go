package view

import (
	"slices"
	"strings"
	"testing"

	"crynux-dapp/app/job"
)

// kept is a locked task wallet whose key stays in this browser.
func kept(how Remembered) State {
	s := locked()
	s.Purse.Remembered = how
	return s
}

func TestKeep_says_how_the_key_stays(t *testing.T) {
	for _, c := range []struct {
		name  string
		state func(*Purse)
		want  string
		off   bool // that it cannot stay without a passphrase
	}{
		{"not", func(*Purse) {}, "It does not stay: after each reload one signature opens it, or its backup file.", false},
		{"passphrase", func(p *Purse) { p.Remembered = ByPassphrase }, "It stays in this browser under a passphrase.", false},
		{"browser", func(p *Purse) { p.Remembered = ByBrowser }, "It stays in this browser, and one click opens it.", true},
		{"shared origin", func(p *Purse) { p.Shared = true }, "Not at this address: other pages have the same origin", true},
		{"by chance, proven", func(p *Purse) { p.Random, p.BackedUp = true, true }, "It does not stay", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := purseWith(5)
			c.state(&s.Purse)
			b := in(t, s)
			b.run(b.page.choose(actKeep))
			b.reads("region", "How the key stays", c.want,
				"Anyone who can use this browser profile, and any program on this computer, can spend the task wallet.")
			if got := b.off("Keep it in this browser"); got != c.off {
				t.Errorf("off: %t", got)
			}
			if got := b.find("button", "Forget it here") != nil; got != (s.Purse.Remembered != NotRemembered) {
				t.Errorf("forgetting is offered: %t", got)
			}
			if !b.asked("focus purse-keep") {
				t.Error(b.did)
			}
			b.isOrderly()
		})
	}
}

func TestKeep_under_a_passphrase(t *testing.T) {
	b := in(t, purseWith(5))
	b.run(b.page.choose(actKeep))
	b.values[keepID], b.values[keepRepeatID] = secret, secret
	b.run(b.page.onKeep)
	if !b.asked(`remember "passphrase" "` + secret + `"`) {
		t.Fatal(b.did)
	}
	if b.values[keepID] != "" || b.values[keepRepeatID] != "" {
		t.Error("the passphrase stays in the fields")
	}
	b.become(func(s *State) { s.Purse.Step = "Working" })
	b.become(func(s *State) { s.Purse.Step, s.Purse.Remembered = "", ByPassphrase })
	b.wants("status: It stays in this browser under a passphrase.", "button: Remember")
}

func TestKeep_refuses_passphrases(t *testing.T) {
	for _, c := range []struct{ name, first, second, want, focus string }{
		{"none", "", "", "Take at least 10 characters", keepID},
		{"short", "пароль", "пароль", "Take at least 10 characters", keepID},
		{"two", secret, secret + " ", "The two are not the same.", keepRepeatID},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := in(t, purseWith(5))
			b.run(b.page.choose(actKeep))
			b.values[keepID], b.values[keepRepeatID] = c.first, c.second
			b.run(b.page.onKeep)
			b.reads("form", "Keep it under a passphrase", c.want)
			if !b.asked("focus "+c.focus) || slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "remember") }) {
				t.Error(b.did)
			}
		})
	}
}

func TestKeep_in_this_browser(t *testing.T) {
	b := in(t, purseWith(5))
	b.run(b.page.choose(actKeep))
	b.run(b.page.onKeepHere)
	if !b.asked(`remember "browser" ""`) {
		t.Error(b.did)
	}
	s := purseWith(5)
	s.Purse.Shared = true
	b = in(t, s)
	b.run(b.page.choose(actKeep))
	b.run(b.page.onKeepHere)
	if b.asked(`remember "browser" ""`) {
		t.Error("kept where others share the origin")
	}
}

func TestUnlock_by_what_the_browser_keeps(t *testing.T) {
	t.Run("under_a_passphrase", func(t *testing.T) {
		b := in(t, kept(ByPassphrase))
		b.wants("password field: Passphrase of this browser", "button: Unlock", "button: Unlock with one signature", "button: Forget it here", "form: Open the backup")
		b.isOrderly()
		b.run(b.page.onUnlock)
		b.reads("form", "Unlock with the passphrase", "Type the passphrase.")
		b.values[unlockID] = secret
		b.run(b.page.onUnlock)
		if !b.asked(`unlock "` + secret + `"`) {
			t.Error(b.did)
		}
		if b.values[unlockID] != "" {
			t.Error("the passphrase stays in the field")
		}
	})
	t.Run("a_wrong_one_is_said_and_can_be_tried_again", func(t *testing.T) {
		b := in(t, kept(ByPassphrase))
		b.become(func(s *State) { s.Purse.Step = "Unlocking" })
		if !b.off("Unlock") {
			t.Error("it can be asked for twice")
		}
		b.did = nil
		b.become(func(s *State) {
			s.Purse.Step, s.Purse.Problem = "", job.Problem{Title: "This is not the passphrase"}
		})
		b.wants("alert: This is not the passphrase", "password field: Passphrase of this browser")
		if !b.asked("focus "+unlockID) || b.off("Unlock") {
			t.Error(b.did)
		}
	})
	t.Run("without_one", func(t *testing.T) {
		b := in(t, kept(ByBrowser))
		b.wants("button: Unlock", "button: Unlock with one signature", "button: Forget it here")
		b.isOrderly()
		if b.asked(`unlock ""`) {
			t.Error("opened without a click")
		}
	})
	t.Run("by_chance", func(t *testing.T) {
		s := kept(ByPassphrase)
		s.Purse.Random = true
		b := in(t, s)
		b.reads("region", "The task wallet is locked", "If that does not open it, only its backup file does")
		b.wants("button: Unlock", "button: Choose the file and open it")
		if b.find("button", "Forget it here") != nil {
			t.Error("the last copy can be forgotten")
		}
		if b.find("button", "Unlock with one signature") != nil {
			t.Error("a signature opens nothing")
		}
		b.isOrderly()
	})
	t.Run("on_whatever_chain_the_wallet_is", func(t *testing.T) {
		s := kept(ByBrowser)
		s.Session.ChainID = 1
		if b := in(t, s); b.off("Unlock") {
			t.Error("the wallet is not needed")
		}
	})
}
