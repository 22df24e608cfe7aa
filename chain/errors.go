package chain

import (
	"errors"
	"fmt"
)

// What the person, or the wallet in their name, answered (EIP-1193, EIP-1474,
// EIP-3085, EIP-3326).
var (
	ErrRejected          = errors.New("rejected in the wallet")                                  // 4001
	ErrPending           = errors.New("the wallet already shows a request of this page")         // -32002
	ErrUnauthorized      = errors.New("the wallet has not opened this account to the page")      // 4100
	ErrUnsupported       = errors.New("the wallet or node does not have this method")            // 4200, -32601, -32004
	ErrDisconnected      = errors.New("the wallet is not connected to any chain")                // 4900
	ErrChainDisconnected = errors.New("the wallet is not connected to this chain")               // 4901
	ErrUnknownChain      = errors.New("the wallet does not know this chain: it has to be added") // 4902
	ErrWrongChain        = errors.New("the wallet is on another chain than the page")
	ErrSameID            = fmt.Errorf("%w, which has the same id", ErrWrongChain)
)

// Why a node did not take a transaction. Nothing was spent, except with
// ErrOutOfGas of a mined transaction, which costs its gas.
var (
	ErrInsufficientFunds = errors.New("not enough native coins to pay for gas")
	ErrNonceTooLow       = errors.New("the nonce was used by another transaction")
	ErrUnderpriced       = errors.New("the gas price is too low")
	ErrAlreadyKnown      = errors.New("the node already has this transaction")
	ErrOutOfGas          = errors.New("the gas limit is too low")
	ErrGasLimit          = errors.New("the gas limit is higher than a block allows")
	ErrInvalidSender     = errors.New("the transaction was signed for another chain")
)

// Why there is no usable answer. After any of these the request may still have
// taken effect.
var (
	ErrUnavailable = errors.New("the endpoint cannot be reached or does not work")
	ErrRateLimited = errors.New("the endpoint asks for fewer requests")
	ErrTimeout     = errors.New("no answer in time")
	ErrMalformed   = errors.New("the answer is not what the protocol says")
)
