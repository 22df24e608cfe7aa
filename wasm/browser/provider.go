//go:build js && wasm

package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"syscall/js"

	"crynux-dapp/chain"
)

// codeInternal is what JSON-RPC calls an internal error; it stands for errors
// of wallets that give no code.
const codeInternal = -32603

// maxAnswer bounds what a wallet may answer, in bytes of JSON.
const maxAnswer = 16 << 20

// Provider is one wallet to which requests can be made (EIP-1193).
type Provider struct{ value js.Value }

var _ chain.Provider = (*Provider)(nil)

// Request asks the wallet. params marshals to a JSON array or object, nil
// means none. What the wallet refuses or gets wrong is a *chain.ProviderError;
// the error of ctx is returned as it is, while the wallet may still show its
// question to the person.
func (p *Provider) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	request := map[string]any{"method": method}
	if params != nil {
		b, err := json.Marshal(params)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", method, err)
		}
		v, err := parseJSON(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", method, err)
		}
		request["params"] = v
	}
	answer, err := awaitCall(ctx, p.value, "request", request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, providerError(err)
	}
	s, err := jsonText(answer)
	if err != nil { // a BigInt or a circle
		return nil, fmt.Errorf("%s: %w: %w", method, chain.ErrMalformed, err)
	}
	if len(s) > maxAnswer {
		return nil, fmt.Errorf("%s: %w: %d bytes of JSON", method, chain.ErrMalformed, len(s))
	}
	return json.RawMessage(s), nil
}

// providerError reads the code, the message and the data of what a wallet
// threw. Wallets throw Errors, bare objects and strings; some write the code
// as text.
func providerError(err error) *chain.ProviderError {
	out := &chain.ProviderError{Code: codeInternal, Message: err.Error()}
	var e *Error
	if !errors.As(err, &e) {
		return out
	}
	out.Message = e.Message
	switch code := property(e.value, "code"); code.Type() {
	case js.TypeNumber:
		if !code.IsNaN() {
			out.Code = code.Int()
		}
	case js.TypeString:
		if n, err := strconv.Atoi(code.String()); err == nil {
			out.Code = n
		}
	}
	if data := property(e.value, "data"); data.Truthy() {
		if s, err := jsonText(data); err == nil && len(s) <= maxAnswer {
			out.Data = json.RawMessage(s)
		}
	}
	return out
}
