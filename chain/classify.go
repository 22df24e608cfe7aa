package chain

import (
	"encoding/json"
	"slices"
	"strings"
)

// classify finds out what an error of a wallet or node means. The order
// matters: codes that only mean one thing, then reverts, then the texts of
// nodes, then codes that are used for many things. nil means unknown.
func classify(e *ProviderError) error {
	causes := unfold(e)
	for _, c := range causes {
		if err, ok := exactCodes[c.code]; ok {
			return err
		}
	}
	if revert := revertIn(causes); revert != nil {
		return revert
	}
	for _, c := range causes {
		text := strings.ToLower(c.message)
		for _, known := range knownTexts {
			if strings.Contains(text, known.part) {
				return known.err
			}
		}
	}
	for _, c := range causes {
		switch c.code {
		case -32002: // geth says the same code with "request timed out", found above
			return ErrPending
		case -32004: // Besu says the same code with "Upfront cost exceeds account balance"
			return ErrUnsupported
		case -32005:
			return ErrRateLimited
		}
	}
	return nil
}

// exactCodes are those of EIP-1193 and its followers, besides "method not
// found" of JSON-RPC. 5000 is the rejection of
// WalletConnect (CAIP-25).
var exactCodes = map[int]error{
	4001:   ErrRejected,
	5000:   ErrRejected,
	4100:   ErrUnauthorized,
	4200:   ErrUnsupported,
	4900:   ErrDisconnected,
	4901:   ErrChainDisconnected,
	4902:   ErrUnknownChain,
	-32601: ErrUnsupported,
	429:    ErrRateLimited, // Alchemy answers its HTTP status for each call of a batch
}

// knownTexts are the words of nodes and wallets, lower case, first match wins.
// The node forms are those of geth, anvil, Parity and Frontier, and where it is
// said of other nodes; -32000 and -32003 alone say nothing.
var knownTexts = []struct {
	part string
	err  error
}{
	{"insufficient funds", ErrInsufficientFunds},
	{"gas required exceeds allowance", ErrInsufficientFunds},             // an estimate capped by what the balance can buy
	{"insufficientfunds", ErrInsufficientFunds},                          // Nethermind: "InsufficientFunds, Account balance: …"
	{"upfront cost exceeds", ErrInsufficientFunds},                       // Besu
	{"exceeds transaction sender account balance", ErrInsufficientFunds}, // Besu, longer
	{"nonce too low", ErrNonceTooLow},
	{"oldnonce", ErrNonceTooLow},                   // Nethermind
	{"below sender account nonce", ErrNonceTooLow}, // Besu
	{"nonce is too low", ErrNonceTooLow},
	{"underpriced", ErrUnderpriced},
	{"less than block base fee", ErrUnderpriced},
	{"gas price too low", ErrUnderpriced},
	{"gas price below configured minimum", ErrUnderpriced}, // Besu
	{"feetoolow", ErrUnderpriced},                          // Nethermind
	{"replacementnotallowed", ErrUnderpriced},              // Nethermind
	{"could not replace existing tx", ErrUnderpriced},      // Erigon
	{"replacement fee too low", ErrUnderpriced},            // ethers, around any of them
	{"transaction is outdated", ErrUnderpriced},            // one more that viem knows
	{"gas price below minimum", ErrUnderpriced},            // geth since 1.16
	{"already known", ErrAlreadyKnown},
	{"alreadyknown", ErrAlreadyKnown}, // Nethermind
	{"already imported", ErrAlreadyKnown},
	{"known transaction", ErrAlreadyKnown},
	{"intrinsic gas too low", ErrOutOfGas},
	{"intrinsic gas exceeds gas limit", ErrOutOfGas}, // Besu
	{"intrinsic gas too high", ErrGasLimit},          // anvil's words for the next one
	{"exceeds block gas limit", ErrGasLimit},
	{"gas limit reached", ErrGasLimit},
	{"out of gas", ErrOutOfGas},
	{"outofgas", ErrOutOfGas},
	{"sentryoog", ErrOutOfGas}, // anvil: EVM error ReentrancySentryOOG
	{"invalid sender", ErrInvalidSender},
	{"invalid chain id", ErrInvalidSender},
	{"unrecognized chain id", ErrUnknownChain},
	{"user rejected", ErrRejected},
	{"user denied", ErrRejected},
	{"rejected by user", ErrRejected},
	{"user cancel", ErrRejected},       // "User cancelled", "User canceled"
	{"user closed modal", ErrRejected}, // WalletConnect 1
	{"does not exist/is not available", ErrUnsupported},
	{"timed out", ErrTimeout},
	{"timeout", ErrTimeout},
	{"rate limit", ErrRateLimited},
	{"too many requests", ErrRateLimited},
	{"compute units per second", ErrRateLimited}, // Alchemy
}

// cause is one error of those packed into another.
type cause struct {
	code    int
	message string
	data    []string // texts beside the message: revert data, older forms of it
}

// unfold lists an error and all errors inside it, outermost first. Wallets
// wrap what the node said into data, data.originalError, data.cause or even
// into the message ("[ethjs-query] while formatting outputs from RPC '{…}'").
func unfold(e *ProviderError) []cause {
	outer := cause{code: e.Code, message: e.Message}
	var data any
	if json.Unmarshal(e.Data, &data) != nil {
		data = nil // not JSON: nothing to find in it
	}
	if text, ok := data.(string); ok {
		outer.data = []string{text}
	}
	list := unfoldValue([]cause{outer}, data, 0)
	if from, to := strings.IndexByte(e.Message, '{'), strings.LastIndexByte(e.Message, '}'); from >= 0 && to > from {
		var inside any
		if json.Unmarshal([]byte(e.Message[from:to+1]), &inside) == nil {
			list = unfoldValue(list, inside, 0)
		}
	}
	return list
}

// unfoldValue appends the errors in a decoded JSON value.
func unfoldValue(list []cause, value any, depth int) []cause {
	const deepest, most = 6, 32
	object, ok := value.(map[string]any)
	if !ok || depth > deepest || len(list) >= most {
		return list
	}
	var c cause
	if code, ok := object["code"].(float64); ok {
		c.code = int(code)
	}
	c.message, _ = object["message"].(string)
	keys := make([]string, 0, len(object))
	for key, member := range object {
		keys = append(keys, key)
		if text, ok := member.(string); ok && key != "message" {
			c.data = append(c.data, text)
		}
	}
	slices.Sort(c.data)
	slices.Sort(keys)
	list = append(list, c)
	for _, key := range keys {
		list = unfoldValue(list, object[key], depth+1)
	}
	return list
}
