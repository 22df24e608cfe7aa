package view

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const secret = "correct horse battery"

func TestBackup_saves_under_a_password(t *testing.T) {
	b := in(t, randomPurse())
	b.values[passwordID], b.values[repeatID] = secret, secret
	b.run(b.page.onSaveBackup)
	if !b.asked("save backup " + secret) {
		t.Fatal(b.did)
	}
	b.wants("status: The file was saved. Now prove that it opens.")
	if b.values[passwordID] != "" || b.values[repeatID] != "" {
		t.Error("the password stays in the fields")
	}
	if b.did[len(b.did)-1] != "focus "+fileID {
		t.Error("the next step is not shown:", b.did)
	}
}

func TestBackup_refuses_passwords(t *testing.T) {
	for _, c := range []struct{ name, first, second, want, focus string }{
		{"none", "", "", "Take at least 10 characters", passwordID},
		{"short", "123456789", "123456789", "Take at least 10 characters", passwordID},
		{"short in letters of many bytes", "пароль", "пароль", "Take at least 10 characters", passwordID},
		{"two", secret, secret + " ", "The two are not the same.", repeatID},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := in(t, randomPurse())
			b.values[passwordID], b.values[repeatID] = c.first, c.second
			b.run(b.page.onSaveBackup)
			b.reads("form", "Save the backup", c.want)
			if !b.asked("focus "+c.focus) || slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "save") }) {
				t.Error(b.did)
			}
		})
	}
}

func TestBackup_that_fails_is_said(t *testing.T) {
	b := in(t, randomPurse())
	b.fails = errors.New("scrypt: out of memory")
	b.values[passwordID], b.values[repeatID] = secret, secret
	b.run(b.page.onSaveBackup)
	b.reads("form", "Save the backup", "The file could not be written. Nothing was changed; try again.")
	b.hides("The file was saved", "out of memory")
	b.isOrderly()
}

func TestBackup_is_proven_with_the_file(t *testing.T) {
	b := in(t, randomPurse())
	b.values[fileID] = secret
	b.run(b.page.onOpenBackup)
	if !b.asked("open backup " + secret) {
		t.Fatal(b.did)
	}
	if b.values[fileID] != "" {
		t.Error("the password stays in the field")
	}
	b.become(func(s *State) { s.Purse.Step = "Opening the backup" })
	b.become(func(s *State) { s.Purse.Step, s.Purse.BackedUp = "", true })
	b.wants("status: The backup opens: it is proven.", "spinbutton: Number of tasks")
}

func TestBackup_that_does_not_open_is_said(t *testing.T) {
	t.Run("no_password", func(t *testing.T) {
		b := in(t, randomPurse())
		b.run(b.page.onOpenBackup)
		b.reads("form", "Prove the backup", "Type the password of the file.")
		if !b.asked("focus " + fileID) {
			t.Error(b.did)
		}
	})
	t.Run("no_file", func(t *testing.T) {
		b := in(t, randomPurse())
		b.fails = errors.New("no file was chosen")
		b.values[fileID] = secret
		b.run(b.page.onOpenBackup)
		b.reads("form", "Prove the backup", "No file was opened. Choose the backup file.")
		b.wants("form: Save the backup")
	})
}

func TestBackup_never_shows_a_password(t *testing.T) {
	b := in(t, randomPurse())
	b.values[passwordID], b.values[repeatID] = secret, secret+"!"
	b.run(b.page.onSaveBackup)
	b.values[fileID] = secret
	b.run(b.page.onOpenBackup)
	b.dom().walk(func(n *node) {
		for _, value := range n.attr {
			if strings.Contains(value, secret) {
				t.Errorf("%s %v", n.tag, n.attr)
			}
		}
	})
	b.hides(secret)
}

func TestBackup_of_a_derived_key_is_a_choice(t *testing.T) {
	b := in(t, purseWith(5))
	b.run(b.page.choose(actBackup))
	b.wants("form: Save the backup", "button: Back")
	b.hides("This key cannot be made again")
	b.isOrderly()
	b.run(b.page.choose(actNone))
	b.wants("button: Back up")
}
