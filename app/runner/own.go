package runner

import (
	"encoding/json"
	"slices"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
)

// ownKey is the setting that holds the networks that the person added.
const ownKey = "networks"

// mostOwn bounds the networks that one may add.
const mostOwn = 20

// OwnNetwork is a network that the person added.
type OwnNetwork struct {
	profile.Network
	// InUse tells that a job of it is unfinished: it cannot be removed now.
	InUse bool
}

// setOwn takes over the stored own networks. Those that cannot be read are not there.
func (r *Runner) setOwn(stored []byte) {
	list, broken := readOwn(stored)
	r.snap.Unreadable += broken
	r.useOwn(list)
}

// readOwn reads own networks as they are kept, and counts what cannot be read.
func readOwn(stored []byte) (list []profile.Network, broken int) {
	var texts []profile.Text
	if len(stored) > 0 && json.Unmarshal(stored, &texts) != nil {
		broken++
	}
	for _, text := range texts[:min(len(texts), mostOwn)] {
		n, err := text.Network()
		if err != nil {
			broken++
			continue
		}
		n.ID, n.Own = n.OwnID(), true
		list = append(list, n)
	}
	return list, broken
}

// useOwn makes these the own networks. A page whose network is gone shows the first.
func (r *Runner) useOwn(list []profile.Network) {
	r.added = list
	r.setNetworks(slices.Concat(r.Networks, list))
	switch n := r.network(r.snap.Network.ID); {
	case n.chain == nil && r.snap.Elsewhere:
		r.snap.Network = r.Networks[0]
	case n.chain == nil:
		r.useNetwork(r.network(r.Networks[0].ID))
	case n.Own:
		r.snap.Network = n.Network
	}
}

// keepOwn stores own networks and uses them once they are on disk.
func (r *Runner) keepOwn(list []profile.Network, then func(error)) {
	texts := make([]profile.Text, len(list))
	for i, n := range list {
		texts[i] = n.Text()
	}
	text, err := json.Marshal(texts)
	if err != nil {
		panic(err) // plain values
	}
	r.write(write{store: Settings, key: ownKey, value: text, then: func(err error) {
		if err == nil {
			r.useOwn(list)
		}
		then(err)
	}})
}

// RemoveNetwork forgets a network that the person added; what was made there stays in
// the list. It does nothing while a job of it is unfinished.
func (t *Tab) RemoveNetwork(id string) {
	t.act(func(r *Runner) {
		if r.inUse(id) {
			return
		}
		left := slices.DeleteFunc(slices.Clone(r.added), func(n profile.Network) bool { return n.ID == id })
		r.keepOwn(left, func(err error) {
			if err != nil {
				r.snap.Trial = &Trial{Fault: storageFault(err)}
			}
		})
	})
}

// inUse reports whether a job of a network is unfinished.
func (r *Runner) inUse(id string) bool {
	return slices.ContainsFunc(r.jobs.list, func(s job.State) bool {
		stopped := s.Phase == job.Failed && (s.TaskID != 0 || s.Create.Asked != 0)
		return s.Order.Network == id && s.Phase != job.Draft && (!s.Phase.Ended() || stopped)
	})
}

func (r *Runner) ownShown() (list []OwnNetwork) {
	for _, n := range r.added {
		list = append(list, OwnNetwork{n, r.inUse(n.ID)})
	}
	return list
}

// ownOfV1 writes own networks anew that were stored before they had the form of
// config.json.
func ownOfV1(stored []byte) []byte {
	var records []struct {
		Name, Coin, Explorer string
		ChainID              uint64
		RPC, Relays          []string
		Token, Node, Task    address
		EIP191               bool
		Confirmations        uint64
		Fee                  string // base units
	}
	if json.Unmarshal(stored, &records) != nil {
		return stored
	}
	texts := make([]profile.Text, len(records))
	for i, k := range records {
		n := profile.Network{Name: k.Name, ChainID: k.ChainID, Coin: k.Coin, RPC: k.RPC, Relays: k.Relays, Explorer: k.Explorer, EIP191: k.EIP191, Confirmations: k.Confirmations}
		n.Contracts.Token, n.Contracts.Node, n.Contracts.Task = k.Token, k.Node, k.Task
		if err := n.Fee.SetFromDecimal(k.Fee); err != nil {
			n.Fee.Clear() // which no network has: it is counted as unreadable
		}
		texts[i] = n.Text()
	}
	text, err := json.Marshal(texts)
	if err != nil {
		panic(err) // plain values
	}
	return text
}
