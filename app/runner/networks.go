package runner

import (
	"sync/atomic"

	"crynux-dapp/app/profile"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// network is a profile with its clients.
type network struct {
	profile.Network
	endpoints *chain.Endpoints
	chain     *chain.Client // over them; nil = this page does not know the network
	relay     *relay.Relays
}

// networks are those that the page knows: config.json's and the person's own, by id.
// The owner goroutine replaces the map, any goroutine reads it.
type networks struct {
	byID atomic.Pointer[map[string]network]
}

func (r *Runner) known() map[string]network { return *r.networks.byID.Load() }

// network is the one with an id; the zero value if this page does not know it.
func (r *Runner) network(id string) network { return r.known()[id] }

// setNetworks makes these the known ones. One that was known as it is keeps its clients,
// which remember which endpoints rest.
func (r *Runner) setNetworks(list []profile.Network) {
	before := r.networks.byID.Load()
	next := make(map[string]network, len(list))
	for _, n := range list {
		if before != nil {
			if had := (*before)[n.ID]; had.chain != nil && had.Same(n) {
				next[n.ID] = had
				continue
			}
		}
		next[n.ID] = r.clients(n)
	}
	r.networks.byID.Store(&next)
}

func (r *Runner) clients(n profile.Network) network {
	endpoints := chain.NewEndpoints(n.ChainID, n.RPC, r.HTTP, r.Clock, r.Chance)
	return network{
		Network: n, endpoints: endpoints,
		chain: chain.NewClient(endpoints, n.Contracts),
		relay: relay.NewRelays(n.Relays, r.HTTP, r.Clock, r.Chance),
	}
}
