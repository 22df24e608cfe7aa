//go:build !js

package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// share is how much longer than the network itself a task should take in this page.
// It holds on a machine that does nothing else; a test that runs wherever it is run
// can only insist on limit: more than that is the page, not the machine.
const (
	share = 0.15
	limit = 0.40
)

// tries is how often the page may try: a machine that is busy with something else
// takes its time, too.
const tries = 3

// TestTime orders nine pictures in real time and compares how long it took, from the
// click to the last picture, with what the network alone took: its blocks, the sync
// of its Relay, and its nodes.
func TestTime(t *testing.T) {
	n := network(t, func(o *devnet.Options) { o.Rate, o.WorkTime = 1, 5*time.Second })
	heads := followHeads(t, n.Chain)
	v := measured(t).visit(n)
	v.connect(digests)
	v.run(chromedp.Evaluate(`addEventListener("click", () => { clicked = Date.now() }, true)`, nil)) // the click itself, not the way to it
	v.fill("spinbutton", "Pictures", "9")

	for try := 1; ; try++ {
		course := v.nineShips(heads, uint64(try))
		alone := course.of(theirs).Seconds()
		total := alone + course.of(ours).Seconds()
		over := total/alone - 1
		t.Logf("from click to last picture %.1f s, the network alone %.1f s: %+.0f %%%v", total, alone, 100*over, course)
		switch {
		case over <= share:
			return
		case try == tries && over <= limit:
			t.Logf("more than %.0f %%: this machine is busy, or the page waits where it need not", 100*share)
			return
		case try == tries:
			t.Fatalf("the page takes more than %.0f %%", 100*limit)
		}
	}
}

// nineShips runs one task and returns where its time went.
func (v *visitor) nineShips(heads *heads, task uint64) (course stages) {
	v.t.Helper()
	clock := v.net.Chain.Clock()
	var mu sync.Mutex
	asked := map[string][]time.Time{} // the wallet, by method; it answers at once
	v.wallet(digests).AnswerWith(func(p devchain.Prompt) devchain.Verdict {
		mu.Lock()
		defer mu.Unlock()
		asked[p.Method] = append(asked[p.Method], clock.Now())
		return devchain.Approve
	})
	prompt := fmt.Sprintf("nine ships at sea, number %d", task)
	v.fill("textbox", "Prompt", prompt)
	requests := v.net.Chain.Stats().Requests
	v.click("button", "Generate")
	v.find("image", prompt+" (9 of 9)")
	shown := clock.Now()
	v.t.Logf("%d requests to the chain", v.net.Chain.Stats().Requests-requests)

	var millis int64
	v.run(chromedp.Evaluate("clicked", &millis))
	clicked := time.UnixMilli(millis)
	node, ok := v.net.Nodes.Report(task)
	relay, known := v.net.Relay.Times(task)
	mu.Lock()
	sent, signed := asked[sending], asked[signing]
	mu.Unlock()
	if !ok || !known || len(sent) != 2 || len(signed) != 1+9 {
		v.t.Fatalf("the network knows nothing of the task, or the wallet was asked for %d transactions and %d signatures", len(sent), len(signed))
	}
	at := v.net.Chain.Contracts()
	me := common.BytesToHash(v.wallet(digests).Address().Bytes())
	approved := heads.first(v, sent[0], at.Token, devchain.TokenABI().Events["Approval"].ID, me)
	created := heads.first(v, sent[1], at.Task, devchain.TaskABI().Events["TaskCreated"].ID, me)
	// The result node is paid when it has delivered.
	delivered := heads.first(v, node.Uploaded, at.Token, devchain.TokenABI().Events["Transfer"].ID, common.BytesToHash(at.Task.Bytes()))

	course.add(ours, sent[0].Sub(clicked), "check")
	course.add(theirs, approved.Sub(sent[0]), "block of the approval")
	course.add(ours, sent[1].Sub(approved), "notice it, check again")
	course.add(theirs, created.Sub(sent[1]), "block of the payment")
	course.add(theirs, node.Fetched.Sub(created), fmt.Sprintf("sync: Relay reads the task %.2f s, page hands over the arguments %.2f s, nodes fetch them %.2f s",
		relay.Created.Sub(created).Seconds(), relay.ArgsUploaded.Sub(relay.Created).Seconds(), node.Fetched.Sub(relay.ArgsUploaded).Seconds()))
	course.add(theirs, node.Node(), "nodes at work")
	course.add(theirs, node.Block(), "blocks of commitments and results")
	course.add(theirs, node.Upload(), "a node delivers to the Relay")
	course.add(theirs, delivered.Sub(node.Uploaded), "block of the delivery")
	course.add(ours, signed[1].Sub(delivered), "notice it")
	course.add(ours, shown.Sub(signed[1]), "sign, fetch, verify and show nine")
	if sum := course.of(ours) + course.of(theirs); (shown.Sub(clicked) - sum).Abs() > 10*time.Millisecond {
		v.t.Errorf("the parts are %v and the whole is %v:%v", sum, shown.Sub(clicked), course)
	}
	return course
}

// stage is one part of the way from the click to the last picture.
type stage struct {
	whose party
	took  time.Duration
	name  string
}

// party is whose time it was.
type party string

const (
	ours   party = "page"
	theirs party = "network"
)

type stages []stage

func (s *stages) add(whose party, took time.Duration, name string) {
	*s = append(*s, stage{whose, took, name})
}

// of is the time that one of them took.
func (s stages) of(whose party) (sum time.Duration) {
	for _, st := range s {
		if st.whose == whose {
			sum += st.took
		}
	}
	return sum
}

func (s stages) String() string {
	var b strings.Builder
	for _, st := range s {
		fmt.Fprintf(&b, "\n%8s %6.2f s  %s", st.whose, st.took.Seconds(), st.name)
	}
	return b.String()
}

// heads is when the blocks of a chain could be seen first: their own times are
// whole seconds.
type heads struct {
	mu   sync.Mutex
	seen map[uint64]time.Time
}

// followHeads looks at the head of a chain all the time.
func followHeads(t *testing.T, c *devchain.Chain) *heads {
	t.Helper()
	h := &heads{seen: map[uint64]time.Time{}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		for c.Clock().Sleep(ctx, 5*time.Millisecond) == nil {
			number, err := c.Client().BlockNumber(ctx)
			if err != nil {
				continue // the end, or asked again
			}
			h.mu.Lock()
			if h.seen[number].IsZero() {
				h.seen[number] = c.Clock().Now()
			}
			h.mu.Unlock()
		}
	}()
	return h
}

func (h *heads) at(number uint64) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[number]
}

// first is when an event of a contract could be seen first since a time. The topic is
// that of the event's first indexed value.
func (h *heads) first(v *visitor, since time.Time, at common.Address, event, topic common.Hash) time.Time {
	v.t.Helper()
	logs, err := v.net.Chain.Client().FilterLogs(v.ctx, ethereum.FilterQuery{
		Addresses: []common.Address{at}, Topics: [][]common.Hash{{event}, {topic}},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	for _, log := range logs {
		if seen := h.at(log.BlockNumber); seen.After(since) {
			return seen
		}
	}
	v.t.Fatalf("no such event among %d", len(logs))
	return time.Time{}
}
