package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

// ownKey is the setting that holds the networks that the person added.
const ownKey = "networks"

// OwnPrefix begins the ids of the networks that a person added, and of no other.
const OwnPrefix = "own:"

// mostOwn bounds the networks that one may add.
const mostOwn = 20

// OwnNetwork is a network that the person added.
type OwnNetwork struct {
	Network
	// InUse tells that a job of it is unfinished: it cannot be removed now.
	InUse bool
}

// ownRecord is such a network as it is kept.
type ownRecord struct {
	Name          string   `json:"name"`
	ChainID       uint64   `json:"chainId"`
	Coin          string   `json:"coin"`
	RPC           []string `json:"rpc"`
	Relays        []string `json:"relays"`
	Explorer      string   `json:"explorer,omitempty"`
	Token         address  `json:"token"`
	Node          address  `json:"node"`
	Task          address  `json:"task"`
	EIP191        bool     `json:"eip191,omitempty"`
	Confirmations uint64   `json:"confirmations"`
	Fee           string   `json:"fee"` // base units
}

// OwnID is the id of an own network, made of chain and contracts: whoever adds the same
// one again finds its tasks again.
func OwnID(n Network) string {
	c := n.Contracts
	sum := sha256.Sum256(slices.Concat([]byte(strconv.FormatUint(n.ChainID, 10)), c.Token[:], c.Node[:], c.Task[:]))
	return OwnPrefix + hex.EncodeToString(sum[:8])
}

// same reports whether two profiles are equal.
func (n Network) same(o Network) bool {
	equal := slices.Equal(n.RPC, o.RPC) && slices.Equal(n.Relays, o.Relays)
	return equal && n.ID == o.ID && n.Name == o.Name && n.ChainID == o.ChainID && n.Coin == o.Coin && n.Explorer == o.Explorer &&
		n.Contracts == o.Contracts && n.EIP191 == o.EIP191 && n.Confirmations == o.Confirmations && n.Fee == o.Fee
}

// setOwn takes over the stored own networks. Those that cannot be read are not there.
func (r *Runner) setOwn(stored []byte) {
	var records []ownRecord
	if len(stored) > 0 && json.Unmarshal(stored, &records) != nil {
		r.snap.Unreadable++
	}
	var list []Network
	for _, k := range records[:min(len(records), mostOwn)] {
		n := Network{
			Name: k.Name, ChainID: k.ChainID, Coin: k.Coin, RPC: k.RPC, Relays: k.Relays, Explorer: k.Explorer, EIP191: k.EIP191, Confirmations: k.Confirmations, Own: true,
		}
		n.Contracts.Token, n.Contracts.Node, n.Contracts.Task = k.Token, k.Node, k.Task
		n.ID = OwnID(n)
		fee, err := uint256.FromDecimal(k.Fee)
		if err != nil || k.ChainID == 0 || len(k.RPC) == 0 || len(k.Relays) == 0 {
			r.snap.Unreadable++
			continue
		}
		n.Fee = *fee
		list = append(list, n)
	}
	r.useOwn(list)
}

// useOwn makes these the own networks. A page whose network is gone shows the first.
func (r *Runner) useOwn(list []Network) {
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
func (r *Runner) keepOwn(list []Network, then func(error)) {
	records := make([]ownRecord, len(list))
	for i, n := range list {
		records[i] = ownRecord{
			Name: n.Name, ChainID: n.ChainID, Coin: n.Coin, RPC: n.RPC, Relays: n.Relays, Explorer: n.Explorer,
			Token: n.Contracts.Token, Node: n.Contracts.Node, Task: n.Contracts.Task, EIP191: n.EIP191, Confirmations: n.Confirmations, Fee: n.Fee.Dec(),
		}
	}
	text, err := json.Marshal(records)
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
		left := slices.DeleteFunc(slices.Clone(r.added), func(n Network) bool { return n.ID == id })
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
