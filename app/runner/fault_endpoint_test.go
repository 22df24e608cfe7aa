//go:build !js

package runner_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"sync"
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

// TestPaymentThatWasWithheldIsPaidOnce: an endpoint takes the transaction and nobody
// knows it. The page sends the same bytes again, and then the first comes after all.
func TestPaymentThatWasWithheldIsPaidOnce(t *testing.T) {
	sends := func(s devchain.Stats) int { return s.Calls["eth_sendRawTransaction"] }
	for name, ends := range map[string]func(w *world){
		"it comes late": func(w *world) { w.chain.SetRPCFaults(devchain.RPCFaults{}) },
		"its endpoint dies, and the next one gets the same bytes": func(w *world) {
			w.chain.SetRPCFaults(devchain.RPCFaults{Withhold: true, Down: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			w.endpoint()
			g, p := w.modern()
			made := g.purse()
			g.fund(1)
			prompts := len(p.Prompts())
			w.chain.Pause()
			id := g.order(task.SD, sd(t, 1))
			g.reaches(id, job.ApprovalPending)
			w.chain.SetRPCFaults(devchain.RPCFaults{Withhold: true})
			w.chain.Resume() // the approval is mined, and createTask is withheld
			g.reaches(id, job.CreatePending)
			before := sends(w.chain.Stats())
			w.until("it is sent again", func() bool { return sends(w.chain.Stats()) > before+1 })
			if n := w.created(made.Address); n != 0 {
				t.Fatalf("%d tasks", n)
			}
			ends(w)
			g.finish(id)
			w.chain.SetRPCFaults(devchain.RPCFaults{}) // what it still withheld comes now
			w.must(w.chain.Mine(2))
			_, tokens := w.holds(made.Address)
			if n := w.created(made.Address); n != 1 || !tokens.IsZero() || len(p.Prompts()) != prompts {
				t.Errorf("%d tasks, %s CNX left, %d prompts", n, job.CNX(tokens), len(p.Prompts())-prompts)
			}
		})
	}
}

// TestNonceThatIsUsedIsNotSignedAgain: an endpoint tells the nonce of a payment that
// was made long before. Nothing is signed with it; the job waits until it tells another.
func TestNonceThatIsUsedIsNotSignedAgain(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	made := g.purse()
	g.fund(2)
	g.finish(g.order(task.SD, sd(t, 1)))
	prompts, sent := len(p.Prompts()), w.sent(made.Address)
	w.chain.SetRPCFaults(devchain.RPCFaults{NonceOffset: -1})
	id := g.order(task.SD, sd(t, 2))
	s := g.when(id, "waits", func(s job.State) bool { return s.Trouble.Code == job.TxWaiting && s.Tries > 1 })
	if s.Approve.Raw != "" || s.Create.Raw != "" {
		t.Errorf("signed %q %q", s.Approve.Raw, s.Create.Raw)
	}
	w.chain.SetRPCFaults(devchain.RPCFaults{})
	g.finish(id)
	if n := w.created(made.Address); n != 2 || len(p.Prompts()) != prompts || w.sent(made.Address) != sent+2 {
		t.Errorf("%d tasks, %d prompts, %d transactions", n, len(p.Prompts())-prompts, w.sent(made.Address)-sent)
	}
}

// TestTransferIsWaitedForWhateverTheEndpointSays: it is on its way, and nothing that
// an endpoint does to its answers changes that.
func TestTransferIsWaitedForWhateverTheEndpointSays(t *testing.T) {
	for name, faults := range map[string]devchain.RPCFaults{
		"down": {Down: true}, "internal error": {Status: 500}, "too many requests": {Status: 429}, "a page in HTML": {Garbage: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			g, p := w.modern()
			made := g.purse()
			w.chain.Pause()
			mined, err := w.chain.Client().NonceAt(t.Context(), p.account, nil)
			w.must(err)
			g.FundPurse(1)
			w.until("a transfer waits", func() bool {
				next, err := w.chain.Client().PendingNonceAt(t.Context(), p.account)
				w.must(err)
				return next > mined
			})
			w.chain.SetRPCFaults(faults)
			asked := w.chain.Stats().Requests
			w.until("the endpoint was asked", func() bool { return w.chain.Stats().Requests > asked+1 })
			w.chain.SetRPCFaults(devchain.RPCFaults{})
			w.chain.Resume()
			g.until("the task wallet has money", func(s runner.Snapshot) bool { return !s.Purse.CNX.IsZero() || !s.Purse.Fault.Zero() })
			if s := g.idle("funding it"); !s.Fault.Zero() {
				t.Errorf("%+v", s.Fault)
			}
			if _, tokens := w.holds(made.Address); tokens != cnx(30) {
				t.Errorf("%s CNX arrived", job.CNX(tokens))
			}
		})
	}
}

// TestPausesOfManyPagesAreSpread: what waits after trouble waits less by chance.
func TestPausesOfManyPagesAreSpread(t *testing.T) {
	w := begin(t, setup{})
	w.chance = func() float64 { return 1 }
	clock := &pauses{Clock: w.chain.Clock()}
	w.clock = clock
	w.relay.SetFaults(devrelay.Faults{Gateway: 429})
	g := w.open(w.rich())
	id := g.order(task.SD, sd(t, 1))
	for _, want := range []time.Duration{750 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second, 6 * time.Second} {
		w.until("it pauses for "+want.String(), func() bool { return clock.saw(want) })
	}
	w.relay.SetFaults(devrelay.Faults{})
	g.finish(id)
}

// pauses is a clock that keeps how long somebody slept.
type pauses struct {
	runner.Clock
	mu   sync.Mutex
	list []time.Duration
}

func (p *pauses) Sleep(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	p.list = append(p.list, d)
	p.mu.Unlock()
	return p.Clock.Sleep(ctx, d)
}

func (p *pauses) saw(d time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.list, d)
}
