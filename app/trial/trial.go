// Package trial asks a network whether it is what its profile says.
//
//	found := trial.Ports{HTTP: http, Clock: clock}.Look(ctx, network)
//	if found.Passed(false) { … }
package trial

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/profile"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// Ports is the world as a trial needs it.
type Ports struct {
	HTTP interface {
		chain.Transport
		relay.Transport
	}
	Clock chain.Clock
	// Chance is between 0 and 1, anew each time; nil = requests are not spread.
	Chance func() float64
}

// Findings are all of a trial.
type Findings []Finding

// Passed reports whether the network may be added: everything is fine, or, with
// relayDown, everything but Relays that do not answer.
func (found Findings) Passed(relayDown bool) bool {
	return len(found) > 0 && !slices.ContainsFunc(found, func(f Finding) bool {
		return f.Verdict != Fine && !(relayDown && f.Part == Relay && f.Verdict == Silent)
	})
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
	RPC   Part = "rpc"
	Token Part = "token"
	Task  Part = "task"
	Node  Part = "node"
	Relay Part = "relay"
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

// Look makes the checks: each endpoint, the contracts as the first good one tells of
// them, each Relay. It takes up to 20 seconds for each server. Nothing is signed or sent.
func (p Ports) Look(ctx context.Context, n profile.Network) (found Findings) {
	contracts := false
	for _, at := range n.RPC {
		f, told := p.lookAtRPC(ctx, n, at)
		found = append(found, f)
		if f.Verdict == Fine && !contracts {
			contracts = true
			found = append(found, contractsFound(n, told)...)
		}
	}
	for _, at := range n.Relays {
		found = append(found, p.lookAtRelay(ctx, at))
	}
	return found
}

func (p Ports) lookAtRPC(ctx context.Context, n profile.Network, at string) (Finding, chain.Preflight) {
	f := Finding{Part: RPC, At: at}
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	id, err := chain.ChainID(ctx, chain.NewRPC(at, p.HTTP))
	if err == nil && id != n.ChainID {
		f.Verdict, f.Got = OtherChain, strconv.FormatUint(id, 10)
		return f, chain.Preflight{}
	}
	var told chain.Preflight
	if err == nil {
		one := chain.NewEndpoints(n.ChainID, []string{at}, p.HTTP, p.Clock, p.Chance) // knows what small limits need
		told, err = chain.NewClient(one, n.Contracts).Preflight(ctx, common.Address{}, 0, 0)
	}
	switch {
	case err == nil:
		f.Verdict, f.Got = Fine, strconv.FormatUint(id, 10)
	case ctx.Err() != nil, errors.Is(err, chain.ErrUnavailable), errors.Is(err, chain.ErrTimeout), errors.Is(err, chain.ErrRateLimited):
		f.Verdict = Silent
	default:
		f.Verdict = Strange
	}
	return f, told
}

func contractsFound(n profile.Network, p chain.Preflight) []Finding {
	verdict := func(there bool) Verdict {
		if there {
			return Fine
		}
		return Missing
	}
	token := Finding{Part: Token, At: n.Contracts.Token.Hex(), Verdict: verdict(p.HasToken), Got: p.Symbol}
	if p.HasToken && (p.Symbol != "CNX" || p.Decimals != 18) {
		token.Verdict = OtherToken
	}
	return []Finding{
		token,
		{Part: Task, At: n.Contracts.Task.Hex(), Verdict: verdict(p.HasTask)},
		{Part: Node, At: n.Contracts.Node.Hex(), Verdict: verdict(p.HasNode)},
	}
}

// lookAtRelay asks for the number of nodes, the one request that needs no signature and
// that only a Relay answers (protocol.md B.3).
func (p Ports) lookAtRelay(ctx context.Context, at string) Finding {
	f := Finding{Part: Relay, At: at, Verdict: Fine}
	ctx, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	nodes, err := relay.New(at, p.HTTP).Nodes(ctx)
	switch {
	case err == nil:
		f.Got = strconv.FormatUint(nodes.All, 10)
	case errors.Is(err, relay.Unreachable), errors.Is(err, relay.Unavailable):
		f.Verdict = Silent
	case errors.Is(err, relay.WrongAddress):
		f.Verdict = Missing
	default:
		f.Verdict = Strange
	}
	return f
}
