package taskwallet

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Signer is an open key, as the page reaches it in the worker. Errors are
// *Error; whoever carries them across the border keeps the Refusal.
type Signer interface {
	Address() common.Address
	// SignTx makes the transaction of an intent and signs it. Save what it
	// returns before sending it: signing again at the same nonce may give other
	// bytes.
	SignTx(ctx context.Context, i Intent, nonce, gas uint64, price Price) (Signed, error)
	// SignText signs keccak256 of a text that ReadText accepts: r‖s‖v with s in
	// the lower half and v 0 or 1.
	SignText(ctx context.Context, text []byte) ([]byte, error)
}

// Signed is a transaction, ready for eth_sendRawTransaction.
type Signed struct {
	Raw  hexutil.Bytes `json:"raw"`
	Hash common.Hash   `json:"hash"`
}
