package runner

import (
	"slices"

	"crynux-dapp/app/job"
)

// turns lets one job of an account at a time go from the check to the mined
// payment: they share one allowance and one row of nonces. The others wait in
// the order in which they came.
type turns struct {
	taken   map[payer]string // id of the job whose turn it is
	waiting []string
}

// payer is an account on a network.
type payer struct {
	network string
	account address
}

func payerOf(s job.State) payer { return payer{s.Order.Network, s.Order.Account} }

// paying reports whether a job in this phase has its turn, or waits for it.
func paying(p job.Phase) bool {
	switch p {
	case job.Checking, job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending,
		job.CancelChecking, job.AwaitCancel, job.CancelPending:
		return true
	}
	return false
}

// take gives a job its turn, or lets it wait.
func (t *turns) take(s job.State) bool {
	switch t.taken[payerOf(s)] {
	case "":
		t.taken[payerOf(s)] = s.ID
		return true
	case s.ID:
		return true
	}
	if !slices.Contains(t.waiting, s.ID) {
		t.waiting = append(t.waiting, s.ID)
	}
	return false
}

// claim takes the turn for a job that is past its check, if nobody has it.
func (t *turns) claim(s job.State) {
	if past := paying(s.Phase) && s.Phase != job.Checking && s.Phase != job.CancelChecking; past && t.taken[payerOf(s)] == "" {
		t.taken[payerOf(s)] = s.ID
	}
}

// end gives the turn back and returns who waited for any; each of them has to
// take it again.
func (t *turns) end(s job.State) (waited []string) {
	if t.taken[payerOf(s)] != s.ID {
		return nil
	}
	delete(t.taken, payerOf(s))
	waited, t.waiting = t.waiting, nil
	return waited
}
