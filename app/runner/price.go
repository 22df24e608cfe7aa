package runner

import (
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
)

// price is what the next task costs, as far as anybody can know: the contract
// has no getter for its fee (protocol.md G.27). What the newest task of this page
// was really charged counts more than the profile.
func (r *Runner) price(n profile.Network) uint256.Int {
	if s, ok := charged(r.jobs.list, n.ID); ok {
		return s.Create.Fee
	}
	return n.Fee
}

// charged is the job that was charged last on a network. What was found of earlier
// times tells no price of today.
func charged(jobs []job.State, network string) (last job.State, ok bool) {
	for i := range jobs { // by place: a State is large, and this is done with every snapshot
		if s := &jobs[i]; s.Order.Network == network && s.Recovered == 0 && !s.Create.Fee.IsZero() && (!ok || s.Marks.Created > last.Marks.Created) {
			last, ok = *s, true
		}
	}
	return last, ok
}

// outpriced is the fault of a job whose price turned out to be another one after
// the person had confirmed it: a task created since was charged differently. The
// zero Fault otherwise.
func (r *Runner) outpriced(s job.State) job.Fault {
	last, ok := charged(r.others(s), s.Order.Network)
	if !ok || last.Marks.Created <= s.Confirmed || last.Create.Fee == s.Order.Fee {
		return job.Fault{}
	}
	return job.Fault{Code: job.FeeRaised, Need: last.Create.Fee, Have: s.Order.Fee}
}

// due are the fees of the jobs of an account that were confirmed and are not
// created yet, this one included; not those that are paused (taskwallet.md §9).
func (r *Runner) due(s job.State) uint256.Int {
	sum := s.Order.Fee
	for _, other := range r.others(s) {
		if payerOf(other) == payerOf(s) && paying(other) {
			sum.Add(&sum, &other.Order.Fee)
		}
	}
	return sum
}

// others are all jobs but this one, as they were last published; for any goroutine.
func (r *Runner) others(s job.State) (list []job.State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.published.Jobs {
		if other.ID != s.ID {
			list = append(list, other)
		}
	}
	return list
}

// importedNow are the imported records, as they were last published; for any goroutine.
func (r *Runner) importedNow() []job.State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.published.Imported
}
