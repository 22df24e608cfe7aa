//go:build !js

package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// verdicts is how many tasks are marked as verified.
func (v *visitor) verdicts() int { return len(v.all("button", named("verified"))) }

// verified waits for the picture of the nth task that is marked as verified, and checks
// what is left of 300 CNX.
func (v *visitor) verified(nth int, prompt string, left int64) {
	v.t.Helper()
	v.find("image", prompt)
	v.until(fmt.Sprintf("%d verdicts", nth), func() bool { return v.verdicts() == nth })
	if cnx := v.cnx(v.wallet(digests).Address()); cnx != left {
		v.t.Errorf("the account has %d CNX left of 300, want %d", cnx, left)
	}
	v.whole()
}

// TestImageTroubles orders one picture in each trouble that nodes and Relay can be in.
func TestImageTroubles(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	w := v.wallet(digests)
	done, spent := 0, int64(0)
	// verified waits for the picture of one more task, which was paid for once.
	verified := func(prompt string) {
		done, spent = done+1, spent+30
		v.verified(done, prompt, 300-spent)
	}
	pause := func(t *testing.T) {
		if err := n.Nodes.Pause(context.Background()); err != nil {
			t.Error(err)
		}
	}
	resume := func(t *testing.T) {
		if err := n.Nodes.Resume(context.Background()); err != nil {
			t.Fatal(err)
		}
	}

	v.part("no_free_nodes", func(t *testing.T) {
		const prompt = "an empty harbour"
		pause(t)
		v.order(prompt, 1)
		v.problem("No free nodes for this task", "Nothing was charged")
		v.shot("image-no-nodes-1440")
		if asked := v.prompts(digests)[sending]; asked > 0 {
			t.Errorf("the wallet was asked for %d transactions", asked)
		}
		resume(t)
		v.click("button", "Check again")
		verified(prompt)
	})
	v.part("aborted_by_node_errors", func(t *testing.T) {
		const prompt = "a ship that turns back"
		n.Nodes.SetFaults(devrelay.NodeFaults{Errors: 2})
		v.order(prompt, 1)
		v.sees("The network ended the task")
		v.sees("Two nodes reported that they cannot run it.")
		v.sees("You paid 30 CNX")
		v.shot("image-aborted-1440")
		if v.verdicts() > done || v.has("image", prompt) {
			t.Error("there is a result of a task that was aborted")
		}
		spent = 300 - v.cnx(w.Address())
		v.until("all nodes to be free again", func() bool { return v.freeNodes() >= 3 })
		v.click("button", "Generate")
		verified(prompt)
		n.Nodes.SetFaults(devrelay.NodeFaults{})
	})
	// The nodes go away between the last look at them and the payment, while the wallet
	// waits for its person.
	v.part("the_payment_is_reverted", func(t *testing.T) {
		const prompt = "a sudden storm"
		before, transactions := v.prompts(digests)[sending], 0
		w.AnswerWith(func(p devchain.Prompt) devchain.Verdict {
			if p.Method == sending {
				if transactions++; transactions == 2 {
					pause(t)
				}
			}
			return devchain.Approve
		})
		v.order(prompt, 1)
		v.problem("The contract refused the task", "No CNX was charged, only gas.")
		v.shot("image-reverted-1440")
		if left := v.cnx(w.Address()); left != 300-spent {
			t.Errorf("the account has %d CNX left, want %d", left, 300-spent)
		}
		resume(t)
		v.click("button", "Try again")
		verified(prompt)
		if got := v.prompts(digests)[sending] - before; got != 3 {
			t.Errorf("the wallet was asked for %d transactions, want the approval, the payment and its second try", got)
		}
		w.AnswerWith(devchain.ApproveAll)
	})
	for _, late := range []struct {
		what, prompt, says string
		faults             devrelay.Faults // until it was seen
	}{
		{"the_Relay_is_late_in_sync", "a message in a bottle", "The Relay has not seen the task yet.", devrelay.Faults{LateSync: time.Hour}},
		{"results_are_late_at_the_Relay", "a ship before the harbour", "The node has not delivered the results to the Relay yet.", devrelay.Faults{LateResults: time.Hour}},
	} {
		v.part(late.what, func(t *testing.T) {
			before := v.prompts(digests)[signing]
			n.Relay.SetFaults(late.faults)
			v.order(late.prompt, 1)
			v.sees(late.says)
			n.Relay.SetFaults(devrelay.Faults{})
			verified(late.prompt)
			if got := v.prompts(digests)[signing] - before; got != 2 {
				t.Errorf("the wallet was asked for %d signatures, want one for the task and one for the picture", got)
			}
		})
	}
	v.part("results_are_late_at_the_node", func(*testing.T) {
		const prompt = "a ship behind the horizon"
		n.Nodes.SetFaults(devrelay.NodeFaults{WrongFile: true}) // the Relay takes none before it is the right one
		v.order(prompt, 1)
		v.sees("The nodes have agreed and deliver the result")
		n.Nodes.SetFaults(devrelay.NodeFaults{})
		verified(prompt)
	})
	v.part("the_Relay_is_away", func(*testing.T) {
		const prompt = "a lighthouse without light"
		n.Relay.SetFaults(devrelay.Faults{Down: true})
		v.order(prompt, 1)
		for _, f := range []devrelay.Faults{{Down: true}, {Gateway: 502}, {Gateway: 200}} {
			n.Relay.SetFaults(f)
			v.asksRelayAgain()
			v.sees("The Relay did not answer. Trying again; nothing is lost.")
		}
		v.shot("image-relay-away-1440")
		n.Relay.SetFaults(devrelay.Faults{})
		verified(prompt)
	})
}

