package job_test

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

func TestRecover(t *testing.T) {
	created := job.Mined{At: 1000, Hash: common.Hash{7}, Block: 50, Gas: *uint256.NewInt(9), Fee: cnx(30), TaskID: 123, Deadline: 901}
	success := job.Succeeded{At: 2000, Result: job.Bytes(strings.Repeat("12345678", 3)), Node: node, Block: 55}
	tests := []struct {
		name  string
		order job.Order
		since []job.Event
		phase job.Phase
		from  job.Phase
		code  job.Code
		count int
		title string
	}{
		{"one that runs is followed", job.Order{}, nil, job.Running, "", "", 0, "Recovered picture task #123"},
		{"an overdue one can be claimed back", job.Order{}, []job.Event{job.Late{At: 3000}}, job.Running, "", "", 0, "Recovered picture task #123"},
		{"the result tells the number of pictures", job.Order{}, []job.Event{success, job.Published{At: 2100}}, job.Failed, job.Fetching, job.Found, 3, "Recovered picture task #123"},
		{"not delivered yet", job.Order{}, []job.Event{success}, job.Failed, job.Fetching, job.Found, 3, "Recovered picture task #123"},
		{"an answer is one file", job.Order{Kind: task.GPT}, []job.Event{success, job.Published{}}, job.Failed, job.Fetching, job.Found, 1, "Recovered chat task #123"},
		{"a result of no length is no proof", job.Order{}, []job.Event{job.Succeeded{Result: "x"}, job.Published{}}, job.Failed, job.Fetching, job.Found, 1, "Recovered picture task #123"},
		{"aborted", job.Order{}, []job.Event{job.AbortedOnChain{At: 9, Reason: "Task Cancelled", Returned: cnx(30)}}, job.Aborted, job.Running, "", 0, "Recovered picture task #123"},
		{"cancelled after the success", job.Order{}, []job.Event{success, job.AbortedOnChain{At: 9, Reason: "Task Cancelled", Returned: cnx(30)}}, job.Aborted, job.Fetching, "", 3, "Recovered picture task #123"},
		{"with its arguments", job.Order{Args: "{}", Title: "a cat", Count: 2}, nil, job.Failed, job.Uploading, job.Found, 2, "a cat"},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			s := job.Recover("id", 99_000, tt.order, created, tt.since)
			if s.Phase != tt.phase || s.From != tt.from || s.Fault.Code != tt.code || s.Order.Count != tt.count || s.Order.Title != tt.title {
				t.Errorf("%s from %q, %+v, %d files, %q", s.Phase, s.From, s.Fault, s.Order.Count, s.Order.Title)
			}
			if s.TaskID != 123 || s.Recovered != 99_000 || s.Create.Fee != cnx(30) || s.Order.Fee != cnx(30) || s.Verified() || len(job.Steps(s)) != 2 {
				t.Errorf("%+v", s)
			}
			if next, effects := job.Resume(s, 100_000); len(effects) != 0 || next.Phase != s.Phase {
				t.Errorf("goes on by itself: %s, %v", next.Phase, effects)
			}
			record, err := job.Encode(s)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := job.Decode(record); err != nil || back != s {
				t.Errorf("its record is another state, %v", err)
			}
		})
	}
	t.Run("it is fetched by a click", func(t *testing.T) {
		s := job.Recover("id", 99_000, job.Order{}, created, tests[2].since)
		s, effects := job.Update(s, job.Retry{At: 99_100})
		if s.Phase != job.Fetching || len(effects) != 1 || effects[0] != (job.Fetch{Index: 0}) {
			t.Errorf("%s, %v", s.Phase, effects)
		}
	})
	t.Run("one whose block was taken back is never paid anew", func(t *testing.T) {
		s := job.Recover("id", 99_000, job.Order{}, created, nil)
		s, effects := job.Update(s, job.Reorganised{At: 99_100, Block: 50})
		if s.Phase != job.CreatePending || s.TaskID != 0 || len(effects) != 0 || s.Awaited() != created.Hash {
			t.Fatalf("%s, task %d, %v", s.Phase, s.TaskID, effects)
		}
		for _, lost := range []job.Event{job.NotSent{At: 99_200}, job.Replaced{At: 99_200}} {
			gone, _ := job.Update(s, lost)
			for _, e := range []job.Event{job.Retry{At: 99_300}, job.GoOn{At: 99_300}, job.Cancel{At: 99_300}} {
				if next, effects := job.Update(gone, e); len(effects) != 0 || next.Phase != job.Failed && next.Phase != job.CreatePending {
					t.Errorf("%T, %T: %s, %v", lost, e, next.Phase, effects)
				}
			}
		}
		if s, _ = job.Update(s, created); s.TaskID != created.TaskID || s.Phase != job.Running {
			t.Errorf("mined again: %s, %+v", s.Phase, s.Fault)
		}
	})
	t.Run("prompts are announced", func(t *testing.T) {
		s := job.Recover("id", 99_000, job.Order{}, created, tests[2].since)
		if p := job.Explain(s); !strings.Contains(p.Remedy, "3 signatures") || !p.Quiet {
			t.Errorf("%+v", p)
		}
		s.Order.Hand = job.ByTaskWallet
		if p := job.Explain(s); !strings.Contains(p.Remedy, "without asking") {
			t.Errorf("%+v", p)
		}
	})
	t.Run("the fee of an overdue one comes back", func(t *testing.T) {
		s := job.Recover("id", 99_000, job.Order{}, created, []job.Event{job.Late{At: 3000}})
		if !s.Refundable() {
			t.Error("not refundable")
		}
		if s, effects := job.Update(s, job.Cancel{At: 99_100}); s.Phase != job.CancelChecking || len(effects) != 1 {
			t.Errorf("%s, %v", s.Phase, effects)
		}
	})
}
