package taskwallet

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// asked notes what reaches the key.
type asked struct {
	address    common.Address
	intents    []Intent
	nonce, gas uint64
	price      Price
}

func (a *asked) Address() common.Address { return a.address }

func (a *asked) SignTx(_ context.Context, i Intent, nonce, gas uint64, price Price) (Signed, error) {
	a.intents, a.nonce, a.gas, a.price = append(a.intents, i), nonce, gas, price
	return Signed{Raw: []byte{0xf8, 1}}, nil
}

func (a *asked) SignText(context.Context, []byte) ([]byte, error) {
	panic("no method of the provider signs a text")
}

// endpoint notes what is passed on.
type endpoint struct{ methods []string }

func (e *endpoint) Request(_ context.Context, method string, _ any) (json.RawMessage, error) {
	e.methods = append(e.methods, method)
	return json.RawMessage(`"read"`), nil
}

func testProvider() (*Provider, *asked, *endpoint) {
	id := testIdentity()
	signer, reader := &asked{address: id.Address}, &endpoint{}
	return NewProvider(id, signer, reader, func() Confirmed {
		return Confirmed{Price: *uint256.NewInt(10), Fee: *uint256.NewInt(30)}
	}), signer, reader
}

func TestProviderAnswers(t *testing.T) {
	p, _, reader := testProvider()
	for method, want := range map[string]string{
		"eth_accounts":        `["0x7Ae8335324D9934Fc701819DCF6575b72e5f830F"]`,
		"eth_requestAccounts": `["0x7Ae8335324D9934Fc701819DCF6575b72e5f830F"]`,
		"eth_chainId":         `"0x2a"`,
	} {
		got, err := p.Request(t.Context(), method, nil)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", method, got, err)
		}
	}
	if reader.methods != nil {
		t.Errorf("the endpoint was asked for %s", reader.methods)
	}
	accounts, err := chain.Accounts(t.Context(), p)
	if err != nil || len(accounts) != 1 {
		t.Errorf("package chain does not understand: %v, %v", accounts, err)
	}
}

func TestProviderPassesReadsOn(t *testing.T) {
	p, _, reader := testProvider()
	for _, method := range []string{"eth_call", "eth_estimateGas", "eth_getLogs", "eth_getTransactionReceipt", "eth_blockNumber", "eth_getBalance", "eth_getCode", "eth_getTransactionCount"} {
		if got, err := p.Request(t.Context(), method, []any{}); err != nil || string(got) != `"read"` {
			t.Errorf("%s: %s, %v", method, got, err)
		}
	}
	if len(reader.methods) != 8 {
		t.Errorf("%s", reader.methods)
	}
}

func TestProviderRefusesEveryOtherMethod(t *testing.T) {
	p, signer, reader := testProvider()
	for _, method := range []string{
		"eth_sign", "personal_sign", "eth_signTypedData", "eth_signTypedData_v1", "eth_signTypedData_v3", "eth_signTypedData_v4",
		"eth_sendTransaction", "eth_sendRawTransaction", "eth_sendRawTransactionConditional", "eth_resend", "eth_fillTransaction",
		"wallet_switchEthereumChain", "wallet_addEthereumChain", "wallet_watchAsset", "wallet_requestPermissions", "wallet_getPermissions", "wallet_revokePermissions",
		"wallet_sendCalls", "wallet_getCapabilities", "wallet_getCallsStatus", "wallet_signAuthorization", "wallet_grantPermissions", "wallet_prepareCalls", "wallet_upgradeAccount",
		"eth_signAuthorization", "eth_signUserOperation", "eth_sendUserOperation", "eth_getEncryptionPublicKey", "eth_decrypt", "personal_ecRecover", "personal_unlockAccount", "personal_sendTransaction",
		"eth_subscribe", "eth_newFilter", "eth_coinbase", "net_version", "debug_traceTransaction", "admin_peers", "eth_call ", "ETH_CALL", "",
	} {
		_, err := p.Request(t.Context(), method, []any{"0x"})
		var refused *chain.ProviderError
		if !errors.As(err, &refused) || refused.Code != 4200 || !errors.Is(err, chain.ErrUnsupported) {
			t.Errorf("%q: %v", method, err)
		}
	}
	if signer.intents != nil || reader.methods != nil {
		t.Errorf("reached the key: %v, the endpoint: %v", signer.intents, reader.methods)
	}
}

// members of eth_signTransaction, changed by each test.
func signable(t *testing.T, i Intent, changes ...func(map[string]any)) []any {
	t.Helper()
	tx, err := Call(testIdentity(), i)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]any{
		"from": tx.From.Hex(), "to": tx.To.Hex(), "data": "0x" + common.Bytes2Hex(tx.Data),
		"nonce": "0x5", "gas": "0x7530", "gasPrice": "0xa", "chainId": "0x2a",
	}
	for _, change := range changes {
		change(m)
	}
	return []any{m}
}

func set(member string, value any) func(map[string]any) {
	return func(m map[string]any) { m[member] = value }
}

func unset(member string) func(map[string]any) {
	return func(m map[string]any) { delete(m, member) }
}

