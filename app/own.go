package app

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/chain"
)

// What a person may type for a network.
const (
	longestName    = 60 // characters
	longestCoin    = 11
	mostAddresses  = 10
	longestAddress = 300
)

// reach is what the page may connect to.
type reach struct {
	page    *url.URL
	allowed []string
	limited bool
}

func newReach(href, policy string) reach {
	page, err := url.Parse(href)
	if err != nil {
		page = &url.URL{}
	}
	allowed, limited := sources(policy, "connect-src")
	return reach{page, allowed, limited}
}

// forbids reports whether the page's own policy keeps it from an address.
func (r reach) forbids(u *url.URL) bool { return r.limited && !permits(r.allowed, r.page, u) }

// TryNetwork checks what a person typed for a network. What is wrong is returned by
// field; if nothing is, the network itself is asked (view.NetworkPort).
func (a *App) TryNetwork(d view.NetworkDraft) (wrong view.NetworkDraft) {
	n, wrong := a.reach.parse(d)
	if len(wrong) == 0 {
		a.Tab.TryNetwork(n)
	}
	return wrong
}

// parse reads a draft.
func (r reach) parse(d view.NetworkDraft) (n profile.Network, wrong view.NetworkDraft) {
	wrong = view.NetworkDraft{}
	text := func(f view.NetworkField) string { return strings.TrimSpace(d[f]) }
	n = profile.Network{Name: text(view.NetworkName), Coin: text(view.NetworkCoin), EIP191: d[view.NetworkEIP191] != ""}
	if n.Name == "" || utf8.RuneCountInString(n.Name) > longestName {
		wrong[view.NetworkName] = "Give it a name of up to " + strconv.Itoa(longestName) + " characters."
	}
	if n.Coin == "" {
		n.Coin = "ETH"
	} else if utf8.RuneCountInString(n.Coin) > longestCoin {
		wrong[view.NetworkCoin] = "The symbol of the coin has up to " + strconv.Itoa(longestCoin) + " characters, such as ETH."
	}
	var err error
	if n.ChainID, err = strconv.ParseUint(text(view.NetworkChain), 10, 53); err != nil || n.ChainID == 0 {
		wrong[view.NetworkChain] = "Type the chain id as a whole number, such as 42."
	}
	n.RPC, wrong = r.addresses(d, view.NetworkRPC, wrong)
	n.Relays, wrong = r.addresses(d, view.NetworkRelays, wrong)
	if n.Explorer = text(view.NetworkExplorer); n.Explorer != "" {
		if _, fault := webAddress(n.Explorer); fault != "" {
			wrong[view.NetworkExplorer] = fault
		}
	}
	seen := map[common.Address]bool{}
	for _, c := range []struct {
		field view.NetworkField
		to    *common.Address
	}{{view.NetworkToken, &n.Contracts.Token}, {view.NetworkTask, &n.Contracts.Task}, {view.NetworkNode, &n.Contracts.Node}} {
		at, err := chain.ParseAddress(text(c.field))
		switch {
		case err == chain.ErrChecksum:
			wrong[c.field] = "Upper and lower case do not fit: a digit is probably wrong."
		case err != nil || at == common.Address{}:
			wrong[c.field] = "An address is 0x and 40 hex digits."
		case seen[at]:
			wrong[c.field] = "Another contract has this address already."
		}
		seen[at] = true
		*c.to = at
	}
	if n.Fee, err = chain.ParseUnits(text(view.NetworkFee), 18); err != nil || n.Fee.IsZero() {
		wrong[view.NetworkFee] = "Type an amount of CNX, such as 30."
	}
	n.Confirmations = 1
	if typed := text(view.NetworkConfirmations); typed != "" {
		if n.Confirmations, err = strconv.ParseUint(typed, 10, 16); err != nil || n.Confirmations > profile.MostConfirmations {
			wrong[view.NetworkConfirmations] = "Type a number of blocks from 0 to " + strconv.Itoa(profile.MostConfirmations) + "."
		}
	}
	return n, wrong
}

