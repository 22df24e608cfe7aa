package chain

import (
	"context"
	"errors"
)

// Failure asks why a mined transaction failed. A receipt has no reason, so the
// same call is repeated at its block, with and without its gas limit. Two
// requests.
//
// The reason is a *RevertError, ErrOutOfGas or another error of a node; nil if
// the call goes through now. err tells that asking did not work.
func (c *Client) Failure(ctx context.Context, receipt *Receipt) (reason, err error) {
	var sent *Transaction
	var first reads
	first.add(into(&sent, parseTransaction), "eth_getTransactionByHash", receipt.TxHash)
	if err := first.run(ctx, c.reader); err != nil {
		return nil, err
	}
	if sent == nil {
		return nil, nil // forgotten by the node, or undone by a reorganisation
	}
	if receipt.GasUsed == sent.Gas {
		return ErrOutOfGas, nil
	}
	call := Tx{From: sent.From, To: sent.To, Data: sent.Data, Value: sent.Value, Gas: sent.Gas}
	free := call
	free.Gas = 0
	var limited, unlimited error
	var second reads
	second.add(func(r Result) error { limited = r.Err; return nil }, "eth_call", call.params(), quantity(receipt.Block))
	second.add(func(r Result) error { unlimited = r.Err; return nil }, "eth_call", free.params(), quantity(receipt.Block))
	if err := second.run(ctx, c.reader); err != nil {
		return nil, err
	}
	if isMute(limited) { // as is the revert of a call that had no gas for a call of its own
		if unlimited == nil {
			return ErrOutOfGas, nil
		}
		return unlimited, nil
	}
	return limited, nil
}

// isMute reports a revert that carries nothing.
func isMute(err error) bool {
	var revert *RevertError
	return errors.As(err, &revert) && revert.Reason == "" && revert.Panic == nil && len(revert.Data) == 0
}
