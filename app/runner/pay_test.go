//go:build !js

package runner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
)

func TestPictures(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	native, tokens := w.holds(alice.account)

	s := g.finish(g.order(task.SD, sd(t, 4)))

	want := []string{"eth_sendTransaction", "eth_sendTransaction", "eth_sign", "eth_sign", "eth_sign", "eth_sign", "eth_sign"}
	if d := cmp.Diff(want, alice.prompts()); d != "" {
		t.Errorf("prompts (-want +got):\n%s", d)
	}
	if s.Order.Count != 4 || s.NextFile() != 4 {
		t.Errorf("%d of %d files verified", s.NextFile(), s.Order.Count)
	}
	nativeNow, tokensNow := w.holds(alice.account)
	if paid := *new(uint256.Int).Sub(&tokens, &tokensNow); s.Create.Fee != paid || paid != cnx(30) {
		t.Errorf("fee %s, the account paid %s", s.Create.Fee.Dec(), paid.Dec())
	}
	gas := new(uint256.Int).Add(&s.Approve.Gas, &s.Create.Gas)
	if burnt := new(uint256.Int).Sub(&native, &nativeNow); !gas.Eq(burnt) || gas.IsZero() {
		t.Errorf("gas %s, the account paid %s", gas.Dec(), burnt.Dec())
	}
	g.until("the balances are shown", func(s runner.Snapshot) bool { return s.Session.CNX == tokensNow && s.Session.Native == nativeNow })
	for _, step := range job.Steps(s) {
		if step.State != job.StepDone {
			t.Errorf("%q is %s", step.Name, step.State)
		}
	}
	if stored := g.store.jobs(); len(stored) != 1 || stored[0] != s {
		t.Errorf("stored is another state than shown:\n%s", cmp.Diff(stored, []job.State{s}))
	}
}

func TestAllowanceThatIsEnoughSkipsTheApproval(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	s := g.finish(g.order(task.SD, sd(t, 1)))
	if n := alice.asked("eth_sendTransaction"); n != 1 {
		t.Errorf("asked for %d transactions, want createTask alone", n)
	}
	if !s.Approve.Gas.IsZero() || s.Approve.Asked != 0 {
		t.Errorf("an approval that was not made: %+v", s.Approve)
	}
}

func TestAnswer(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	s := g.finish(g.order(task.GPT, gpt(t)))
	file, err := g.File(t.Context(), s.Files[0].SHA256)
	w.must(err)
	answer, err := task.DecodeAnswer(file)
	w.must(err)
	if answer.Choices[0].Message.Content == "" {
		t.Error("the answer is empty")
	}
}

func TestMessagesAreSignedWhereTheNetworkTakesThem(t *testing.T) {
	w := begin(t, setup{eip191: true})
	alice := w.person(coins(1), coins(300), devchain.WalletModern)
	g := w.open(alice)
	g.finish(g.order(task.SD, sd(t, 2)))
	if n := alice.asked("personal_sign"); n != 3 {
		t.Errorf("%d messages signed, want one upload and two results", n)
	}
}