func TestProviderSignsIntents(t *testing.T) {
	id := testIdentity()
	plain := legacy(10, 10)
	for _, c := range []struct {
		name   string
		params any
		want   Intent
		price  Price
	}{
		{"approve", signable(t, Approve{amountOf(7)}), Approve{amountOf(7)}, plain},
		{"create, with the confirmed fee", signable(t, Create{Kind: 1, TaskHash: common.Hash{1}, VRAM: 8}), Create{Kind: 1, TaskHash: common.Hash{1}, VRAM: 8, Fee: amountOf(30)}, plain},
		{"cancel", signable(t, Cancel{3}), Cancel{3}, plain},
		{"sweep CNX", signable(t, SweepToken{Amount: amountOf(7)}), SweepToken{Amount: amountOf(7)}, plain},
		{"sweep coins", []any{map[string]any{"to": id.Owner.Hex(), "value": "0x7", "nonce": "0x5", "gas": "0x7530", "gasPrice": "0xa"}}, SweepNative{Amount: amountOf(7)}, plain},
		{"input for data", signable(t, Cancel{3}, func(m map[string]any) { m["input"] = m["data"]; delete(m, "data") }), Cancel{3}, plain},
		{"type 0 said", signable(t, Cancel{3}, set("type", "0x0")), Cancel{3}, plain},
		{"type 2", signable(t, Cancel{3}, unset("gasPrice"), set("maxFeePerGas", "0x14"), set("maxPriorityFeePerGas", "0x2"), set("type", "0x2")), Cancel{3}, dynamic(20, 2, 10)},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, signer, _ := testProvider()
			got, err := p.Request(t.Context(), "eth_signTransaction", c.params)
			if err != nil || string(got) != `"0xf801"` {
				t.Fatalf("%s, %v", got, err)
			}
			if diff := cmp.Diff([]Intent{c.want}, signer.intents); diff != "" || signer.nonce != 5 || signer.gas != 30_000 || signer.price != c.price {
				t.Errorf("nonce %d, gas %d, price %+v\n%s", signer.nonce, signer.gas, signer.price, diff)
			}
		})
	}
}

func TestProviderRefusesTransactions(t *testing.T) {
	stranger := common.Address{9}.Hex()
	for _, c := range []struct {
		name   string
		params any
		want   Refusal
	}{
		{"transfer to a stranger", signable(t, SweepToken{common.Address{9}, amountOf(7)}), NotAnIntent},
		{"coins to a stranger", signable(t, SweepNative{Amount: amountOf(7)}, set("to", stranger), set("value", "0x7")), NotAnIntent},
		{"purse of a host", signable(t, HostToken{"https://a.example", common.Address{9}, amountOf(7)}), NotAnIntent},
		{"other chain id", signable(t, Cancel{3}, set("chainId", "0x1")), WrongChain},
		{"other sender", signable(t, Cancel{3}, set("from", stranger)), NotAnIntent},
		{"type 1", signable(t, Cancel{3}, set("type", "0x1")), NotAnIntent},
		{"type 4", signable(t, Cancel{3}, set("type", "0x4")), NotAnIntent},
		{"type 2 with one price", signable(t, Cancel{3}, set("type", "0x2")), NotAnIntent},
		{"authorisations", signable(t, Cancel{3}, set("authorizationList", []any{})), NotAnIntent},
		{"access list", signable(t, Cancel{3}, set("accessList", []any{})), NotAnIntent},
		{"blobs", signable(t, Cancel{3}, set("blobVersionedHashes", []any{})), NotAnIntent},
		{"both prices", signable(t, Cancel{3}, set("maxFeePerGas", "0xa"), set("maxPriorityFeePerGas", "0x1")), BadPrice},
		{"no price", signable(t, Cancel{3}, unset("gasPrice")), BadPrice},
		{"no tip", signable(t, Cancel{3}, unset("gasPrice"), set("maxFeePerGas", "0xa")), BadPrice},
		{"no target: a new contract", signable(t, Cancel{3}, unset("to")), NotAnIntent},
		{"no nonce", signable(t, Cancel{3}, unset("nonce")), NotAnIntent},
		{"no gas", signable(t, Cancel{3}, unset("gas")), NotAnIntent},
		{"data and input differ", signable(t, Cancel{3}, set("input", "0x01")), NotAnIntent},
		{"number for hex", signable(t, Cancel{3}, set("nonce", 5)), NotAnIntent},
		{"value above 256 bits", signable(t, Cancel{3}, set("value", "0x10000000000000000000000000000000000000000000000000000000000000000")), NotAnIntent},
		{"two transactions", append(signable(t, Cancel{3}), signable(t, Cancel{3})...), NotAnIntent},
		{"null", []any{nil}, NotAnIntent},
		{"none", []any{}, NotAnIntent},
		{"no parameters", nil, NotAnIntent},
		{"a text", "0x", NotAnIntent},
		{"what is no JSON", func() {}, NotAnIntent},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, signer, _ := testProvider()
			got, err := p.Request(t.Context(), "eth_signTransaction", c.params)
			if !errors.Is(err, c.want) || got != nil || signer.intents != nil {
				t.Errorf("%s, %v; the key saw %v", got, err, signer.intents)
			}
		})
	}
}
