package runner

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// Trial is a network that the person wants to add, and what was found there.
type Trial struct {
	Network  profile.Network
	Checking bool
	Findings []Finding
	// Added tells that it was added.
	Added bool
	// Fault of storing it.
	Fault job.Fault
}

// Finding is what one request, or one contract, told.
type Finding struct {
	Part Part
	// At is the address of the endpoint, the Relay or the contract.
	At      string
	Verdict Verdict
	// Got is what was found: the chain id of an endpoint, the symbol of a token, the
	// number of nodes that a Relay knows; "" where that says nothing.
	Got string
}

// Part is what a Finding is about.
type Part string

// The parts of a network.
const (
	PartRPC   Part = "rpc"
	PartToken Part = "token"
	PartTask  Part = "task"
	PartNode  Part = "node"
	PartRelay Part = "relay"
)

// Verdict is what a Finding says.
type Verdict string

// The verdicts.
const (
	Fine Verdict = "fine"
	// Silent is no answer, or one that the browser must not read (CORS).
	Silent Verdict = "silent"
	// OtherChain is an endpoint of another chain.
	OtherChain Verdict = "other-chain"
	// Missing is a contract that is not at its address, or something that is no Relay.
	Missing Verdict = "missing"
	// OtherToken is a token that is not CNX with 18 decimals.
	OtherToken Verdict = "other-token"
	// Strange is an answer that makes no sense.
	Strange Verdict = "strange"
)

// checkFor is how long one check may take.
const checkFor = 20 * time.Second

// Passed reports whether the network may be added: everything is fine, or, with
// relayDown, everything but Relays that do not answer.
func (t Trial) Passed(relayDown bool) bool {
	return !t.Checking && len(t.Findings) > 0 && !slices.ContainsFunc(t.Findings, func(f Finding) bool {
		return f.Verdict != Fine && !(relayDown && f.Part == PartRelay && f.Verdict == Silent)
	})
}

// TryNetwork asks a network whether it is what its profile says. Nothing is signed or
// sent, and nothing is kept.
func (t *Tab) TryNetwork(n profile.Network) {
	t.act(func(r *Runner) {
		if t := r.snap.Trial; t != nil && t.Checking {
			return
		}
		n.ID, n.Own = n.OwnID(), true
		trial := &Trial{Network: n, Checking: true}
		r.snap.Trial = trial
		go func() {
			found := r.look(r.ctx, n)
			r.post(func() {
				if r.snap.Trial == trial {
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
		trial := r.snap.Trial
		if trial == nil || trial.Added || !trial.Passed(relayDown) {
			return
		}
		n := trial.Network
		list := slices.DeleteFunc(slices.Clone(r.added), func(o profile.Network) bool { return o.ID == n.ID })
		if len(list) >= mostOwn {
			return
		}
		r.keepOwn(append(list, n), func(err error) {
			if r.snap.Trial != trial {
				return
			}
			after := *trial
			if after.Added = err == nil; err != nil {
				after.Fault = storageFault(err)
			}
			r.snap.Trial = &after
		})
	})
}

// look makes the checks: each endpoint, the contracts as the first good one tells of
// them, each Relay.
func (r *Runner) look(ctx context.Context, n profile.Network) (found []Finding) {
	contracts := false
	for _, at := range n.RPC {
		f, p := r.lookAtRPC(ctx, n, at)
		found = append(found, f)
		if f.Verdict == Fine && !contracts {
			contracts = true
			found = append(found, contractsFound(n, p)...)
		}
	}
	for _, at := range n.Relays {
		found = append(found, r.lookAtRelay(ctx, at))
	}
	return found
}

func (r *Runner) lookAtRPC(ctx context.Context, n profile.Network, at string) (Finding, chain.Preflight) {
	f := Finding{Part: PartRPC, At: at}
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	id, err := chain.ChainID(ctx, chain.NewRPC(at, r.HTTP))
	if err == nil && id != n.ChainID {
		f.Verdict, f.Got = OtherChain, strconv.FormatUint(id, 10)
		return f, chain.Preflight{}
	}
	var p chain.Preflight
	if err == nil {
		one := chain.NewEndpoints(n.ChainID, []string{at}, r.HTTP, r.Clock, r.Chance) // knows what small limits need
		p, err = chain.NewClient(one, n.Contracts).Preflight(ctx, address{}, 0, 0)
	}
	switch {
	case err == nil:
		f.Verdict, f.Got = Fine, strconv.FormatUint(id, 10)
	case ctx.Err() != nil, errors.Is(err, chain.ErrUnavailable), errors.Is(err, chain.ErrTimeout), errors.Is(err, chain.ErrRateLimited):
		f.Verdict = Silent
	default:
		f.Verdict = Strange
	}
	return f, p
}

func contractsFound(n profile.Network, p chain.Preflight) []Finding {
	verdict := func(there bool) Verdict {
		if there {
			return Fine
		}
		return Missing
	}
	token := Finding{Part: PartToken, At: n.Contracts.Token.Hex(), Verdict: verdict(p.HasToken), Got: p.Symbol}
	if p.HasToken && (p.Symbol != "CNX" || p.Decimals != 18) {
		token.Verdict = OtherToken
	}
	return []Finding{
		token,
		{Part: PartTask, At: n.Contracts.Task.Hex(), Verdict: verdict(p.HasTask)},
		{Part: PartNode, At: n.Contracts.Node.Hex(), Verdict: verdict(p.HasNode)},
	}
}

// lookAtRelay asks for the number of nodes, the one request that needs no signature and
// that only a Relay answers (protocol.md B.3).
func (r *Runner) lookAtRelay(ctx context.Context, at string) Finding {
	f := Finding{Part: PartRelay, At: at, Verdict: Fine}
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	nodes, err := relay.New(at, r.HTTP).Nodes(ctx)
	switch {
	case err == nil:
		f.Got = strconv.FormatUint(nodes.All, 10)
	case isFault(err, relay.Unreachable), isFault(err, relay.Unavailable):
		f.Verdict = Silent
	case isFault(err, relay.WrongAddress):
		f.Verdict = Missing
	default:
		f.Verdict = Strange
	}
	return f
}
