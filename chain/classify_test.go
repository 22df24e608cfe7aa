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