// asksRelayAgain waits until the page has tried the Relay in vain once more. A try
// that never got past the browser's own question (OPTIONS) is one, too.
func (v *visitor) asksRelayAgain() {
	v.t.Helper()
	tries := func() int {
		s := v.net.Relay.Stats()
		return s["OPTIONS"] + s["POST /v1/inference_tasks"]
	}
	before := tries()
	v.until("another try at the Relay", func() bool { return tries() > before+1 })
}

func TestImageWrongFile(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	const unread, differs = "A result is damaged", "A result does not match the blockchain"
	for i, c := range []struct {
		name    string
		change  func([]byte) []byte
		problem string // "" where the page tries again by itself
	}{
		{"another picture", func([]byte) []byte { return blank() }, differs},
		{"half a picture", func(b []byte) []byte { return b[:len(b)/2] }, unread},
		{"no picture", func([]byte) []byte { return []byte("not a picture at all") }, unread},
		{"a bomb", func([]byte) []byte { return bomb() }, unread},
		{"a page", func([]byte) []byte { return []byte("<!doctype html><title>Login</title>") }, ""},
	} {
		v.part(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			end := v.alters("*/results/*", c.change)
			v.order(c.name, 1)
			if c.problem == "" {
				v.sees("The Relay did not answer. Trying again; nothing is lost.")
			} else {
				v.problem(c.problem, "The fee of 30 CNX is paid", "nothing is paid twice")
			}
			v.shot("image-wrong-file-" + strings.ReplaceAll(c.name, " ", "-"))
			if v.verdicts() > i {
				t.Error("a wrong file is marked as verified")
			}
			end()
			if c.problem != "" {
				v.click("button", "Fetch again")
			}
			v.until("the verdict", func() bool { return v.verdicts() == i+1 })
			v.find("image", c.name)
			if left, want := v.cnx(v.wallet(digests).Address()), int64(300-30*(i+1)); left != want {
				t.Errorf("the account has %d CNX left, want %d", left, want)
			}
		})
	}
	v.whole()
}

// blank is a picture that the nodes did not make.
func blank() []byte {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 512, 512))); err != nil {
		panic(err) // a buffer takes everything
	}
	return file.Bytes()
}

// bomb is a small file that says it is a picture of 50 000 × 50 000.
func bomb() []byte {
	file := slices.Clone(blank())
	header := file[16:29] // width, height, depth and kind, in the first chunk
	copy(header, "\x00\x00\xc3\x50\x00\x00\xc3\x50")
	sum := crc32.ChecksumIEEE(file[12:29])
	binary.BigEndian.PutUint32(file[29:], sum)
	return file
}
