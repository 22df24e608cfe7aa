package runner

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// barredKey is the setting that lists the wallets whose eth_sign cannot serve the
// Relay, by their reversed domain names.
const barredKey = "no-direct"

// Direct lets the connected wallet sign every request of the Relay itself, by
// eth_sign. It is off unless the person chose it (taskwallet.md W7). Choosing it
// again for a wallet for which it was switched off is a new try.
func (r *Runner) Direct(on bool) {
	r.post(func() {
		r.allowed = on
		value := []byte("yes")
		if !on {
			value = nil
		}
		r.write(write{store: Settings, key: "direct", value: value})
		if on {
			r.bar(nameOf(r.snap.Session.Wallet), false)
		}
		r.showDirect()
	})
}

// direct reports whether the connected wallet may be the hand of a job: where the
// Relay accepts what wallets sign today, or where the person allowed eth_sign.
func (r *Runner) direct() bool {
	return r.networks[r.snap.Network.ID].EIP191 || r.Vault == nil || r.allowed && !r.isBarred()
}

// showDirect tells the page whether the wallet signs everything itself. It is
// called when the choice, the wallet or the network has changed.
func (r *Runner) showDirect() {
	r.snap.Direct = r.direct()
	r.snap.Barred = !r.networks[r.snap.Network.ID].EIP191 && r.isBarred()
}

// isBarred reports whether eth_sign of the connected wallet was found to sign
// something else than the bare hash.
func (r *Runner) isBarred() bool {
	return r.snap.Session.Connected && r.barred[nameOf(r.snap.Session.Wallet)]
}

// bar remembers that eth_sign of a wallet is of no use, or forgets it.
func (r *Runner) bar(wallet string, no bool) {
	if r.barred[wallet] == no {
		return
	}
	if no {
		r.barred[wallet] = true
	} else {
		delete(r.barred, wallet)
	}
	var list []byte // nil: nothing is kept
	if len(r.barred) > 0 {
		var err error
		if list, err = json.Marshal(slices.Sorted(maps.Keys(r.barred))); err != nil {
			panic(err) // a list of texts
		}
	}
	r.write(write{store: Settings, key: barredKey, value: list})
	r.showDirect()
}

// readBarred reads what bar wrote; an unreadable list is an empty one.
func readBarred(list []byte) map[string]bool {
	var names []string
	barred := map[string]bool{}
	if json.Unmarshal(list, &names) == nil {
		for _, name := range names {
			barred[name] = true
		}
	}
	return barred
}

// nameOf names a wallet for ever, as far as it has such a name.
func nameOf(w Wallet) string { return cmp.Or(w.RDNS, w.Name) }
