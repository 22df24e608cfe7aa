package view

import (
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

var foundAt = common.HexToAddress("0x1aD45b963e4aE2432cC4cfd50089F68583F2D7Eb")

// finding shows the card that looks for a task wallet.
func finding(t *testing.T, s State, found ...Found) *browser {
	t.Helper()
	s.Purse.Names = []string{"crynux.example.org", "old.example.org", "ipfs copy"}
	b := in(t, s)
	b.run(b.page.choose(actFind))
	if !b.asked("find") || !b.asked("focus purse-find") {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Purse.Step = "Looking on the blockchain" })
	b.become(func(s *State) { s.Purse.Step, s.Purse.Search = "", Search{Done: true, Whole: true, Found: found} })
	return b
}

func opens(did []string) bool {
	return slices.ContainsFunc(did, func(d string) bool { return strings.HasPrefix(d, "open ") })
}

func TestFind_announces_before_it_asks(t *testing.T) {
	for name, s := range map[string]State{"nothing here": unmade(), "locked": locked(), "open": purseWith(3), "stopped": stopped()} {
		t.Run(name, func(t *testing.T) {
			b := finding(t, s, Found{Address: foundAt, CNX: units(84), Received: units(150), Tasks: 2})
			b.reads("region", "What was found", "Found: "+foundAt.Hex()+", 84 CNX, 2 tasks, 150 CNX from you",
				"at most 3 times: crynux.example.org, old.example.org, ipfs copy", "each is a key")
			b.isOrderly()
			button := "Open " + foundAt.Hex()
			if !b.off(button) {
				t.Error("nobody said that they trust the copy")
			}
			b.run(b.page.openFound(foundAt))
			if opens(b.did) {
				t.Fatal(b.did)
			}
			b.run(b.page.onTrust)
			if b.off(button) {
				t.Error("trusted in vain")
			}
			b.run(b.page.openFound(foundAt))
			if !b.asked("open " + foundAt.Hex() + ` "" 0`) {
				t.Error(b.did)
			}
			b.become(func(s *State) { s.Purse.Step = "Waiting for your wallet" })
			if !b.off(button) {
				t.Error("it can be asked for twice")
			}
			b.become(func(s *State) {
				*s = purseWith(2)
				s.Purse.Address = foundAt
			})
			b.wants("region: The task wallet is open")
			b.hides("Find my task wallet")
		})
	}
}

func TestFind_says_what_it_could_not(t *testing.T) {
	b := finding(t, unmade())
	b.reads("region", "What was found", "Your wallet sent CNX to no account that could be a task wallet.")
	b.wants("form: Open the backup", "button: Back")
	b.become(func(s *State) { s.Purse.Search.Whole = false })
	b.reads("region", "What was found", "Only the newer part of the blockchain could be searched.")
	b.reads("region", "Find my task wallet", "It is the same for money that was sent on a wrong network")
	b.isOrderly()

	s := locked()
	b = finding(t, s, Found{Address: s.Purse.Address, CNX: units(84), Received: units(84)})
	b.reads("region", "What was found", "It is the one above.")
	if b.find("button", "Open "+s.Purse.Address.Hex()) != nil {
		t.Error("what is here is offered as if it were not")
	}
}

func TestFind_under_a_name_that_is_typed(t *testing.T) {
	b := finding(t, unmade())
	b.values[siteID] = "old.example.org"
	b.run(b.page.onFindName)
	if opens(b.did) {
		t.Fatal("not trusted:", b.did)
	}
	b.run(b.page.onTrust)
	for _, wrong := range []string{"", "https://old.example.org", "old.example.org/", "old.example.org:8080", "-x", strings.Repeat("a", 81)} {
		b.values[siteID] = wrong
		b.run(b.page.onFindName)
		b.reads("form", "Look under another name", "Type the name as it stands in the address")
	}
	b.values[siteID] = " Old.Example.org "
	for _, wrong := range []string{"-1", "100", "two"} {
		b.values[numberID] = wrong
		b.run(b.page.onFindName)
		b.reads("form", "Look under another name", "must be a whole number from 0 to 99")
	}
	if opens(b.did) {
		t.Fatal(b.did)
	}
	b.values[numberID] = ""
	b.run(b.page.onFindName)
	b.values[numberID] = "7"
	b.run(b.page.onFindName)
	nobody := common.Address{}
	if !b.asked("open "+nobody.Hex()+` "old.example.org" 0`) || !b.asked("open "+nobody.Hex()+` "old.example.org" 7`) {
		t.Error(b.did)
	}
}
