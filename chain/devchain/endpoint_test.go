//go:build !js

package devchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const getChainID = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}`

func TestFaultsOfAWholeEndpoint(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	server := httptest.NewServer(c)
	defer server.Close()
	ask := func(ctx context.Context) (*http.Response, string, error) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(getChainID))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return response, string(text), err
	}

	c.SetRPCFaults(RPCFaults{Down: true})
	if _, text, err := ask(t.Context()); err == nil {
		t.Errorf("down: %s", text)
	}
	c.SetRPCFaults(RPCFaults{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, text, err := ask(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hanging: %s %v", text, err)
	}
	c.SetRPCFaults(RPCFaults{Status: 429, RetryAfter: 1500 * time.Millisecond})
	r, text, err := ask(t.Context())
	if err != nil || r.StatusCode != 429 || r.Header.Get("Retry-After") != "2" || !strings.HasPrefix(text, "<!DOCTYPE html>") {
		t.Errorf("too many requests: %v %s %v", r, text, err)
	}
	if r.Header.Get("Access-Control-Expose-Headers") != "Retry-After" || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a page cannot read it: %v", r.Header)
	}
	c.SetRPCFaults(RPCFaults{Status: 503})
	if r, _, err := ask(t.Context()); err != nil || r.StatusCode != 503 || r.Header.Get("Retry-After") != "" {
		t.Errorf("unavailable: %v %v", r, err)
	}
	c.SetRPCFaults(RPCFaults{Garbage: true})
	if r, text, err := ask(t.Context()); err != nil || r.StatusCode != 200 || !strings.HasPrefix(text, "<!DOCTYPE html>") {
		t.Errorf("garbage: %v %s %v", r, text, err)
	}
	c.SetRPCFaults(RPCFaults{})
	if r, text, err := ask(t.Context()); err != nil || r.StatusCode != 200 || !strings.Contains(text, `"0x2fd12e"`) {
		t.Errorf("well again: %v %s %v", r, text, err)
	}
	if n := c.Stats().Requests; n != 6 {
		t.Errorf("%d requests counted, want 6, those with faults among them", n)
	}
}

func TestEndpointsHaveFaultsAndStatsOfTheirOwn(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	second := c.Endpoint()
	second.SetFaults(RPCFaults{ChainID: 1})
	if first := string(ask(t, c, "eth_chainId", "[]").Result); first != `"0x2fd12e"` {
		t.Errorf("the first says %s", first)
	}
	for method, want := range map[string]string{"eth_chainId": `"0x1"`, "net_version": `"1"`} {
		if got := string(ask(t, second, method, "[]").Result); got != want {
			t.Errorf("%s of the second is %s", method, got)
		}
	}
	if a, b := c.Stats().Requests, second.Stats().Requests; a != 1 || b != 2 {
		t.Errorf("%d and %d requests", a, b)
	}
}

func TestRefusedMethods(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.SetRPCFaults(RPCFaults{Refuse: map[string]RPCError{"eth_gasPrice": {Code: -32005, Message: "limit exceeded"}}})
	_, text := post(t, c, `[{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"},`+strings.Replace(getChainID, `:1,`, `:2,`, 1)+`,{"jsonrpc":"2.0","id":3,"method":"eth_noSuchThing"}]`)
	var got []answer
	if err := json.Unmarshal(text, &got); err != nil || len(got) != 3 {
		t.Fatalf("%s %v", text, err)
	}
	if e := got[0].Error; got[0].ID != 1 || e == nil || e.Code != -32005 || e.Message != "limit exceeded" {
		t.Errorf("%s", text)
	}
	if got[1].ID != 2 || got[1].Error != nil || got[2].Error == nil || got[2].Error.Code != -32601 {
		t.Errorf("the others: %s", text)
	}
	call := fmt.Sprintf(`[{"to":%q,"data":"0xdeadbeef"},"latest"]`, c.contracts.Task.Hex())
	if a := ask(t, c, "eth_call", call); a.Error == nil || a.Error.Code != 3 || a.Error.Message != "execution reverted" {
		t.Errorf("an honest error beside a fault: %+v", a.Error)
	}
	if _, text := post(t, c, "<html>"); !strings.Contains(string(text), "-32700") {
		t.Errorf("%s", text)
	}
}

func TestWrongNumbers(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.SetRPCFaults(RPCFaults{GasPriceTimes: 100, NonceOffset: -2})
	if got := string(ask(t, c, "eth_gasPrice", "[]").Result); got != `"0x174876e800"` {
		t.Errorf("gas price %s", got)
	}
	count := func(name string) string {
		t.Helper()
		return string(ask(t, c, "eth_getTransactionCount", fmt.Sprintf(`[%q,"latest"]`, c.account(name).Hex())).Result)
	}
	if got := count("deployer"); got != `"0x2"` { // it made four transactions
		t.Errorf("nonce of the deployer %s", got)
	}
	if got := count("nobody"); got != `"0x0"` {
		t.Errorf("nonce of nobody %s", got)
	}
}

func TestEndpointThatIsLate(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.Pause()
	before := c.head()
	c.Resume()
	alice := c.account("alice")
	if err := c.Fund(t.Context(), alice, coins(1), coins(5)); err != nil {
		t.Fatal(err)
	}
	c.Pause()
	tx := c.backend.BlockChain().GetBlockByNumber(c.mined(t)).Transactions()[0].Hash()
	late := c.Endpoint()
	late.SetFaults(RPCFaults{Lag: c.head() - before})
	newest := fmt.Sprintf(`"0x%x"`, before)

	logs := fmt.Sprintf(`[{"address":%q,"fromBlock":"0x%x","toBlock":"latest"}]`, c.contracts.Token.Hex(), before+1)
	balance := fmt.Sprintf(`[%q,"latest"]`, alice.Hex())
	for _, x := range []struct{ method, params, want string }{
		{"eth_blockNumber", "[]", newest},
		{"eth_getBlockByNumber", fmt.Sprintf(`["0x%x",false]`, c.head()), "null"},
		{"eth_getBalance", balance, `"0x0"`},
		{"eth_getLogs", logs, "[]"},
		{"eth_getTransactionReceipt", `["` + tx.Hex() + `"]`, "null"},
		{"eth_getTransactionByHash", `["` + tx.Hex() + `"]`, "null"},
	} {
		if got := string(ask(t, late, x.method, x.params).Result); got != x.want {
			t.Errorf("%s %s: %s, want %s", x.method, x.params, got, x.want)
		}
		if got := string(ask(t, c, x.method, x.params).Result); got == x.want {
			t.Errorf("%s: the chain itself says so too", x.method)
		}
	}
	var block struct{ Number string }
	if err := json.Unmarshal(ask(t, late, "eth_getBlockByNumber", `["latest",false]`).Result, &block); err != nil || `"`+block.Number+`"` != newest {
		t.Errorf("newest block %+v %v", block, err)
	}
}

// mined is the newest block with a transaction.
func (c *Chain) mined(t *testing.T) uint64 {
	t.Helper()
	for n := c.head(); n > 0; n-- {
		if txs := c.backend.BlockChain().GetBlockByNumber(n).Transactions(); len(txs) > 0 {
			return n
		}
	}
	t.Fatal("no transaction")
	return 0
}

func TestWithheldTransactionsComeLater(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.SetRPCFaults(RPCFaults{Withhold: true})
	raw := c.rawTransfer(t, "deployer", 4, c.id)
	var hash string
	for range 2 { // the second time it is the same
		a := ask(t, c, "eth_sendRawTransaction", `["`+raw+`"]`)
		if err := json.Unmarshal(a.Result, &hash); err != nil || a.Error != nil {
			t.Fatalf("%+v", a)
		}
	}
	known := func() bool {
		t.Helper()
		return string(ask(t, c, "eth_getTransactionByHash", `["`+hash+`"]`).Result) != "null"
	}
	if err := c.Mine(2); err != nil {
		t.Fatal(err)
	}
	if known() {
		t.Error("it was passed on")
	}
	if a := ask(t, c, "eth_sendRawTransaction", `["0xc0ffee"]`); a.Error == nil {
		t.Error("bytes that are no transaction are taken")
	}
	if c.SetRPCFaults(RPCFaults{Retain: true}); known() {
		t.Error("it was passed on while it was retained")
	}
	c.SetRPCFaults(RPCFaults{})
	if !known() {
		t.Fatal("it is lost")
	}
	until(t, "it is mined", func() bool {
		return string(ask(t, c, "eth_getTransactionReceipt", `["`+hash+`"]`).Result) != "null"
	})
	if balance, err := c.client.BalanceAt(t.Context(), c.account("bob"), nil); err != nil || balance.Cmp(big.NewInt(1)) != 0 {
		t.Errorf("bob has %v %v", balance, err)
	}
}
