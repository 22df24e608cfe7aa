//go:build !js

package runner_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"crynux-dapp/app/election"
	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// page is one open page: a runner over the ports of a test.
type page struct {
	*runner.Tab
	w      *world
	person person
	conn   *connection
	http   *transport
	store  *store
	data   *dataPort
	close  func()

	mu        sync.Mutex
	snap      runner.Snapshot
	anew      int           // how often it wanted to be loaded anew
	dataWorks int           // and with the data
	works     int           // how often something was done with the task wallet, and ended
	changed   chan struct{} // closed with every new snapshot
}

// open opens a page over a new disk and connects the person's wallet.
func (w *world) open(p person) *page {
	w.Helper()
	g := w.reopen(p, onDisk(newDisk()))
	g.connect()
	return g
}

// reopen opens a page over a disk and waits until it was read.
func (w *world) reopen(p person, s *store) *page {
	w.Helper()
	g := &page{w: w, person: p, http: &transport{}, store: s, data: &dataPort{store: s}, changed: make(chan struct{})}
	var second runner.Worker = worker{}
	if w.worker != nil {
		second = w.worker
	}
	var clock runner.Clock = w.chain.Clock()
	if w.clock != nil {
		clock = w.clock
	}
	live := lively{clock, g.http, s.tab}
	var tabs election.Tabs
	if s.tab != nil {
		tabs = s.tab
	}
	g.conn = &connection{tab: s.tab, wallet: p.Wallet, site: p.Site("https://dapp.example")}
	w.eyes[g] = &eye{}
	g.Tab = runner.New(runner.Ports{
		View:  w.eyes[g],
		Clock: live, Chance: w.chance, HTTP: live, Store: s, Worker: second, Wallets: wallets{g.conn, cmp.Or(w.rdns, "test.alice")},
		Locks: s.locks, Tabs: tabs,
		NewID: g.newID, Networks: []profile.Network{w.net}, Vault: w.vault, Hosts: hostsOf(w.vault), Home: w.home(), Reload: g.reload, Renewal: w.renewal, Data: g.data,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	cancelSub := g.Subscribe(g.hear)
	go func() { defer close(ended); g.Run(ctx) }()
	g.close = sync.OnceFunc(func() { cancel(); s.tab.wake(); <-ended; cancelSub() })
	w.Cleanup(g.close)
	g.until("the store is read", func(s runner.Snapshot) bool { return s.Ready })
	return g
}

func (g *page) reload() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.anew++
}

func (g *page) reloads() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.anew
}

func (g *page) newID() string {
	g.store.mu.Lock()
	defer g.store.mu.Unlock()
	g.store.ids++
	return fmt.Sprintf("job-%d", g.store.ids)
}

func (g *page) hear(s runner.Snapshot) {
	shown.note(s)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.snap.Purse.Step != "" && s.Purse.Step == "" {
		g.works++
	}
	if g.snap.Stored.Step != "" && s.Stored.Step == "" {
		g.dataWorks++
	}
	g.snap = s
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *page) now() (runner.Snapshot, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.snap, g.changed
}

func (g *page) connect() {
	g.w.Helper()
	g.Connect(walletID)
	g.until("the wallet is connected", func(s runner.Snapshot) bool { return s.Session.Connected })
}

// until waits for a snapshot.
func (g *page) until(what string, ok func(runner.Snapshot) bool) runner.Snapshot {
	g.w.Helper()
	late := time.After(patience)
	for {
		s, changed := g.now()
		if ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-late:
			g.w.Fatalf("waited in vain until %s:\n%s", what, describe(s))
		}
	}
}

func describe(s runner.Snapshot) string {
	text := fmt.Sprintf("session %+v\npurse %+v\n", s.Session, s.Purse)
	for _, j := range s.Jobs {
		text += fmt.Sprintf("%s: %s from %q, fault %+v, trouble %+v (%d tries), task %d, outcome %+v, create %+v\n",
			j.ID, j.Phase, j.From, j.Fault, j.Trouble, j.Tries, j.TaskID, j.Outcome, j.Create)
	}
	return text
}

