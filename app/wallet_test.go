package app

import (
	"os"
	"testing"

	"crynux-dapp/app/profile"
)

func TestSharedChainIDsAreNamed(t *testing.T) {
	all := []profile.Network{
		{ID: "a", Name: "A", ChainID: 42, RPC: []string{"https://a.example"}},
		{ID: "a-old", Name: "A of old", ChainID: 42, RPC: []string{"https://a.example"}}, // the same chain
		{ID: "b", Name: "B", ChainID: 10000, RPC: []string{"https://b.example"}},
		{ID: "c", Name: "C", ChainID: 7, RPC: []string{"https://c.example"}},
		{ID: "d", Name: "D", ChainID: 7, RPC: []string{"https://d.example"}},
		{ID: "e", Name: "E", ChainID: 8, RPC: []string{"https://e.example"}},
	}
	want := []string{"LUKSO", "LUKSO", "smartBCH", "D", "C", ""}
	for i, n := range all {
		if got := shares(n, all); got != want[i] {
			t.Errorf("%s: %q, want %q", n.Name, got, want[i])
		}
	}
}

func TestShippedNetworksOfThePastSayWhoHasTheirID(t *testing.T) {
	text, err := os.ReadFile("../web/config.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	page := New(c, Ports{})
	for _, n := range page.networks(nil) {
		if want := n.ChainID == 42; (n.Shares == "LUKSO") != want {
			t.Errorf("%s shares its id with %q", n.Name, n.Shares)
		}
	}
}
