//go:build !js

package runner_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// trouble makes about one in five seconds of a network a bad one.
type trouble struct {
	w     *world
	at    *devchain.Endpoint
	rng   *rand.Rand
	until time.Time // the fault of now ends then
	had   map[string]int
}

// second lets a second of the network pass, perhaps with a fault.
func (f *trouble) second() {
	now := f.w.chain.Clock().Now()
	if now.Before(f.until) {
		return
	}
	f.at.SetFaults(devchain.RPCFaults{})
	f.w.relay.SetFaults(devrelay.Faults{})
	if f.rng.IntN(5) > 0 {
		return
	}
	f.until = now.Add(time.Duration(1+f.rng.IntN(4)) * time.Second)
	kinds := []struct {
		name string
		do   func()
	}{
		{"RPC: too many requests", func() { f.at.SetFaults(devchain.RPCFaults{Status: 429, RetryAfter: time.Second}) }},
		{"RPC: internal error", func() { f.at.SetFaults(devchain.RPCFaults{Status: 500}) }},
		{"RPC: a page in HTML", func() { f.at.SetFaults(devchain.RPCFaults{Garbage: true}) }},
		{"RPC: no connection", func() { f.at.SetFaults(devchain.RPCFaults{Down: true}) }},
		{"RPC: transactions are withheld", func() { f.at.SetFaults(devchain.RPCFaults{Withhold: true}) }},
		{"RPC: nonce too high", func() { f.at.SetFaults(devchain.RPCFaults{NonceOffset: 2}) }},
		{"Relay: no connection", func() { f.w.relay.SetFaults(devrelay.Faults{Down: true}) }},
		{"Relay: gateway", func() { f.w.relay.SetFaults(devrelay.Faults{Gateway: 502}) }},
		{"Relay: late sync", func() { f.w.relay.SetFaults(devrelay.Faults{LateSync: 5 * time.Second}) }},
		{"nodes: errors", func() { f.w.nodes.SetFaults(devrelay.NodeFaults{Errors: 1 + f.rng.IntN(2)}) }},
		{"nodes: cheats", func() { f.w.nodes.SetFaults(devrelay.NodeFaults{Cheats: 1 + f.rng.IntN(3)}) }},
		{"nodes: late results", func() { f.w.nodes.SetFaults(devrelay.NodeFaults{LateResults: 10 * time.Second}) }},
		{"reorg, transactions come back", func() { f.w.must(f.w.chain.Reorg(1+f.rng.IntN(5), devchain.Remined)) }},
		{"reorg, transactions are forgotten", func() { f.w.must(f.w.chain.Reorg(1+f.rng.IntN(2), devchain.Dropped)) }},
	}
	kind := kinds[f.rng.IntN(len(kinds))]
	f.had[kind.name]++
	kind.do()
}

// second lets a second of the network pass, which is as long as this machine needs for
// it: a network that is faster than its people has nothing but late signatures.
func (w *world) second() {
	w.Helper()
	clock, begun := w.chain.Clock(), time.Now()
	due := time.Duration(float64(time.Second) / clock.Rate())
	w.must(clock.Sleep(w.Context(), time.Second))
	w.head()
	switch late := time.Since(begun) - due; {
	case late > due/2:
		clock.SetRate(max(clock.Rate()*0.9, slowest))
	case late < due/4:
		clock.SetRate(min(clock.Rate()*1.05, fastest))
	}
}

// How many seconds of the network pass in one of this machine.
const slowest, fastest = 2, 50

// over reports whether a job has come to one of its ends.
func over(s job.State) (end string) {
	switch held := s.Held(); {
	case s.Phase == job.Done:
		return result
	case s.Phase == job.Aborted:
		return refund
	case s.TaskID != 0 && s.Outcome.Published && held.IsZero() && (s.Trouble.Code == job.NotUploaded || s.Fault.Code == job.NotUploaded):
		return lost
	}
	return ""
}

