package view

import (
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// added is a network that the person has added.
func added() Network {
	n := devnet
	n.ID, n.Name, n.Own, n.Development, n.Hosts = "own:1", "Ours", true, false, "rpc.example, relay.example"
	return n
}

func TestNetworksAreListedAndOwnOnesMarked(t *testing.T) {
	n := added()
	n.Blocked = "This copy of the page may not speak to https://rpc.example"
	b := settings(t, State{Ready: true, Network: devnet, Networks: []Network{devnet, n}})
	b.reads("region", "Networks", devnet.Name, "Ours (added by you)", "rpc.example, relay.example", "may not speak to https://rpc.example")
	b.wants("combobox: Network", "form: Add a network", "button: Remove “Ours”")
	b.reads("combobox", "Network", "Ours (added by you)")
	b.isOrderly()
	b.become(func(s *State) { s.Elsewhere = true })
	b.reads("region", "Networks", "Networks are added in the tab that works.")
	b.hides("Remove", "Check this network")
}

func TestNetworkIsCheckedFieldByField(t *testing.T) {
	b := settings(t, State{Ready: true, Network: devnet, Networks: []Network{devnet}})
	for id, text := range map[NetworkField]string{NetworkName: "Ours", NetworkChain: "42", NetworkRPC: "https://rpc.example"} {
		b.values["network-"+string(id)] = text
	}
	b.wrong = NetworkDraft{NetworkRelays: "Type from one to 10 addresses, one in a line.", NetworkFee: "Type an amount of CNX, such as 30."}
	b.run(b.page.onTryNetwork)
	if !b.asked("try Ours on chain 42 at https://rpc.example") || !b.asked("focus network-relays") || b.asked("focus network-fee") {
		t.Error(b.did)
	}
	b.reads("form", "Add a network", "Type from one to 10 addresses", "Type an amount of CNX")
	b.isOrderly()
}

func TestNetworkIsAddedOnlyIfAllIsWell(t *testing.T) {
	b := settings(t, State{Ready: true, Network: devnet, Networks: []Network{devnet}})
	b.become(func(s *State) { s.Trial = &Trial{Network: added(), Checking: true} })
	b.reads("region", "Networks", "Asking the network")
	if !b.off("Check this network") {
		t.Error("it is asked twice at once")
	}
	b.run(b.page.onTryNetwork)
	if b.asked("try  on chain  at ") {
		t.Error(b.did)
	}

	all := []Finding{
		{"rpc", "https://rpc.example", "other-chain", "5"}, {"token", "0x1", "other-token", "TEST"}, {"task", "0x2", "missing", ""},
		{"node", "0x3", "fine", ""}, {"relay", "https://relay.example", "missing", ""}, {"rpc", "https://two.example", "strange", ""},
	}
	b.become(func(s *State) { s.Trial = &Trial{Network: added(), Findings: all} })
	b.reads("article", "What was found", "Not right: The RPC is of chain 5, not of", "The token there is “TEST”", "The Task contract is not at this address", "Fine: The Node contract answers.",
		"it is no Relay", "does not understand", "It cannot be added like this. Nothing was kept, sent or signed.")
	if !b.off("Add this network") {
		t.Error("it can be added")
	}
	b.isOrderly()

	n := added()
	n.Shares = "LUKSO"
	b.become(func(s *State) {
		s.Trial = &Trial{Network: n, Passed: true, ButRelays: true, Findings: []Finding{{"rpc", "https://rpc.example", "fine", "42"}, {"token", "0x1", "fine", "CNX"}, {"relay", "https://relay.example", "fine", "7"}}}
	})
	b.reads("article", "What was found", "The RPC answers for chain 42.", "The token is CNX.", "knows 7 nodes", "Ours shares chain id", "with LUKSO. Use an account that holds nothing there.")
	if b.off("Add this network") {
		t.Error("it cannot be added")
	}
	b.become(func(s *State) { s.Trial = &Trial{Network: n, Added: true} })
	b.reads("region", "Networks", "“Ours” was added. Choose it at the top of the page.")
	b.wants("button: Add another network")
	b.isOrderly()
}

func TestNetworkWithARelayThatIsDownWantsATick(t *testing.T) {
	b := settings(t, State{Ready: true, Network: devnet, Networks: []Network{devnet}})
	b.become(func(s *State) {
		s.Trial = &Trial{Network: added(), ButRelays: true, Findings: []Finding{{"relay", "https://relay.example", "silent", ""}}}
	})
	b.reads("article", "What was found", "The Relay does not answer, or lets no page of other addresses ask")
	if !b.off("Add this network") {
		t.Error("it can be added without a tick")
	}
	b.wants("checkbox: Add it although a Relay does not answer")
	b.run(b.page.onRelayDown)
	b.become(func(s *State) {})
	if b.off("Add this network") {
		t.Error("the tick changes nothing")
	}
}

func TestNetworkOfAFileIsLookedAtFirst(t *testing.T) {
	d := NetworkDraft{NetworkName: "Ours", NetworkChain: "42", NetworkRPC: "https://rpc.example\nhttps://two.example", NetworkEIP191: "yes"}
	b := settings(t, State{Ready: true, Persistent: true, Network: devnet, Networks: []Network{devnet}})
	b.become(func(s *State) {
		s.Stored.Possible = true
		s.Stored.Proposed = []Proposal{{Name: "Ours", ChainID: 42, Hosts: "rpc.example, two.example", Draft: d}}
	})
	b.reads("article", "Networks in the file", "Ours", "Chain 42 · rpc.example, two.example", "None is added by itself")
	b.wants("button: Look at “Ours”")
	b.isOrderly()
	b.page.ctx.Dispatch(func(ctx app.Context) { b.page.lookAt(ctx, d) })
	b.become(func(s *State) {})
	if !b.asked("drop trial") || !b.asked("focus network-name") || b.values["network-name"] != "Ours" || b.values["network-rpc"] != d[NetworkRPC] || b.values["network-fee"] != "" {
		t.Errorf("%v, the form has %v", b.did, b.values)
	}
	if b.asked("try Ours on chain 42 at "+d[NetworkRPC]) || !b.page.network.eip191 {
		t.Error("it is checked before anybody has looked, or not as it is in the file")
	}
	submit(b, b.page.onTryNetwork)
	if !b.asked("try Ours on chain 42 at " + d[NetworkRPC]) {
		t.Error(b.did)
	}
}

func TestNetworkIsRemovedAfterASecondClick(t *testing.T) {
	b := settings(t, State{Ready: true, Network: devnet, Networks: []Network{devnet, added()}})
	b.page.network.leaving = "own:1"
	b.become(func(s *State) {})
	b.wants("button: Remove now “Ours”", "button: Keep “Ours”")
	b.reads("region", "Networks", "Its tasks stay. Empty its task wallet first")
	b.isOrderly()
	b.become(func(s *State) { s.Networks[1].InUse = true })
	b.reads("region", "Networks", "It can be removed when its tasks have ended.")
	b.hides("Remove now")
}
