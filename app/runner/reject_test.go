//go:build !js

package runner_test

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
)

func TestRejectionAtEachPrompt(t *testing.T) {
	names := []string{"connect", "approval", "payment", "upload", "first picture", "last picture"}
	for n := 1; n < len(names); n++ {
		t.Run(names[n], func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			alice.AnswerNth(n+1, devchain.Reject) // 1 is the connection
			g := w.open(alice)
			id := g.order(task.SD, sd(t, 2))
			s := g.stops(id, job.Rejected)
			problem := job.Explain(s)
			if !problem.Quiet || problem.Retry == "" {
				t.Errorf("no is not a fault, and one may go on: %+v", problem)
			}
			want := "Nothing was charged."
			switch {
			case s.TaskID != 0:
				want = "nothing is paid twice"
			case s.Approve.Mined != 0:
				want = "No CNX was charged, only gas."
			}
			if !strings.Contains(problem.Detail, want) {
				t.Errorf("%q does not say %q", problem.Detail, want)
			}
			g.retry(id)
			g.finish(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("createTask was sent %d times", n)
			}
		})
	}
}
