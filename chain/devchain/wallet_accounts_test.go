//go:build !js

package devchain_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
)

func TestWalletConnects(t *testing.T) {
	t.Run("no_account_is_seen_before", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), nil)
		if got := must(t, w, "eth_accounts"); got != "[]" {
			t.Errorf("eth_accounts = %s", got)
		}
		if n := len(w.Prompts()); n != 0 {
			t.Errorf("%d prompts for a read", n)
		}
	})
	t.Run("accounts_are_lower_case_and_one_prompt_is_enough", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), nil)
		site := w.Site(shop)
		want := `["` + lower(alice) + `"]`
		for _, method := range []string{"eth_requestAccounts", "eth_requestAccounts", "eth_accounts"} {
			if got := must(t, site, method); got != want {
				t.Errorf("%s = %s, want %s", method, got, want)
			}
		}
		prompts := w.Prompts()
		if len(prompts) != 1 || prompts[0].Kind != devchain.PromptConnect || prompts[0].Origin != shop || prompts[0].Verdict != devchain.Approve {
			t.Errorf("prompts = %+v", prompts)
		}
		if got := must(t, site, "eth_coinbase"); got != `"`+lower(alice)+`"` {
			t.Errorf("eth_coinbase = %s", got)
		}
	})
	t.Run("permissions_belong_to_an_origin", func(t *testing.T) {
		w, _ := connected(t, newStandIn(t, 42))
		if got := must(t, w.Site("https://other.example"), "eth_accounts"); got != "[]" {
			t.Errorf("another origin sees %s", got)
		}
	})
	t.Run("rejection_is_4001_and_can_be_tried_again", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), nil)
		w.Answer("eth_requestAccounts", devchain.Reject)
		wantRefusal(t, refusal(t, w, "eth_requestAccounts"), 4001, "User rejected the request.")
		must(t, w, "eth_requestAccounts")
	})
	t.Run("a_second_request_while_the_first_is_open", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), func(o *devchain.WalletOptions) { o.Ask = true })
		site := w.Site(shop)
		first := later(t, site, "eth_requestAccounts")
		prompt, err := w.AwaitPrompt(within(t), "eth_requestAccounts")
		if err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, refusal(t, site, "eth_requestAccounts"), -32002,
			"Request of type 'wallet_requestPermissions' already pending for origin https://shop.example. Please wait.")
		if err := w.Decide(prompt.ID, devchain.Approve); err != nil {
			t.Fatal(err)
		}
		if a := <-first; a.err != nil {
			t.Errorf("the first request: %v", a.err)
		}
		if err := w.Decide(prompt.ID, devchain.Reject); err == nil {
			t.Error("a prompt was decided twice")
		}
	})
	t.Run("giving_up_withdraws_the_prompt", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), func(o *devchain.WalletOptions) { o.Ask = true })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { _, err := w.Request(ctx, "eth_requestAccounts", nil); done <- err }()
		prompt, err := w.AwaitPrompt(within(t), "eth_requestAccounts")
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
		if got := w.Prompts()[prompt.ID-1].Verdict; got != devchain.Withdrawn {
			t.Errorf("verdict = %v", got)
		}
	})
	t.Run("closing_the_wallet_ends_open_requests", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), func(o *devchain.WalletOptions) { o.Ask = true })
		open := later(t, w, "eth_requestAccounts")
		if _, err := w.AwaitPrompt(within(t), "eth_requestAccounts"); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if a := <-open; !errors.Is(a.err, context.Canceled) {
			t.Errorf("error = %v", a.err)
		}
	})
}

