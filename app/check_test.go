package app_test

import (
	"errors"
	"testing"

	"crynux-dapp/app"
)

func TestConfigThatThisPageCannotReachNamesThePlace(t *testing.T) {
	const policy = "default-src 'none'; connect-src 'self' http://127.0.0.1:8545 http://127.0.0.1:8546 https://block-node.crynux.ai https://relay.h.crynux.ai; base-uri 'none'"
	for name, tt := range map[string]struct {
		href, policy string
		change       func(*app.Config)
		where        string // "" = all is well
	}{
		"as shipped":                            {"https://example.org/", policy, nil, ""},
		"no policy":                             {"https://example.org/", "", nil, ""},
		"a policy of other things":              {"https://example.org/", "frame-ancestors 'none'", nil, ""},
		"http from a page with https":           {"https://example.org/", "", func(c *app.Config) { c.Networks[1].RPC[0] = "http://rpc.example" }, "networks[1].rpc[0]"},
		"http from a page with http":            {"http://192.168.1.2/", "", func(c *app.Config) { c.Networks[1].RPC[0] = "http://rpc.example" }, ""},
		"a Relay that the policy does not know": {"https://example.org/", policy, func(c *app.Config) { c.Networks[0].Relays[0] = "https://relay.example" }, "networks[0].relays[0]"},
		"another port":                          {"https://example.org/", policy, func(c *app.Config) { c.Networks[0].RPC[0] = "http://127.0.0.1:1" }, "networks[0].rpc[0]"},
		"the page itself":                       {"https://example.org/x/", policy, func(c *app.Config) { c.Networks[0].Relays[0] = "https://example.org/relay" }, ""},
		"any network":                           {"https://example.org/", "connect-src 'self' https: http://127.0.0.1:* http://localhost:*", func(c *app.Config) { c.Networks[0].Relays[0] = "https://relay.example:1" }, ""},
		"nothing at all":                        {"https://example.org/", "connect-src 'none'", func(c *app.Config) { c.Networks = c.Networks[:1]; c.Networks[0].RPC = nil }, "networks[0].relays[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := app.ParseConfig(shipped(t))
			if err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(&c)
			}
			err = c.Check(tt.href, tt.policy)
			if tt.where == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var bad *app.ConfigError
			if !errors.As(err, &bad) || bad.Where != tt.where || bad.Why == "" {
				t.Errorf("got %v, want a complaint about %s", err, tt.where)
			}
		})
	}
}
