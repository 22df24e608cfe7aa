package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Transfer moves CNX from one account to another (protocol.md A.2).
func (c Contracts) Transfer(from, to common.Address, amount uint256.Int) Tx {
	return Tx{From: from, To: c.Token, Data: transfer.with(addressWord(to), amountWord(amount))}
}

// SendRaw hands a signed transaction to the node, once more if need be: a node
// that has it already is no error. One request. ErrNonceTooLow means that this
// transaction or another one of the same nonce is mined.
func (c *Client) SendRaw(ctx context.Context, raw []byte) error {
	var hash common.Hash
	var r reads
	r.add(into(&hash, parseHash), "eth_sendRawTransaction", data(raw))
	err := r.run(ctx, c.reader)
	if errors.Is(err, ErrAlreadyKnown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("eth_sendRawTransaction: %w", err)
	}
	return nil
}

// Gas is the node's bare estimate for a transaction: for those of which nothing
// may stay behind. One request.
func (c *Client) Gas(ctx context.Context, tx Tx) (gas uint64, err error) {
	var r reads
	r.add(into(&gas, parseUint64), "eth_estimateGas", tx.params())
	err = r.run(ctx, c.reader)
	return gas, err
}

// Standing is where an account stands before it makes transactions.
type Standing struct {
	Balances
	GasPrice uint256.Int // wei, as the node suggests
	BaseFee  uint256.Int // wei, of the newest block; 0 where the chain has none
	Nonce    uint64      // next, with waiting transactions
	Mined    uint64      // next, by the newest block: less than Nonce while some wait
	HasCode  bool        // a contract, or an account that became one (EIP-7702)
	Head     uint64      // newest block
	Time     uint64      // of that block, unix seconds
}

// Standing reads all of it in one request.
func (c *Client) Standing(ctx context.Context, account common.Address) (s Standing, err error) {
	var code []byte
	var head Block
	var r reads
	owner := data(account[:])
	r.add(into(&s.Native, parseAmount), "eth_getBalance", owner, "latest")
	r.view(into(&s.CNX, returned((*tuple).amount)), c.contracts.Token, balanceOf.with(addressWord(account)))
	r.add(into(&s.GasPrice, parseAmount), "eth_gasPrice")
	r.add(into(&s.Nonce, parseUint64), "eth_getTransactionCount", owner, "pending")
	r.add(into(&s.Mined, parseUint64), "eth_getTransactionCount", owner, "latest")
	r.add(into(&code, parseData), "eth_getCode", owner, "latest")
	r.add(into(&head, parseBlock), "eth_getBlockByNumber", "latest", false)
	err = r.run(ctx, c.reader)
	s.HasCode, s.Head, s.BaseFee = len(code) > 0, head.Number, head.BaseFee
	s.Time = head.Time
	return s, err
}
