package chain

import "context"

// Failure asks why a mined transaction failed. A receipt has no reason, so the
// same call is repeated at its block. Two requests.
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
	var second reads
	second.add(func(r Result) error { reason = r.Err; return nil }, "eth_call", call.params(), quantity(receipt.Block))
	err = second.run(ctx, c.reader)
	return reason, err
}
