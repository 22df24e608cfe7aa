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

// Each journey here reloads the page in one phase of a task. It must go on by
// itself, or by one click where something is still to be paid, and end with its
// pictures, paid for once.

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

func TestResumeWhileChecking(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	v.until("the balance", func() bool { return v.has("group", "Balances") })
	const prompt = "a scale"
	release := v.holds(n.RPC + "/*")
	v.order(prompt, 1)
	v.sees("Checking balances and nodes")
	v.stored(job.Checking)
	v.reload()
	v.find("article", "Task: "+prompt)
	release()
	v.sees("Nothing was charged. It is paid when you let it go on.")
	v.click("button", "Go on")
	v.done(prompt, 1)
	v.asked(map[string]int{connecting: 1, sending: 2, signing: 2})
}

func TestResumeWhileTheWalletAsksForTheApproval(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	v.wallet(digests).AnswerWith(asking(sending))
	const prompt = "an open hand"
	v.order(prompt, 1)
	v.awaits(digests, sending)
	v.reload()
	v.problem("No payment has left your wallet", "Nothing was charged.")
	v.confirms(digests, sending) // the question of the page that is gone
	v.wallet(digests).AnswerWith(devchain.ApproveAll)
	v.click("button", "Go on") // finds the approval that was sent meanwhile
	v.done(prompt, 1)
	v.asked(map[string]int{connecting: 1, sending: 2, signing: 2})
}

func TestResumeWhileTheApprovalIsPending(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	n.Chain.Pause()
	const prompt = "a waiting room"
	v.order(prompt, 1)
	v.stored(job.ApprovalPending)
	v.reload()
	v.sees("Waiting for the approval to be mined")
	n.Chain.Resume()
	v.sees("Paused") // the payment is new in this visit
	v.click("button", "Go on")
	v.done(prompt, 1)
	v.asked(map[string]int{connecting: 1, sending: 2, signing: 2})
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

func TestResumeWhileTheWalletAsksForThePayment(t *testing.T) {
	t.Parallel()
	t.Run("answered_after_the_reload", func(t *testing.T) {
		v := visit(t, network(t))
		v.connect(digests)
		const prompt = "a purse"
		v.toPayment(prompt)
		v.reload()
		v.problem("No payment has left your wallet", "No CNX was charged, only gas.")
		v.confirms(digests, sending)
		v.click("button", "Go on")
		v.done(prompt, 1)
		v.asked(map[string]int{connecting: 1, sending: 2, signing: 2})
	})
	t.Run("asked_twice_and_both_confirmed", func(t *testing.T) {
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
	})
}

func TestResumeWhileThePaymentIsPending(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	const prompt = "a coin in the air"
	v.toPayment(prompt)
	n.Chain.Pause()
	v.wallet(digests).AnswerWith(devchain.ApproveAll)
	v.confirms(digests, sending)
	v.stored(job.CreatePending)
	v.reload()
	v.sees("Waiting for the payment to be mined")
	n.Chain.Resume()
	v.done(prompt, 1)
	v.asked(map[string]int{connecting: 1, sending: 2, signing: 2})
}

func TestResumeWhileUploading(t *testing.T) {
	t.Parallel()
	t.Run("the_wallet_asks", func(t *testing.T) {
		v := visit(t, network(t))
		v.connect(digests)
		v.wallet(digests).AnswerWith(asking(signing))
		const prompt = "a pen"
		v.order(prompt, 1)
		v.awaits(digests, signing)
		v.reload()
		v.until("the question of the new page", func() bool { return v.prompts(digests)[signing] == 2 })
		v.rejects(digests, signing) // the old one has nobody who waits for it
		v.wallet(digests).AnswerWith(devchain.ApproveAll)
		v.confirms(digests, signing)
		v.done(prompt, 1)
	})
	t.Run("the_Relay_is_late", func(t *testing.T) {
		n := network(t)
		n.Relay.SetFaults(devrelay.Faults{LateSync: time.Hour})
		v := visit(t, n)
		v.connect(digests)
		const prompt = "a slow letter"
		v.order(prompt, 1)
		v.sees("The Relay has not seen the task yet.")
		v.reload()
		v.sees("The Relay has not seen the task yet.")
		n.Relay.SetFaults(devrelay.Faults{})
		v.done(prompt, 1)
	})
}

func TestResumeWhileTheNodesWork(t *testing.T) {
	t.Parallel()
	n := network(t)
	n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	v := visit(t, n)
	v.connect(digests)
	const prompt = "a workshop at night"
	v.order(prompt, 2)
	v.stored(job.Running)
	v.reload()
	v.sees("The nodes are at work")
	n.Nodes.SetFaults(devrelay.NodeFaults{})
	v.done(prompt, 2)
	v.asked(map[string]int{connecting: 1, sending: 2, signing: 3})
}

func TestResumeAfterTheNodesFinishedAlone(t *testing.T) {
	t.Parallel()
	n := network(t)
	n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	v := visit(t, n)
	v.connect(digests)
	const prompt = "a letter box"
	v.order(prompt, 1)
	v.stored(job.Running)
	v.run(chromedp.Navigate("about:blank")) // the person has left
	n.Nodes.SetFaults(devrelay.NodeFaults{})
	v.until("the results at the Relay", func() bool {
		times, ok := n.Relay.Times(1)
		return ok && !times.ResultsUploaded.IsZero()
	})
	v.open(n.Page)
	v.done(prompt, 1)
}

func TestResumeBetweenTwoResults(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	v.wallet(digests).AnswerWith(asking(signing))
	const prompt = "three cups"
	v.order(prompt, 3)
	v.confirms(digests, signing) // the arguments
	v.confirms(digests, signing) // the first picture
	v.find("image", prompt+" (1 of 3)")
	v.awaits(digests, signing)
	fetched := n.Relay.Stats()[results]
	v.reload()
	v.find("image", prompt+" (1 of 3)")
	v.until("the question of the new page", func() bool { return v.prompts(digests)[signing] == 4 })
	if now := n.Relay.Stats()[results]; now != fetched {
		t.Errorf("the first picture was fetched again: %d requests, then %d", fetched, now)
	}
	v.wallet(digests).AnswerWith(devchain.ApproveAll)
	v.confirms(digests, signing)
	v.confirms(digests, signing)
	v.done(prompt, 3)
}

func TestResumeShowsWhatIsDoneFromTheStore(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	const prompt = "a shelf of books"
	v.order(prompt, 4)
	v.done(prompt, 4)
	v.stored(job.Done)
	asked, prompts := n.Relay.Stats(), v.prompts(digests)
	n.Relay.SetFaults(devrelay.Faults{Down: true})
	v.reload()
	v.done(prompt, 4)
	if got := v.value("textbox", "Prompt"); got != prompt {
		t.Errorf("the form holds %q", got)
	}
	if now := n.Relay.Stats(); now[results] != asked[results] ||
		now["POST /v1/inference_tasks"] != asked["POST /v1/inference_tasks"] {
		t.Errorf("the Relay was asked again: %v, then %v", asked, now)
	}
	v.asked(prompts)
}

func TestResumeShowsWhatFailed(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	v.wallet(digests).Answer(sending, devchain.Reject)
	const prompt = "a closed shop"
	v.order(prompt, 1)
	v.problem("You said no in the wallet", "Nothing was charged.")
	v.stored(job.Failed)
	v.reload()
	v.problem("You said no in the wallet", "Nothing was charged.")
	v.find("button", "Wallet "+v.wallet(digests).Address().Hex())
	v.click("button", "Ask again")
	v.done(prompt, 1)
}
