package view

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
)

// stopped has a task wallet whose network has another Task contract now.
func stopped() State {
	s := locked()
	then := NetworkSide{Token: common.HexToAddress("0x0a"), Node: common.HexToAddress("0x0b"), Task: common.HexToAddress("0x0c"), Relays: []string{"https://relay.example"}}
	now := then
	now.Task = common.HexToAddress("0x0d")
	s.Purse.Moved = &Moved{Then: then, Now: now}
	return s
}

func TestStopped_shows_both_sides(t *testing.T) {
	b := in(t, stopped())
	b.reads("region", "What has changed", "When it was made Now",
		"Task contract "+common.HexToAddress("0x0c").Hex()+" "+common.HexToAddress("0x0d").Hex(),
		"Token "+common.HexToAddress("0x0a").Hex()+" the same", "Relay https://relay.example the same")
	b.reads("region", "The task wallet signs nothing", "84 CNX", "The key is still yours.", "keystore file")
	b.wants("button: Unlock with one signature", "form: Open the backup")
	for _, button := range []string{"Add funds", "Take everything out", "Send everything back"} {
		if b.find("button", button) != nil {
			t.Errorf("there is a button %q", button)
		}
	}
	b.isOrderly()
}

func TestStopped_lets_the_backup_be_written(t *testing.T) {
	b := in(t, stopped())
	b.become(func(s *State) { s.Purse.Step = "Waiting for your wallet" })
	b.become(func(s *State) { s.Purse.Step, s.Purse.Held = "", true })
	b.wants("status: The key is here, and signs nothing. Write its backup now.", "form: Save the backup", "form: Prove the backup")
	b.values[passwordID], b.values[repeatID] = secret, secret
	b.run(b.page.onSaveBackup)
	if !b.asked("save backup " + secret) {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Purse.Problem = job.Problem{Title: "The password does not open the file"} })
	b.wants("alert: The password does not open the file")
	b.isOrderly()
}

func TestStopped_when_somebody_else_has_the_key(t *testing.T) {
	s := kept(ByBrowser)
	s.Purse.Taken, s.Purse.Problem = true, job.Problem{Title: "Somebody else has the key"}
	b := in(t, s)
	b.reads("region", "The task wallet signs nothing", "There is code at the address of your task wallet", "The key is still yours.")
	b.wants("alert: Somebody else has the key", "button: Unlock")
	if b.find("region", "What has changed") != nil {
		t.Error("nothing has changed")
	}
	b.isOrderly()
}

func TestStopped_is_shown_to_a_task(t *testing.T) {
	b := open(t, stopped())
	b.fill("prompt", "a fox")
	b.run(b.page.onSubmit(&b.page.image))
	if len(b.submitted) > 0 || b.find("region", "What has changed") == nil {
		t.Error(b.did)
	}
}
