//go:build !js

package devchain

import (
	"encoding/json"
	"errors"
	"fmt"

	"crynux-dapp/chain"

	"github.com/ethereum/go-ethereum/rpc"
)

// The errors below have the codes, messages and data that MetaMask 12 and 13
// give to a page. Codes: EIP-1193 (4xxx) and EIP-1474 (-32xxx).

func providerError(code int, message string, data any) *chain.ProviderError {
	e := &chain.ProviderError{Code: code, Message: message}
	if data != nil {
		raw, err := json.Marshal(data)
		if err != nil {
			panic(err) // only values built in this file get here
		}
		e.Data = raw
	}
	return e
}

func invalidInput() error { return providerError(-32000, "Invalid input.", nil) }

func invalidParams(format string, args ...any) error {
	return providerError(-32602, fmt.Sprintf(format, args...), nil)
}

func methodNotFound(method, origin string) error {
	return providerError(-32601, fmt.Sprintf("The method %q does not exist / is not available.", method),
		map[string]any{"origin": origin, "cause": nil})
}

func unauthorized() error {
	return providerError(4100, "The requested account and/or method has not been authorized by the user.", nil)
}

func disconnected() error {
	return providerError(4900, "The provider is disconnected from all chains.", nil)
}

func unknownChain(id string) error {
	return providerError(4902, fmt.Sprintf("Unrecognized chain ID %q. Try adding the chain using wallet_addEthereumChain first.", id), nil)
}

// alreadyProcessing is the answer while the first request waits for unlocking.
func alreadyProcessing() error {
	return providerError(-32002, "Already processing eth_requestAccounts. Please wait.", nil)
}

// alreadyPending is the answer while a prompt of the same kind is open.
func alreadyPending(kind, origin string) error {
	return providerError(-32002, fmt.Sprintf("Request of type '%s' already pending for origin %s. Please wait.", kind, origin), nil)
}

// rejected is what a page hears when the person presses Reject.
func rejected(kind PromptKind) error {
	message := "User rejected the request."
	switch kind {
	case PromptTransaction:
		message = "MetaMask Tx Signature: User denied transaction signature."
	case PromptDigest:
		message = "MetaMask Message Signature: User denied message signature."
	case PromptMessage:
		message = "MetaMask Personal Message Signature: User denied message signature."
	case PromptTypedData:
		message = "MetaMask Typed Message Signature: User denied message signature."
	}
	return providerError(4001, message, nil)
}

// internalError wraps a failure inside the wallet, its text under data.cause.
func internalError(message string) error {
	return providerError(-32603, message, map[string]any{"cause": map[string]string{"message": message}})
}

// rpcFailed wraps what the network's RPC answered: its own error object lies
// under data; a transport failure, which has no code, under data.cause.
func rpcFailed(err error) error {
	var coded rpc.Error
	if !errors.As(err, &coded) {
		return internalError(err.Error())
	}
	data := map[string]any{"code": coded.ErrorCode(), "message": coded.Error(), "cause": nil}
	var detailed rpc.DataError
	if errors.As(err, &detailed) && detailed.ErrorData() != nil {
		data["data"] = detailed.ErrorData()
	}
	return providerError(-32603, "Internal JSON-RPC error.", data)
}
