package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// A wallet's own node is usually not later than behind blocks. One that is later is
// asked for its newest block, as long as that is not farBehind.
const (
	behind    = 8
	farBehind = 256
)

// Prove compares what the wallet and our node say: the chain id, a recent block
// hash, and the code of token and Task contract. Ids alone do not prove a chain:
// 42 is also LUKSO, 10000 also smartBCH (protocol.md G.51). ErrWrongChain if the
// ids differ, ErrSameID (which is an ErrWrongChain too) if only the rest does.
// Other errors are of our node, or *WalletError where the wallet did not tell.
// Two requests, and four of the wallet, which asks the person nothing; some more if
// the wallet's node is late.
func (c *Client) Prove(ctx context.Context, wallet Provider) error {
	var head uint64
	var first reads
	first.add(into(&head, parseUint64), "eth_blockNumber")
	if err := first.run(ctx, c.reader); err != nil {
		return err
	}
	c.saw(head)
	at := max(head-min(head, behind), min(head, 1)) // young chains of one maker share block 0
	ours, err := c.fingerprint(ctx, c.reader, at)
	if err != nil {
		return err
	}
	theirs, err := c.fingerprint(ctx, SingleReads(wallet), at)
	if err != nil {
		return &WalletError{err}
	}
	if theirs.block == (common.Hash{}) && ours.id == theirs.id {
		newest, err := ask(ctx, wallet, parseUint64, "eth_blockNumber", nil)
		if err != nil {
			return &WalletError{err}
		}
		if newest == 0 || newest >= at || at-newest > farBehind {
			return fmt.Errorf("%w: no block %d, the newest is %d", ErrSameID, at, newest)
		}
		if ours, err = c.fingerprint(ctx, c.reader, newest); err != nil {
			return err
		}
		if theirs, err = c.fingerprint(ctx, SingleReads(wallet), newest); err != nil {
			return &WalletError{err}
		}
	}
	switch {
	case ours.id != theirs.id:
		return fmt.Errorf("%w: %d instead of %d", ErrWrongChain, theirs.id, ours.id)
	case ours.block != theirs.block:
		return fmt.Errorf("%w: block %s instead of %s", ErrSameID, theirs.block, ours.block)
	case !bytes.Equal(ours.token, theirs.token), !bytes.Equal(ours.task, theirs.task):
		return fmt.Errorf("%w: other contracts", ErrSameID)
	}
	return nil
}

// WalletError is what kept a wallet from telling about its chain.
type WalletError struct{ Err error }

func (e *WalletError) Error() string { return "wallet: " + e.Err.Error() }

// Unwrap returns the error of the wallet's Provider.
func (e *WalletError) Unwrap() error { return e.Err }

// fingerprint is what two chains do not have in common.
type fingerprint struct {
	id          uint64
	block       common.Hash // zero if the block is not there
	token, task []byte      // code
}

func (c *Client) fingerprint(ctx context.Context, reader Reader, number uint64) (f fingerprint, err error) {
	blockHash := func(raw json.RawMessage) (common.Hash, error) {
		if isNull(raw) {
			return common.Hash{}, nil
		}
		b, err := parseBlock(raw)
		return b.Hash, err
	}
	var r reads
	r.add(into(&f.id, parseUint64), "eth_chainId")
	r.add(into(&f.block, blockHash), "eth_getBlockByNumber", quantity(number), false)
	r.add(into(&f.token, parseData), "eth_getCode", data(c.contracts.Token[:]), "latest")
	r.add(into(&f.task, parseData), "eth_getCode", data(c.contracts.Task[:]), "latest")
	err = r.run(ctx, reader)
	return f, err
}
