//go:build !js

package devchain_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

const shop = "https://shop.example"

var (
	aliceKey = testKey("alice")
	bobKey   = testKey("bob")
	alice    = crypto.PubkeyToAddress(aliceKey.PublicKey)
	bob      = crypto.PubkeyToAddress(bobKey.PublicKey)
)

func testKey(name string) *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("wallet test:" + name)))
	if err != nil {
		panic(err)
	}
	return key
}

// standIn is a network behind a real JSON-RPC server that answers the few
// methods a wallet calls, so that wallet tests need no chain.
type standIn struct {
	id        int64
	contracts devchain.Contracts
	client    *ethclient.Client
	eth       *standInEth
}

func (c *standIn) ChainID() *big.Int             { return big.NewInt(c.id) }
func (c *standIn) Client() *ethclient.Client     { return c.client }
func (c *standIn) Contracts() devchain.Contracts { return c.contracts }

// standInEth is its eth namespace.
type standInEth struct {
	mu        sync.Mutex
	sent      []*types.Transaction
	revert    string // reason for which every estimate fails
	refuse    error  // what eth_sendRawTransaction answers
	baseFee   *hexutil.Big
	allowance *big.Int
}

func newStandIn(t *testing.T, id int64) *standIn {
	t.Helper()
	c := &standIn{
		id: id,
		contracts: devchain.Contracts{
			Token: common.HexToAddress("0x1000000000000000000000000000000000000001"),
			Node:  common.HexToAddress("0x2000000000000000000000000000000000000002"),
			Task:  common.HexToAddress("0x3000000000000000000000000000000000000003"),
		},
		eth: &standInEth{baseFee: (*hexutil.Big)(big.NewInt(7)), allowance: cnx(30)},
	}
	server := rpc.NewServer()
	if err := server.RegisterName("eth", c.eth); err != nil {
		t.Fatal(err)
	}
	client := rpc.DialInProc(server)
	c.client = ethclient.NewClient(client)
	t.Cleanup(client.Close)
	return c
}

// reverted is the error of a reverting eth_call, with its data.
type reverted struct{ reason string }

func (e reverted) Error() string  { return "execution reverted: " + e.reason }
func (e reverted) ErrorCode() int { return 3 }
func (e reverted) ErrorData() any { return "0x08c379a0" }

func (e *standInEth) BlockNumber() hexutil.Uint64           { return 5 }
func (e *standInEth) GasPrice() *hexutil.Big                { return (*hexutil.Big)(big.NewInt(9)) }
func (e *standInEth) MaxPriorityFeePerGas() *hexutil.Big    { return (*hexutil.Big)(big.NewInt(2)) }
func (e *standInEth) GetCode(common.Address, string) string { return "0x60" }

func (e *standInEth) GetBalance(common.Address, string) *hexutil.Big {
	return (*hexutil.Big)(cnx(2))
}

func (e *standInEth) Call(call map[string]any, _ string) (hexutil.Bytes, error) {
	switch data, _ := call["data"].(string); {
	case strings.HasPrefix(data, "0x70a08231"):
		return common.LeftPadBytes(cnx(120).Bytes(), 32), nil
	case strings.HasPrefix(data, "0xdd62ed3e"):
		return common.LeftPadBytes(e.allowance.Bytes(), 32), nil
	}
	return nil, reverted{"Task not exist"}
}

func (e *standInEth) EstimateGas(call map[string]any) (hexutil.Uint64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.revert != "" {
		return 0, reverted{e.revert}
	}
	if call["data"] == nil {
		return 21000, nil
	}
	return 100_000, nil
}

func (e *standInEth) GetBlockByNumber(string, bool) map[string]any {
	e.mu.Lock()
	defer e.mu.Unlock()
	b := map[string]any{"number": "0x5", "gasLimit": hexutil.Uint64(1_000_000)}
	if e.baseFee != nil {
		b["baseFeePerGas"] = e.baseFee
	}
	return b
}

func (e *standInEth) GetTransactionCount(common.Address, string) hexutil.Uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return hexutil.Uint64(len(e.sent) + 4)
}

func (e *standInEth) SendRawTransaction(raw hexutil.Bytes) (common.Hash, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refuse != nil {
		return common.Hash{}, e.refuse
	}
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return common.Hash{}, err
	}
	e.sent = append(e.sent, tx)
	return tx.Hash(), nil
}

// only returns the one transaction that was sent.
func (e *standInEth) only(t *testing.T) *types.Transaction {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sent) != 1 {
		t.Fatalf("%d transactions sent, want 1", len(e.sent))
	}
	return e.sent[0]
}

// cnx is n whole tokens in base units.
func cnx(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

// newWallet makes a wallet of alice and bob that approves everything.
func newWallet(t *testing.T, c devchain.WalletChain, change func(*devchain.WalletOptions)) *devchain.Wallet {
	t.Helper()
	o := devchain.WalletOptions{Name: "Test", Chain: c, Keys: []*ecdsa.PrivateKey{aliceKey, bobKey}}
	if change != nil {
		change(&o)
	}
	w, err := devchain.NewWallet(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// connected makes a wallet that shop is connected to already.
func connected(t *testing.T, c devchain.WalletChain) (*devchain.Wallet, *devchain.Site) {
	t.Helper()
	w := newWallet(t, c, nil)
	site := w.Site(shop)
	must(t, site, "eth_requestAccounts")
	return w, site
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// ask makes a request with positional parameters.
func ask(t *testing.T, p chain.Provider, method string, params ...any) (json.RawMessage, error) {
	t.Helper()
	if params == nil {
		params = []any{}
	}
	return p.Request(within(t), method, params)
}

func must(t *testing.T, p chain.Provider, method string, params ...any) string {
	t.Helper()
	raw, err := ask(t, p, method, params...)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return string(raw)
}

// refusal returns the coded error a request must fail with.
func refusal(t *testing.T, p chain.Provider, method string, params ...any) *chain.ProviderError {
	t.Helper()
	raw, err := ask(t, p, method, params...)
	var coded *chain.ProviderError
	if !errors.As(err, &coded) {
		t.Fatalf("%s: got %s, %v; want an error with a code", method, raw, err)
	}
	return coded
}

func wantRefusal(t *testing.T, got *chain.ProviderError, code int, message string) {
	t.Helper()
	if got.Code != code || got.Message != message {
		t.Errorf("got %d %q\nwant %d %q", got.Code, got.Message, code, message)
	}
}

// answer is the outcome of a request that runs beside the test.
type answer struct {
	result json.RawMessage
	err    error
}

func later(t *testing.T, p chain.Provider, method string, params ...any) <-chan answer {
	t.Helper()
	if params == nil {
		params = []any{}
	}
	done := make(chan answer, 1)
	ctx := within(t)
	go func() {
		raw, err := p.Request(ctx, method, params)
		done <- answer{raw, err}
	}()
	return done
}

func wantEvent(t *testing.T, q *devchain.EventQueue, name, data string) {
	t.Helper()
	e, err := q.Next(within(t))
	if err != nil {
		t.Fatalf("no event %s: %v", name, err)
	}
	if e.Name != name || string(e.Data) != data {
		t.Errorf("event %s %s, want %s %s", e.Name, e.Data, name, data)
	}
}

func lower(a common.Address) string { return strings.ToLower(a.Hex()) }
