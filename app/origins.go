package app

import (
	"net/url"
	"slices"
)

// Origins are the origins of the networks' RPC endpoints and Relays, each once:
// what the page connects to.
func (c Config) Origins() []string {
	var list []string
	for _, n := range c.Networks {
		for _, address := range slices.Concat(n.RPC, n.Relays) {
			if u, err := url.Parse(address); err == nil {
				list = append(list, u.Scheme+"://"+u.Host)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
