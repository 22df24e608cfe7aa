//go:build !js

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// stored waits until the browser's database has the task in a phase. What the
// page shows is a moment ahead of the disk; what it does is not.
func (v *visitor) stored(phase job.Phase) {
	v.t.Helper()
	v.until(fmt.Sprintf("a stored task in phase %q", phase), func() bool {
		var phases []job.Phase
		v.run(chromedp.Evaluate(`new Promise((ok) => {
			const opening = indexedDB.open("crynux-dapp:/");
			opening.onsuccess = () => {
				const reading = opening.result.transaction("jobs").objectStore("jobs").getAll();
				reading.onsuccess = () => {
					opening.result.close();
					ok(reading.result.map((record) => JSON.parse(new TextDecoder().decode(record)).phase));
				};
			};
		})`, &phases, awaited))
		return slices.Contains(phases, phase)
	})
}

// results is how the Relay counts what is fetched.
const results = "GET /v1/inference_tasks/:task_id/results/:image_num"

// asked checks how often the wallet's person was asked in all.
func (v *visitor) asked(want map[string]int) {
	v.t.Helper()
	if got := v.prompts(digests); !maps.Equal(got, want) {
		v.t.Errorf("the wallet asked %v, want %v", got, want)
	}
}

// TestResumeInEveryPhase reloads the page in each phase of a task. It must go on by
// itself, or by one click where something is still to be paid, and end with its
// pictures, paid for once. What a page that is killed leaves is TestCrash's.
func TestResumeInEveryPhase(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	v.until("the balance", func() bool { return v.has("group", "Balances") })
	w := v.wallet(digests)

	const cups = "three cups"
	v.part("checking", func(*testing.T) {
		release := v.holds(n.RPC + "/*")
		v.order(cups, 3)
		v.sees("Checking balances and nodes")
		v.stored(job.Checking)
		v.reload()
		v.find("article", "Task: "+cups)
		release()
		v.sees("Nothing was charged. It is paid when you let it go on.")
		w.AnswerWith(asking(sending))
		v.click("button", "Go on")
		v.awaits(digests, sending)
	})
	v.part("the_wallet_asks_for_the_approval", func(*testing.T) {
		v.reload()
		v.problem("No payment has left your wallet", "Nothing was charged.")
		v.confirms(digests, sending) // the question of the page that is gone
		v.click("button", "Go on")   // finds the approval that was sent meanwhile
		v.sees("Confirm the payment in your wallet")
		v.awaits(digests, sending)
	})
	v.part("the_wallet_asks_for_the_payment", func(*testing.T) {
		v.reload()
		v.problem("No payment has left your wallet", "No CNX was charged, only gas.")
		w.AnswerWith(asking(signing))
		n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		v.confirms(digests, sending)
		v.click("button", "Go on")
		v.awaits(digests, signing)
	})
	v.part("the_wallet_asks_for_the_signature", func(*testing.T) {
		v.reload()
		v.until("the question of the new page", func() bool { return v.prompts(digests)[signing] == 2 })
		v.rejects(digests, signing) // the old one has nobody who waits for it
		v.confirms(digests, signing)
		v.stored(job.Running)
	})
	v.part("the_nodes_work", func(*testing.T) {
		v.reload()
		v.sees("The nodes are at work")
		n.Nodes.SetFaults(devrelay.NodeFaults{})
		v.confirms(digests, signing)
		v.find("image", cups+" (1 of 3)")
		v.awaits(digests, signing)
	})
	v.part("between_two_results", func(t *testing.T) {
		fetched := n.Relay.Stats()[results]
		v.reload()
		v.find("image", cups+" (1 of 3)")
		v.until("the question of the new page", func() bool { return v.prompts(digests)[signing] == 5 })
		if now := n.Relay.Stats()[results]; now != fetched {
			t.Errorf("the first picture was fetched again: %d requests, then %d", fetched, now)
		}
		w.AnswerWith(devchain.ApproveAll)
		v.confirms(digests, signing)
		v.confirms(digests, signing)
		v.done(cups, 3)
		v.asked(map[string]int{connecting: 1, sending: 2, signing: 6})
	})
	v.part("all_is_here", func(t *testing.T) {
		v.stored(job.Done)
		asked, prompts := n.Relay.Stats(), v.prompts(digests)
		n.Relay.SetFaults(devrelay.Faults{Down: true})
		v.reload()
		v.done(cups, 3)
		if got := v.value("textbox", "Prompt"); got != cups {
			t.Errorf("the form holds %q", got)
		}
		if now := n.Relay.Stats(); now[results] != asked[results] ||
			now["POST /v1/inference_tasks"] != asked["POST /v1/inference_tasks"] {
			t.Errorf("the Relay was asked again: %v, then %v", asked, now)
		}
		v.asked(prompts)
		n.Relay.SetFaults(devrelay.Faults{LateSync: time.Hour})
	})

	const room = "a waiting room"
	v.part("the_approval_is_pending", func(*testing.T) {
		n.Chain.Pause()
		v.order(room, 1)
		v.stored(job.ApprovalPending)
		v.reload()
		v.sees("Waiting for the approval to be mined")
		n.Chain.Resume()
		v.sees("Paused") // the payment is new in this visit
		w.AnswerWith(asking(sending))
		v.click("button", "Go on")
		v.awaits(digests, sending)
	})
	v.part("the_payment_is_pending", func(*testing.T) {
		n.Chain.Pause()
		w.AnswerWith(devchain.ApproveAll)
		v.confirms(digests, sending)
		v.stored(job.CreatePending)
		v.reload()
		v.sees("Waiting for the payment to be mined")
		n.Chain.Resume()
	})
	v.part("the_Relay_is_late", func(*testing.T) {
		v.sees("The Relay has not seen the task yet.")
		v.reload()
		v.sees("The Relay has not seen the task yet.")
		n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		n.Relay.SetFaults(devrelay.Faults{})
	})
	v.part("nobody_is_there_until_the_end", func(t *testing.T) {
		v.stored(job.Running)
		v.run(chromedp.Navigate("about:blank")) // the person has left
		n.Nodes.SetFaults(devrelay.NodeFaults{})
		v.until("the results at the Relay", func() bool {
			times, ok := n.Relay.Times(2)
			return ok && !times.ResultsUploaded.IsZero()
		})
		v.open(n.Page)
		v.doneAs(2, room, 1)
		if asked := v.prompts(digests)[sending]; asked != 4 {
			t.Errorf("the wallet was asked to send %d transactions for two tasks", asked)
		}
	})

	const shop = "a closed shop"
	v.part("it_has_failed", func(*testing.T) {
		v.find("button", "Wallet "+w.Address().Hex())
		w.Answer(sending, devchain.Reject)
		v.order(shop, 1)
		v.problem("You said no in the wallet", "Nothing was charged.")
		v.stored(job.Failed)
		v.reload()
		v.problem("You said no in the wallet", "Nothing was charged.")
		v.find("button", "Wallet "+w.Address().Hex())
		v.click("button", "Ask again")
		v.doneAs(3, shop, 1)
	})
}

// toPayment brings a task to the wallet's question for the payment.
func (v *visitor) toPayment(prompt string) {
	v.t.Helper()
	v.wallet(digests).AnswerWith(asking(sending))
	v.order(prompt, 1)
	v.confirms(digests, sending)
	v.sees("Confirm the payment in your wallet")
	v.awaits(digests, sending)
}

func TestResumeAskedTwiceAndBothConfirmed(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	const prompt = "two purses"
	v.toPayment(prompt)
	v.reload()
	v.click("button", "Go on")
	v.until("a second question", func() bool { return v.prompts(digests)[sending] == 3 })
	v.confirms(digests, sending)
	v.confirms(digests, sending)
	v.done(prompt, 1) // both had the same nonce: the second could not be sent
	if cnx := v.cnx(v.wallet(digests).Address()); cnx != 270 {
		t.Errorf("%d CNX left", cnx)
	}
}
