//go:build !js

package devchain_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// words is calldata of a selector and its arguments.
func words(selector string, args ...*big.Int) string {
	data := common.FromHex(selector)
	for _, a := range args {
		data = append(data, common.LeftPadBytes(a.Bytes(), 32)...)
	}
	return hexutil.Encode(data)
}

func approveData(spender common.Address, amount *big.Int) string {
	return words("0x095ea7b3", spender.Big(), amount)
}

func TestWalletSends(t *testing.T) {
	t.Run("fills_in_nonce_gas_and_fees", func(t *testing.T) {
		c := newStandIn(t, 42)
		_, site := connected(t, c)
		got := must(t, site, "eth_sendTransaction", map[string]any{
			"from": lower(alice), "to": c.contracts.Token, "data": approveData(c.contracts.Task, cnx(30)), "chainId": "0x2a",
		})
		tx := c.eth.only(t)
		if want := `"` + tx.Hash().Hex() + `"`; got != want {
			t.Errorf("hash %s, want %s", got, want)
		}
		from, err := types.Sender(types.LatestSignerForChainID(big.NewInt(42)), tx)
		if err != nil || from != alice {
			t.Errorf("from %s, %v", from, err)
		}
		if tx.Nonce() != 4 || tx.Gas() != 150_000 || tx.GasTipCap().Int64() != 2 || tx.GasFeeCap().Int64() != 16 || tx.Value().Sign() != 0 {
			t.Errorf("nonce %d, gas %d, tip %s, cap %s, value %s", tx.Nonce(), tx.Gas(), tx.GasTipCap(), tx.GasFeeCap(), tx.Value())
		}
	})
	t.Run("keeps_what_the_page_gives", func(t *testing.T) {
		c := newStandIn(t, 42)
		_, site := connected(t, c)
		must(t, site, "eth_sendTransaction", map[string]any{
			"from": alice, "to": bob, "value": "0x64", "gas": "0x5300", "nonce": "0x9",
			"maxFeePerGas": "0x20", "maxPriorityFeePerGas": "0x3",
		})
		tx := c.eth.only(t)
		if tx.Nonce() != 9 || tx.Gas() != 0x5300 || tx.GasTipCap().Int64() != 3 || tx.GasFeeCap().Int64() != 0x20 || tx.Value().Int64() != 100 || *tx.To() != bob {
			t.Errorf("sent %+v", tx)
		}
	})
	t.Run("a_plain_payment_takes_21000", func(t *testing.T) {
		c := newStandIn(t, 42)
		_, site := connected(t, c)
		must(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob, "value": "0x1"})
		if tx := c.eth.only(t); tx.Gas() != 21000 {
			t.Errorf("gas %d", tx.Gas())
		}
	})
	t.Run("a_legacy_price_becomes_both_fees", func(t *testing.T) {
		c := newStandIn(t, 42)
		_, site := connected(t, c)
		must(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob, "gasPrice": "0x11"})
		if tx := c.eth.only(t); tx.Type() != types.DynamicFeeTxType || tx.GasTipCap().Int64() != 17 || tx.GasFeeCap().Int64() != 17 {
			t.Errorf("type %d, tip %s, cap %s", tx.Type(), tx.GasTipCap(), tx.GasFeeCap())
		}
	})
	t.Run("legacy_where_there_is_no_base_fee", func(t *testing.T) {
		c := newStandIn(t, 42)
		c.eth.baseFee = nil
		_, site := connected(t, c)
		must(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob})
		if tx := c.eth.only(t); tx.Type() != types.LegacyTxType || tx.GasPrice().Int64() != 9 || tx.ChainId().Int64() != 42 {
			t.Errorf("type %d, price %s, chain %s", tx.Type(), tx.GasPrice(), tx.ChainId())
		}
	})
	t.Run("a_reverting_call_warns_and_is_sent_with_35_percent_of_a_block", func(t *testing.T) {
		c := newStandIn(t, 42)
		c.eth.revert = "Not enough allowance for task"
		w, site := connected(t, c)
		must(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": c.contracts.Task, "data": createTaskData(0)})
		if tx := c.eth.only(t); tx.Gas() != 350_000 {
			t.Errorf("gas %d", tx.Gas())
		}
		if p := w.Prompts()[1]; p.Warning != "This transaction is likely to fail: execution reverted: Not enough allowance for task" {
			t.Errorf("warning %q", p.Warning)
		}
	})
	t.Run("what_the_network_refuses_is_an_internal_error", func(t *testing.T) {
		c := newStandIn(t, 42)
		c.eth.refuse = errors.New("insufficient funds for gas * price + value")
		_, site := connected(t, c)
		got := refusal(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob})
		wantRefusal(t, got, -32603, "Internal JSON-RPC error.")
		if want := `{"cause":null,"code":-32000,"message":"insufficient funds for gas * price + value"}`; string(got.Data) != want {
			t.Errorf("data %s", got.Data)
		}
	})
	t.Run("rejected_sends_nothing", func(t *testing.T) {
		c := newStandIn(t, 42)
		w, site := connected(t, c)
		w.Answer("eth_sendTransaction", devchain.Reject)
		wantRefusal(t, refusal(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob}), 4001,
			"MetaMask Tx Signature: User denied transaction signature.")
		if len(c.eth.sent) != 0 {
			t.Error("a rejected transaction was sent")
		}
	})
	t.Run("an_edited_approval", func(t *testing.T) {
		c := newStandIn(t, 42)
		w, site := connected(t, c)
		w.EditApprovals(cnx(5))
		must(t, site, "eth_sendTransaction", map[string]any{
			"from": alice, "to": c.contracts.Token, "data": approveData(c.contracts.Task, cnx(30)),
		})
		if got, want := hexutil.Encode(c.eth.only(t).Data()), approveData(c.contracts.Task, cnx(5)); got != want {
			t.Errorf("data %s, want %s", got, want)
		}
	})
	t.Run("two_at_once_take_two_nonces", func(t *testing.T) {
		c := newStandIn(t, 42)
		_, site := connected(t, c)
		a := later(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob})
		b := later(t, site, "eth_sendTransaction", map[string]any{"from": alice, "to": bob})
		if x, y := <-a, <-b; x.err != nil || y.err != nil {
			t.Fatal(x.err, y.err)
		}
		if c.eth.sent[0].Nonce() == c.eth.sent[1].Nonce() {
			t.Error("one nonce for two transactions")
		}
	})
}

