//go:build !js

package runner_test

import (
	"bytes"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/app/trial"
	"crynux-dapp/chain"
	"crynux-dapp/relay/devrelay"
)

// own is the network of the world as a person would type it.
func (w *world) own() profile.Network {
	n := w.net
	n.ID, n.Name, n.Development = "", "Ours", false
	return n
}

// tries has a network checked and returns what was found.
func (g *page) tries(n profile.Network) runner.Trial {
	g.w.Helper()
	g.TryNetwork(n)
	s := g.until("it was checked", func(s runner.Snapshot) bool {
		return s.Trial != nil && !s.Trial.Checking && !s.Trial.Added && s.Trial.Network.Name == n.Name
	})
	return *s.Trial
}

// adds has a network checked and added, and returns its id.
func (g *page) adds(n profile.Network) string {
	g.w.Helper()
	if trial := g.tries(n); !trial.Passed(false) {
		g.w.Fatalf("%+v", trial.Findings)
	}
	g.AddNetwork(false)
	g.until("it was added", func(s runner.Snapshot) bool { return s.Trial != nil && s.Trial.Added })
	return n.OwnID()
}

// TestOwnNetworkIsCheckedBeforeItIsAdded: each thing that is wrong is found, and then
// nothing is added.
func TestOwnNetworkIsCheckedBeforeItIsAdded(t *testing.T) {
	w := begin(t, setup{})
	g := w.reopen(w.rich(), onDisk(newDisk()))
	down, address := w.another()
	down.SetFaults(devrelay.Faults{Down: true})
	gateway, page := w.another()
	gateway.SetFaults(devrelay.Faults{Gateway: 200})
	dead := httptest.NewServer(nil)
	dead.Close()
	good := w.own()
	for name, c := range map[string]struct {
		change  func(*profile.Network)
		alter   func(url string, answer []byte) []byte
		part    trial.Part
		verdict trial.Verdict
		got     string
	}{
		"wrong chain id":   {func(n *profile.Network) { n.ChainID++ }, nil, trial.RPC, trial.OtherChain, strconv.FormatUint(good.ChainID, 10)},
		"dead RPC":         {func(n *profile.Network) { n.RPC = append([]string{dead.URL}, n.RPC...) }, nil, trial.RPC, trial.Silent, ""},
		"RPC of HTML":      {func(n *profile.Network) { n.RPC = []string{page} }, nil, trial.RPC, trial.Strange, ""},
		"RPC of nonsense":  {nil, func(url string, answer []byte) []byte { return []byte(`{"jsonrpc":"2.0","id":0,"result":{}}`) }, trial.RPC, trial.Strange, ""},
		"no Task contract": {func(n *profile.Network) { n.Contracts.Task[0] ^= 1 }, nil, trial.Task, trial.Missing, ""},
		"contracts swapped": {func(n *profile.Network) {
			n.Contracts.Task, n.Contracts.Node = n.Contracts.Node, n.Contracts.Task
		}, nil, trial.Node, trial.Missing, ""},
		"no token": {func(n *profile.Network) { n.Contracts.Token = n.Contracts.Task }, nil, trial.Token, trial.Missing, ""},
		"foreign token": {nil, func(_ string, answer []byte) []byte {
			return bytes.ReplaceAll(answer, []byte("434e58"), []byte("544553")) // CNX, TES
		}, trial.Token, trial.OtherToken, "TES"},
		"dead Relay":         {func(n *profile.Network) { n.Relays = append(n.Relays, address) }, nil, trial.Relay, trial.Silent, ""},
		"no Relay":           {func(n *profile.Network) { n.Relays = []string{w.net.RPC[0] + "/somewhere"} }, nil, trial.Relay, trial.Missing, ""},
		"login page instead": {func(n *profile.Network) { n.Relays = []string{page} }, nil, trial.Relay, trial.Strange, ""},
	} {
		n := w.own()
		n.Name = name
		if c.change != nil {
			c.change(&n)
		}
		g.http.setAlter(c.alter)
		tried := g.tries(n)
		g.http.setAlter(nil)
		var found []trial.Finding
		for _, f := range tried.Findings {
			if f.Part == c.part && f.Verdict != trial.Fine {
				found = append(found, f)
			}
		}
		if len(found) != 1 || found[0].Verdict != c.verdict || c.got != "" && found[0].Got != c.got {
			t.Errorf("%s: %+v", name, tried.Findings)
		}
		if tried.Passed(false) || tried.Passed(true) != (name == "dead Relay") {
			t.Errorf("%s: it would be added", name)
		}
		g.AddNetwork(name != "dead Relay") // a Relay that is down wants its tick
		g.DropTrial()
		if s := g.until("the trial is forgotten", func(s runner.Snapshot) bool { return s.Trial == nil }); len(s.Own) != 0 {
			t.Fatalf("%s: it was added", name)
		}
	}

	n := w.own()
	n.Relays = []string{address}
	if tried := g.tries(n); !tried.Passed(true) {
		t.Fatalf("%+v", tried.Findings)
	}
	g.AddNetwork(true)
	s := g.until("it was added with a Relay that is down", func(s runner.Snapshot) bool { return len(s.Own) == 1 })
	id := g.adds(good) // the same chain and contracts take its place
	s = g.until("it was replaced", func(s runner.Snapshot) bool { return s.Own[0].Relays[0] == good.Relays[0] })
	if len(s.Own) != 1 || s.Own[0].ID != id || !strings.HasPrefix(id, profile.OwnPrefix) || !s.Own[0].Own || s.Network.ID != "dev" {
		t.Errorf("%+v, the page is at %s", s.Own, s.Network.ID)
	}
}

