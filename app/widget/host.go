package widget

import (
	"fmt"
	"slices"

	"crynux-dapp/chain/taskwallet"
)

// Anybody in a list of hosts stands for every origin.
const Anybody = "*"

// Hosts are the origins that may embed the widget, as config.json lists them. An
// empty list is nobody but our own origin.
type Hosts []string

// mostHosts bounds the list.
const mostHosts = 1000

// Check wants origins as browsers write them.
func (h Hosts) Check() error {
	if len(h) > mostHosts {
		return fmt.Errorf("has more than %d entries", mostHosts)
	}
	for _, origin := range h {
		if origin == Anybody {
			continue
		}
		if err := taskwallet.CheckOrigin(origin); err != nil {
			return fmt.Errorf("%.100q is no origin such as https://example.org: small letters, no path, no slash at the end", origin)
		}
	}
	return nil
}

// Around is where a frame finds itself.
type Around struct {
	// Own is our origin; Host is that of the page around the frame.
	Own, Host string
	// Ancestors are the origins of all pages around it, the nearest first; nil where the
	// browser does not tell. Top tells that the host's page is in no other one.
	Ancestors []string
	Top       bool
}

// Lies reports whether the browser knows another host than the one that is named.
func (a Around) Lies() bool { return len(a.Ancestors) > 0 && a.Ancestors[0] != a.Host }

// Welcome reports whether a host may embed the widget.
func (h Hosts) Welcome(a Around) bool {
	return a.Host == a.Own || slices.Contains(h, Anybody) || slices.Contains(h, a.Host)
}

// Pays are the ways of paying that a frame offers. Only a host that is named in the
// list, and around which there is no other page, gets more than the tab: a page in
// between could dress the frame up as it likes. On our own origin nothing is kept
// apart, so there is no purse for it.
func (h Hosts) Pays(a Around, wallet bool) []Pay {
	alone := a.Top && !slices.ContainsFunc(a.Ancestors, func(o string) bool { return o != a.Host && o != a.Own })
	if !alone || a.Host == a.Own || !slices.Contains(h, a.Host) {
		return []Pay{ByTab}
	}
	if wallet {
		return []Pay{ByTab, ByPurse, ByBridge}
	}
	return []Pay{ByTab, ByPurse}
}