func TestWalletRefusesTransactions(t *testing.T) {
	c := newStandIn(t, 42)
	w, site := connected(t, c)
	good := func(change map[string]any) map[string]any {
		tx := map[string]any{"from": lower(alice), "to": lower(bob)}
		for k, v := range change {
			tx[k] = v
		}
		return tx
	}
	for name, tc := range map[string]struct {
		change  map[string]any
		code    int
		message string
	}{
		"from_an_account_not_connected": {map[string]any{"from": lower(bob)}, 4100, "The requested account and/or method has not been authorized by the user."},
		"from_nobody":                   {map[string]any{"from": ""}, -32602, "Invalid parameters: must provide an Ethereum address."},
		"another_chain":                 {map[string]any{"chainId": "0x1"}, -32602, "Invalid transaction params: chainId must match the network client, got: 0x1, expected: 0x2a"},
		"no_address":                    {map[string]any{"to": "0x12"}, -32602, `Invalid "to" address.`},
		"no_address_and_no_data":        {map[string]any{"to": nil}, -32602, `Invalid "to" address.`},
		"two_kinds_of_fees":             {map[string]any{"gasPrice": "0x1", "maxFeePerGas": "0x1"}, -32602, "Invalid transaction params: specified gasPrice but also included maxFeePerGas, these cannot be mixed"},
		"a_delegation":                  {map[string]any{"type": "0x4"}, -32602, `Invalid transaction envelope type: "0x4". Must be one of: 0x0, 0x2`},
	} {
		t.Run(name, func(t *testing.T) {
			wantRefusal(t, refusal(t, site, "eth_sendTransaction", good(tc.change)), tc.code, tc.message)
		})
	}
	t.Run("a_number_that_is_no_hex_quantity", func(t *testing.T) {
		for _, value := range []any{"100", 100, "0x", "-0x1"} {
			if got := refusal(t, site, "eth_sendTransaction", good(map[string]any{"value": value})); got.Code != -32602 {
				t.Errorf("%v: %d %s", value, got.Code, got.Message)
			}
		}
	})
	t.Run("no_transaction", func(t *testing.T) {
		wantRefusal(t, refusal(t, site, "eth_sendTransaction"), -32000, "Invalid input.")
	})
	if n := len(w.Prompts()); n != 1 || len(c.eth.sent) != 0 {
		t.Errorf("%d prompts, %d transactions", n, len(c.eth.sent))
	}
}

