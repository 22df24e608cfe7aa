package app_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"crynux-dapp/app"
)

func shipped(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../web/config.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestShippedConfigIsGood(t *testing.T) {
	c, err := app.ParseConfig(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Networks[0].Development {
		t.Error("a page without a chosen network must not begin with a real one")
	}
	for _, n := range c.Networks[1:] {
		if !n.Historical || n.Development {
			t.Errorf("%s: networks whose endpoints are gone are read only", n.ID)
		}
	}
	if len(c.Models.Image) == 0 || len(c.Models.Text) == 0 {
		t.Error("no models")
	}
}

func TestShippedContractsAreKnown(t *testing.T) {
	c, err := app.ParseConfig(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range c.Networks {
		if n.Changed() {
			t.Errorf("%s has other contracts than those compiled in", n.ID)
		}
		n.Contracts.Task = "0x00000000000000000000000000000000000000ff"
		if n.Changed() == n.Development {
			t.Errorf("%s: with another Task contract, changed is %v", n.ID, n.Changed())
		}
	}
}

func TestBadConfigNamesThePlace(t *testing.T) {
	set := func(path string, value any) func(map[string]any) {
		return func(c map[string]any) { change(c, path, value) }
	}
	tests := []struct {
		name   string
		change func(map[string]any)
		where  string
	}{
		{"other version", set("version", 2), "version"},
		{"no networks", set("networks", []any{}), "networks"},
		{"misspelt member", set("netwroks", 1), "the file"},
		{"misspelt member of a network", set("networks.0.chainID2", 1), "the file"},
		{"text instead of a number", set("networks.0.chainId", "42"), "the file"},
		{"no id", set("networks.1.id", ""), "networks[1].id"},
		{"the same id twice", set("networks.2.id", "dev"), "networks[2].id"},
		{"no name", set("networks.0.name", ""), "networks[0].name"},
		{"no chain id", set("networks.0.chainId", 0), "networks[0].chainId"},
		{"unknown signature", set("networks.0.relaySignature", "personal"), "networks[0].relaySignature"},
		{"no rpc", set("networks.0.rpc", []any{}), "networks[0].rpc"},
		{"second rpc is no address", set("networks.0.rpc", []any{"https://a.example", "a.example"}), "networks[0].rpc[1]"},
		{"rpc over a web socket", set("networks.0.rpc", []any{"wss://a.example"}), "networks[0].rpc[0]"},
		{"relay that would end the page's policy", set("networks.0.relays", []string{"https://a.example;script-src"}), "networks[0].relays[0]"},
		{"relay is a script", set("networks.0.relays", []string{"https://a.example", "javascript:alert(1)"}), "networks[0].relays[1]"},
		{"no relay", set("networks.0.relays", []string{}), "networks[0].relays"},
		{"the form of before", set("networks.0.relay", "https://a.example"), "the file"},
		{"explorer is a script", set("networks.1.explorer", "javascript:alert(1)"), "networks[1].explorer"},
		{"short token address", set("networks.0.contracts.token", "0x12"), "networks[0].contracts.token"},
		{"no node address", set("networks.0.contracts.node", ""), "networks[0].contracts.node"},
		{"a digit of the task address is wrong", set("networks.0.contracts.task", "0xB34eD739D2d5b5c2488B0C3E60f1ac3DBDB7c3E5"), "networks[0].contracts.task"},
		{"no fee", set("networks.0.fee", ""), "networks[0].fee"},
		{"free", set("networks.0.fee", "0"), "networks[0].fee"},
		{"negative fee", set("networks.0.fee", "-30"), "networks[0].fee"},
		{"fee with a comma", set("networks.0.fee", "0,5"), "networks[0].fee"},
		{"a model without id", set("models.image.1.id", ""), "models.image[1].id"},
		{"a model without name", set("models.text.0.name", ""), "models.text[0].name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c map[string]any
			if err := json.Unmarshal(shipped(t), &c); err != nil {
				t.Fatal(err)
			}
			tt.change(c)
			text, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			complains(t, text, tt.where)
		})
	}
	t.Run("no JSON", func(t *testing.T) { complains(t, []byte("<!doctype html>"), "the file") })
	t.Run("empty", func(t *testing.T) { complains(t, nil, "the file") })
	t.Run("something after the end", func(t *testing.T) { complains(t, append(shipped(t), "{}"...), "the file") })
	t.Run("far too long", func(t *testing.T) { complains(t, append(shipped(t), make([]byte, 1<<20)...), "the file") })
}

func complains(t *testing.T, text []byte, where string) {
	t.Helper()
	_, err := app.ParseConfig(text)
	var bad *app.ConfigError
	if !errors.As(err, &bad) {
		t.Fatalf("got %v", err)
	}
	if bad.Where != where || bad.Why == "" {
		t.Errorf("it complains about %q (%s), want %q", bad.Where, bad.Why, where)
	}
}

// change sets a member, named by a path such as networks.0.name.
func change(at any, path string, value any) {
	name, rest, more := strings.Cut(path, ".")
	switch at := at.(type) {
	case map[string]any:
		if !more {
			at[name] = value
			return
		}
		change(at[name], rest, value)
	case []any:
		change(at[name[0]-'0'], rest, value)
	}
}
