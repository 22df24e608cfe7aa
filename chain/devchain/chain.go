//go:build !js

// Package devchain is the chain of the development network: go-ethereum inside
// the process, with the three contracts of generation 1 deployed, blocks made by
// the network's clock or on demand, reorgs, and a JSON-RPC endpoint for pages.
//
//	chain, err := devchain.Start(ctx, devchain.Options{Clock: devchain.NewClock(20)})
//	defer chain.Close()
//	server := httptest.NewServer(chain)              // JSON-RPC for page and wallets
//	err = chain.Fund(ctx, address, oneCoin, cnx)     // the faucet
//
// It is an oracle for the clients in package chain and shares no code with them.
package devchain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// DefaultChainID belongs to no network that wallets know. 1337 and 31337 are
// taken by their built-in "localhost" entries.
const DefaultChainID = 3133742

// DefaultGasPrice is the least a transaction must pay per gas, in wei: 1 gwei.
const DefaultGasPrice = params.GWei

// Options says what chain to start. The zero value is a chain in memory with
// DefaultChainID, a block per second of real time and DefaultGasPrice.
type Options struct {
	// ChainID is the chain id of EIP-155; 0 means DefaultChainID.
	ChainID uint64

	// Dir keeps the chain's state for the next start; "" keeps it in memory.
	// One chain at a time may use a directory.
	Dir string

	// Period is the network time from block to block; 0 means one second,
	// which is also the least, because block timestamps are whole seconds.
	Period time.Duration

	// Clock is the network's clock; nil means a new one in real time. A chain
	// found in Dir moves it ahead to where that chain had left it.
	Clock *Clock

	// GasPrice is the least a transaction must pay per gas, in wei. It is also
	// the price that eth_gasPrice tells. Nil means DefaultGasPrice, 0 means free.
	GasPrice *big.Int

	// Modern gives the chain the forks up to Prague, so that accounts can have code
	// (EIP-7702), and a base fee above zero, as chains of today have. Otherwise it is
	// one of January 2024 whose base fee stays zero.
	Modern bool

	// Log receives go-ethereum's own messages; nil silences it. That logger
	// belongs to the process, not to one chain.
	Log *slog.Logger
}

// Contracts are the addresses of the deployed contracts. They depend on the
// deployer and its nonces only, so they are the same for every chain.
type Contracts struct{ Token, Node, Task common.Address }

// Chain is a running development chain. Its methods may be called from several
// goroutines. It serves JSON-RPC over HTTP as an http.Handler.
type Chain struct {
	id       *big.Int
	clock    *Clock
	gasPrice *big.Int
	modern   bool
	deployer *ecdsa.PrivateKey
	state    stateFile

	stack   *node.Node
	backend *eth.Ethereum
	public  *rpc.Server // what pages, wallets and nodes may call
	client  *ethclient.Client

	contracts Contracts
	maker     blockMaker
	nonces    nonceLocks
	front     *Endpoint

	closing sync.Once
	closed  error
}

// Start runs a chain until Close. When it returns the contracts are deployed
// and blocks are being made. ctx bounds the start only.
func Start(ctx context.Context, o Options) (*Chain, error) {
	c, err := newChain(o)
	if err != nil {
		return nil, err
	}
	if err := c.begin(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func newChain(o Options) (*Chain, error) {
	c := &Chain{
		id:       new(big.Int).SetUint64(o.ChainID),
		clock:    o.Clock,
		gasPrice: o.GasPrice,
		modern:   o.Modern,
		state:    stateFile{dir: o.Dir},
	}
	c.front = c.Endpoint()
	if o.ChainID == 0 {
		c.id.SetUint64(DefaultChainID)
	}
	if c.clock == nil {
		c.clock = NewClock(1)
	}
	if c.gasPrice == nil {
		c.gasPrice = big.NewInt(DefaultGasPrice)
	}
	if c.gasPrice.Sign() < 0 || !c.gasPrice.IsUint64() {
		return nil, fmt.Errorf("devchain: gas price %v is not a number of wei", c.gasPrice)
	}
	c.deployer = c.Key("deployer")
	if err := c.maker.setPeriod(o.Period); err != nil {
		return nil, err
	}

	saved, err := c.state.load(c.id.Uint64())
	if err != nil {
		return nil, err
	}
	c.clock.AdvanceTo(time.Now().Add(saved.ClockOffset))
	c.stack, c.backend, err = newNode(o.Dir, c.genesis(), c.gasPrice, o.Log)
	if err != nil {
		return nil, err
	}
	if c.public, err = newPublicServer(c); err != nil {
		c.stack.Close() // the first error is the one to tell
		return nil, err
	}
	c.client = ethclient.NewClient(rpc.DialInProc(c.public))
	return c, nil
}

// begin brings the clock, the contracts and the block maker to life.
func (c *Chain) begin(ctx context.Context) error {
	c.clock.AdvanceTo(c.headTime()) // in case the process was killed: the offset is saved by Close
	if err := c.deploy(ctx); err != nil {
		return err
	}
	if err := c.awaitIndex(ctx); err != nil {
		return err
	}
	c.startMaking()
	return nil
}

// awaitIndex waits until go-ethereum's index of transactions has begun. Until then,
// a few milliseconds after the first block, the receipt of an unknown transaction
// is an error and not null.
func (c *Chain) awaitIndex(ctx context.Context) error {
	for !c.backend.BlockChain().TxIndexDone() {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("devchain: index of transactions: %w", ctx.Err())
		}
	}
	return nil
}

// Close stops making blocks and saves the state. Later calls return what the
// first one did.
func (c *Chain) Close() error {
	c.closing.Do(func() {
		c.stopMaking()
		c.client.Close()
		c.public.Stop()
		c.closed = errors.Join(c.saveState(), c.stack.Close())
	})
	return c.closed
}

// Client returns a client that talks to the chain inside the process. What it
// does counts in no Stats and meets no faults of the HTTP endpoint.
func (c *Chain) Client() *ethclient.Client { return c.client }

// ChainID returns the chain's id. The caller must not change it.
func (c *Chain) ChainID() *big.Int { return c.id }

// Clock returns the network's clock.
func (c *Chain) Clock() *Clock { return c.clock }

// Contracts returns where the contracts are.
func (c *Chain) Contracts() Contracts { return c.contracts }

// Deployer returns the key that owns the contracts and all CNX not yet given away.
func (c *Chain) Deployer() *ecdsa.PrivateKey { return c.deployer }

// Key returns the throw-away key of that name. The same name gives the same key
// on every chain, to anybody: never let it hold anything of value.
func (c *Chain) Key(name string) *ecdsa.PrivateKey {
	secret := crypto.Keccak256([]byte("crynux-dapp dev:" + name))
	key, err := crypto.ToECDSA(secret)
	if err != nil {
		// A hash outside the curve's order: one name in 2^128.
		panic(fmt.Sprintf("devchain: the name %q gives no key: %v", name, err))
	}
	return key
}

func (c *Chain) deployerAddress() common.Address {
	return crypto.PubkeyToAddress(c.deployer.PublicKey)
}