func createTaskData(kind int64) string {
	return words("0x6ab702ed", big.NewInt(kind), big.NewInt(0xabc), new(big.Int), big.NewInt(8))
}

func TestWalletPromptSaysWhatIsPaid(t *testing.T) {
	c := newStandIn(t, 42)
	w, site := connected(t, c)
	unlimited := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	for _, tc := range []struct {
		name    string
		tx      map[string]any
		summary string
		facts   string // parts of the facts, each must be there
		warning string
	}{
		{"approval", map[string]any{"to": c.contracts.Token, "data": approveData(c.contracts.Task, cnx(30))},
			"Approve 30 CNX for Task 0x3000…0003", "Max network fee: 0.000002 ETH", ""},
		{"unlimited approval", map[string]any{"to": c.contracts.Token, "data": approveData(c.contracts.Task, unlimited)},
			"Approve unlimited CNX for Task 0x3000…0003", "Contract: CNX 0x1000…0001", "It may take all CNX of this account, now and later."},
		{"image", map[string]any{"to": c.contracts.Task, "data": createTaskData(0)},
			"Create an image task", "Price: up to 30 CNX, as approved|Task hash: 0x0000000000000000000000000000000000000000000000000000000000000abc", ""},
		{"answer", map[string]any{"to": c.contracts.Task, "data": createTaskData(1)}, "Create an answer task", "Network: Crynux development network", ""},
		{"cancel", map[string]any{"to": c.contracts.Task, "data": words("0x7eec20a8", big.NewInt(12))}, "Cancel task 12", "", ""},
		{"tokens", map[string]any{"to": c.contracts.Token, "data": words("0xa9059cbb", bob.Big(), cnx(1))}, "Send 1 CNX to " + bob.Hex()[:6] + "…" + bob.Hex()[38:], "", ""},
		{"native", map[string]any{"to": bob, "value": "0x16345785d8a0000"}, "Send 0.1 ETH to " + bob.Hex()[:6] + "…" + bob.Hex()[38:], "Value: 0.1 ETH", ""},
		{"unknown call", map[string]any{"to": bob, "data": "0x12345678aa"}, "Call " + bob.Hex()[:6] + "…" + bob.Hex()[38:], "Function: 0x12345678", ""},
		{"contract", map[string]any{"data": "0x60"}, "Create a contract", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.tx["from"], tc.tx["maxFeePerGas"] = alice, "0x1000000" // × 150 000 gas
			must(t, site, "eth_sendTransaction", tc.tx)
			prompts := w.Prompts()
			p := prompts[len(prompts)-1]
			if p.Summary != tc.summary || p.Warning != tc.warning {
				t.Errorf("summary %q, warning %q", p.Summary, p.Warning)
			}
			var facts strings.Builder
			for _, f := range p.Facts {
				facts.WriteString(f.Label + ": " + f.Value + "\n")
			}
			for _, want := range strings.Split(tc.facts, "|") {
				if !strings.Contains(facts.String(), want) {
					t.Errorf("facts:\n%swant %q", facts.String(), want)
				}
			}
			if p.Balance != "2 ETH, 120 CNX" || p.Account != alice {
				t.Errorf("account %s with %q", p.Account, p.Balance)
			}
		})
	}
}
