//go:build !js

package devchain

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// start runs a chain for one test.
func start(t testing.TB, o Options) *Chain {
	t.Helper()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

// fast is the clock of most tests: a block every 20 ms.
func fast() *Clock { return NewClock(50) }

// until waits for a condition that the chain will bring about.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (c *Chain) head() uint64 { return c.backend.BlockChain().CurrentBlock().Number.Uint64() }

func (c *Chain) account(name string) common.Address {
	return crypto.PubkeyToAddress(c.Key(name).PublicKey)
}

// cnx returns the token balance of an account.
func (c *Chain) cnx(t *testing.T, of common.Address) *big.Int {
	t.Helper()
	var balance *big.Int
	c.view(t, &balance, "balanceOf", of)
	return balance
}

// view reads a value of the token contract.
func (c *Chain) view(t *testing.T, out any, method string, args ...any) {
	t.Helper()
	call := ethereum.CallMsg{To: &c.contracts.Token, Data: pack(t, TokenABI(), method, args...)}
	answer, err := c.Client().CallContract(t.Context(), call, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := TokenABI().UnpackIntoInterface(out, method, answer); err != nil {
		t.Fatal(err)
	}
}

func TestStart(t *testing.T) {
	c := start(t, Options{Clock: fast()})

	t.Run("deploys at addresses that never change", func(t *testing.T) {
		want := Contracts{
			Token: common.HexToAddress("0x53b6B8040Ba086cda17c8e03c8D5Cb6D504714BC"),
			Node:  common.HexToAddress("0xc4B96Da04D10e90570AeAbb8E68471393C252313"),
			Task:  common.HexToAddress("0xB34eD739D2d5b5c2488B0C3E60f1ac3DBDB7c3E4"),
		}
		if got := c.Contracts(); got != want {
			t.Errorf("contracts %v, want %v", got, want)
		}
		for _, at := range []common.Address{want.Token, want.Node, want.Task} {
			code, err := c.Client().CodeAt(t.Context(), at, nil)
			if err != nil || len(code) == 0 {
				t.Errorf("code at %v: %d bytes, %v", at, len(code), err)
			}
		}
	})

	t.Run("the deployer owns all CNX", func(t *testing.T) {
		var supply *big.Int
		c.view(t, &supply, "totalSupply")
		if got := c.cnx(t, c.account("deployer")); got.Cmp(supply) != 0 || got.Sign() == 0 {
			t.Errorf("deployer holds %v of %v", got, supply)
		}
	})

	t.Run("tells its own chain id", func(t *testing.T) {
		id, err := c.Client().ChainID(t.Context())
		if err != nil || id.Uint64() != DefaultChainID || c.ChainID().Cmp(id) != 0 {
			t.Errorf("chain id %v, %v", id, err)
		}
	})

	t.Run("keys follow from their names", func(t *testing.T) {
		want := hex.EncodeToString(crypto.Keccak256([]byte("crynux-dapp dev:alice")))
		if got := hex.EncodeToString(crypto.FromECDSA(c.Key("alice"))); got != want {
			t.Errorf("key %s, want %s", got, want)
		}
	})
}

func TestStartRefuses(t *testing.T) {
	for name, o := range map[string]Options{
		"blocks more often than timestamps allow": {Period: time.Second / 2},
		"a negative gas price":                    {GasPrice: big.NewInt(-1)},
		"a directory that cannot be made":         {Dir: "/dev/null/chain"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Start(t.Context(), o)
			if err == nil {
				c.Close()
				t.Error("no error")
			}
		})
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	alice := common.HexToAddress("0x00000000000000000000000000000000000a11ce")

	first := start(t, Options{Dir: dir, Clock: fast()})
	if err := first.Fund(t.Context(), alice, coins(3), coins(40)); err != nil {
		t.Fatal(err)
	}
	first.Clock().Advance(30 * 24 * time.Hour)
	if err := first.Mine(1); err != nil {
		t.Fatal(err)
	}
	first.Pause()
	head, err := first.Client().BlockByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	closed := first.Clock().Now()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := start(t, Options{Dir: dir, Clock: NewClock(50)})
	t.Run("the chain goes on", func(t *testing.T) {
		same, err := second.Client().HeaderByNumber(t.Context(), head.Number())
		if err != nil || same.Hash() != head.Hash() {
			t.Fatalf("block %v: %v, %v", head.Number(), same, err)
		}
		until(t, "a block is added", func() bool { return second.head() > head.NumberU64() })
	})
	t.Run("balances and contracts are as they were", func(t *testing.T) {
		if second.Contracts() != first.Contracts() {
			t.Errorf("contracts %v, want %v", second.Contracts(), first.Contracts())
		}
		if got := second.cnx(t, alice); got.Cmp(coins(40)) != 0 {
			t.Errorf("CNX %v", got)
		}
		native, err := second.Client().BalanceAt(t.Context(), alice, nil)
		if err != nil || native.Cmp(coins(3)) != 0 {
			t.Errorf("native %v, %v", native, err)
		}
	})
	t.Run("the clock went on", func(t *testing.T) {
		if now := second.Clock().Now(); now.Before(closed) || now.After(closed.Add(time.Hour)) {
			t.Errorf("clock at %v, was closed at %v", now, closed)
		}
	})
	t.Run("it still takes transactions", func(t *testing.T) {
		if err := second.Fund(t.Context(), alice, coins(1), coins(1)); err != nil {
			t.Error(err)
		}
	})
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("another chain id does not fit", func(t *testing.T) {
		c, err := Start(t.Context(), Options{Dir: dir, ChainID: 99})
		if err == nil {
			c.Close()
			t.Error("no error")
		}
	})
}

// A copy of the directory is what a killed process would leave behind.
func TestRestartAfterAKill(t *testing.T) {
	running, left := t.TempDir(), t.TempDir()
	killed := start(t, Options{Dir: running, Clock: fast()})
	alice := killed.account("alice")
	if err := killed.Fund(t.Context(), alice, nil, coins(40)); err != nil {
		t.Fatal(err)
	}
	killed.Pause()
	killed.Clock().Advance(time.Hour)
	if err := killed.Mine(1); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(left, os.DirFS(running)); err != nil {
		t.Fatal(err)
	}
	c := start(t, Options{Dir: left, Clock: fast()})
	if got, want := c.head(), killed.head(); got < want {
		t.Errorf("head %d, was killed at %d", got, want)
	}
	if got := c.cnx(t, alice); got.Cmp(coins(40)) != 0 {
		t.Errorf("CNX %v", got)
	}
	if now := c.Clock().Now(); now.Before(killed.headTime()) {
		t.Errorf("clock at %v, the head is of %v", now, killed.headTime())
	}
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	c, err := Start(t.Context(), Options{Clock: fast()})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Fund(t.Context(), c.account("alice"), coins(1), nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	until(t, "our goroutines end", func() bool {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		for _, g := range strings.Split(string(stacks), "\n\n") {
			if strings.Contains(g, "created by crynux-dapp/chain/devchain.(*Chain)") {
				return false
			}
		}
		return true
	})
}

// A chain is started, an account funded, and the world has what it needs.
func Example() {
	ctx := context.Background()
	chain, err := Start(ctx, Options{Clock: NewClock(50)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer chain.Close()

	alice := crypto.PubkeyToAddress(chain.Key("alice").PublicKey)
	if err := chain.Fund(ctx, alice, big.NewInt(1e18), big.NewInt(30)); err != nil {
		fmt.Println(err)
		return
	}
	balance, err := chain.Client().BalanceAt(ctx, alice, nil)
	fmt.Println(balance, err)
	// Output: 1000000000000000000 <nil>
}
