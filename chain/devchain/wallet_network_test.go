//go:build !js

package devchain_test

import (
	"testing"

	"crynux-dapp/chain/devchain"
)

func TestWalletNetwork(t *testing.T) {
	t.Run("on_the_wrong_chain_until_it_is_switched", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		events := site.Events()
		defer events.Close()
		w.SetChain(1)
		wantEvent(t, events, "chainChanged", `"0x1"`)
		if got := must(t, site, "eth_chainId"); got != `"0x1"` {
			t.Errorf("eth_chainId = %s", got)
		}
		if got := must(t, site, "eth_getCode", newStandIn(t, 42).contracts.Task, "latest"); got != `"0x"` {
			t.Errorf("code on another chain: %s", got)
		}
		if got := must(t, site, "wallet_switchEthereumChain", map[string]string{"chainId": "0x2A"}); got != "null" {
			t.Errorf("result %s", got)
		}
		wantEvent(t, events, "chainChanged", `"0x2a"`)
		must(t, site, "wallet_switchEthereumChain", map[string]string{"chainId": "0x2a"})
		if n := len(w.Prompts()); n != 2 {
			t.Errorf("%d prompts, want connection and one switch", n)
		}
	})
	t.Run("an_unknown_chain_is_4902_until_it_is_added", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		w.SetChain(1)
		w.ForgetChain(42)
		wantRefusal(t, refusal(t, site, "wallet_switchEthereumChain", map[string]string{"chainId": "0x2a"}), 4902,
			`Unrecognized chain ID "0x2a". Try adding the chain using wallet_addEthereumChain first.`)
		network := map[string]any{
			"chainId": "0x2a", "chainName": "Crynux", "rpcUrls": []string{"http://127.0.0.1:8545"},
			"nativeCurrency": map[string]any{"name": "Ether", "symbol": "ETH", "decimals": 18},
		}
		w.Answer("wallet_addEthereumChain", devchain.Reject)
		wantRefusal(t, refusal(t, site, "wallet_addEthereumChain", network), 4001, "User rejected the request.")
		if got := must(t, site, "wallet_addEthereumChain", network); got != "null" {
			t.Errorf("result %s", got)
		}
		if got := must(t, site, "eth_chainId"); got != `"0x2a"` {
			t.Errorf("eth_chainId = %s", got)
		}
		must(t, site, "eth_blockNumber") // the chain behind the id is back
		must(t, site, "wallet_addEthereumChain", network)
	})
	t.Run("rejected_and_pending", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		toMainnet := map[string]string{"chainId": "0x1"}
		w.Answer("wallet_switchEthereumChain", devchain.Reject, devchain.Ask)
		wantRefusal(t, refusal(t, site, "wallet_switchEthereumChain", toMainnet), 4001, "User rejected the request.")
		open := later(t, site, "wallet_switchEthereumChain", toMainnet)
		p, err := w.AwaitPrompt(within(t), "wallet_switchEthereumChain")
		if err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, refusal(t, site, "wallet_switchEthereumChain", toMainnet), -32002,
			"Request of type 'wallet_switchEthereumChain' already pending for origin https://shop.example. Please wait.")
		if err := w.Decide(p.ID, devchain.Approve); err != nil {
			t.Fatal(err)
		}
		if a := <-open; a.err != nil {
			t.Error(a.err)
		}
	})
	t.Run("a_second_network_of_the_same_id", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		twin := newStandIn(t, 42)
		w.ReplaceChain(twin)
		must(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob})
		twin.eth.only(t)
	})
	t.Run("parameters", func(t *testing.T) {
		_, site := connected(t, newStandIn(t, 42))
		for _, tc := range []struct {
			method string
			param  any
		}{
			{"wallet_switchEthereumChain", nil},
			{"wallet_switchEthereumChain", map[string]any{}},
			{"wallet_switchEthereumChain", map[string]any{"chainId": 1}},
			{"wallet_switchEthereumChain", map[string]any{"chainId": "42"}},
			{"wallet_switchEthereumChain", map[string]any{"chainId": "0x01"}},
			{"wallet_switchEthereumChain", map[string]any{"chainId": "0xffffffffffffffff"}},
			{"wallet_switchEthereumChain", map[string]any{"chainId": "0x1", "extra": 1}},
			{"wallet_addEthereumChain", map[string]any{"chainId": "0x7"}},
			{"wallet_addEthereumChain", map[string]any{"chainId": "0x7", "chainName": "x", "rpcUrls": []string{"http://example.org"}, "nativeCurrency": nil}},
			{"wallet_addEthereumChain", map[string]any{"chainId": "0x7", "chainName": "", "rpcUrls": []string{"https://example.org"}, "nativeCurrency": nil}},
			{"wallet_addEthereumChain", map[string]any{"chainId": "0x7", "chainName": "x", "rpcUrls": []string{"https://example.org"}, "nativeCurrency": map[string]any{"symbol": "X", "decimals": 6}}},
			{"wallet_addEthereumChain", map[string]any{"chainId": "0x7", "chainName": "x", "rpcUrls": []string{"https://example.org"}, "nativeCurrency": map[string]any{"symbol": "TOOLONG", "decimals": 18}}},
			{"wallet_watchAsset", map[string]any{"type": "ERC721"}},
			{"wallet_watchAsset", map[string]any{"type": "ERC20", "options": map[string]any{"address": "0x1"}}},
		} {
			if got := refusal(t, site, tc.method, tc.param); got.Code != -32602 {
				t.Errorf("%s %v: %d %s", tc.method, tc.param, got.Code, got.Message)
			}
		}
	})
	t.Run("watch_asset", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		asset := map[string]any{"type": "ERC20", "options": map[string]any{"address": bob, "symbol": "CNX", "decimals": 18}}
		if got := must(t, site, "wallet_watchAsset", asset); got != "true" {
			t.Errorf("result %s", got)
		}
		if got, err := site.Request(within(t), "wallet_watchAsset", asset); err != nil || string(got) != "true" {
			t.Errorf("as an object: %s, %v", got, err)
		}
		if p := w.Prompts()[1]; p.Summary != "Show the token CNX" {
			t.Errorf("summary %q", p.Summary)
		}
	})
}
