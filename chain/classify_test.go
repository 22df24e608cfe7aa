package chain

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

func TestProviderErrorMeans(t *testing.T) {
	for name, x := range map[string]struct {
		code          int
		message, data string
		want          error
	}{
		"the person said no":                        {4001, "MetaMask Tx Signature: User denied transaction signature.", "", ErrRejected},
		"the person said no, by WalletConnect":      {5000, "User rejected.", "", ErrRejected},
		"the person said no, wrapped":               {-32603, "Internal JSON-RPC error.", `{"originalError":{"code":4001,"message":"x"}}`, ErrRejected},
		"the person said no, in words only":         {-32000, "user rejected transaction", "", ErrRejected},
		"a prompt is open":                          {-32002, "Request of type 'wallet_requestPermissions' already pending for origin http://localhost. Please wait.", "", ErrPending},
		"a node was too slow, same code":            {-32002, "request timed out", "", ErrTimeout},
		"account not opened":                        {4100, "The requested account and/or method has not been authorized by the user.", "", ErrUnauthorized},
		"method refused":                            {4200, "no", "", ErrUnsupported},
		"no eth_sign any more":                      {-32601, `The method "eth_sign" does not exist / is not available.`, "", ErrUnsupported},
		"disconnected":                              {4900, "The provider is disconnected from all chains.", "", ErrDisconnected},
		"disconnected from this chain":              {4901, "no", "", ErrChainDisconnected},
		"unknown chain":                             {4902, `Unrecognized chain ID "0x2a".`, "", ErrUnknownChain},
		"unknown chain, MetaMask mobile":            {-32603, "Internal", `{"originalError":{"code":4902,"message":"Unrecognized chain ID"}}`, ErrUnknownChain},
		"unknown chain, in words only":              {-32603, `Unrecognized chain ID "0x2a". Try adding the chain using wallet_addEthereumChain first.`, "", ErrUnknownChain},
		"the cause in data":                         {-32603, "Internal JSON-RPC error.", `{"code":-32000,"message":"insufficient funds for gas * price + value"}`, ErrInsufficientFunds},
		"the cause in data.cause":                   {-32603, "Internal JSON-RPC error.", `{"cause":{"code":-32000,"message":"nonce too low"}}`, ErrNonceTooLow},
		"geth since 1.16":                           {-32000, "transaction gas price below minimum: gas tip cap 1, minimum needed 1000000000", "", ErrUnderpriced},
		"the cause in the message":                  {-32603, `[ethjs-query] while formatting outputs from RPC '{"value":{"code":-32603,"data":{"code":-32000,"message":"replacement transaction underpriced"}}}'`, "", ErrUnderpriced},
		"base fee":                                  {-32000, "max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 7", "", ErrUnderpriced},
		"limit of requests":                         {-32005, "daily request count exceeded", "", ErrRateLimited},
		"Nethermind, funds":                         {-32010, "InsufficientFunds, Account balance: 4740799397601480913, cumulative cost: 22019342038993800000", "", ErrInsufficientFunds},
		"Nethermind, nonce":                         {-32010, "OldNonce, Current nonce: 5, nonce of rejected tx: 3", "", ErrNonceTooLow},
		"Nethermind, price":                         {-32010, "FeeTooLow, MaxFeePerGas too low", "", ErrUnderpriced},
		"Nethermind, replacement":                   {-32010, "ReplacementNotAllowed", "", ErrUnderpriced},
		"Nethermind, the same again":                {-32010, "AlreadyKnown", "", ErrAlreadyKnown},
		"Besu, funds, by the code of no method":     {-32004, "Upfront cost exceeds account balance", "", ErrInsufficientFunds},
		"no such method, by EIP-1474":               {-32004, "Method not supported.", "", ErrUnsupported},
		"Besu, funds in more words":                 {-32000, "transaction up-front cost 0x10 exceeds transaction sender account balance 0x1", "", ErrInsufficientFunds},
		"Besu, price":                               {-32009, "Gas price below configured minimum gas price", "", ErrUnderpriced},
		"Besu, gas":                                 {-32003, "Intrinsic gas exceeds gas limit", "", ErrOutOfGas},
		"Besu, nonce":                               {-32001, "transaction nonce 3 below sender account nonce 4", "", ErrNonceTooLow},
		"Erigon, replacement":                       {-32000, "INTERNAL_ERROR: could not replace existing tx", "", ErrUnderpriced},
		"ethers, replacement":                       {-32000, "replacement fee too low", "", ErrUnderpriced},
		"more gas than a block has":                 {-32000, "gas limit reached", "", ErrGasLimit},
		"a limit of Alchemy in a batch":             {429, "Your app has exceeded its compute units per second capacity.", "", ErrRateLimited},
		"MetaMask, connecting twice":                {-32002, "Already processing eth_requestAccounts. Please wait.", "", ErrPending},
		"WalletConnect, window closed":              {-32000, "User closed modal", "", ErrRejected},
		"cancelled":                                 {-32000, "User cancelled", "", ErrRejected},
		"a revert reason that looks like something": {3, "execution reverted: insufficient funds", "", Revert("insufficient funds")},
		"a reason nobody knows":                     {-32603, "Internal error", `{"code":1}`, nil},
		"data that is not JSON":                     {4001, "no", "{", ErrRejected},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("eth_x: %w", &ProviderError{x.code, x.message, json.RawMessage(x.data)})
			if x.want == nil {
				if meaning := errors.Unwrap(errors.Unwrap(err)); meaning != nil {
					t.Errorf("means %v", meaning)
				}
			} else if !errors.Is(err, x.want) {
				t.Errorf("means %v, want %v", errors.Unwrap(errors.Unwrap(err)), x.want)
			}
		})
	}
}

func TestDeeplyNestedErrorDataEnds(t *testing.T) {
	data := `{"code":4001}`
	for range 1000 {
		data = `{"a":` + data + `,"b":` + `{}` + `}`
	}
	err := &ProviderError{Code: -32603, Data: json.RawMessage(data)}
	if errors.Is(err, ErrRejected) {
		t.Error("looked a thousand levels deep")
	}
}
