//go:build !js

package runner_test

import (
	"crypto/ecdsa"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/relay/devrelay"
)

// receiver is a contract that takes coins and writes an empty log, so that it
// costs more to pay than an account does: LOG0(0, 0), STOP, after its init code.
var receiver = hexutil.MustDecode("0x" + "6006600c60003960066000f3" + "60006000a000")

// send makes a transaction of any type and waits until it is mined.
func (w *world) send(key *ecdsa.PrivateKey, data types.TxData) *types.Receipt {
	w.Helper()
	client := w.chain.Client()
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(w.chain.ChainID()), data)
	w.must(err)
	w.must(client.SendTransaction(w.Context(), tx))
	for {
		receipt, err := client.TransactionReceipt(w.Context(), tx.Hash())
		if err == nil {
			if receipt.Status != types.ReceiptStatusSuccessful {
				w.Fatalf("a transaction of type %d failed", tx.Type())
			}
			return receipt
		}
		if err != ethereum.NotFound {
			w.Fatal(err)
		}
		w.must(w.chain.Clock().Sleep(w.Context(), pollStep))
	}
}

// contract deploys a receiver.
func (w *world) contract() common.Address {
	w.Helper()
	key := w.chain.Key("somebody")
	w.must(w.chain.Fund(w.Context(), addressOf(key), coins(1), new(big.Int)))
	return w.send(key, &types.LegacyTx{Nonce: w.sent(addressOf(key)), GasPrice: big.NewInt(2e9), Gas: 200_000, Data: receiver}).ContractAddress
}

// delegate makes an account one with code (EIP-7702).
func (w *world) delegate(key *ecdsa.PrivateKey, to common.Address) {
	w.Helper()
	chainID := uint256.MustFromBig(w.chain.ChainID())
	nonce := w.sent(addressOf(key))
	auth, err := types.SignSetCode(key, types.SetCodeAuthorization{ChainID: *chainID, Address: to, Nonce: nonce + 1})
	w.must(err)
	w.send(key, &types.SetCodeTx{
		ChainID: chainID, Nonce: nonce, GasTipCap: uint256.NewInt(1e9), GasFeeCap: uint256.NewInt(3e9), Gas: 200_000,
		To: addressOf(key), AuthList: []types.SetCodeAuthorization{auth},
	})
	code, err := w.chain.Client().CodeAt(w.Context(), addressOf(key), nil)
	w.must(err)
	if len(code) == 0 {
		w.Fatal("the account has no code")
	}
}

// sweeps takes everything out and checks where it went, to the wei: what left the
// task wallet has arrived, or was paid for gas. stays is what may be left in it.
func (g *page) sweeps(to string, target common.Address, stays func(native uint256.Int) bool) {
	g.w.Helper()
	s, _ := g.now()
	w, at := g.w, s.Purse.Address
	nativeBefore, cnxBefore := w.holds(target)
	native, tokens := w.holds(at)
	from := w.sent(at)
	got := g.set("everything is taken out", func() { g.SweepPurse(to) })
	if !got.Fault.Zero() {
		w.Fatalf("%+v", got.Fault)
	}
	left, leftCNX := w.holds(at)
	if !leftCNX.IsZero() || !stays(left) {
		w.Errorf("%s wei and %s stay", left.Dec(), job.CNX(leftCNX))
	}
	nativeAfter, cnxAfter := w.holds(target)
	if sum := new(uint256.Int).Add(&cnxBefore, &tokens); cnxAfter != *sum {
		w.Errorf("%s, want %s", job.CNX(cnxAfter), job.CNX(*sum))
	}
	paid := w.gasOf(at, from)
	sum := new(uint256.Int).Add(&nativeBefore, &native)
	sum.Sub(sum, &paid)
	sum.Sub(sum, &left)
	if nativeAfter != *sum {
		w.Errorf("%s wei, want %s", nativeAfter.Dec(), sum.Dec())
	}
}