// draftOf is what a person would type for a network: parse reads it back.
func draftOf(n profile.Network) view.NetworkDraft {
	d := view.NetworkDraft{
		view.NetworkName: n.Name, view.NetworkChain: strconv.FormatUint(n.ChainID, 10), view.NetworkCoin: n.Coin,
		view.NetworkRPC: strings.Join(n.RPC, "\n"), view.NetworkRelays: strings.Join(n.Relays, "\n"), view.NetworkExplorer: n.Explorer,
		view.NetworkToken: n.Contracts.Token.Hex(), view.NetworkTask: n.Contracts.Task.Hex(), view.NetworkNode: n.Contracts.Node.Hex(),
		view.NetworkFee: chain.FormatUnits(n.Fee, 18), view.NetworkConfirmations: strconv.FormatUint(n.Confirmations, 10),
	}
	if n.EIP191 {
		d[view.NetworkEIP191] = "yes"
	}
	return d
}

// addresses reads the servers of one field, one in a line.
func (r reach) addresses(d view.NetworkDraft, field view.NetworkField, wrong view.NetworkDraft) ([]string, view.NetworkDraft) {
	var list []string
	for _, text := range strings.Fields(d[field]) {
		u, fault := webAddress(text)
		switch {
		case fault != "":
		case u.RawQuery != "" && field == view.NetworkRelays:
			fault = "“" + text + "” must end before the question mark."
		case r.forbids(u):
			fault = forbidden(origin(u)) + " Nothing was asked."
		}
		if fault != "" {
			wrong[field] = fault
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	if len(list) == 0 || len(list) > mostAddresses {
		wrong[field] = "Type from one to " + strconv.Itoa(mostAddresses) + " addresses, one in a line."
	}
	return list, wrong
}

// webAddress reads an address of a server, or says what is wrong with it.
func webAddress(text string) (*url.URL, string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || !profile.IsHTTP(text) || u.User != nil || u.Fragment != "" || len(text) > longestAddress:
		return nil, "“" + text[:min(len(text), longestName)] + "” is no address. One begins with https:// and holds no name and password."
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, "“" + text + "” must begin with https://: only a server on this device may be asked with http."
	}
	return u, ""
}

// forbidden says that the page's policy stands between it and a server.
func forbidden(origin string) string {
	return "This copy of the page may not speak to " + origin + ": whoever hosts it has to build it with -any-network, or to name that network in config.json."
}

// networks are all that the page knows, config.json's first.
func (a *App) networks(own []runner.OwnNetwork) []view.Network {
	all := slices.Clone(a.shipped)
	for _, o := range own {
		all = append(all, o.Network)
	}
	out := make([]view.Network, len(all))
	for i, n := range all {
		out[i] = network(n)
		out[i].Shares = shares(n, all)
		out[i].Changed = i < len(a.changed) && a.changed[i]
		if n.Own {
			out[i].Own, out[i].InUse = true, own[i-len(a.changed)].InUse
			out[i].Blocked = a.blocked(n)
		}
	}
	return out
}

// blocked says which server of an own network the page's policy forbids; "" if none.
func (a *App) blocked(n profile.Network) string {
	for _, address := range slices.Concat(n.RPC, n.Relays) {
		if u, err := url.Parse(address); err == nil && a.reach.forbids(u) {
			return forbidden(origin(u))
		}
	}
	return ""
}

// trial is the network that is being added as the page shows it.
func (a *App) trial(t *runner.Trial, own []runner.OwnNetwork) *view.Trial {
	if t == nil {
		return nil
	}
	n := network(t.Network)
	out := &view.Trial{Network: n, Checking: t.Checking, Added: t.Added, Passed: t.Passed(false), ButRelays: t.Passed(true)}
	all := slices.Clone(a.shipped)
	for _, o := range own {
		all = append(all, o.Network)
		out.Replaces = out.Replaces || o.ID == n.ID
	}
	out.Network.Shares = shares(t.Network, all)
	for _, f := range t.Findings {
		out.Findings = append(out.Findings, view.Finding{Part: view.Part(f.Part), At: f.At, Verdict: view.Verdict(f.Verdict), Got: f.Got})
	}
	if !t.Fault.Zero() {
		out.Problem = job.ExplainData(t.Fault)
	}
	return out
}

// hosts names the servers of a network.
func hosts(n profile.Network) string {
	var list []string
	for _, address := range slices.Concat(n.RPC, n.Relays) {
		if u, err := url.Parse(address); err == nil && !slices.Contains(list, u.Host) {
			list = append(list, u.Host)
		}
	}
	return strings.Join(list, ", ")
}