// TestOwnNetworkRunsTasksAndOutlivesTheReload: it is like any other network, until it is
// removed; its tasks stay.
func TestOwnNetworkRunsTasksAndOutlivesTheReload(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	id := g.adds(w.own())
	g.UseNetwork(id)
	g.until("it is chosen", func(s runner.Snapshot) bool { return s.Network.ID == id })
	made := g.order(task.SD, sd(t, 1))
	g.until("it is in use", func(s runner.Snapshot) bool { return s.Own[0].InUse })
	g.RemoveNetwork(id) // does nothing
	done := g.finish(made)
	if done.Order.Network != id {
		t.Errorf("it ran on %s", done.Order.Network)
	}
	g.close()

	g = w.reopen(alice, onDisk(g.store.disk))
	s := g.until("it is there after a reload", func(s runner.Snapshot) bool { return len(s.Own) == 1 && s.Network.ID == id })
	want := w.own()
	if got := s.Own[0]; got.Name != want.Name || got.Contracts != want.Contracts || got.Fee != want.Fee || got.Relays[0] != want.Relays[0] || got.InUse {
		t.Errorf("%+v", got)
	}
	g.RemoveNetwork(id)
	s = g.until("it was removed", func(s runner.Snapshot) bool { return len(s.Own) == 0 })
	if s.Network.ID != "dev" || len(s.Jobs) != 1 || s.Jobs[0].Phase != job.Done {
		t.Errorf("the page is at %s, with %+v", s.Network.ID, s.Jobs)
	}
	g.UseNetwork(id)
	g.finish(g.order(task.SD, sd(t, 1))) // on the network that is left
	g.close()
	g = w.reopen(alice, onDisk(g.store.disk))
	if s, _ := g.now(); len(s.Own) != 0 || s.Network.ID != "dev" {
		t.Errorf("it is back: %+v", s.Own)
	}
}

