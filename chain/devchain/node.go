//go:build !js

package devchain

import (
	"fmt"
	"log/slog"
	"math/big"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
)

// genesisTime is the same for every chain, so that a directory fits the next
// start: the day the generation-1 contracts took their final form.
const genesisTime = 1705017600 // 2024-01-12 00:00 UTC

// blockGasLimit is what go-ethereum's developer mode allows in a block.
const blockGasLimit = 60_000_000

// newNode assembles go-ethereum without a network: no peers, no listening
// ports, no IPC. dir is where it keeps its data; "" keeps it in memory.
func newNode(dir string, genesis *core.Genesis, price *big.Int, logger *slog.Logger) (*node.Node, *eth.Ethereum, error) {
	if logger != nil {
		log.SetDefault(log.NewLogger(logger.Handler()))
	}
	stack, err := node.New(&node.Config{
		Name:    "devchain",
		DataDir: dir,
		P2P:     p2p.Config{NoDiscovery: true, NoDial: true},
	})
	if err != nil {
		return nil, nil, fmt.Errorf("devchain: node: %w", err)
	}
	backend, err := eth.New(stack, ethConfig(genesis, price))
	if err != nil {
		stack.Close() // the first error is the one to tell
		return nil, nil, fmt.Errorf("devchain: chain: %w", err)
	}
	if price.Sign() == 0 {
		// The configuration cannot say "free": it takes zero for "unset".
		backend.TxPool().SetGasTip(new(big.Int))
	}
	if err := stack.Start(); err != nil {
		stack.Close()
		return nil, nil, fmt.Errorf("devchain: start: %w", err)
	}
	// Whatever the pool takes is mined, even when a full block has raised the
	// base fee above nothing and a transaction pays no more than the minimum.
	if err := backend.Miner().SetGasTip(new(big.Int)); err != nil {
		stack.Close()
		return nil, nil, fmt.Errorf("devchain: free mining: %w", err)
	}
	return stack, backend, nil
}

func ethConfig(genesis *core.Genesis, price *big.Int) *ethconfig.Config {
	c := ethconfig.Defaults
	c.Genesis = genesis
	c.SyncMode = ethconfig.FullSync

	// Every state is kept and written with its block: any block can be asked
	// about, branches of any depth can be built, a killed process loses nothing.
	c.NoPruning = true
	c.StateScheme = rawdb.HashScheme

	c.LogNoHistory = true // eth_getLogs reads the few blocks themselves
	c.DatabaseCache, c.DatabaseHandles = 16, 64
	c.TrieCleanCache, c.TrieDirtyCache, c.SnapshotCache = 16, 0, 0

	c.TxPool.NoLocals = true
	if price.Sign() > 0 {
		c.TxPool.PriceLimit = price.Uint64()
		c.Miner.GasPrice = price
	}
	return &c
}

// genesis has every fork up to Shanghai, the newest of January 2024. The base
// fee starts at zero and stays there, because it only rises above half-full
// blocks: the gas price is the tip alone. A modern one has the forks up to Prague,
// with the contracts that belong to them, and a base fee that falls, but never to
// zero.
func (c *Chain) genesis() *core.Genesis {
	first := uint64(0)
	g := &core.Genesis{
		Config: &params.ChainConfig{
			ChainID:                 c.id,
			HomesteadBlock:          new(big.Int),
			EIP150Block:             new(big.Int),
			EIP155Block:             new(big.Int),
			EIP158Block:             new(big.Int),
			ByzantiumBlock:          new(big.Int),
			ConstantinopleBlock:     new(big.Int),
			PetersburgBlock:         new(big.Int),
			IstanbulBlock:           new(big.Int),
			MuirGlacierBlock:        new(big.Int),
			BerlinBlock:             new(big.Int),
			LondonBlock:             new(big.Int),
			ArrowGlacierBlock:       new(big.Int),
			GrayGlacierBlock:        new(big.Int),
			MergeNetsplitBlock:      new(big.Int),
			TerminalTotalDifficulty: new(big.Int),
			ShanghaiTime:            &first,
		},
		Timestamp:  genesisTime,
		GasLimit:   blockGasLimit,
		BaseFee:    new(big.Int),
		Difficulty: new(big.Int),
		Alloc: types.GenesisAlloc{
			c.deployerAddress(): {Balance: coins(1_000_000_000)},
		},
	}
	if c.modern {
		g.Config.CancunTime, g.Config.PragueTime = &first, &first
		g.Config.BlobScheduleConfig = &params.BlobScheduleConfig{Cancun: params.DefaultCancunBlobConfig, Prague: params.DefaultPragueBlobConfig}
		g.BaseFee = big.NewInt(DefaultGasPrice)
		g.Alloc[params.BeaconRootsAddress] = types.Account{Nonce: 1, Code: params.BeaconRootsCode, Balance: new(big.Int)}
		g.Alloc[params.HistoryStorageAddress] = types.Account{Nonce: 1, Code: params.HistoryStorageCode, Balance: new(big.Int)}
		g.Alloc[params.WithdrawalQueueAddress] = types.Account{Nonce: 1, Code: params.WithdrawalQueueCode, Balance: new(big.Int)}
		g.Alloc[params.ConsolidationQueueAddress] = types.Account{Nonce: 1, Code: params.ConsolidationQueueCode, Balance: new(big.Int)}
	}
	return g
}

// coins returns n whole coins in base units (18 decimals, native and CNX alike).
func coins(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether))
}
