//go:build !js

package e2e

import (
	"fmt"
	"testing"
)

// setUp makes the task wallet of a connected wallet and puts money for some tasks
// into it.
func (v *visitor) setUp(tasks int) {
	v.t.Helper()
	v.click("button", "Set up task wallet")
	v.click("button", "Make task wallet")
	v.putIn(tasks)
}

func (v *visitor) putIn(tasks int) {
	v.t.Helper()
	v.fill("spinbutton", "Number of tasks", fmt.Sprint(tasks))
	v.pressSend()
	v.sees(fmt.Sprintf("about %d task", tasks))
	v.click("button", "Close")
}

// pressSend presses the button that names what is sent.
func (v *visitor) pressSend() {
	v.t.Helper()
	v.click("button", v.begins("button", "Send ").name)
}

// TestPurse walks the way of everybody with an ordinary wallet.
func TestPurse(t *testing.T) {
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	wallet := n.Wallets[1]
	before := len(wallet.Prompts())
	v.setUp(4)
	v.shot("purse-funded-1440")
	if got := len(wallet.Prompts()) - before; got != 4 {
		t.Errorf("%d prompts to set up, want 4", got)
	}
	for i := range 2 {
		v.fill("textbox", "Prompt", fmt.Sprintf("a lighthouse, number %d", i))
		v.fill("spinbutton", "Pictures", "1")
		v.click("button", "Generate")
		v.find("image", fmt.Sprintf("a lighthouse, number %d", i))
	}
	v.click("link", "Chat")
	v.fill("textbox", "Question", "What is a lighthouse for?")
	v.click("button", "Ask")
	v.find("button", "Copy")
	if got := len(wallet.Prompts()) - before; got != 4 {
		t.Errorf("%d prompts after three tasks, want none after the fourth", got)
	}

	v.reload()
	v.click("button", "Unlock task wallet")
	v.click("button", "Unlock with one signature")
	v.click("button", "Take everything out")
	v.click("button", "Send everything back")
	v.sees("It was sent to your wallet.")
	if got := len(wallet.Prompts()) - before; got != 5 {
		t.Errorf("%d prompts, want one more after the reload", got)
	}
}