// order submits arguments when there is somebody to pay, and returns the id of the job.
// After a reload the wallet is found again by itself, which takes its time.
func (g *page) order(kind task.Kind, args []byte) string {
	g.w.Helper()
	g.w.must(task.Validate(kind, args))
	g.until("somebody can pay", func(s runner.Snapshot) bool { return s.Session.Connected || s.Purse.Open })
	g.Submit(kind, args)
	g.store.mu.Lock()
	defer g.store.mu.Unlock()
	return fmt.Sprintf("job-%d", g.store.ids)
}

// when waits until a job fits.
func (g *page) when(id, what string, ok func(job.State) bool) job.State {
	g.w.Helper()
	s := g.until(id+" "+what, func(s runner.Snapshot) bool {
		i := slices.IndexFunc(s.Jobs, func(j job.State) bool { return j.ID == id })
		return i >= 0 && ok(s.Jobs[i])
	})
	i := slices.IndexFunc(s.Jobs, func(j job.State) bool { return j.ID == id })
	return s.Jobs[i]
}

// reaches waits for a phase; any other end than that fails the test.
func (g *page) reaches(id string, p job.Phase) job.State {
	g.w.Helper()
	s := g.when(id, "is "+string(p), func(s job.State) bool { return s.Phase == p || s.Phase.Ended() })
	if s.Phase != p {
		g.w.Fatalf("%s ended as %s instead of %s: from %s, fault %+v, outcome %+v", id, s.Phase, p, s.From, s.Fault, s.Outcome)
	}
	return s
}

// stops waits until a job is stopped by a fault.
func (g *page) stops(id string, c job.Code) job.State {
	g.w.Helper()
	s := g.reaches(id, job.Failed)
	if s.Fault.Code != c {
		g.w.Fatalf("%s stopped with %+v, want %s", id, s.Fault, c)
	}
	return s
}

// retry is the person's click; it returns when the job is on its way again.
func (g *page) retry(id string) {
	g.w.Helper()
	before := g.when(id, "is stopped", func(s job.State) bool { return s.Phase == job.Failed })
	g.Send(id, job.Retry{At: g.w.chain.Clock().Now().UnixMilli()})
	g.when(id, "goes on", func(s job.State) bool { return s.Phase != job.Failed || s.Since != before.Since })
}

// finish waits for the end and checks that every file is here and verified.
func (g *page) finish(id string) job.State {
	g.w.Helper()
	s := g.reaches(id, job.Done)
	if !s.Verified() {
		g.w.Errorf("%s is done, but not verified: %+v", id, s.Files)
	}
	for _, f := range s.Files[:s.Order.Count] {
		file, err := g.File(g.w.Context(), f.SHA256)
		if err != nil || len(file) != f.Size {
			g.w.Errorf("file %s of %d bytes: got %d bytes, %v", f.SHA256, f.Size, len(file), err)
		}
	}
	return s
}

// prompts are the methods that the person was asked about, connecting aside.
func (p person) prompts() (methods []string) {
	for _, prompt := range p.Prompts() {
		if prompt.Kind != "connect" {
			methods = append(methods, prompt.Method)
		}
	}
	return methods
}

// sent counts how often the person was asked to send.
func (p person) asked(method string) (n int) {
	for _, m := range p.prompts() {
		if m == method {
			n++
		}
	}
	return n
}

// sd are arguments for small pictures, with everything that is hard to quote.
func sd(t testing.TB, n int) []byte {
	t.Helper()
	args, err := task.SDArgs{
		BaseModel: "runwayml/stable-diffusion-v1-5", Prompt: "a cat <b>&\"\\\n\u2028 in the snow \U0001f408",
		TaskConfig: task.TaskConfig{ImageWidth: 128, ImageHeight: 128, Steps: 2, NumImages: n, Seed: 7},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return args
}

func gpt(t testing.TB) []byte {
	t.Helper()
	args, err := task.GPTArgs{Model: "gpt2", Messages: []task.Message{{Role: "user", Content: "Why is <the> sky blue & wide?"}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return args
}
