//go:build !js

package vault

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
)

// life is a task wallet on a development chain.
type life struct {
	*devchain.Chain
	*Signer
	t     *testing.T
	nonce uint64
}

func newLife(t *testing.T, price int64) *life {
	t.Helper()
	dev, err := devchain.Start(t.Context(), devchain.Options{Clock: devchain.NewClock(100), GasPrice: big.NewInt(price)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	o := testOwner(t)
	m := taskwallet.Message{Owner: o.address(), Site: taskwallet.Localhost, ChainID: dev.ChainID().Uint64()}
	key, err := Derive(m, o.sign(t, m), o.sign(t, m))
	if err != nil {
		t.Fatal(err)
	}
	id := taskwallet.Identity{
		V: taskwallet.Version, Kind: taskwallet.Derived, Owner: m.Owner, Site: m.Site, ChainID: m.ChainID, Address: key.Address(),
		Contracts: taskwallet.Contracts(dev.Contracts()),
	}
	s, err := Open(key, Session{Record: id, Budget: cnx(30), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		node := dev.Key(name)
		l := &life{Chain: dev, t: t}
		l.must(dev.Fund(t.Context(), crypto.PubkeyToAddress(node.PublicKey), coins(1), coins(400)))
		approve, err := devchain.TokenABI().Pack("approve", id.Contracts.Node, coins(400))
		l.must(err)
		_, err = dev.Transact(t.Context(), node, id.Contracts.Token, nil, approve)
		l.must(err)
		join, err := devchain.NodeABI().Pack("join", "GPU", big.NewInt(8))
		l.must(err)
		_, err = dev.Transact(t.Context(), node, id.Contracts.Node, nil, join)
		l.must(err)
	}
	return &life{Chain: dev, Signer: s, t: t}
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// send signs an intent, sends it, and wants it mined and not reverted.
func (l *life) send(i taskwallet.Intent, gas uint64, p taskwallet.Price) *types.Receipt {
	l.t.Helper()
	signed, err := l.SignTx(l.t.Context(), i, l.nonce, gas, p)
	l.must(err)
	l.nonce++
	l.must(l.Client().Client().CallContext(l.t.Context(), nil, "eth_sendRawTransaction", signed.Raw))
	for range 1000 {
		if r, err := l.Client().TransactionReceipt(l.t.Context(), signed.Hash); err == nil {
			if r.Status != types.ReceiptStatusSuccessful {
				l.t.Fatalf("%#v reverted", i)
			}
			return r
		}
		time.Sleep(10 * time.Millisecond) // a block each 10 ms
	}
	l.t.Fatalf("%#v is not mined", i)
	return nil
}

func (l *life) native(of common.Address) uint256.Int {
	l.t.Helper()
	v, err := l.Client().BalanceAt(l.t.Context(), of, nil)
	l.must(err)
	return *uint256.MustFromBig(v)
}

// token is CNX in base units, as text.
func (l *life) token(of common.Address) string {
	l.t.Helper()
	data, err := devchain.TokenABI().Pack("balanceOf", of)
	l.must(err)
	token := l.Contracts().Token
	raw, err := l.Client().CallContract(l.t.Context(), ethereum.CallMsg{To: &token, Data: data}, nil)
	l.must(err)
	return new(big.Int).SetBytes(raw).String()
}

func coins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func cnx(n uint64) uint256.Int { return *new(uint256.Int).Mul(uint256.NewInt(n), uint256.NewInt(1e18)) }

// From funding to the last wei: a task is paid for, and what is left goes back
// to the owner, on a chain with and on one without a price of gas.
func TestLifeOfATaskWallet(t *testing.T) {
	for name, gwei := range map[string]uint64{"gas has a price": 1, "gas is free": 0} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t, int64(gwei*1e9))
			p := taskwallet.Price{Max: units(gwei * 1e9), Shown: units(gwei * 1e9)}
			gas := taskwallet.Gas{Approve: 60_000, Create: 1_000_000, Cancel: 300_000}
			plan, err := taskwallet.Fund(2, taskwallet.MostTasks, cnx(30), gas, p.Max)
			l.must(err)
			l.must(l.Fund(t.Context(), l.Address(), plan.Native.ToBig(), plan.CNX.ToBig()))

			allowance, err := taskwallet.Allowance(cnx(30))
			l.must(err)
			dynamic := p
			dynamic.Dynamic, dynamic.Tip = true, p.Max
			l.send(taskwallet.Approve{Amount: allowance}, gas.Approve, dynamic)
			l.must(taskwallet.MayCreate(l.native(l.Address()), gas.Create, gas.Cancel, 0, p.Max))
			created := l.send(taskwallet.Create{Kind: 0, TaskHash: common.Hash{1}, VRAM: 8, Fee: cnx(30)}, gas.Create, p)
			if len(created.Logs) != 5 || l.token(l.Address()) != coins(30).String() {
				t.Errorf("%d logs, %s CNX left", len(created.Logs), l.token(l.Address()))
			}

			owner := l.id.Owner
			had := l.native(owner)
			l.send(taskwallet.SweepToken{Amount: cnx(30)}, 100_000, p)
			value, err := taskwallet.SweepValue(l.native(l.Address()), 21_000, p.Max, uint256.Int{})
			l.must(err)
			if value.IsZero() { // where gas is free nothing was funded
				l.must(l.Fund(t.Context(), l.Address(), coins(1), nil))
				value, err = taskwallet.SweepValue(l.native(l.Address()), 21_000, p.Max, uint256.Int{})
				l.must(err)
			}
			l.send(taskwallet.SweepNative{Amount: value}, 21_000, p)

			if left := l.native(l.Address()); !left.IsZero() || l.token(l.Address()) != "0" {
				t.Errorf("%s wei and %s CNX stayed", left.Dec(), l.token(l.Address()))
			}
			if got := l.native(owner); got != *new(uint256.Int).Add(&had, &value) || l.token(owner) != coins(30).String() {
				t.Errorf("the owner has %s wei and %s CNX", got.Dec(), l.token(owner))
			}
		})
	}
}
