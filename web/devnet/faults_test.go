//go:build !js

package devnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// board turns the switches over HTTP, as the panel does.
type board struct {
	*testing.T
	*devnet.Network
}

// turn switches a fault; "" is all well again.
func (b board) turn(id string, on bool) {
	b.Helper()
	status, answer := b.post(b.Page, fmt.Sprintf(`{"id":%q,"on":%v}`, id, on), map[string]string{"Origin": strings.TrimSuffix(b.Page, "/"), "Content-Type": "application/json"})
	if status != http.StatusOK {
		b.Fatalf("%s: %d %s", id, status, answer)
	}
	var list []struct {
		ID   string
		On   bool
		Once bool
	}
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		b.Fatal(err)
	}
	for _, f := range list {
		if want := f.ID == id && on && !f.Once; f.On != want {
			b.Errorf("after %q %v: %s is shown as on: %v", id, on, f.ID, f.On)
		}
	}
}

func (b board) post(page, body string, headers map[string]string) (status int, answer string) {
	b.Helper()
	q, err := http.NewRequestWithContext(b.Context(), http.MethodPost, page+"_devnet/faults", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for name, value := range headers {
		q.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(q)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// reach asks a server, for at most a second, and tells what came: a status and the
// first bytes, "dropped" or "silence".
func (b board) reach(method, url, body string) (told, answer string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(q)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "silence", ""
	case err != nil:
		return "dropped", ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	if bytes.HasPrefix(text, []byte("<!DOCTYPE html>")) {
		return fmt.Sprint(response.StatusCode, " html"), ""
	}
	return fmt.Sprint(response.StatusCode), string(text)
}

func (b board) chain() string {
	told, _ := b.reach("POST", b.RPC, call("eth_chainId", "[]"))
	return told
}
func (b board) relay() string {
	told, _ := b.reach("GET", b.RelayURL+"/v1/network/nodes/number", "")
	return told
}

func call(method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params)
}

// result is the hex number that the RPC answers.
func (b board) result(method, params string) uint64 {
	b.Helper()
	_, text := b.reach("POST", b.RPC, call(method, params))
	var answer struct{ Result hexutil.Uint64 }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		b.Fatalf("%s: %v in %s", method, err, text)
	}
	return uint64(answer.Result)
}

func (b board) head() *types.Header {
	b.Helper()
	head, err := b.Chain.Client().HeaderByNumber(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return head
}

// affordable reports whether somebody who has approved 45 CNX can create a task.
func (b board) affordable() bool {
	b.Helper()
	data, err := devchain.TaskABI().Pack("createTask", new(big.Int), [32]byte{1}, [32]byte{}, new(big.Int))
	if err != nil {
		b.Fatal(err)
	}
	task := b.Chain.Contracts().Task
	_, err = b.Chain.Client().EstimateGas(b.Context(), ethereum.CallMsg{From: crypto.PubkeyToAddress(b.Chain.Key("payer").PublicKey), To: &task, Data: data})
	return err == nil
}

// fact is something about the network that a fault changes; it is compared as text.
type fact func(b board) any

func rpcFault(b board) any { return b.chain() }

func relayFault(b board) any { return b.relay() }

// seen says for each fault what shows that it is on: the fact while it is on, and
// while it is off. Faults of Relay and nodes that take a whole task to be seen are
// read there; what they do is tested in devrelay.
var seen = map[string]struct {
	fact    fact
	on, off any
}{
	"chain-slow":    {func(b board) any { return b.Chain.Period() }, 15 * time.Second, time.Second},
	"chain-stopped": {func(b board) any { return b.stands() }, true, false},
	"fee-raised":    {func(b board) any { return b.affordable() }, false, true},

	"rpc-down":     {rpcFault, "dropped", "200"},
	"rpc-hang":     {rpcFault, "silence", "200"},
	"rpc-429":      {rpcFault, "429 html", "200"},
	"rpc-503":      {rpcFault, "503 html", "200"},
	"rpc-garbage":  {rpcFault, "200 html", "200"},
	"rpc-lag":      {func(b board) any { head := b.head().Number.Uint64(); return b.result("eth_blockNumber", "[]") < head }, true, false},
	"rpc-chain-id": {func(b board) any { return b.result("eth_chainId", "[]") }, uint64(1), uint64(devchain.DefaultChainID)},
	"rpc-gas":      {func(b board) any { return b.result("eth_gasPrice", "[]") }, uint64(1e11), uint64(1e9)},
	"rpc-nonce": {func(b board) any {
		return b.result("eth_getTransactionCount", `["0x00000000000000000000000000000000000c0ffe","latest"]`)
	}, uint64(1), uint64(0)},
	"rpc-withhold": {func(b board) any { return b.passesOn() }, false, true},

	"relay-down":         {relayFault, "dropped", "200"},
	"relay-hang":         {relayFault, "silence", "200"},
	"relay-502":          {relayFault, "502 html", "200"},
	"relay-late-sync":    {func(b board) any { return b.Relay.Faults().LateSync }, 30 * time.Second, time.Duration(0)},
	"relay-late-results": {func(b board) any { return b.Relay.Faults().LateResults }, 30 * time.Second, time.Duration(0)},
	"relay-ahead":        {func(b board) any { return b.Relay.Faults().ClockSkew }, 90 * time.Second, time.Duration(0)},
	"relay-behind":       {func(b board) any { return b.Relay.Faults().ClockSkew }, -90 * time.Second, time.Duration(0)},

	"nodes-silent": {func(b board) any { return b.Nodes.Faults().Silent }, true, false},
	"nodes-slow":   {func(b board) any { return b.Nodes.Faults().SlowWork }, 30 * time.Second, time.Duration(0)},
	"nodes-wrong":  {func(b board) any { return b.Nodes.Faults().WrongFile }, true, false},
	"nodes-cheat":  {func(b board) any { return b.Nodes.Faults().Cheats }, 1, 0},
	"nodes-error":  {func(b board) any { return b.Nodes.Faults().Errors }, 2, 0},
}

// stands reports whether the chain makes no block although it is time.
func (b board) stands() bool {
	b.Helper()
	before := b.head().Number.Uint64()
	b.Chain.Clock().Advance(5 * time.Second)
	for late := time.Now().Add(time.Second); time.Now().Before(late); time.Sleep(5 * time.Millisecond) {
		if b.head().Number.Uint64() > before {
			return false
		}
	}
	return true
}

// passesOn reports whether a transaction that the RPC has taken is known to the chain.
func (b board) passesOn() bool {
	b.Helper()
	key := b.Chain.Key("payer")
	nonce, err := b.Chain.Client().PendingNonceAt(b.Context(), crypto.PubkeyToAddress(key.PublicKey))
	if err != nil {
		b.Fatal(err)
	}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(b.Chain.ChainID()), &types.LegacyTx{Nonce: nonce, GasPrice: big.NewInt(1e9), Gas: 21_000, To: new(common.Address), Value: big.NewInt(1)})
	if err != nil {
		b.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	if told, answer := b.reach("POST", b.RPC, call("eth_sendRawTransaction", fmt.Sprintf("[%q]", hexutil.Encode(raw)))); told != "200" || !strings.Contains(answer, tx.Hash().Hex()) {
		b.Fatalf("the RPC did not take it: %s %s", told, answer)
	}
	_, _, err = b.Chain.Client().TransactionByHash(b.Context(), tx.Hash())
	return err == nil
}

func TestFaults_are_switched_over_HTTP(t *testing.T) {
	b := board{t, start(t, devnet.Options{NoWallets: true})}
	payer := b.Chain.Key("payer")
	if err := b.Chain.Fund(t.Context(), crypto.PubkeyToAddress(payer.PublicKey), big.NewInt(1e18), new(big.Int).Mul(big.NewInt(100), big.NewInt(1e18))); err != nil {
		t.Fatal(err)
	}
	approve, err := devchain.TokenABI().Pack("approve", b.Chain.Contracts().Task, new(big.Int).Mul(big.NewInt(45), big.NewInt(1e18)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Chain.Transact(t.Context(), payer, b.Chain.Contracts().Token, nil, approve); err != nil {
		t.Fatal(err)
	}
	if err := b.Chain.Mine(20); err != nil { // no reorg here goes back behind them
		t.Fatal(err)
	}
	for _, f := range devnet.Faults() {
		t.Run(f.ID, func(t *testing.T) {
			b.T = t
			if strings.HasPrefix(f.ID, "reorg-") {
				before := b.head()
				b.turn(f.ID, true)
				now, err := b.Chain.Client().HeaderByNumber(t.Context(), before.Number)
				if err != nil || now.Hash() == before.Hash() {
					t.Errorf("block %v is the same (error %v)", before.Number, err)
				}
				return
			}
			shows, ok := seen[f.ID]
			if !ok {
				t.Fatal("nothing here shows it")
			}
			if got := shows.fact(b); got != shows.off {
				t.Errorf("before: %v, want %v", got, shows.off)
			}
			b.turn(f.ID, true)
			if got := shows.fact(b); got != shows.on {
				t.Errorf("on: %v, want %v", got, shows.on)
			}
			off := f.ID
			if f.Once {
				off = "" // it is used up by a task, or by this
			}
			b.turn(off, false)
			if got := shows.fact(b); got != shows.off {
				t.Errorf("off: %v, want %v", got, shows.off)
			}
		})
	}
	b.T = t
	for _, id := range []string{"rpc-gas", "relay-hang", "nodes-slow", "chain-slow"} {
		if err := b.Set(t.Context(), id, true); err != nil {
			t.Fatal(err)
		}
	}
	b.turn("", false)
	if got := []any{b.result("eth_gasPrice", "[]"), b.relay(), b.Nodes.Faults().SlowWork, b.Chain.Period()}; fmt.Sprint(got) != "[1000000000 200 0s 1s]" {
		t.Errorf("all well again: %v", got)
	}
}

func TestFaults_are_for_the_own_page_only(t *testing.T) {
	b := board{t, start(t, devnet.Options{NoWallets: true})}
	own, wish := strings.TrimSuffix(b.Page, "/"), `{"id":"rpc-down","on":true}`
	for name, c := range map[string]struct {
		body    string
		headers map[string]string
		status  int
	}{
		"a page from elsewhere": {wish, map[string]string{"Origin": "https://example.org", "Content-Type": "application/json"}, http.StatusForbidden},
		"no page":               {wish, map[string]string{"Content-Type": "application/json"}, http.StatusForbidden},
		"a plain form":          {wish, map[string]string{"Origin": own, "Content-Type": "text/plain"}, http.StatusBadRequest},
		"no JSON":               {"rpc-down", map[string]string{"Origin": own, "Content-Type": "application/json"}, http.StatusBadRequest},
		"no such fault":         {`{"id":"gravity","on":true}`, map[string]string{"Origin": own, "Content-Type": "application/json"}, http.StatusConflict},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := b.post(b.Page, c.body, c.headers); status != c.status {
				t.Errorf("%d %s, want %d", status, answer, c.status)
			}
		})
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.Page+"_devnet/faults", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Host = "rebound.example" // a name that was made to lead here
	response, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("under a foreign name: %s", response.Status)
	}
	if told := b.chain(); told != "200" {
		t.Errorf("the RPC: %s", told)
	}
}

func TestPanel_turns_faults(t *testing.T) {
	n := start(t, devnet.Options{NoWallets: true})
	p := openPanel(t, n.Page)
	p.run(t, chromedp.Evaluate(panel+`.querySelector(".faults summary").click()`, nil),
		chromedp.Poll(fmt.Sprintf(`%s.querySelectorAll("li").length === %d`, panel, len(devnet.Faults())), nil))
	press := func(name string) {
		t.Helper()
		p.run(t, chromedp.Evaluate(fmt.Sprintf(`[...%s.querySelectorAll("button")].find((b) => b.textContent === %q).click()`, panel, name), nil))
	}
	press("Gas price × 100")
	p.says(t, "Gas price × 100: on.", false)
	press("Silent nodes")
	p.says(t, "Silent nodes: on.", false)
	var shown string
	p.run(t, chromedp.Evaluate(panel+`.querySelector(".faults summary").textContent + "|" + [...`+panel+`.querySelectorAll('[aria-checked="true"]')].map((b) => b.textContent).join("|")`, &shown))
	if shown != "Faults: 2 on|Gas price × 100|Silent nodes" {
		t.Errorf("it shows %q", shown)
	}
	if f := n.Nodes.Faults(); !f.Silent {
		t.Errorf("the nodes: %+v", f)
	}
	press("All well again")
	p.says(t, "All faults are off.", false)
	if f := n.Nodes.Faults(); f.Silent {
		t.Errorf("the nodes: %+v", f)
	}
	press("A cheating node")
	p.says(t, "A cheating node: done.", false)
	if f := n.Nodes.Faults(); f.Cheats != 1 {
		t.Errorf("the nodes: %+v", f)
	}
}
