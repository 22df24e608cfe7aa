//go:build !js

package runner_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/relay/devrelay"
)

// eye is somebody who looks at the page, or does not.
type eye struct {
	mu     sync.Mutex
	hidden bool
	watch  []func()
}

func (e *eye) Hidden() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hidden
}

func (e *eye) Watch(f func()) func() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watch = append(e.watch, f)
	return func() {}
}

func (e *eye) look(away bool) {
	e.mu.Lock()
	e.hidden = away
	told := e.watch
	e.mu.Unlock()
	for _, f := range told {
		f()
	}
}

// askedFor counts what a page asks of the chain from now on.
type askedFor struct{ requests, polls atomic.Int64 }

func (g *page) counts() *askedFor {
	c := &askedFor{}
	g.http.setBefore(func(url string, body []byte) []byte {
		if strings.HasPrefix(url, g.w.net.RPC[0]) {
			c.requests.Add(1)
			if bytes.Contains(body, []byte("eth_getLogs")) {
				c.polls.Add(1)
			}
		}
		return nil
	})
	return c
}

// TestPollIsOneRequestForAnyNumberOfJobs: the same number of requests for one running
// job and for a hundred.
func TestPollIsOneRequestForAnyNumberOfJobs(t *testing.T) {
	for _, n := range []int{1, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			s := g.reaches(g.order(task.SD, sd(t, 1)), job.Running)
			g.close()
			d := g.store.disk
			for i := 1; i < n; i++ { // as many as a long evening leaves behind
				s.ID = fmt.Sprintf("copy-%d", i)
				record, err := job.Encode(s)
				w.must(err)
				d.records[runner.Jobs][s.ID] = record
			}
			g = w.reopen(alice, onDisk(d))
			c := g.counts()
			w.until("it was asked for a while", func() bool { return c.polls.Load() > 3 })
			polls, requests := c.polls.Load(), c.requests.Load()
			w.until("it was asked twenty times more", func() bool { return c.polls.Load() >= polls+20 })
			ticks, made := c.polls.Load()-polls, c.requests.Load()-requests
			if made > ticks+1 { // one may be on its way
				t.Errorf("%d requests in %d polls", made, ticks)
			}
			if all, _ := g.now(); len(all.Jobs) != n {
				t.Errorf("%d jobs", len(all.Jobs))
			}
			t.Logf("%d jobs: %d requests in %d polls", n, made, ticks)
		})
	}
}

// TestNothingIsAskedWhenNothingIsWaitedFor: no request in a minute of a page that is
// hidden, or not, once the blocks of its last task are deep.
func TestNothingIsAskedWhenNothingIsWaitedFor(t *testing.T) {
	for _, hidden := range []bool{true, false} {
		t.Run(fmt.Sprintf("hidden %v", hidden), func(t *testing.T) {
			w, g, _ := wealthy(t, setup{}, 1)
			look := w.eyes[g]
			s := g.settles(g.order(task.SD, sd(t, 1)))
			look.look(hidden)
			c := g.counts()
			quiet := func() bool {
				before := c.requests.Load()
				w.must(w.chain.Clock().Sleep(t.Context(), time.Minute))
				return c.requests.Load() == before
			}
			w.until("the blocks are deep", func() bool { return w.head() > s.Newest()+10 })
			w.until("a minute passes without a request", quiet)
			before := c.requests.Load()
			w.must(w.chain.Clock().Sleep(t.Context(), time.Minute))
			if n := c.requests.Load() - before; n != 0 {
				t.Errorf("%d requests in a minute", n)
			}
		})
	}
}

// TestHiddenPageAsksLessOften: and at once when somebody looks at it again.
func TestHiddenPageAsksLessOften(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	look := w.eyes[g]
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	g.reaches(g.order(task.SD, sd(t, 1)), job.Running)
	look.look(true)
	c := g.counts()
	w.until("it has noticed", func() bool { return c.polls.Load() > 0 })
	polls := c.polls.Load()
	began := w.chain.Clock().Now()
	w.must(w.chain.Clock().Sleep(t.Context(), 2*time.Minute))
	took := w.chain.Clock().Now().Sub(began)
	if n := c.polls.Load() - polls; time.Duration(n) > took/(10*time.Second)+1 {
		t.Errorf("%d polls in %s", n, took)
	}
	polls = c.polls.Load()
	look.look(false)
	began = w.chain.Clock().Now()
	w.until("it asks again", func() bool { return c.polls.Load() > polls })
	if took := w.chain.Clock().Now().Sub(began); took > 12*time.Second { // a hidden page waits for 15 at least, and a machine may be busy
		t.Errorf("it took %s", took)
	}
}

// TestSlowChainIsAskedLessOften: the rhythm is that of the blocks.
func TestSlowChainIsAskedLessOften(t *testing.T) {
	w := begin(t, setup{period: 12 * time.Second})
	g := w.open(w.rich())
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	g.reaches(g.order(task.SD, sd(t, 1)), job.Running)
	c := g.counts()
	began := w.chain.Clock().Now()
	w.must(w.chain.Clock().Sleep(t.Context(), 4*time.Minute))
	took := w.chain.Clock().Now().Sub(began)
	n := c.polls.Load()
	if time.Duration(n) > took/(9*time.Second)+1 || n == 0 { // where blocks take a second it is every 2.5
		t.Errorf("%d polls in %s", n, took)
	}
	t.Logf("%d polls in %s", n, took)
}
