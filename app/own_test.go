package app

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/trial"
	"crynux-dapp/app/view"
)

func draft(change view.NetworkDraft) view.NetworkDraft {
	d := view.NetworkDraft{
		view.NetworkName: " Ours ", view.NetworkChain: "42", view.NetworkRPC: "https://rpc.example/v1?key=1\n http://127.0.0.1:8545", view.NetworkRelays: "https://relay.example",
		view.NetworkToken: "0x95E7e7Ed5463Ff482f61585605a0ff278e0E1FFb", view.NetworkNode: "0xb6decfd5d51a1157f7d6b7668274c6580a128601", view.NetworkTask: "0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451146",
		view.NetworkFee: "30.5",
	}
	for field, text := range change {
		d[field] = text
	}
	return d
}

func TestOwnNetworkIsReadAsItWasTyped(t *testing.T) {
	n, wrong := newReach("https://example.org/", "").parse(draft(nil))
	if len(wrong) != 0 {
		t.Fatal(wrong)
	}
	if n.Name != "Ours" || n.ChainID != 42 || len(n.RPC) != 2 || n.RPC[0] != "https://rpc.example/v1?key=1" || n.Coin != "ETH" || n.Confirmations != 1 || n.EIP191 || n.Fee.Dec() != "30500000000000000000" {
		t.Errorf("%+v", n)
	}
	n, wrong = newReach("", "").parse(draft(view.NetworkDraft{view.NetworkEIP191: "yes", view.NetworkConfirmations: "0", view.NetworkCoin: "xDAI", view.NetworkExplorer: "https://explorer.example"}))
	if len(wrong) != 0 || !n.EIP191 || n.Confirmations != 0 || n.Coin != "xDAI" || n.Explorer == "" {
		t.Errorf("%+v, %v", n, wrong)
	}
}

// What a file proposes is put into the form as it would be typed there.
func TestOwnNetworkIsTypedAsItIsRead(t *testing.T) {
	for _, change := range []view.NetworkDraft{nil, {view.NetworkEIP191: "yes", view.NetworkConfirmations: "0", view.NetworkCoin: "xDAI", view.NetworkExplorer: "https://explorer.example"}} {
		want, _ := newReach("", "").parse(draft(change))
		got, wrong := newReach("", "").parse(draftOf(want))
		if d := cmp.Diff(want, got); d != "" || len(wrong) != 0 {
			t.Errorf("%v\n%s", wrong, d)
		}
	}
}

// Whatever cannot be used is told at its field, and only there.
func TestOwnNetworkNamesTheFieldThatIsWrong(t *testing.T) {
	const policy = "connect-src 'self' https://rpc.example https://relay.example http://127.0.0.1:8545"
	for name, c := range map[string]struct {
		field      view.NetworkField
		text, says string
	}{
		"no name":                    {view.NetworkName, " ", "a name"},
		"a name of a novel":          {view.NetworkName, strings.Repeat("ä", 61), "60 characters"},
		"no chain id":                {view.NetworkChain, "", "whole number"},
		"chain 0":                    {view.NetworkChain, "0", "whole number"},
		"a chain id in hex":          {view.NetworkChain, "0x2a", "whole number"},
		"a long coin":                {view.NetworkCoin, "a coin of ours", "11 characters"},
		"no RPC":                     {view.NetworkRPC, " \n", "one to 10"},
		"eleven RPCs":                {view.NetworkRPC, "https://rpc.example/1 https://rpc.example/2 https://rpc.example/3 https://rpc.example/4 https://rpc.example/5 https://rpc.example/6 https://rpc.example/7 https://rpc.example/8 https://rpc.example/9 https://rpc.example/10 https://rpc.example/11", "one to 10"},
		"http on the net":            {view.NetworkRPC, "http://rpc.example", "must begin with https://"},
		"a script":                   {view.NetworkRPC, "javascript:alert(1)", "is no address"},
		"a password":                 {view.NetworkRPC, "https://me:secret@rpc.example", "no name and password"},
		"an RPC behind the policy":   {view.NetworkRPC, "https://rpc.example https://other.example", "This copy of the page may not speak to https://other.example"},
		"a Relay behind the policy":  {view.NetworkRelays, "https://relay.example:444", "-any-network"},
		"a Relay with a question":    {view.NetworkRelays, "https://relay.example?a=1", "question mark"},
		"an explorer that is none":   {view.NetworkExplorer, "javascript:alert(1)", "is no address"},
		"no token":                   {view.NetworkToken, "", "40 hex digits"},
		"the zero address":           {view.NetworkTask, "0x0000000000000000000000000000000000000000", "40 hex digits"},
		"a digit that was mistaken":  {view.NetworkTask, "0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451147", "a digit is probably wrong"},
		"the token once more":        {view.NetworkNode, "0x95E7e7Ed5463Ff482f61585605a0ff278e0E1FFb", "already"},
		"no fee":                     {view.NetworkFee, "0", "amount of CNX"},
		"a negative fee":             {view.NetworkFee, "-1", "amount of CNX"},
		"confirmations of a century": {view.NetworkConfirmations, "1001", "0 to 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			_, wrong := newReach("https://example.org/", policy).parse(draft(view.NetworkDraft{c.field: c.text}))
			if len(wrong) != 1 || !strings.Contains(wrong[c.field], c.says) {
				t.Errorf("got %v, want %q at %s", wrong, c.says, c.field)
			}
		})
	}
}

func TestOwnNetworkStandsBesideThoseOfTheHost(t *testing.T) {
	c := Config{Networks: []profile.Text{{ID: "a", Name: "Host's", ChainID: 42, RPC: []string{"https://a.example"}, Relays: []string{"https://a.example"}, RelaySignature: "raw", Fee: "30",
		Contracts: profile.Contracts{Token: "0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb", Node: "0x95e7e7ed5463ff482f61585605a0ff278e0e1ffc", Task: "0x95e7e7ed5463ff482f61585605a0ff278e0e1ffd"}}}}
	page := New(c, Ports{Href: "https://example.org/", Policy: "connect-src 'self' https://a.example"})
	own := runner.OwnNetwork{Network: profile.Network{ID: "own:1", Name: "Ours", ChainID: 42, RPC: []string{"https://rpc.example"}, Relays: []string{"https://relay.example"}, Own: true}, InUse: true}
	list := page.networks([]runner.OwnNetwork{own})
	if len(list) != 2 || list[0].Own || list[0].Blocked != "" || !list[1].Own || !list[1].InUse {
		t.Fatalf("%+v", list)
	}
	if list[1].Shares != "LUKSO and Host's" || list[1].Hosts != "rpc.example, relay.example" || !strings.Contains(list[1].Blocked, "may not speak to https://rpc.example") {
		t.Errorf("%+v", list[1])
	}
	trial := page.trial(&runner.Trial{Network: own.Network, Findings: []trial.Finding{{Part: trial.Relay, Verdict: trial.Silent}}}, []runner.OwnNetwork{own})
	if trial.Network.Shares != "LUKSO and Host's" || !trial.Replaces || trial.Passed || !trial.ButRelays {
		t.Errorf("%+v", trial)
	}
}

func TestConfigCannotTakeTheIDOfAnOwnNetwork(t *testing.T) {
	_, err := ParseConfig([]byte(`{"version":1,"networks":[{"id":"own:0123"}],"models":{"image":[],"text":[]}}`))
	if err == nil || !strings.Contains(err.Error(), "begins with own:") {
		t.Error(err)
	}
}
