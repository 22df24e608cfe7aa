package chain

import (
	"context"
	"encoding/json"
	"fmt"
)

// Provider is whoever answers JSON-RPC requests one at a time: a wallet
// (EIP-1193), the task wallet, an RPC endpoint.
//
// params marshals to a JSON array or object; nil means no parameters. An error
// that came with a code is a *ProviderError.
type Provider interface {
	Request(ctx context.Context, method string, params any) (json.RawMessage, error)
}

// ProviderError is an error as a wallet or node answered it. Its meaning is
// found by errors.Is and errors.As, which see through Unwrap: the code differs
// from wallet to wallet, and the cause is often nested in Data.
type ProviderError struct {
	Code    int             // EIP-1193, EIP-1474 or JSON-RPC
	Message string          // for the console, not for people
	Data    json.RawMessage // nil if none
}

// Error returns code and message.
func (e *ProviderError) Error() string {
	return fmt.Sprintf("%s (code %d)", excerpt(e.Message), e.Code)
}

// Unwrap returns what the error means: a *RevertError, one of the Err values
// of this package, or nil for an error of no known kind.
func (e *ProviderError) Unwrap() error {
	return classify(e)
}

// excerpt shortens foreign text for a log line.
func excerpt(s string) string {
	const most = 300
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
