//go:build !js

package devchain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// RevertError says that a contract refused a call.
type RevertError struct {
	Reason  string         // the contract's words; "" when it gave none or the gas ran out
	Receipt *types.Receipt // nil when the call was refused before it was sent
}

func (e *RevertError) Error() string {
	if e.Reason == "" {
		return "execution reverted"
	}
	return "execution reverted: " + e.Reason
}

// Transact calls a contract, or sends value to anybody, from the account of key:
// it estimates the gas, signs, sends and waits for the receipt. A nil value is
// none. A call that the contract refuses, before or after it was sent, is a
// *RevertError. Calls for one key may run at the same time; each gets its nonce.
func (c *Chain) Transact(ctx context.Context, key *ecdsa.PrivateKey, to common.Address, value *big.Int, data []byte) (*types.Receipt, error) {
	sent, err := c.send(ctx, key, to, value, data)
	if err != nil {
		return nil, err
	}
	return c.wait(ctx, sent)
}

// Fund gives native coins and CNX, both in base units (10^18 a coin), to an
// account; nil gives none. They are there when it returns.
func (c *Chain) Fund(ctx context.Context, to common.Address, native, cnx *big.Int) error {
	_, err := c.fund(ctx, to, native, cnx)
	return err
}

// fund returns the receipts in the order native, CNX.
func (c *Chain) fund(ctx context.Context, to common.Address, native, cnx *big.Int) ([]*types.Receipt, error) {
	var sent []sentTx
	if native != nil && native.Sign() > 0 {
		tx, err := c.send(ctx, c.deployer, to, native, nil)
		if err != nil {
			return nil, fmt.Errorf("devchain: fund %v: %w", to, err)
		}
		sent = append(sent, tx)
	}
	if cnx != nil && cnx.Sign() > 0 {
		data, err := TokenABI().Pack("transfer", to, cnx)
		if err != nil {
			return nil, fmt.Errorf("devchain: fund %v: %w", to, err)
		}
		tx, err := c.send(ctx, c.deployer, c.contracts.Token, nil, data)
		if err != nil {
			return nil, fmt.Errorf("devchain: fund %v: %w", to, err)
		}
		sent = append(sent, tx)
	}
	receipts := make([]*types.Receipt, len(sent))
	for i, tx := range sent {
		var err error
		if receipts[i], err = c.wait(ctx, tx); err != nil {
			return nil, fmt.Errorf("devchain: fund %v: %w", to, err)
		}
	}
	return receipts, nil
}

// sentTx is a transaction on its way, with the call it makes.
type sentTx struct {
	hash common.Hash
	call ethereum.CallMsg
}

func (c *Chain) send(ctx context.Context, key *ecdsa.PrivateKey, to common.Address, value *big.Int, data []byte) (sentTx, error) {
	from := crypto.PubkeyToAddress(key.PublicKey)
	call := ethereum.CallMsg{From: from, To: &to, Value: value, Data: data}
	gas, err := c.client.EstimateGas(ctx, call)
	if err != nil {
		return sentTx{}, revertOr(err)
	}
	if gas > params.TxGas {
		// createTask draws nodes from a later block hash, and a disclosure that
		// others overtake in its block settles the task: ten times the gas. Be
		// generous, the rest is given back.
		gas = max(gas*3/2, 1_500_000)
	}

	unlock := c.nonces.lock(from)
	defer unlock()
	nonce, err := c.client.PendingNonceAt(ctx, from)
	if err != nil {
		return sentTx{}, fmt.Errorf("devchain: nonce of %v: %w", from, err)
	}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(c.id), &types.LegacyTx{
		Nonce: nonce, GasPrice: c.gasPrice, Gas: gas, To: &to, Value: value, Data: data,
	})
	if err != nil {
		return sentTx{}, fmt.Errorf("devchain: sign: %w", err)
	}
	if err := c.client.SendTransaction(ctx, tx); err != nil {
		return sentTx{}, fmt.Errorf("devchain: send: %w", err)
	}
	return sentTx{tx.Hash(), call}, nil
}

// wait returns the receipt of a transaction once it is mined. It looks at every
// new block, so it waits no longer than that.
func (c *Chain) wait(ctx context.Context, tx sentTx) (*types.Receipt, error) {
	heads := make(chan core.ChainHeadEvent, 16)
	sub := c.backend.BlockChain().SubscribeChainHeadEvent(heads)
	defer sub.Unsubscribe()
	for {
		receipt, err := c.client.TransactionReceipt(ctx, tx.hash)
		if err == nil {
			return receipt, c.outcome(ctx, tx, receipt)
		}
		if !errors.Is(err, ethereum.NotFound) {
			return nil, fmt.Errorf("devchain: receipt of %v: %w", tx.hash, err)
		}
		select {
		case <-heads:
		case <-sub.Err():
			return nil, fmt.Errorf("devchain: closed while waiting for %v", tx.hash)
		case <-ctx.Done():
			return nil, fmt.Errorf("devchain: waiting for %v: %w", tx.hash, ctx.Err())
		}
	}
}

// outcome is nil for a transaction that succeeded. For one that failed it finds
// the reason by making the same call again: after its block, because most likely
// a neighbour in it was faster, otherwise before.
func (c *Chain) outcome(ctx context.Context, tx sentTx, receipt *types.Receipt) error {
	if receipt.Status == types.ReceiptStatusSuccessful {
		return nil
	}
	after := receipt.BlockNumber
	before := new(big.Int).Sub(after, common.Big1)
	for _, at := range []*big.Int{after, before} {
		_, err := c.client.CallContract(ctx, tx.call, at)
		if refused, ok := errors.AsType[*RevertError](revertOr(err)); ok {
			return &RevertError{Reason: refused.Reason, Receipt: receipt}
		}
	}
	return &RevertError{Receipt: receipt}
}

// revertOr turns the node's error for a refused call into a *RevertError and
// leaves any other error as it is.
func revertOr(err error) error {
	coded, ok := errors.AsType[rpc.DataError](err)
	if !ok {
		return err
	}
	text, ok := coded.ErrorData().(string)
	if !ok {
		return err
	}
	data, decodeErr := hexutil.Decode(text)
	if decodeErr != nil {
		return err
	}
	if len(data) == 0 {
		return &RevertError{}
	}
	reason, decodeErr := abi.UnpackRevert(data)
	if decodeErr != nil {
		reason = text // an error type of its own: told as it came
	}
	return &RevertError{Reason: reason}
}

// nonceLocks lets one sender at a time take a nonce for an account.
type nonceLocks struct {
	mu    sync.Mutex
	locks map[common.Address]*sync.Mutex
}

func (l *nonceLocks) lock(account common.Address) (unlock func()) {
	l.mu.Lock()
	if l.locks == nil {
		l.locks = make(map[common.Address]*sync.Mutex)
	}
	m := l.locks[account]
	if m == nil {
		m = new(sync.Mutex)
		l.locks[account] = m
	}
	l.mu.Unlock()
	m.Lock()
	return m.Unlock
}
