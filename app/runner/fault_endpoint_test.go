//go:build !js

package runner_test

import (
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// endpoint adds one more RPC endpoint to the network.
func (w *world) endpoint() *devchain.Endpoint {
	w.Helper()
	e := w.chain.Endpoint()
	s := httptest.NewServer(e)
	w.Cleanup(s.Close)
	w.net.RPC = append(w.net.RPC, s.URL)
	return e
}

// blamesTheChain reports whether the page has ever said that the chain is down.
func (g *page) blamesTheChain() func() bool {
	g.w.Helper()
	var said atomic.Bool
	stop := g.Subscribe(func(s runner.Snapshot) {
		if s.ChainDown {
			said.Store(true)
		}
	})
	g.w.Cleanup(stop)
	return said.Load
}

// shortHurry is how long a hanging endpoint is waited for: 5 s of the network's time.
const shortHurry = 200 * time.Millisecond

func TestTaskEndsWhileTheFirstEndpointDies(t *testing.T) {
	few := devchain.RPCError{Code: -32005, Message: "too many requests"}
	for name, faults := range map[string]devchain.RPCFaults{
		"down":              {Down: true},
		"hanging":           {Hang: true},
		"internal error":    {Status: 500},
		"too many requests": {Status: 429, RetryAfter: time.Minute},
		"a page in HTML":    {Garbage: true},
		"late":              {Lag: 20},
		"a call too many":   {Refuse: map[string]devchain.RPCError{"eth_getLogs": few}},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			second := w.endpoint()
			w.must(w.chain.Mine(30))
			alice := w.rich()
			g := w.open(alice)
			blamed := g.blamesTheChain()
			w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			id := g.order(task.SD, sd(t, 1))
			g.reaches(id, job.Running)
			if n := second.Stats().Requests; n != 0 {
				t.Errorf("the second endpoint was asked %d times while the first was well", n)
			}
			g.http.setHurry(shortHurry)
			w.chain.SetRPCFaults(faults)
			w.nodes.SetFaults(devrelay.NodeFaults{})
			g.finish(id)
			if second.Stats().Requests == 0 || blamed() {
				t.Errorf("the second endpoint was asked %d times; the chain was said to be down: %t", second.Stats().Requests, blamed())
			}
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
		})
	}
}

func TestTaskIsPaidWhileTheFirstEndpointIsOfAnotherChain(t *testing.T) {
	w := begin(t, setup{})
	second := w.endpoint()
	w.chain.SetRPCFaults(devchain.RPCFaults{ChainID: 42})
	alice := w.rich()
	g := w.open(alice)
	blamed := g.blamesTheChain()
	g.finish(g.order(task.SD, sd(t, 1)))
	if n := w.chain.Stats().Requests; n == 0 || n > 3 { // as many as were made before the first answer
		t.Errorf("it was asked %d times", n)
	}
	if second.Stats().Requests == 0 || blamed() {
		t.Errorf("the second endpoint was asked %d times; the chain was said to be down: %t", second.Stats().Requests, blamed())
	}
}

func TestEndpointsOfAnotherChainOnlyAreNamed(t *testing.T) {
	w := begin(t, setup{})
	w.chain.SetRPCFaults(devchain.RPCFaults{ChainID: 42})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.stops(id, job.NetworkMismatch)
	if p := alice.prompts(); len(p) != 0 {
		t.Errorf("prompts %v", p)
	}
	w.chain.SetRPCFaults(devchain.RPCFaults{})
	g.retry(id)
	g.finish(id)
}

func TestTaskWaitsWhileAllEndpointsAreDown(t *testing.T) {
	w := begin(t, setup{})
	second := w.endpoint()
	alice := w.rich()
	g := w.open(alice)
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Running)
	w.chain.SetRPCFaults(devchain.RPCFaults{Down: true})
	second.SetFaults(devchain.RPCFaults{Status: 503})
	g.until("the page says so", func(s runner.Snapshot) bool { return s.ChainDown && !s.RelayDown })
	w.nodes.SetFaults(devrelay.NodeFaults{})
	tries := second.Stats().Requests
	w.until("it has tried some more times", func() bool { return second.Stats().Requests > tries+2 })
	if s, _ := g.now(); s.Jobs[0].Phase != job.Running {
		t.Errorf("%s", s.Jobs[0].Phase)
	}
	second.SetFaults(devchain.RPCFaults{})
	g.finish(id)
	g.until("all is well", func(s runner.Snapshot) bool { return !s.ChainDown })
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// TestNothingIsPaidByWhatAnEndpointSaysThatIsLate: what was mined a moment ago is
// unknown to the second endpoint when the first one dies.
func TestNothingIsPaidByWhatAnEndpointSaysThatIsLate(t *testing.T) {
	w := begin(t, setup{})
	second := w.endpoint()
	g, p := w.modern()
	made := g.purse()
	g.fund(2)
	paid := g.finish(g.order(task.SD, sd(t, 1)))
	w.chain.Pause()
	head, err := w.chain.Client().BlockNumber(t.Context())
	w.must(err)
	second.SetFaults(devchain.RPCFaults{Lag: head - paid.Create.Mined + 1})
	w.chain.SetRPCFaults(devchain.RPCFaults{Down: true})
	met := g.troubles()
	prompts := len(p.Prompts())
	id := g.order(task.SD, sd(t, 2))
	g.when(id, "waits for the endpoint", func(s job.State) bool { return met(job.TxWaiting) || s.Phase.Ended() })
	second.SetFaults(devchain.RPCFaults{})
	w.chain.Resume()
	g.finish(id)
	if n := w.created(made.Address); n != 2 || len(p.Prompts()) != prompts {
		t.Errorf("%d tasks, %d prompts", n, len(p.Prompts())-prompts)
	}
}