func TestOwnNetworkIsShownInAllTabs(t *testing.T) {
	w := begin(t, setup{})
	one, two, _ := w.twoTabs(w.rich())
	two.quiet()
	id := one.adds(w.own())
	one.UseNetwork(id)
	two.until("the other tab shows it", func(s runner.Snapshot) bool { return len(s.Own) == 1 && s.Network.ID == id })
	two.RemoveNetwork(id) // does nothing there
	one.RemoveNetwork(id)
	two.until("the other tab shows that it is gone", func(s runner.Snapshot) bool { return len(s.Own) == 0 && s.Network.ID == "dev" })
}

func TestOwnNetworkThatCannotBeKeptIsNotAdded(t *testing.T) {
	w := begin(t, setup{})
	g := w.reopen(w.rich(), onDisk(newDisk()))
	g.tries(w.own())
	g.store.setRefuse(func(store, key string, _ []byte) bool { return store == runner.Settings && key == "networks" })
	g.AddNetwork(false)
	s := g.until("it is told", func(s runner.Snapshot) bool { return s.Trial.Fault.Code == job.Storage })
	if len(s.Own) != 0 || s.Trial.Added {
		t.Errorf("%+v", s.Own)
	}
	g.store.setRefuse(nil)
	g.AddNetwork(false)
	g.until("it was added", func(s runner.Snapshot) bool { return len(s.Own) == 1 })
}

func TestOwnNetworksThatCannotBeReadAreCounted(t *testing.T) {
	w := begin(t, setup{})
	for name, c := range map[string]struct {
		record            string
		unreadable, newer int
	}{
		"damaged":                        {`v2 [{"name":`, 1, 0},
		"damaged, of version 1":          {`v1 [{"name":`, 1, 0},
		"without endpoints, version 1":   {`v1 [{"name":"a","chainId":5,"fee":"1"}]`, 1, 0},
		"without endpoints":              {`v2 [{"name":"a","chainId":5,"fee":"1"}]`, 1, 0},
		"in version 2, but of version 1": {`v2 [` + ownV1 + `]`, 1, 0},
		"of a newer version":             {`v3 {"networks":[]}`, 0, 1},
	} {
		d := newDisk()
		w.must(onDisk(d).Put(t.Context(), runner.Settings, "networks", []byte(c.record)))
		g := w.reopen(w.stranger(), onDisk(d))
		if s, _ := g.now(); s.Unreadable != c.unreadable || s.Newer != c.newer || len(s.Own) != 0 {
			t.Errorf("%s: %d unreadable, %d newer, %+v", name, s.Unreadable, s.Newer, s.Own)
		}
		g.close()
	}
}

// ownV1 is a network as version 1 of the setting had it. Do not change it: browsers keep
// such records.
const ownV1 = `{"name":"Ours","chainId":4242,"coin":"POL","rpc":["https://a.example/rpc","https://b.example"],"relays":["https://relay.example"],"explorer":"https://scan.example","token":"0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb","node":"0x719f8f1e106bef85f2ffc1d23e86c9cbcb7ddb67","task":"0xd14f963b54deff1993ff7987954602c9593d36a4","eip191":true,"confirmations":3,"fee":"30500000000000000000"}`

