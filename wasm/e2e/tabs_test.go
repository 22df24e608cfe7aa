//go:build !js

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/debugger"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// elsewhere is what a tab says whose tasks run in another one.
const elsewhere = "Your tasks run in another tab of this browser"

// another opens the page in one more tab of the same browser, before all others.
func (v *visitor) another() *visitor {
	v.t.Helper()
	ctx, cancel := chromedp.NewContext(v.ctx)
	if err := chromedp.Run(ctx); err != nil {
		v.t.Fatal(err)
	}
	w := &visitor{t: v.t, ctx: ctx, net: v.net, close: cancel}
	w.t.Cleanup(func() {
		if w.t.Failed() {
			w.t.Log("page of the other tab:", w.outline(), w.said())
		}
		cancel()
	})
	chromedp.ListenTarget(ctx, w.listen)
	w.size(1440, 900, false)
	w.before(clockScript(v.net.Chain.Clock()))
	w.front()
	w.open(v.net.Page)
	return w
}

// front looks at a tab: one in the background draws nothing.
func (v *visitor) front() {
	v.t.Helper()
	v.run(page.BringToFront())
}

func TestTwoTabsShowOneWork(t *testing.T) {
	t.Parallel()
	n := network(t)
	n.Nodes.SetFaults(devrelay.NodeFaults{SlowWork: 60 * time.Second})
	one := visit(t, n)
	one.connect(digests)
	const first, second = "two doors", "three doors"
	one.order(first, 1)
	one.stored(job.Running)

	two := one.another()
	two.find("status", elsewhere)
	two.find("article", "Task: "+first)
	if two.has("button", "Connect wallet") {
		t.Error("a tab that only shows offers to connect a wallet")
	}
	two.fill("textbox", "Prompt", second)
	two.click("button", "Generate") // leads to the button that helps
	two.until("the focus", func() bool { return two.focused() == "Work in this tab" })
	two.fits()
	two.top()
	two.shot("tabs-elsewhere")
	two.size(390, 844, true)
	two.dark(true)
	two.fits()
	two.top()
	two.shot("tabs-elsewhere-phone-dark")
	two.size(1440, 900, false)
	two.dark(false)

	two.click("button", "Work in this tab")
	two.gone("status", elsewhere)
	two.begins("button", "Wallet 0x")
	one.front()
	one.find("status", elsewhere)
	two.front()
	if text := two.value("textbox", "Prompt"); text != second {
		t.Errorf("the prompt is %q after the change", text)
	}
	n.Nodes.SetFaults(devrelay.NodeFaults{})
	two.done(first, 1)
	one.front()
	one.shown(first, 1) // live
	two.front()
	two.asked(map[string]int{connecting: 1, sending: 2, signing: 2})

	n.Nodes.SetFaults(devrelay.NodeFaults{SlowWork: 60 * time.Second})
	two.click("button", "Generate")
	two.until("the second task runs", func() bool { return two.tasks() == 2 })
	two.stored(job.Running)
	two.reload() // the place stays where it is
	two.begins("button", "Wallet 0x")
	two.find("article", "Task: "+second)
	if two.has("status", elsewhere) {
		t.Error("a reload gave the place away")
	}
	two.whole()
	two.close()
	one.front()
	one.gone("status", elsewhere)
	n.Nodes.SetFaults(devrelay.NodeFaults{})
	one.shown(second, 1)
	one.until("both are verified", func() bool { return one.verdicts() == 2 })
	if got := one.tasks(); got != 2 {
		t.Errorf("%d tasks were paid for", got)
	}
	one.whole()
}

// TestTabThatHangsIsGivenUp stops the program of a tab while the wallet asks for the
// payment. The person says yes in the wallet; another tab takes the place, finds the
// payment and ends the task. Then the first tab wakes up.
func TestTabThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	n := network(t)
	one := visit(t, n)
	one.connect(digests)
	two := one.another()
	two.find("status", elsewhere)
	one.front()
	const prompt = "a stopped clock"
	one.toPayment(prompt)
	question := one.awaits(digests, sending)
	one.run(chromedp.ActionFunc(func(ctx context.Context) error {
		if _, err := debugger.Enable().Do(ctx); err != nil {
			return err
		}
		return debugger.Pause().Do(ctx)
	}))
	wallet := one.wallet(digests)
	wallet.AnswerWith(devchain.ApproveAll)
	if err := wallet.Decide(question.ID, devchain.Approve); err != nil {
		t.Fatal(err)
	}
	two.front()
	two.gone("status", elsewhere) // by itself
	two.begins("button", "Wallet 0x")
	two.until("the task goes on", func() bool {
		if two.has("button", "Go on") {
			two.click("button", "Go on")
		}
		return two.has("image", prompt)
	})
	two.done(prompt, 1)
	want := map[string]int{connecting: 1, sending: 2, signing: 2}
	two.asked(want)

	one.run(debugger.Resume(), debugger.Disable())
	one.front()
	one.find("status", elsewhere)
	one.shown(prompt, 1)
	two.asked(want)
	two.front()
	if got := two.tasks(); got != 1 {
		t.Errorf("%d tasks were paid for", got)
	}
	if two.has("status", elsewhere) {
		t.Error("the tab that woke up took the place back")
	}
	one.whole()
	two.whole()
}