// gasOf is what an account paid for gas in its transactions from a nonce on.
func (w *world) gasOf(account common.Address, from uint64) (paid uint256.Int) {
	w.Helper()
	client := w.chain.Client()
	head, err := client.BlockNumber(w.Context())
	w.must(err)
	for n := range head + 1 {
		block, err := client.BlockByNumber(w.Context(), new(big.Int).SetUint64(n))
		w.must(err)
		for _, tx := range block.Transactions() {
			sender, err := types.Sender(types.LatestSignerForChainID(w.chain.ChainID()), tx)
			w.must(err)
			if sender != account || tx.Nonce() < from {
				continue
			}
			receipt, err := client.TransactionReceipt(w.Context(), tx.Hash())
			w.must(err)
			gas := new(big.Int).Mul(receipt.EffectiveGasPrice, new(big.Int).SetUint64(receipt.GasUsed))
			paid.Add(&paid, uint256.MustFromBig(gas))
		}
	}
	return paid
}

func nothingStays(native uint256.Int) bool { return native.IsZero() }

// littleStays allows what an estimate is too high.
func littleStays(native uint256.Int) bool { return native.Lt(uint256.NewInt(1e15)) }

func TestPurseIsSweptToTheWei(t *testing.T) {
	t.Run("owner with a key", func(t *testing.T) {
		_, g, purse := wealthy(t, setup{}, 2)
		g.sweeps("", purse.Owner, nothingStays)
	})
	t.Run("owner whose account has code", func(t *testing.T) {
		w, g, purse := wealthy(t, setup{modern: true}, 2)
		w.delegate(w.chain.Key("alice"), w.contract())
		g.sweeps("", purse.Owner, littleStays)
	})
	t.Run("chain with a base fee", func(t *testing.T) {
		_, g, purse := wealthy(t, setup{modern: true}, 2)
		if s := g.finish(g.order(task.SD, sd(t, 1))); s.Quote.BaseFee.IsZero() || !s.Create.Price.Gt(&s.Quote.GasPrice) {
			t.Errorf("base fee %s, at %s, suggested %s", s.Quote.BaseFee.Dec(), s.Create.Price.Dec(), s.Quote.GasPrice.Dec())
		}
		g.sweeps("", purse.Owner, nothingStays)
	})
	t.Run("contract that was typed", func(t *testing.T) {
		w, g, _ := wealthy(t, setup{}, 2)
		at := w.contract()
		g.sweeps(at.Hex(), at, littleStays)
	})
	t.Run("chain without a price of gas", func(t *testing.T) {
		w, g, purse := wealthy(t, setup{free: true}, 2)
		if !purse.Native.IsZero() {
			t.Errorf("%s wei were sent for gas that is free", purse.Native.Dec())
		}
		w.must(w.chain.Fund(t.Context(), purse.Address, big.NewInt(7), new(big.Int)))
		g.sweeps("", purse.Owner, nothingStays)
	})
	t.Run("too little for its own gas", func(t *testing.T) {
		w, g, purse := wealthy(t, setup{}, 1)
		g.sweeps("", purse.Owner, nothingStays)
		w.must(w.chain.Fund(t.Context(), purse.Address, new(big.Int), coins(5)))
		got := g.set("it says how much is missing", func() { g.SweepPurse("") })
		if got.Fault.Code != job.PurseShort || got.Fault.Need.IsZero() {
			t.Errorf("%+v", got.Fault)
		}
	})
}

func TestPurseSaysWhatCameBackAfterItWasSwept(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	w.nodes.SetFaults(devrelay.NodeFaults{Cheats: 1, Silent: true}) // its share of the fee comes back
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Running)
	got := g.set("the CNX are taken out", func() { g.SweepPurse("") })
	if !got.Fault.Zero() {
		t.Fatalf("%+v", got.Fault)
	}
	g.until("the coins for gas stay", func(s runner.Snapshot) bool { return s.Purse.CNX.IsZero() && !s.Purse.Native.IsZero() })
	if _, owner := w.holds(purse.Owner); owner != cnx(1000-30) {
		t.Errorf("the owner has %s", job.CNX(owner))
	}
	w.nodes.SetFaults(devrelay.NodeFaults{Cheats: 1})
	g.finish(id)
	g.until("it is said", func(s runner.Snapshot) bool { return s.Purse.CameBack == cnx(10) })
	g.sweeps("", purse.Owner, nothingStays)
	if _, owner := w.holds(purse.Owner); owner != cnx(1000-20) {
		t.Errorf("the owner has %s", job.CNX(owner))
	}
	g.until("nothing more is said", func(s runner.Snapshot) bool { return s.Purse.CameBack.IsZero() })
}
