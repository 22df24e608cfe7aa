//go:build !js

package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
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

// ship is what is asked for in all of these; one word for one picture.
const ship = "a ship at sea"

// verdicts is how many tasks are marked as verified.
func (v *visitor) verdicts() int { return len(v.all("button", named("verified"))) }

// verified waits for the picture, and checks that it was paid for once.
func (v *visitor) verified(fee int64) {
	v.t.Helper()
	v.find("image", ship)
	v.find("button", "verified")
	if n := v.verdicts(); n != 1 {
		v.t.Errorf("%d tasks are marked as verified", n)
	}
	if left := v.cnx(v.wallet(digests).Address()); left != 300-fee {
		v.t.Errorf("the account has %d CNX left of 300", left)
	}
	v.whole()
}

func TestImageNoFreeNodes(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	if err := n.Nodes.Pause(context.Background()); err != nil {
		t.Fatal(err)
	}
	v.order(ship, 1)
	v.problem("No free nodes for this task", "Nothing was charged")
	v.shot("image-no-nodes-1440")
	v.nothingPaid()
	if err := n.Nodes.Resume(context.Background()); err != nil {
		t.Fatal(err)
	}
	v.click("button", "Check again")
	v.verified(30)
}

// nothingPaid checks that the wallet was not asked for a transaction.
func (v *visitor) nothingPaid() {
	v.t.Helper()
	if n := v.prompts(digests)[sending]; n > 0 {
		v.t.Errorf("the wallet was asked for %d transactions", n)
	}
}

func TestImageAbortedByNodeErrors(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	n.Nodes.SetFaults(devrelay.NodeFaults{Errors: 2})
	v.order(ship, 1)
	v.sees("The network ended the task")
	v.sees("Two nodes reported that they cannot run it.")
	v.sees("You paid 30 CNX")
	v.shot("image-aborted-1440")
	if v.verdicts() > 0 || v.has("image", ship) {
		t.Error("there is a result of a task that was aborted")
	}
	paid := 300 - v.cnx(v.wallet(digests).Address())
	v.until("all nodes to be free again", func() bool { return v.freeNodes() >= 3 })
	v.click("button", "Generate")
	v.verified(paid + 30)
}

// TestImageRevertedPayment takes the nodes away between the last look at them and
// the payment, while the wallet waits for its person.
func TestImageRevertedPayment(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	transactions := 0
	v.wallet(digests).AnswerWith(func(p devchain.Prompt) devchain.Verdict {
		if p.Method == sending {
			if transactions++; transactions == 2 {
				if err := n.Nodes.Pause(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
		return devchain.Approve
	})
	v.order(ship, 1)
	v.problem("The contract refused the task", "No CNX was charged, only gas.")
	v.shot("image-reverted-1440")
	if left := v.cnx(v.wallet(digests).Address()); left != 300 {
		t.Errorf("the account has %d CNX left of 300", left)
	}
	if err := n.Nodes.Resume(context.Background()); err != nil {
		t.Fatal(err)
	}
	v.click("button", "Try again")
	v.verified(30)
	if got := v.prompts(digests)[sending]; got != 3 {
		t.Errorf("the wallet was asked for %d transactions, want the approval, the payment and its second try", got)
	}
}

func TestImageRelayLateInSync(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	n.Relay.SetFaults(devrelay.Faults{LateSync: time.Hour}) // until it was seen
	v.order(ship, 1)
	v.sees("The Relay has not seen the task yet.")
	n.Relay.SetFaults(devrelay.Faults{})
	v.verified(30)
	if got := v.prompts(digests)[signing]; got != 2 {
		t.Errorf("the wallet was asked for %d signatures, want one for the task and one for the picture", got)
	}
}

func TestImageResultsLate(t *testing.T) {
	t.Parallel()
	t.Run("at_the_node", func(t *testing.T) {
		n := network(t)
		v := visit(t, n)
		v.connect(digests)
		n.Nodes.SetFaults(devrelay.NodeFaults{WrongFile: true}) // the Relay takes none before it is the right one
		v.order(ship, 1)
		v.sees("The nodes have agreed and deliver the result")
		n.Nodes.SetFaults(devrelay.NodeFaults{})
		v.verified(30)
	})
	t.Run("at_the_relay", func(t *testing.T) {
		n := network(t)
		v := visit(t, n)
		v.connect(digests)
		n.Relay.SetFaults(devrelay.Faults{LateResults: time.Hour}) // until it was seen
		v.order(ship, 1)
		v.sees("The node has not delivered the results to the Relay yet.")
		n.Relay.SetFaults(devrelay.Faults{})
		v.verified(30)
		if got := v.prompts(digests)[signing]; got != 2 {
			t.Errorf("the wallet was asked for %d signatures, want one for the task and one for the picture", got)
		}
	})
}

func TestImageRelayAway(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	n.Relay.SetFaults(devrelay.Faults{Down: true})
	v.order(ship, 1)
	for _, f := range []devrelay.Faults{{Down: true}, {Gateway: 502}, {Gateway: 200}} {
		n.Relay.SetFaults(f)
		v.asksRelayAgain()
		v.sees("The Relay did not answer. Trying again; nothing is lost.")
	}
	v.shot("image-relay-away-1440")
	n.Relay.SetFaults(devrelay.Faults{})
	v.verified(30)
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
