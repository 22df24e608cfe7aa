//go:build !js

package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// thinks has the person take these times over the next signatures, and none over
// the later ones.
func (g *page) thinks(method string, times ...time.Duration) {
	g.conn.stand(func(ctx context.Context, m string, params any, ask asking) (json.RawMessage, error) {
		list, _ := params.([]any)
		if m != method || len(list) == 0 {
			return ask()
		}
		g.conn.mu.Lock()
		var d time.Duration
		if len(times) > 0 {
			d, times = times[0], times[1:]
		}
		g.conn.mu.Unlock()
		if err := g.w.chain.Clock().Sleep(ctx, d); err != nil {
			return nil, err
		}
		return ask()
	})
}

// TestSignaturesLastForASlowPerson: the time is signed 45 s ahead, the Relay takes
// 60 s to either side, so 100 s of thinking fit; 95 s leave some for the way.
func TestSignaturesLastForASlowPerson(t *testing.T) {
	const slow, late = 95 * time.Second, 110 * time.Second
	for _, tt := range []struct {
		name   string
		eip191 bool
		times  []time.Duration
		asked  int // signatures for one upload and one result
	}{
		{"quick", false, nil, 2},
		{"95 s each", false, []time.Duration{slow, slow}, 2},
		{"95 s each, by personal_sign", true, []time.Duration{slow, slow}, 2},
		{"too late once, and slow again", false, []time.Duration{late, slow}, 3},
		{"too late for a result", false, []time.Duration{0, late, slow}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{eip191: tt.eip191})
			method, mode := "eth_sign", devchain.WalletLegacy
			if tt.eip191 {
				method, mode = "personal_sign", devchain.WalletModern
			}
			p := w.person(coins(1), coins(300), mode)
			w.approve(p, coins(30))
			g := w.open(p)
			g.thinks(method, tt.times...)
			g.finish(g.order(task.SD, sd(t, 1)))
			if n := p.asked(method); n != tt.asked {
				t.Errorf("%d signatures, want %d", n, tt.asked)
			}
		})
	}
}

// TestSignatureIsShownForComparison: what the page says is signed is what the wallet
// shows, and which of how many it is.
func TestSignatureIsShownForComparison(t *testing.T) {
	for _, eip191 := range []bool{false, true} {
		t.Run(fmt.Sprintf("eip191_%t", eip191), func(t *testing.T) {
			w := begin(t, setup{eip191: eip191})
			method, mode := "eth_sign", devchain.WalletLegacy
			if eip191 {
				method, mode = "personal_sign", devchain.WalletModern
			}
			p := w.person(coins(1), coins(300), mode)
			w.approve(p, coins(30))
			g := w.open(p)
			p.Answer(method, devchain.Ask, devchain.Ask, devchain.Ask)
			id := g.order(task.SD, sd(t, 2))
			for i := range 3 {
				prompt, err := p.AwaitPrompt(t.Context(), method)
				w.must(err)
				now := g.until("it is shown", func(s runner.Snapshot) bool { return s.Signing[id].Number == i+1 }).Signing[id]
				if now.Of != 3 {
					t.Errorf("signature %d of %d", now.Number, now.Of)
				}
				start := `{"image_num":"`
				if i == 0 {
					start = `{"task_args":"`
				}
				if !strings.HasPrefix(now.Text, start) {
					t.Errorf("text %.60q", now.Text)
				}
				digest := hexutil.Encode(crypto.Keccak256([]byte(now.Text)))
				shown := digest
				if eip191 {
					shown = now.Text
				}
				if prompt.Text != shown || eip191 != (now.Digest == [32]byte{}) || !eip191 && now.Digest.Hex() != digest {
					t.Errorf("the wallet shows\n%s\nthe page\n%s\n%s", prompt.Text, now.Text, now.Digest)
				}
				w.must(p.Decide(prompt.ID, devchain.Approve))
			}
			g.finish(id)
			g.until("nothing is shown any more", func(s runner.Snapshot) bool { return len(s.Signing) == 0 })
		})
	}
}