func TestWalletPermissions(t *testing.T) {
	w := newWallet(t, newStandIn(t, 42), nil)
	site := w.Site(shop)
	events := site.Events()
	defer events.Close()

	if got := must(t, site, "wallet_getPermissions"); got != "[]" {
		t.Errorf("before: %s", got)
	}
	accounts := map[string]any{"eth_accounts": map[string]any{}}
	got := must(t, site, "wallet_requestPermissions", accounts)
	for _, want := range []string{`"parentCapability":"eth_accounts"`, lower(alice), `"endowment:permitted-chains"`, `"0x2a"`} {
		if !strings.Contains(got, want) {
			t.Errorf("wallet_requestPermissions = %s, want %s in it", got, want)
		}
	}
	wantEvent(t, events, "accountsChanged", `["`+lower(alice)+`"]`)
	wantRefusal(t, refusal(t, site, "wallet_requestPermissions", map[string]any{"snap": 1}), -32601,
		`The method "snap" does not exist / is not available.`)
	if code := refusal(t, site, "wallet_requestPermissions").Code; code != -32602 {
		t.Errorf("without parameters: %d", code)
	}
	if got := must(t, site, "wallet_revokePermissions", accounts); got != "null" {
		t.Errorf("wallet_revokePermissions = %s", got)
	}
	wantEvent(t, events, "accountsChanged", `[]`)
	if got := must(t, site, "eth_accounts"); got != "[]" {
		t.Errorf("after: %s", got)
	}
}

func TestWalletLocked(t *testing.T) {
	t.Run("accounts_are_hidden_and_signing_is_not_authorised", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		events := site.Events()
		defer events.Close()
		w.Lock()
		wantEvent(t, events, "accountsChanged", `[]`)
		if got := must(t, site, "eth_accounts"); got != "[]" {
			t.Errorf("eth_accounts = %s", got)
		}
		wantRefusal(t, refusal(t, site, "personal_sign", "0x68690a", lower(alice)), 4100,
			"The requested account and/or method has not been authorized by the user.")
		w.Unlock()
		wantEvent(t, events, "accountsChanged", `["`+lower(alice)+`"]`)
	})
	t.Run("a_connected_page_waits_for_unlocking", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		w.Lock()
		open := later(t, site, "eth_requestAccounts")
		if _, err := w.AwaitPrompt(within(t), "eth_requestAccounts"); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, refusal(t, site, "eth_requestAccounts"), -32002, "Already processing eth_requestAccounts. Please wait.")
		w.Unlock()
		if a := <-open; a.err != nil || string(a.result) != `["`+lower(alice)+`"]` {
			t.Errorf("got %s, %v", a.result, a.err)
		}
	})
	t.Run("a_new_page_waits_and_is_asked_then", func(t *testing.T) {
		w := newWallet(t, newStandIn(t, 42), nil)
		w.Lock()
		open := later(t, w, "eth_requestAccounts")
		prompt, err := w.AwaitPrompt(within(t), "eth_requestAccounts")
		if err != nil {
			t.Fatal(err)
		}
		if prompt.Kind != devchain.PromptUnlock {
			t.Errorf("the first prompt is %s", prompt.Kind)
		}
		// Confirm in the overlay unlocks, too.
		if err := w.Decide(prompt.ID, devchain.Approve); err != nil {
			t.Fatal(err)
		}
		if a := <-open; a.err != nil {
			t.Error(a.err)
		}
		if last := w.Prompts()[1]; last.Kind != devchain.PromptConnect {
			t.Errorf("the second prompt is %s", last.Kind)
		}
	})
}

