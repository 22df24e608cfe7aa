package view

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
)

func TestWallet_shows_what_is_approved_and_takes_it_back(t *testing.T) {
	s := connected()
	b := open(t, s)
	b.reads("region", "Approval", "No CNX of this account are approved")
	if b.find("button", "Revoke") != nil {
		t.Error("there is nothing to revoke")
	}
	b.become(func(s *State) { s.Session.Allowance = units(150) })
	b.reads("region", "Approval", "Approved for tasks: 150 CNX", "Revoking costs only gas")
	if b.off("Revoke") {
		t.Error("it cannot be pressed")
	}
	b.run(b.page.onRevoke)
	if !b.asked("revoke") {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Session.Revocation = Revocation{Asking: true} })
	b.reads("region", "Approval", "Confirm it in your wallet. It costs only gas.")
	if !b.off("Revoke") {
		t.Error("it can be pressed twice")
	}
	b.become(func(s *State) { s.Session.Revocation = Revocation{Hash: common.Hash{1}} })
	b.reads("region", "Approval", "Waiting for it to be mined", "0x0100")
	b.isOrderly()
	b.become(func(s *State) {
		s.Session.Revocation, s.Session.Allowance = Revocation{Done: true}, units(0)
	})
	b.reads("region", "Approval", "Revoked: nothing can be taken any more.")
	if !b.asked("focus revoked") {
		t.Errorf("the focus was lost with the button: %q", b.did)
	}
	b.become(func(s *State) {
		s.Session.Revocation, s.Session.Allowance = Revocation{Done: true, Left: job.Unlimited()}, job.Unlimited()
	})
	b.reads("region", "Approval", "Still approved: an unlimited amount", "changed or cancelled in the wallet")
	b.become(func(s *State) {
		s.Session.Revocation = Revocation{Problem: job.Problem{Title: "You said no in the wallet", Quiet: true}}
	})
	b.reads("region", "Approval", "You said no in the wallet")
	b.become(func(s *State) { s.Session.ChainID = 1 })
	if !b.off("Revoke") {
		t.Error("it can be pressed while the wallet is elsewhere")
	}
}

func TestWallet_is_told_of_the_token(t *testing.T) {
	b := open(t, connected())
	if b.off("Add CNX to the wallet") {
		t.Error("it cannot be pressed")
	}
	for listing, want := range map[Listing]string{
		"asking": "Your wallet asks whether to show CNX.", "listed": "Your wallet knows CNX now.",
		"no": "CNX was not added. Nothing else changes.", "unable": "This wallet cannot be told of a token.",
	} {
		b.become(func(s *State) { s.Session.Listing = listing })
		b.reads("dialog", "Your wallet", want)
		if off := b.off("Add CNX to the wallet"); off != (listing == "asking") {
			t.Errorf("%s: off %t", listing, off)
		}
		if b.find("alert", "CNX was not added. Nothing else changes.") != nil {
			t.Error("it is said loudly")
		}
	}
	b.become(func(s *State) { s.Session.ChainID = 1 })
	if !b.off("Add CNX to the wallet") {
		t.Error("the token would be added on another network")
	}
}

func TestSettings_say_why_a_wallet_is_not_used_directly(t *testing.T) {
	s := unmade()
	s.Barred = true
	b := open(t, s)
	b.reads("region", "Switched off for this wallet", "adds a prefix", "somebody else")
	if box := b.find("checkbox", directText); box.attr["checked"] == "true" {
		t.Error("it is shown as chosen")
	}
	b.wants("button: Try this wallet again")
	b.isOrderly()
	b.run(b.page.onTryDirect)
	if !b.asked("direct true") || !b.asked("focus direct") {
		t.Error(b.did)
	}
	s.Purse.Possible = false // then there is no other choice, but still a reason
	open(t, s).wants("region: Switched off for this wallet")
	s.Barred = false
	open(t, s).hides("Switched off")
}

func TestBanner_says_that_an_id_is_not_a_chain(t *testing.T) {
	s := connected()
	s.Session.Foreign = true
	b := open(t, s)
	b.reads("alert", foreignTitle, "not those of Development network", "Nothing is asked of it there")
	b.wants("button: Check the wallet again")
	b.isOrderly()
	b.become(func(s *State) { s.Session.ChainID = 1 })
	if b.find("alert", foreignTitle) != nil {
		t.Error("two reasons at once: the other network comes first")
	}
}

func TestProgress_shows_what_is_signed(t *testing.T) {
	j := ordered(job.Fetching, "a fox", 9)
	j.Outcome.Published = true
	s := connected(j)
	digest := common.HexToHash("0xfeed")
	s.Signing = map[string]Signing{j.ID: {Text: `{"image_num":"1","task_id":17}1700000045`, Digest: digest, Number: 3, Of: 10}}
	b := open(t, s)
	b.reads("region", "Signature 3 of 10", "Signature 3 of 10: your wallet asks for it now.", "What is signed", digest.Hex(), `{"image_num":"1","task_id":17}1700000045`)
	b.isOrderly()

	b.become(func(s *State) {
		s.Signing = map[string]Signing{j.ID: {Text: strings.Repeat("é", 5000), Number: 1, Of: 10}}
	})
	b.reads("region", "Signed text", "é … 1000 more characters … é")
	b.hides("Number in the wallet")
	b.become(func(s *State) { s.Signing = nil })
	b.hides("What is signed")
}

func TestProgress_asks_the_relay_again_only_by_a_click(t *testing.T) {
	j := ordered(job.Fetching, "a fox", 1)
	j.Since = now - askRelayAfter - 1
	b := open(t, connected(j))
	b.wants("button: Ask the Relay now")
	b.hides("Fetching the result")
	b.become(func(s *State) { s.Jobs[0].Eager = true })
	if b.find("button", "Ask the Relay now") != nil {
		t.Error("it is asked already")
	}
	b.reads("region", "Progress", "Fetching the result", "your wallet")
	b.become(func(s *State) {
		s.Jobs[0].Eager, s.Jobs[0].Trouble = false, job.Fault{Code: job.SignatureSpent}
	})
	b.wants("button: Ask the Relay now")
	b.reads("region", "Progress", "Ask again when you like")
}

func TestProgress_says_how_much_is_approved(t *testing.T) {
	for allow, want := range map[float64]string{0: "take 30 CNX, once", 150: "up to 150 CNX in all", -1: "without limit"} {
		j := ordered(job.AwaitApproval, "a fox", 1)
		switch allow {
		case 0:
			j.Approve.Amount = units(30)
		case -1:
			j.Approve.Amount = job.Unlimited()
		default:
			j.Approve.Amount = units(allow)
		}
		open(t, connected(j)).reads("region", "Progress", want)
	}
}

func TestWallet_icons_are_never_markup(t *testing.T) {
	const icon = `data:image/svg+xml,<svg onload="alert(1)"><script>alert(2)</script></svg>`
	s := ready()
	s.Wallets[0].Name, s.Wallets[0].Icon = `<b onclick="x()">Wallet</b>`, icon
	b := open(t, s)
	button := b.find("button", `<b onclick="x()">Wallet</b>`)
	if button == nil {
		t.Fatal("the name is not shown as it is")
	}
	images, others := 0, 0
	button.walk(func(n *node) {
		switch {
		case n.tag == "img" && n.attr["src"] == icon:
			images++
		case n.tag == "script" || n.tag == "svg" || n.tag == "b":
			others++
		}
	})
	if images != 1 || others != 0 {
		t.Errorf("%d images, %d elements of the wallet's own", images, others)
	}
}
