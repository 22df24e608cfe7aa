//go:build !js

package devchain

import (
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

func TestFund(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	var visitors sync.WaitGroup
	const n = 40
	for i := range n {
		visitors.Go(func() {
			to := common.BigToAddress(big.NewInt(int64(1000 + i%10)))
			if err := c.Fund(t.Context(), to, coins(2), coins(30)); err != nil {
				t.Error(err)
			}
		})
	}
	visitors.Wait()
	for i := range 10 {
		to := common.BigToAddress(big.NewInt(int64(1000 + i)))
		native, err := c.Client().BalanceAt(t.Context(), to, nil)
		if err != nil || native.Cmp(coins(2*n/10)) != 0 {
			t.Errorf("account %d has %v native, %v", i, native, err)
		}
		if got := c.cnx(t, to); got.Cmp(coins(30*n/10)) != 0 {
			t.Errorf("account %d has %v CNX", i, got)
		}
	}
	t.Run("gives nothing for nil", func(t *testing.T) {
		before := c.head()
		if err := c.Fund(t.Context(), c.account("nobody"), nil, nil); err != nil {
			t.Error(err)
		}
		if got := c.cnx(t, c.account("nobody")); got.Sign() != 0 {
			t.Errorf("%v CNX after block %d", got, before)
		}
	})
	t.Run("more than there is, is an error", func(t *testing.T) {
		if err := c.Fund(t.Context(), c.account("greedy"), nil, coins(5_000_000_000)); err == nil {
			t.Error("no error")
		}
	})
}

func TestTransact(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	if err := c.Fund(t.Context(), c.account("alice"), coins(1), coins(100)); err != nil {
		t.Fatal(err)
	}

	t.Run("returns the receipt", func(t *testing.T) {
		data := pack(t, TokenABI(), "approve", c.contracts.Task, coins(30))
		receipt, err := c.Transact(t.Context(), c.Key("alice"), c.contracts.Token, nil, data)
		if err != nil {
			t.Fatal(err)
		}
		if len(receipt.Logs) != 1 || receipt.Logs[0].Topics[0] != TokenABI().Events["Approval"].ID {
			t.Errorf("logs %v", receipt.Logs)
		}
		if receipt.EffectiveGasPrice.Cmp(big.NewInt(DefaultGasPrice)) != 0 {
			t.Errorf("paid %v per gas", receipt.EffectiveGasPrice)
		}
	})

	t.Run("tells the contract's reason", func(t *testing.T) {
		data := pack(t, TaskABI(), "createTask", big.NewInt(0), [32]byte{1}, [32]byte{}, big.NewInt(0))
		_, err := c.Transact(t.Context(), c.Key("alice"), c.contracts.Task, nil, data)
		refused, ok := errors.AsType[*RevertError](err)
		if !ok || refused.Reason != "No available nodes" || refused.Receipt != nil {
			t.Errorf("error %#v", err)
		}
	})

	t.Run("a refusal without words has no reason", func(t *testing.T) {
		_, err := c.Transact(t.Context(), c.Key("alice"), c.contracts.Task, nil, []byte{0xde, 0xad, 0xbe, 0xef})
		refused, ok := errors.AsType[*RevertError](err)
		if !ok || refused.Reason != "" {
			t.Errorf("error %#v", err)
		}
	})

	// Two transfers that are possible one by one: the second fails when it is mined.
	t.Run("tells the reason of a mined failure", func(t *testing.T) {
		c.Pause()
		defer c.Resume()
		data := pack(t, TokenABI(), "transfer", c.account("bob"), coins(70))
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := c.Transact(t.Context(), c.Key("alice"), c.contracts.Token, nil, data)
				errs <- err
			}()
		}
		until(t, "both wait in the pool", func() bool {
			runnable, _ := c.backend.TxPool().Stats()
			return runnable == 2
		})
		if err := c.Mine(1); err != nil {
			t.Fatal(err)
		}
		first, second := <-errs, <-errs
		if first != nil {
			first, second = second, first
		}
		refused, ok := errors.AsType[*RevertError](second)
		if first != nil || !ok || refused.Receipt == nil {
			t.Fatalf("errors %v and %#v", first, second)
		}
		if want := "ERC20: transfer amount exceeds balance"; refused.Reason != want {
			t.Errorf("reason %q, want %q", refused.Reason, want)
		}
	})
}

func TestGasPrice(t *testing.T) {
	for name, price := range map[string]int64{"free": 0, "a gwei": DefaultGasPrice, "seven wei": 7} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{Clock: fast(), GasPrice: big.NewInt(price)})
			told, err := c.Client().SuggestGasPrice(t.Context())
			if err != nil || told.Int64() != price {
				t.Errorf("eth_gasPrice %v, %v", told, err)
			}
			tip, err := c.Client().SuggestGasTipCap(t.Context())
			if err != nil || tip.Int64() != price {
				t.Errorf("eth_maxPriorityFeePerGas %v, %v", tip, err)
			}
			if base := c.header(t, c.head()).BaseFee; base.Sign() != 0 {
				t.Errorf("base fee %v", base)
			}
			if err := c.Fund(t.Context(), c.account("alice"), coins(1), nil); err != nil {
				t.Fatal(err)
			}
			bob := c.account("bob")
			receipt, err := c.Transact(t.Context(), c.Key("alice"), bob, new(big.Int).Sub(coins(1), big.NewInt(21000*price)), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := receipt.EffectiveGasPrice.Int64(); got != price {
				t.Errorf("paid %d per gas, want %d", got, price)
			}
		})
	}

	t.Run("an EIP-1559 transaction that pays nothing is mined on a free chain", func(t *testing.T) {
		c := start(t, Options{Clock: fast(), GasPrice: new(big.Int)})
		bob := c.account("bob")
		tx, err := types.SignNewTx(c.Key("penniless"), types.LatestSignerForChainID(c.id), &types.DynamicFeeTx{
			ChainID: c.id, GasTipCap: new(big.Int), GasFeeCap: new(big.Int), Gas: 21000, To: &bob,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Client().SendTransaction(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		if _, err := c.wait(t.Context(), sentTx{hash: tx.Hash()}); err != nil {
			t.Error(err)
		}
	})

	t.Run("less than the price is refused", func(t *testing.T) {
		c := start(t, Options{Clock: fast()})
		bob := c.account("bob")
		tx, err := types.SignNewTx(c.Deployer(), types.LatestSignerForChainID(c.id), &types.LegacyTx{
			Nonce: 4, GasPrice: big.NewInt(DefaultGasPrice - 1), Gas: 21000, To: &bob,
		})
		if err != nil {
			t.Fatal(err)
		}
		err = c.Client().SendTransaction(t.Context(), tx)
		if err == nil || !strings.Contains(err.Error(), "below minimum") {
			t.Errorf("error %v", err)
		}
	})
}

// rawTransfer signs a transfer of 1 wei, as a wallet would.
func (c *Chain) rawTransfer(t *testing.T, from string, nonce uint64, chainID *big.Int) string {
	t.Helper()
	bob := c.account("bob")
	tx, err := types.SignNewTx(c.Key(from), types.LatestSignerForChainID(chainID), &types.LegacyTx{
		Nonce: nonce, GasPrice: big.NewInt(DefaultGasPrice), Gas: 21000, To: &bob, Value: big.NewInt(1),
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return hexutil.Encode(raw)
}
