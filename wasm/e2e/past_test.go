//go:build !js

package e2e

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// TestPastTasksComeBack: a person who lost everything but the wallet gets the picture
// back, checked against the chain, with one signature.
func TestPastTasksComeBack(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.setUp(2)
	v.fill("textbox", "Prompt", "a heron in the reeds")
	v.fill("spinbutton", "Pictures", "2")
	v.click("button", "Generate")
	v.find("image", "a heron in the reeds (2 of 2)")
	v.click("button", "verified")

	wallet := n.Wallets[1]
	before := len(wallet.Prompts())
	v = visit(t, n) // a browser that knows nothing
	v.click("link", "Activity")
	v.find("heading", "Past tasks")
	v.find("heading", "All tasks")
	v.sees("There are none in this browser yet.")
	v.connect(modern)
	connected := len(wallet.Prompts())
	v.click("link", "Images")
	v.click("button", "Set up task wallet")
	v.click("button", "Make task wallet")
	v.sees("The task wallet is open.")
	v.click("button", "Close")
	if got := len(wallet.Prompts()) - connected; got != 1 {
		t.Errorf("%d prompts to unlock the task wallet, want one signature (%d with connecting)", got, len(wallet.Prompts())-before)
	}
	v.click("link", "Find its tasks")
	v.click("button", "Find my past tasks")
	v.sees("1 task found and added to the list.")
	v.shot("past-found-1440")
	v.dark(true)
	v.shot("past-found-1440-dark")
	v.dark(false)
	v.click("button", "Fetch the results of 1 task")
	v.sees("Done, verified")
	v.click("button", "Show: Recovered picture task #1")
	v.find("image", "Recovered picture task #1 (2 of 2)")
	v.click("button", "verified")
	v.sees("Whether it is what was asked for cannot be checked here")
	v.click("button", "Close")
	v.shot("past-back-1440")
	v.size(390, 844, true)
	v.top()
	v.fits()
	v.shot("past-back-390")
	v.size(1440, 900, false)
	if got := len(wallet.Prompts()) - connected; got != 1 {
		t.Errorf("%d prompts in all, want one signature", got)
	}
	v.click("button", "Find my past tasks")
	v.sees("Nothing new was found: 1 task was here already.")
	v.reload()
	v.find("button", "Show: Recovered picture task #1")

	v.part("a stranger's are only shown", func(t *testing.T) {
		v := visit(t, n)
		v.click("link", "Activity")
		v.click(disclosure, "Look at another address")
		v.fill("textbox", "Address", "0x12")
		v.click("button", "Look")
		if text := v.complaint("textbox", "Address"); !strings.Contains(text, "0x and 40 more digits") {
			t.Errorf("it says %q", text)
		}
		v.fill("textbox", "Address", common.HexToAddress("0x1234").Hex())
		v.click("button", "Look")
		v.sees("No tasks were found.")
	})
	v.whole()
}

// TestQueue: tasks that wait have an order and can be held back, and nothing was charged
// for those that are removed.
func TestQueue(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.setUp(4)
	n.Chain.Pause()
	for _, prompt := range []string{"one", "two", "three", "four"} {
		v.order(prompt, 1)
	}
	v.find("heading", "Images")
	v.sees("3 tasks wait")
	v.sees("It will cost 90 CNX, and gas.")
	v.click("button", "Move up: four")
	v.click("button", "Remove: two")
	v.sees("Removed. Nothing was charged.")
	v.click("button", "Pause: three")
	v.find("button", "Go on for 30 CNX: three")
	v.shot("queue-1440")
	v.dark(true)
	v.shot("queue-1440-dark")
	v.dark(false)
	v.size(390, 844, true)
	v.fits()
	v.find("button", "Go on for 30 CNX: three")
	v.click("link", "Activity")
	v.shot("queue-390")
	v.click("link", "Images")
	v.size(1440, 900, false)
	v.click("button", "Pause all")
	v.sees("2 tasks are paused")
	n.Chain.Resume()
	v.until("the approval is mined, and its payment waits", func() bool { return v.has("button", "Go on for 30 CNX: one") })
	v.click("button", "Go on for 30 CNX: one")
	v.find("image", "one")
	if got := v.tasks(); got != 1 {
		t.Errorf("%d tasks were paid, want the one that goes on", got)
	}
	v.reload()
	v.sees("2 tasks are paused")
	v.click("button", "Unlock task wallet")
	v.click("button", "Unlock with one signature")
	v.sees("The task wallet is open.")
	v.click("button", "Close")
	if got := v.tasks(); got != 1 {
		t.Errorf("%d tasks after a reload: it paid by itself", got)
	}
	v.click("button", "Go on with all for 60 CNX")
	v.find("image", "four")
	v.find("image", "three")
	if got := v.tasks(); got != 3 {
		t.Errorf("%d tasks for the three that were not removed", got)
	}
	v.whole()
}