// TestWalletThatAddsAPrefixIsNotUsedDirectly: it is recognised by whom the signature
// recovers, the mode is off for it from then on, and comes back by a choice only.
func TestWalletThatAddsAPrefixIsNotUsedDirectly(t *testing.T) {
	w := begin(t, setup{})
	alice := w.person(coins(1), coins(300), devchain.WalletPrefixing)
	w.vault = &keyRoom{w: w}
	g := w.open(alice)
	g.Direct(true)
	g.until("the mode is on", func(s runner.Snapshot) bool { return s.Direct && !s.Barred })
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.WalletCannot)
	if p := job.Explain(s); !strings.Contains(p.Detail, "adds a prefix") || !strings.Contains(p.Detail, "nothing is paid twice") {
		t.Errorf("it says %+v", p)
	}
	if n := w.relay.Stats()["POST /v1/inference_tasks"]; n != 0 {
		t.Errorf("the Relay got %d requests", n)
	}
	g.until("the mode is off", func(s runner.Snapshot) bool { return !s.Direct && s.Barred })
	g.store.until(w, "it is remembered", func(s map[string][]byte) bool { return string(s["no-direct"]) == `["test.alice"]` })

	disk := g.store.disk
	g.close()
	g = w.reopen(alice, onDisk(disk))
	g.until("it is still off", func(s runner.Snapshot) bool { return s.Session.Connected && !s.Direct && s.Barred })
	g.Submit(task.SD, sd(t, 1))
	g.until("the task wallet is wanted", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.PurseLocked })

	alice.SetMode(devchain.WalletLegacy) // a new version of the wallet
	g.Direct(true)
	g.until("it is tried again", func(s runner.Snapshot) bool { return s.Direct && !s.Barred })
	g.store.until(w, "that is remembered", func(s map[string][]byte) bool { return s["no-direct"] == nil })
	g.retry(id)
	g.finish(id)
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// TestWalletThatAddsAPrefixIsNotAskedToPayAgain: without a task wallet the mode
// cannot be off, but nothing is paid that could not be fetched.
func TestWalletThatAddsAPrefixIsNotAskedToPayAgain(t *testing.T) {
	w := begin(t, setup{})
	alice := w.person(coins(1), coins(300), devchain.WalletPrefixing)
	g := w.open(alice)
	g.stops(g.order(task.SD, sd(t, 1)), job.WalletCannot)
	g.until("it is known", func(s runner.Snapshot) bool { return s.Barred })
	s := g.stops(g.order(task.SD, sd(t, 1)), job.WalletCannot)
	if p := job.Explain(s); !strings.Contains(p.Detail, "Nothing was charged.") {
		t.Errorf("it says %+v", p)
	}
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// TestSettledTaskTellsThatTheResultsAreUploaded hides the transfer that tells it
// first: the contract then says that nothing of the fee is left (protocol.md A.7).
func TestSettledTaskTellsThatTheResultsAreUploaded(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{LateResults: 25 * time.Second})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Fetching)
	transfer := []byte("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
	g.http.setAlter(func(_ string, answer []byte) []byte {
		return bytes.ReplaceAll(answer, transfer, bytes.Repeat([]byte("0"), len(transfer)))
	})
	s := g.finish(id)
	if waited := s.Marks.Published - s.Marks.Succeeded; waited < 25_000 {
		t.Errorf("they were asked for after %d ms, before they were there", waited)
	}
	if n := alice.asked("eth_sign"); n != 2 {
		t.Errorf("%d signatures, want one upload and one result", n)
	}
}

// TestAskingTheRelayEarlyCostsOnePromptForEachClick: its signature is used as long as
// it lasts; then the person decides again.
func TestAskingTheRelayEarlyCostsOnePromptForEachClick(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{LateResults: 8 * time.Minute}) // the task may last 15
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Fetching)
	click := func() { g.Send(id, job.AskRelay{At: w.chain.Clock().Now().UnixMilli()}) }
	tries := func() int { return w.relay.Stats()["GET /v1/inference_tasks/:task_id/results/:image_num"] }

	for i := range 2 {
		before := tries()
		click()
		g.when(id, "is asked for", func(s job.State) bool { return s.Asks() })
		s := g.when(id, "has given up asking", func(s job.State) bool { return !s.Asks() })
		if s.Phase != job.Fetching || s.Trouble.Code != job.SignatureSpent || job.Hint(s) == "" {
			t.Errorf("%s with %+v, hint %q", s.Phase, s.Trouble, job.Hint(s))
		}
		if n := tries() - before; n < 3 {
			t.Errorf("the signature was used %d times", n)
		}
		if n := alice.asked("eth_sign"); n != 2+i {
			t.Errorf("%d signatures after %d clicks", n, i+1)
		}
	}
	w.must(w.chain.Clock().Sleep(t.Context(), time.Minute))
	if n := alice.asked("eth_sign"); n != 3 {
		t.Errorf("%d signatures: one came by itself", n)
	}
	g.finish(id) // the chain shows the upload
	if n := alice.asked("eth_sign"); n != 4 {
		t.Errorf("%d signatures, want one more for the result", n)
	}
}

// TestRelayThatIsDownForLongAsksForOneSignature: a signature that ran out while the
// Relay was away is not asked for again by itself.
func TestRelayThatIsDownForLongAsksForOneSignature(t *testing.T) {
	w := begin(t, setup{})
	w.relay.SetFaults(devrelay.Faults{Down: true})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.SignatureSpent)
	if p := job.Explain(s); p.Retry == "" || !strings.Contains(p.Detail, "nothing is paid twice") {
		t.Errorf("it says %+v", p)
	}
	if n := alice.asked("eth_sign"); n != 1 {
		t.Errorf("%d signatures", n)
	}
	w.relay.SetFaults(devrelay.Faults{})
	g.retry(id)
	g.finish(id)
	if n := alice.asked("eth_sign"); n != 3 {
		t.Errorf("%d signatures, want one more for the upload and one for the result", n)
	}
}