// TestOwnNetworksOfVersion1AreRead, also where the setting had no version at all, and
// are written in the form of config.json from then on.
func TestOwnNetworksOfVersion1AreRead(t *testing.T) {
	w := begin(t, setup{})
	want := profile.Network{
		Name: "Ours", ChainID: 4242, Coin: "POL", RPC: []string{"https://a.example/rpc", "https://b.example"}, Relays: []string{"https://relay.example"},
		Explorer: "https://scan.example", EIP191: true, Confirmations: 3, Own: true,
		Contracts: chain.Contracts{
			Token: common.HexToAddress("0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb"),
			Node:  common.HexToAddress("0x719f8f1e106bef85f2ffc1d23e86c9cbcb7ddb67"),
			Task:  common.HexToAddress("0xd14f963b54deff1993ff7987954602c9593d36a4"),
		},
	}
	w.must(want.Fee.SetFromDecimal("30500000000000000000"))
	want.ID = want.OwnID()
	for _, version := range []string{"", "v1 "} {
		d := newDisk()
		w.must(onDisk(d).Put(t.Context(), runner.Settings, "networks", []byte(version+"["+ownV1+"]")))
		g := w.reopen(w.stranger(), onDisk(d))
		s, _ := g.now()
		if s.Unreadable != 0 || len(s.Own) != 1 {
			t.Fatalf("%q: %d unreadable, %+v", version, s.Unreadable, s.Own)
		}
		if diff := cmp.Diff(want, s.Own[0].Network); diff != "" {
			t.Errorf("%q: -want +got\n%s", version, diff)
		}
		added := g.adds(w.own())
		record, _, err := onDisk(d).Get(t.Context(), runner.Settings, "networks")
		w.must(err)
		if text := string(record); !strings.HasPrefix(text, "v2 [") || !strings.Contains(text, `"fee":"30.5"`) {
			t.Errorf("%q: it is kept as %s", version, text)
		}
		g.close()
		g = w.reopen(w.stranger(), onDisk(d))
		s, _ = g.now()
		if len(s.Own) != 2 || s.Own[1].ID != added {
			t.Fatalf("%q: after a reload there is %+v", version, s.Own)
		}
		if diff := cmp.Diff(want, s.Own[0].Network); diff != "" {
			t.Errorf("%q: after a reload, -want +got\n%s", version, diff)
		}
		g.close()
	}
}

// TestOwnNetworksOfAFileAreProposed: nobody is asked for anything by that, and each is
// checked and added by itself.
func TestOwnNetworksOfAFileAreProposed(t *testing.T) {
	w := begin(t, setup{})
	g := w.reopen(w.rich(), onDisk(newDisk()))
	id := g.adds(w.own())
	file := g.export("")
	if s := g.choose(file); s.Offer == nil || len(s.Proposed) != 0 {
		t.Errorf("what is known already is proposed: %+v, fault %+v", s.Proposed, s.Fault)
	}
	g.close()

	b := w.reopen(w.stranger(), onDisk(newDisk()))
	var asked atomic.Int64
	b.http.setBefore(func(string, []byte) []byte { asked.Add(1); return nil })
	proposed := func(when string, s runner.Stored) {
		t.Helper()
		if len(s.Proposed) != 1 || s.Proposed[0].ID != id || s.Proposed[0].RPC[0] != w.own().RPC[0] {
			t.Fatalf("%s: %+v, fault %+v", when, s.Proposed, s.Fault)
		}
		if now, _ := b.now(); len(now.Own) != 0 || now.Trial != nil || asked.Load() != 0 {
			t.Errorf("%s: %d added, trial %+v, %d requests", when, len(now.Own), now.Trial, asked.Load())
		}
	}
	proposed("chosen", b.choose(file))
	proposed("taken", b.done("it is taken", b.TakeImport))
	s, _ := b.now()
	if added := b.adds(s.Stored.Proposed[0]); added != id {
		t.Errorf("it was added as %s", added)
	}
	b.choose(file)
	b.DropImport()
	b.until("it is forgotten", func(s runner.Snapshot) bool { return len(s.Stored.Proposed) == 0 && s.Stored.Offer == nil })
	b.close()

	d := newDisk()
	w.must(onDisk(d).Put(t.Context(), runner.Settings, "networks", []byte(`v1 [{"name":"a","chainId":5,"fee":"1"}]`)))
	file = w.reopen(w.stranger(), onDisk(d)).export("")
	b = w.reopen(w.stranger(), onDisk(newDisk()))
	if s := b.choose(file); s.Offer == nil || len(s.Proposed) != 0 || s.Offer.Unreadable != 1 {
		t.Errorf("without an endpoint: %+v, offer %+v", s.Proposed, s.Offer)
	}
}
