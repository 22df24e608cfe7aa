//go:build !js

package devchain

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// deployGas is enough for the largest of the contracts (protocol.md A.1: 3.85 M).
const deployGas = 8_000_000

// deploy puts the contracts on a new chain in the order of protocol.md A.1, and
// recognises them on a chain that has them.
func (c *Chain) deploy(ctx context.Context) error {
	from := c.deployerAddress()
	at := Contracts{
		Token: crypto.CreateAddress(from, 0),
		Node:  crypto.CreateAddress(from, 1),
		Task:  crypto.CreateAddress(from, 2),
	}
	code, err := c.client.CodeAt(ctx, at.Task, nil)
	if err != nil {
		return fmt.Errorf("devchain: look for the contracts: %w", err)
	}
	if len(code) > 0 {
		c.contracts = at
		return nil
	}

	nodeArgs, err1 := NodeABI().Pack("", at.Token)
	taskArgs, err2 := TaskABI().Pack("", at.Node, at.Token)
	link, err3 := NodeABI().Pack("updateTaskContractAddress", at.Task)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("devchain: deployment: %w", err)
	}
	steps := []struct {
		to   *common.Address // nil: create
		data []byte
	}{
		{nil, TokenCode()},
		{nil, slices.Concat(NodeCode(), nodeArgs)},
		{nil, slices.Concat(TaskCode(), taskArgs)},
		{&at.Node, link},
	}
	signer := types.LatestSignerForChainID(c.id)
	var hashes []common.Hash
	for nonce, step := range steps {
		tx, err := types.SignNewTx(c.deployer, signer, &types.LegacyTx{
			Nonce: uint64(nonce), GasPrice: c.gasPrice, Gas: deployGas, To: step.to, Data: step.data,
		})
		if err != nil {
			return fmt.Errorf("devchain: deployment step %d: %w", nonce, err)
		}
		if err := c.client.SendTransaction(ctx, tx); err != nil {
			return fmt.Errorf("devchain: deployment step %d: %w", nonce, err)
		}
		hashes = append(hashes, tx.Hash())
	}
	if err := c.Mine(1); err != nil {
		return err
	}
	for i, hash := range hashes {
		receipt, err := c.client.TransactionReceipt(ctx, hash)
		if err != nil {
			return fmt.Errorf("devchain: deployment step %d: %w", i, err)
		}
		if receipt.Status != types.ReceiptStatusSuccessful {
			return fmt.Errorf("devchain: deployment step %d failed with %d gas used", i, receipt.GasUsed)
		}
	}
	c.contracts = at
	return c.saveState()
}

// codeHash identifies the set of contracts of this build.
func codeHash() common.Hash {
	return crypto.Keccak256Hash(TokenCode(), NodeCode(), TaskCode())
}