func TestWalletAccountChange(t *testing.T) {
	w, site := connected(t, newStandIn(t, 42))
	events := site.Events()
	defer events.Close()
	other := w.Site("https://other.example").Events()
	defer other.Close()

	if err := w.SwitchAccount(bob); err != nil {
		t.Fatal(err)
	}
	wantEvent(t, events, "accountsChanged", `["`+lower(bob)+`","`+lower(alice)+`"]`)
	if w.Address() != bob {
		t.Errorf("selected = %s", w.Address())
	}
	w.Disconnect(shop)
	wantEvent(t, events, "accountsChanged", `[]`)
	if err := w.SwitchAccount(newStandIn(t, 42).contracts.Task); err == nil {
		t.Error("switched to an account without a key")
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if e, err := other.Next(short); err == nil {
		t.Errorf("an origin that is not connected heard %s", e.Name)
	}
}

func TestWalletOffline(t *testing.T) {
	w, site := connected(t, newStandIn(t, 42))
	events := site.Events()
	defer events.Close()
	w.GoOffline()
	wantEvent(t, events, "disconnect", `{"code":1013,"message":"MetaMask: Disconnected from chain. Attempting to connect."}`)
	wantRefusal(t, refusal(t, site, "eth_chainId"), 4900, "The provider is disconnected from all chains.")
	w.GoOnline()
	wantEvent(t, events, "connect", `{"chainId":"0x2a"}`)
	must(t, site, "eth_chainId")
}

func TestWalletScript(t *testing.T) {
	t.Run("the_nth_prompt", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42)) // prompt 1
		w.AnswerNth(3, devchain.Reject)
		must(t, site, "personal_sign", "0x01", lower(alice))
		if code := refusal(t, site, "personal_sign", "0x01", lower(alice)).Code; code != 4001 {
			t.Errorf("code %d", code)
		}
		must(t, site, "personal_sign", "0x01", lower(alice))
	})
	t.Run("in_the_order_given_then_by_the_rule", func(t *testing.T) {
		w, site := connected(t, newStandIn(t, 42))
		w.AnswerWith(devchain.RejectAll)
		w.Answer("personal_sign", devchain.Approve, devchain.Reject, devchain.Approve)
		for i, wantOK := range []bool{true, false, true, false} {
			_, err := ask(t, site, "personal_sign", "0x01", lower(alice))
			if (err == nil) != wantOK {
				t.Errorf("request %d: %v", i, err)
			}
		}
	})
	t.Run("slow_answers_by_the_clock", func(t *testing.T) {
		clock := &recordingClock{}
		w := newWallet(t, newStandIn(t, 42), func(o *devchain.WalletOptions) { o.Clock = clock })
		w.SetDelay(time.Hour)
		must(t, w, "eth_requestAccounts")
		must(t, w, "eth_requestAccounts")
		if clock.slept != time.Hour {
			t.Errorf("slept %v for one prompt and one request without", clock.slept)
		}
	})
}

type recordingClock struct{ slept time.Duration }

func (c *recordingClock) Sleep(_ context.Context, d time.Duration) error {
	c.slept += d
	return nil
}

func TestWalletMethods(t *testing.T) {
	w, site := connected(t, newStandIn(t, 42))
	t.Run("reads_go_to_the_network", func(t *testing.T) {
		for method, want := range map[string]string{
			"eth_chainId": `"0x2a"`, "net_version": `"42"`, "eth_blockNumber": `"0x5"`, "eth_gasPrice": `"0x9"`,
		} {
			if got := must(t, site, method); got != want {
				t.Errorf("%s = %s, want %s", method, got, want)
			}
		}
		if got, err := site.Request(within(t), "eth_blockNumber", nil); err != nil || string(got) != `"0x5"` {
			t.Errorf("without parameters: %s, %v", got, err)
		}
	})
	t.Run("a_failing_read_carries_the_network's_error_in_data", func(t *testing.T) {
		got := refusal(t, site, "eth_call", map[string]string{"data": "0x00"}, "latest")
		wantRefusal(t, got, -32603, "Internal JSON-RPC error.")
		if string(got.Data) != `{"cause":null,"code":3,"data":"0x08c379a0","message":"execution reverted: Task not exist"}` {
			t.Errorf("data = %s", got.Data)
		}
	})
	t.Run("unknown_methods", func(t *testing.T) {
		for _, method := range []string{"eth_signTransaction", "wallet_sendCalls", "wallet_getCapabilities", "debug_traceCall", ""} {
			got := refusal(t, site, method)
			wantRefusal(t, got, -32601, `The method "`+method+`" does not exist / is not available.`)
		}
	})
	t.Run("parameters_that_are_no_list", func(t *testing.T) {
		_, err := site.Request(within(t), "eth_getBalance", map[string]string{"a": "b"})
		var coded *chain.ProviderError
		if !errors.As(err, &coded) || coded.Code != -32602 {
			t.Errorf("error = %v", err)
		}
	})
	if n := len(w.Prompts()); n != 1 {
		t.Errorf("%d prompts, want only the connection's", n)
	}
}
