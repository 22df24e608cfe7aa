//go:build !js

package runner_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/relay/devrelay"
)

// another starts a second Relay of the network, of which the nodes know nothing.
func (w *world) another() (*devrelay.Relay, string) {
	w.Helper()
	r, err := devrelay.New(devrelay.Options{Chain: w.chain.Client(), Clock: w.chain.Clock(), Contracts: w.chain.Contracts()})
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); r.Run(ctx) }()
	w.Cleanup(func() { stop(); <-ended })
	server := httptest.NewServer(r)
	w.Cleanup(server.Close)
	return r, server.URL
}

// TestNextRelayTakesOver: whatever keeps the preferred one from its work, the task goes
// on through the next, at the cost of no prompt.
func TestNextRelayTakesOver(t *testing.T) {
	for name, faults := range map[string]devrelay.Faults{"down": {Down: true}, "gateway": {Gateway: 502}, "a page in HTML": {Gateway: 200}} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			first, address := w.another()
			first.SetFaults(faults)
			w.net.Relays = []string{address, w.net.Relays[0]}
			alice := w.rich()
			g := w.open(alice)
			s := g.finish(g.order(task.SD, sd(t, 1)))
			if s.Relay != w.net.Relays[1] || alice.asked("eth_sign") != 2 {
				t.Errorf("taken by %q, %d signatures", s.Relay, alice.asked("eth_sign"))
			}
			if snap, _ := g.now(); snap.RelayDown {
				t.Error("the page says that the Relay is down")
			}
		})
	}
}

// TestUploadWhoseAnswerWasLostMayHaveArrived: it is brought to the next Relay as well,
// and the results are found where the nodes put them.
func TestUploadWhoseAnswerWasLostMayHaveArrived(t *testing.T) {
	w := begin(t, setup{})
	_, address := w.another()
	nodes := w.net.Relays[0]
	w.net.Relays = []string{nodes, address}
	g := w.open(w.rich())
	var brought, taken atomic.Bool // to, and by, the next Relay
	g.http.setLose(func(url string, status int) error {
		switch {
		case !strings.HasSuffix(url, "/v1/inference_tasks"):
		case strings.HasPrefix(url, nodes) && status == 200:
			return errors.New("the line is cut")
		case strings.HasPrefix(url, address):
			brought.Store(true)
			taken.Store(taken.Load() || status == 200)
		}
		return nil
	})
	s := g.finish(g.order(task.SD, sd(t, 1)))
	// Where the next one has not heard of the task yet, the first one says at the second
	// try that it has the arguments.
	want := nodes
	if taken.Load() {
		want = address
	}
	if !brought.Load() || s.Relay != want {
		t.Errorf("brought to the next Relay: %v; taken by %q, not %q", brought.Load(), s.Relay, want)
	}
}

// TestAllRelaysAreDown: it is said, and goes on when one is back.
func TestAllRelaysAreDown(t *testing.T) {
	w := begin(t, setup{})
	second, address := w.another()
	w.net.Relays = append(w.net.Relays, address)
	w.relay.SetFaults(devrelay.Faults{Down: true})
	second.SetFaults(devrelay.Faults{Down: true})
	g := w.open(w.rich())
	id := g.order(task.SD, sd(t, 1))
	g.when(id, "has trouble", func(s job.State) bool { return s.Trouble.Code == job.RelayDown && s.Tries > 1 })
	if snap, _ := g.now(); !snap.RelayDown {
		t.Error("the page does not say so")
	}
	w.relay.SetFaults(devrelay.Faults{})
	g.finish(id)
}