// TestHundredJobs orders a hundred tasks at once on a network that is in trouble a fifth
// of the time. A person clicks what is offered. All jobs end, none is paid twice, and the
// ledgers equal the chain to the wei. The seed of the troubles is printed; SEED repeats them.
func TestHundredJobs(t *testing.T) {
	const jobs = 100
	// Nothing has changed for so many seconds of the network: then only a deadline moves
	// what is left, or nothing does. How long all of it takes is for the machine to say;
	// longest is only for jobs that change for ever.
	const jumpAfter, stuckAfter, longest = 40, 1500, 40 * patience
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("SEED=%d", seed)
	w := begin(t, setup{gpus: manyNodes(36)})
	at := w.lying()
	p := w.person(coins(20), coins(4000), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	purse := g.fund(1)
	w.must(w.chain.Fund(t.Context(), purse.Address, coins(10), coins(30*(jobs-1)))) // more than the page lets anybody put in
	w.must(w.chain.Mine(6))
	native, _ := w.holds(purse.Address)
	var requests, ticks atomic.Int64
	g.http.setBefore(func(url string, body []byte) []byte {
		if url == w.net.RPC[0] {
			requests.Add(1)
			if bytes.Contains(body, []byte("eth_getLogs")) {
				ticks.Add(1)
			}
		}
		return nil
	})
	began, networkBegan := time.Now(), w.chain.Clock().Now()
	var ids []string
	for i := range jobs {
		if i%2 == 0 {
			ids = append(ids, g.order(task.SD, sd(t, 1)))
		} else {
			ids = append(ids, g.order(task.GPT, gpt(t)))
		}
	}
	f := &trouble{w: w, at: at, rng: rand.New(rand.NewPCG(seed, 7)), had: map[string]int{}}
	ends, still, jumps := map[string]int{}, 0, 0
	for last := ""; ; {
		snap, _ := g.now()
		clear(ends)
		deadline, waiting := int64(0), ""
		for _, s := range snap.Jobs {
			ends[over(s)]++
			if over(s) == "" {
				waiting += s.ID + string(s.Phase)
				deadline = max(deadline, s.Deadline)
			}
			switch now := w.chain.Clock().Now().UnixMilli(); {
			case over(s) != "":
			case s.Refundable():
				g.Send(s.ID, job.Cancel{At: now})
			case s.Phase == job.Failed && now-s.Since > 5000:
				g.Send(s.ID, job.Retry{At: now})
			case s.Phase == job.Fetching && !s.Asks() && now-s.Since > 120_000:
				g.Send(s.ID, job.AskRelay{At: now})
			}
		}
		if len(snap.Jobs) == jobs && ends[""] == 0 {
			break
		}
		if still++; waiting != last {
			last, still = waiting, 0
		}
		if still == jumpAfter && deadline != 0 { // only a deadline moves what is left
			w.chain.Clock().AdvanceTo(time.Unix(deadline+5, 0))
			jumps++
		}
		if still > stuckAfter || time.Since(began) > longest {
			var left []job.State
			for _, s := range snap.Jobs {
				if over(s) == "" {
					left = append(left, s)
				}
			}
			text := ""
			for _, s := range left {
				text += fmt.Sprintf("%s: %s from %q, task %d, fault %s, trouble %s, create %d mined in %d\n", s.ID, s.Phase, s.From, s.TaskID, s.Fault.Code, s.Trouble.Code, s.Create.Nonce, s.Create.Mined)
			}
			t.Fatalf("%d of %d have not ended after %v, for %d s of the network nothing has changed, faults %v:\n%s", len(left), jobs, time.Since(began), still, f.had, text)
		}
		f.second()
		w.second()
	}
	f.at.SetFaults(devchain.RPCFaults{})
	w.relay.SetFaults(devrelay.Faults{})
	pace := w.chain.Clock().Rate()
	w.chain.Clock().SetRate(rate)
	took, inNetwork := time.Since(began), w.chain.Clock().Now().Sub(networkBegan)
	g.balanced(purse.Address, native)
	reorgs := 0
	for _, id := range ids {
		reorgs += g.when(id, "is there", func(job.State) bool { return true }).Reorgs
	}
	if n := w.created(purse.Address); n != jobs {
		t.Errorf("%d tasks were paid for %d jobs", n, jobs)
	}
	t.Logf("%v in %.0f s of the network, %.0f s here; %d payments were taken back by the chain; %d jumps; at last %.0f times as fast; %d polls in %d requests; faults %v",
		ends, inNetwork.Seconds(), took.Seconds(), reorgs, jumps, pace, ticks.Load(), requests.Load(), fmt.Sprint(f.had))
}
