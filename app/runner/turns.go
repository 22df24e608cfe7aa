package runner

import (
	"cmp"
	"slices"

	"crynux-dapp/app/job"
)

// turns lets one job of an account at a time go from the check to the mined
// payment: they share one allowance and one row of nonces. The others wait, in the
// order that the person gave them (job.State.Queued).
//
// A pause means that nothing new is paid; what was paid goes on. Jobs that waited when
// a page was closed are paused when it opens again: nothing that was confirmed in
// another visit is paid without a click of this one (job.Resume).
type turns struct {
	taken map[payer]string // id of the job whose turn it is
}

// payer is an account on a network.
type payer struct {
	network string
	account address
}

func payerOf(s job.State) payer { return payer{s.Order.Network, s.Order.Account} }

// paying reports whether a job has its turn, or waits for it.
func paying(s job.State) bool {
	switch s.Phase {
	case job.Checking:
		return !s.Paused
	case job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending,
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
	return false
}

// has reports whether it is a job's turn.
func (t *turns) has(s job.State) bool { return t.taken[payerOf(s)] == s.ID }

// claim takes the turn for a job that is past its check, if nobody has it.
func (t *turns) claim(s job.State) {
	if past := paying(s) && s.Phase != job.Checking && s.Phase != job.CancelChecking; past && t.taken[payerOf(s)] == "" {
		t.taken[payerOf(s)] = s.ID
	}
}

// end gives the turn back; false if the job did not have it.
func (t *turns) end(s job.State) bool {
	if !t.has(s) {
		return false
	}
	delete(t.taken, payerOf(s))
	return true
}

// endTurn lets the next job pay, of this tab or another one.
func (r *Runner) endTurn(s job.State) {
	if release := r.alones[payerOf(s)]; release != nil && r.turns.has(s) {
		delete(r.alones, payerOf(s))
		release()
	}
	if !r.turns.end(s) {
		return
	}
	var next job.State
	for _, other := range r.jobs.list {
		waits := other.Phase == job.Checking || other.Phase == job.CancelChecking
		if waits && paying(other) && !r.earlier[other.ID] && payerOf(other) == payerOf(s) && (next.ID == "" || other.Queued() < next.Queued()) {
			next = other
		}
	}
	switch next.Phase {
	case job.Checking:
		r.perform(next, []job.Effect{job.Check{}})
	case job.CancelChecking:
		r.perform(next, []job.Effect{job.CheckCancel{}})
	}
}

// moment is the present time, or the next millisecond at which no job was submitted:
// they have an order, and keep it.
func (r *Runner) moment() int64 {
	at := r.now()
	for i := 0; i < len(r.jobs.list); i++ {
		if r.jobs.list[i].Marks.Submitted == at {
			at, i = at+1, -1
		}
	}
	return at
}

// queued are the ids of the jobs that wait to be paid, in their order.
func (r *Runner) queued() []string {
	return r.inOrder(func(s *job.State) bool { return s.Phase == job.Checking && !r.turns.has(*s) })
}

// inOrder are the ids of some jobs in the order of the queue. They are sorted by place:
// a State is large, and this is done with every snapshot.
func (r *Runner) inOrder(some func(*job.State) bool) (ids []string) {
	var at []int
	for i := range r.jobs.list {
		if some(&r.jobs.list[i]) {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(r.jobs.list[a].Queued(), r.jobs.list[b].Queued()) })
	for _, i := range at {
		ids = append(ids, r.jobs.list[i].ID)
	}
	return ids
}

// Move puts a job that waits one place earlier in the queue, or later.
func (t *Tab) Move(id string, earlier bool) {
	t.act(func(r *Runner) {
		list := r.queued()
		i := slices.Index(list, id)
		j := i + 1
		if earlier {
			j = i - 1
		}
		if i < 0 || j < 0 || j >= len(list) {
			return
		}
		here, there := r.jobs.list[r.index(list[i])].Queued(), r.jobs.list[r.index(list[j])].Queued()
		r.apply(list[i], job.Place{To: there})
		r.apply(list[j], job.Place{To: here})
	})
}

// PauseQueue pauses every job that is not paid yet; GoOnQueue lets those go on that
// are paused. Call GoOnQueue only from a click, after their prices were shown.
func (t *Tab) PauseQueue() {
	t.act(func(r *Runner) {
		for _, s := range slices.Clone(r.jobs.list) {
			r.apply(s.ID, job.Pause{At: r.now()})
		}
	})
}

// GoOnQueue ends the pause of every job.
func (t *Tab) GoOnQueue() {
	t.act(func(r *Runner) {
		for _, id := range r.inOrder(func(s *job.State) bool { return s.Paused }) {
			r.apply(id, job.GoOn{At: r.now()})
		}
	})
}
