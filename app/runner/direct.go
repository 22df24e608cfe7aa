package runner

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// Settings that list wallets by their reversed domain names: those that the person
// lets sign every request, and those whose eth_sign cannot serve the Relay.
const (
	directKey = "direct"
	barredKey = "no-direct"
)

// Direct lets the connected wallet sign every request of the Relay itself, by
// eth_sign. It is off unless the person chose it for this wallet (taskwallet.md W7).
// Choosing it again for a wallet for which it was switched off is a new try. Without
// a connected wallet it does nothing.
func (t *Tab) Direct(on bool) {
	t.act(func(r *Runner) {
		if !r.snap.Session.Connected {
			return
		}
		wallet := nameOf(r.snap.Session.Wallet)
		r.list(directKey, r.allowed, wallet, on)
		if on {
			r.bar(wallet, false)
		}
		r.showDirect()
	})
}

// direct reports whether the connected wallet may be the hand of a job: where the
// Relay accepts what wallets sign today, or where the person allowed eth_sign.
func (r *Runner) direct() bool {
	allowed := r.snap.Session.Connected && r.allowed[nameOf(r.snap.Session.Wallet)]
	return r.network(r.snap.Network.ID).EIP191 || r.Vault == nil || allowed && !r.isBarred()
}

// showDirect tells the page whether the wallet signs everything itself. It is
// called when the choice, the wallet or the network has changed.
func (r *Runner) showDirect() {
	r.snap.Direct = r.direct()
	r.snap.Barred = !r.network(r.snap.Network.ID).EIP191 && r.isBarred()
}

// isBarred reports whether eth_sign of the connected wallet was found to sign
// something else than the bare hash.
func (r *Runner) isBarred() bool {
	return r.snap.Session.Connected && r.barred[nameOf(r.snap.Session.Wallet)]
}

// bar remembers that eth_sign of a wallet is of no use, or forgets it.
func (r *Runner) bar(wallet string, no bool) {
	r.list(barredKey, r.barred, wallet, no)
	r.showDirect()
}

// list puts the name of a wallet on the list of a setting, or takes it off.
func (r *Runner) list(setting string, names map[string]bool, wallet string, on bool) {
	if names[wallet] == on {
		return
	}
	if on {
		names[wallet] = true
	} else {
		delete(names, wallet)
	}
	var text []byte // nil: nothing is kept
	if len(names) > 0 {
		var err error
		if text, err = json.Marshal(slices.Sorted(maps.Keys(names))); err != nil {
			panic(err) // a list of texts
		}
	}
	r.write(write{store: Settings, key: setting, value: text})
}

// readNames reads what list wrote; an unreadable list is an empty one.
func readNames(text []byte) map[string]bool {
	var list []string
	names := map[string]bool{}
	if json.Unmarshal(text, &list) == nil {
		for _, name := range list {
			names[name] = true
		}
	}
	return names
}

// nameOf names a wallet for ever, as far as it has such a name.
func nameOf(w Wallet) string { return cmp.Or(w.RDNS, w.Name) }
