//go:build !js

package runner_test

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// TestNothingIsPaidThatIsNotSaved refuses the record of each phase in which
// something would follow.
func TestNothingIsPaidThatIsNotSaved(t *testing.T) {
	for _, phase := range []job.Phase{job.Checking, job.AwaitApproval, job.AwaitCreate, job.Uploading, job.Fetching} {
		t.Run(string(phase), func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			refused := false
			g.store.setRefuse(func(store, _ string, value []byte) bool {
				s, err := job.Decode(value)
				hit := !refused && store == runner.Jobs && err == nil && s.Phase == phase && (phase != job.Fetching || s.Outcome.Published)
				refused = refused || hit
				return hit
			})
			id := g.order(task.SD, sd(t, 1))
			s := g.stops(id, job.Storage)
			if s.From != phase {
				t.Errorf("it stopped in %s", s.From)
			}
			prompts := map[job.Phase]int{job.Checking: 0, job.AwaitApproval: 0, job.AwaitCreate: 1, job.Uploading: 2, job.Fetching: 3}[phase]
			if p := alice.prompts(); len(p) != prompts {
				t.Errorf("prompts %v, want %d", p, prompts)
			}
			if p := job.Explain(s); s.TaskID == 0 && strings.Contains(p.Detail, "not certain") {
				t.Errorf("nothing was asked of the wallet, but it says %q", p.Detail)
			}
			g.retry(id)
			g.finish(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
		})
	}
}

func TestStoreThatRefusesEverythingStopsTheJob(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.store.setRefuse(func(string, string, []byte) bool { return true })
	id := g.order(task.SD, sd(t, 1))
	g.stops(id, job.Storage)
	if p := alice.prompts(); len(p) != 0 {
		t.Errorf("prompts %v", p)
	}
	g.until("the page says that nothing is kept", func(s runner.Snapshot) bool { return !s.Persistent })
	g.store.setRefuse(nil)
	g.retry(id)
	g.finish(id)
	g.until("the page is content again", func(s runner.Snapshot) bool { return s.Persistent })
}

func TestResultThatCannotBeStoredIsFetchedAgain(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	refused := false
	g.store.setRefuse(func(store, _ string, _ []byte) bool {
		hit := store == runner.Files && !refused
		refused = refused || hit
		return hit
	})
	id := g.order(task.SD, sd(t, 2))
	if s := g.stops(id, job.Storage); s.From != job.Fetching || s.NextFile() != 0 {
		t.Errorf("stopped in %s with %d files", s.From, s.NextFile())
	}
	g.retry(id)
	g.finish(id)
}

func TestBrokenRecordsAreSetAsideAndCounted(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.finish(id)
	done := g.settles(id)
	g.leaves(done)
	good, err := job.Encode(done)
	w.must(err)
	broken := []string{
		`{"v":1,"id":"x"`, string(good[:len(good)/2]), // truncated
		`[]`, "\x00\xff", `{"v":1,"name":"of another program"}`, `{"v":1,"phase":"done"}`, // foreign
		`{"v":99,"id":"later","phase":"done"}`, strings.Replace(string(good), `"phase":"done"`, `"phase":"of-the-future"`, 1),
	}
	for i, text := range broken {
		w.must(g.store.Put(t.Context(), runner.Jobs, string(rune('a'+i)), []byte(text)))
	}
	again := w.reopen(alice, onDisk(g.store.disk))
	s := again.until("it is read and starts", func(s runner.Snapshot) bool { return s.Ready && s.Session.Connected })
	if s.Newer != 1 || s.Unreadable != len(broken)-1 {
		t.Errorf("%d unreadable and %d of a newer version of %d", s.Unreadable, s.Newer, len(broken))
	}
	if len(s.Jobs) != 1 || s.Jobs[0] != done {
		t.Errorf("the good one is gone: %v", s.Jobs)
	}
	kept, err := g.store.All(t.Context(), runner.Jobs)
	w.must(err)
	if n := len(kept); n != 1+len(broken) {
		t.Errorf("%d records, a broken one was deleted", n)
	}
	again.finish(again.order(task.SD, sd(t, 1))) // nothing is blocked by them
}

func TestDraftsAndTheNetworkOfTheLastVisit(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.SaveDraft(task.SD, `{"prompt":"a`)
	g.SaveDraft(task.GPT, `{}`)
	g.until("drafts are shown", func(s runner.Snapshot) bool { return s.Drafts[task.GPT] == `{}` })
	g.store.until(w, "drafts are stored", func(records map[string][]byte) bool { return len(records) >= 3 }) // and the wallet
	g.close()
	again := w.reopen(alice, onDisk(g.store.disk))
	s := again.until("it is read", func(s runner.Snapshot) bool { return s.Session.Connected })
	if want := [2]string{`{"prompt":"a`, `{}`}; s.Drafts != want {
		t.Errorf("drafts %q", s.Drafts)
	}
	if asked := len(alice.Prompts()); asked != 1 {
		t.Errorf("the person was asked %d times to connect", asked)
	}
}
