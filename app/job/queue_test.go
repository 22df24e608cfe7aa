package job_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/job"
)

func TestPause(t *testing.T) {
	checked := job.Checked{At: 50, Quote: quote(30)}
	t.Run("nothing is paid before the click", func(t *testing.T) {
		s, _ := job.Update(submitted(), job.Pause{At: 40})
		for _, e := range []job.Event{checked, job.Met{At: 51, Fault: job.Fault{Code: job.ChainDown}}, job.Woke{At: 52}, job.Retry{At: 53}} {
			next, effects := job.Update(s, e)
			if next != s || len(effects) != 0 {
				t.Errorf("%T: %s, %v", e, next.Phase, effects)
			}
		}
		s, effects := job.Update(s, job.GoOn{At: 60})
		if d := cmp.Diff([]job.Effect{job.Check{}}, effects); d != "" || s.Paused {
			t.Error(d)
		}
		if s, effects = job.Update(s, checked); s.Phase != job.AwaitCreate || len(effects) != 1 {
			t.Errorf("%s, %v", s.Phase, effects)
		}
	})
	t.Run("an approval that is on its way goes on", func(t *testing.T) {
		s, _ := job.Update(to(t, job.ApprovalPending), job.Pause{At: 40})
		s, effects := job.Update(s, job.Mined{At: 41, Hash: s.Approve.Hash, Block: 9})
		if s.Phase != job.Checking || s.Approvals != 1 || len(effects) != 0 || s.Waiting() != job.Person {
			t.Errorf("%s, %d approvals, %v", s.Phase, s.Approvals, effects)
		}
	})
	t.Run("what was paid goes on", func(t *testing.T) {
		for _, p := range []job.Phase{job.AwaitCreate, job.CreatePending, job.Uploading, job.Running, job.Fetching, job.Done} {
			if s, _ := job.Update(to(t, p), job.Pause{At: 40}); s.Paused {
				t.Errorf("%s is paused", p)
			}
		}
	})
	t.Run("after a reload", func(t *testing.T) {
		s, effects := job.Resume(submitted(), 99)
		if !s.Paused || len(effects) != 0 || !s.Unpaid() || s.Leavable() {
			t.Errorf("paused %v, %v", s.Paused, effects)
		}
	})
}

func TestPlace(t *testing.T) {
	s := submitted()
	if s.Queued() != s.Marks.Submitted {
		t.Errorf("%d at first", s.Queued())
	}
	if s, _ = job.Update(s, job.Place{To: 7}); s.Queued() != 7 {
		t.Errorf("%d after the move", s.Queued())
	}
}
