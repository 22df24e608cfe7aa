package runner

import (
	"slices"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/trial"
)

// Trial is a network that the person wants to add, and what was found there.
type Trial struct {
	Network  profile.Network
	Checking bool
	Findings trial.Findings
	// Added tells that it was added.
	Added bool
	// Fault of storing it.
	Fault job.Fault
}

// Passed reports whether the network may be added: see [trial.Findings.Passed].
func (t Trial) Passed(relayDown bool) bool { return !t.Checking && t.Findings.Passed(relayDown) }

// TryNetwork asks a network whether it is what its profile says. Nothing is signed or
// sent, and nothing is kept.
func (t *Tab) TryNetwork(n profile.Network) {
	t.act(func(r *Runner) {
		if t := r.snap.Trial; t != nil && t.Checking {
			return
		}
		n.ID, n.Own = n.OwnID(), true
		asked := &Trial{Network: n, Checking: true}
		r.snap.Trial = asked
		go func() {
			found := trial.Ports{HTTP: r.HTTP, Clock: r.Clock, Chance: r.Chance}.Look(r.ctx, n)
			r.post(func() {
				if r.snap.Trial == asked {
					r.snap.Trial = &Trial{Network: n, Findings: found}
				}
			})
		}()
	})
}

// DropTrial forgets the network that was to be added.
func (t *Tab) DropTrial() { t.act(func(r *Runner) { r.snap.Trial = nil }) }

// AddNetwork keeps the network that was tried; one with the same chain and contracts is
// replaced. With relayDown it may have Relays that do not answer now. Call it only from a
// click after the findings were shown.
func (t *Tab) AddNetwork(relayDown bool) {
	t.act(func(r *Runner) {
		tried := r.snap.Trial
		if tried == nil || tried.Added || !tried.Passed(relayDown) {
			return
		}
		n := tried.Network
		list := slices.DeleteFunc(slices.Clone(r.added), func(o profile.Network) bool { return o.ID == n.ID })
		if len(list) >= mostOwn {
			return
		}
		r.keepOwn(append(list, n), func(err error) {
			if r.snap.Trial != tried {
				return
			}
			after := *tried
			if after.Added = err == nil; err != nil {
				after.Fault = storageFault(err)
			}
			r.snap.Trial = &after
		})
	})
}
