package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// Accounts returns the accounts that a wallet has opened to the page, without
// asking the person; none is no error.
func Accounts(ctx context.Context, wallet Provider) ([]common.Address, error) {
	return ask(ctx, wallet, listOf(parseAccount), "eth_accounts", nil)
}

// RequestAccounts asks the person to open accounts to the page. It waits for
// them: ErrRejected, ErrPending if the wallet is already asking.
func RequestAccounts(ctx context.Context, wallet Provider) ([]common.Address, error) {
	accounts, err := ask(ctx, wallet, listOf(parseAccount), "eth_requestAccounts", nil)
	if err == nil && len(accounts) == 0 {
		return nil, fmt.Errorf("eth_requestAccounts: %w: no account", ErrMalformed)
	}
	return accounts, err
}

// ChainID returns the id of the chain that a wallet is on.
func ChainID(ctx context.Context, wallet Provider) (uint64, error) {
	return ask(ctx, wallet, parseUint64, "eth_chainId", nil)
}

// SwitchChain asks the person to change the wallet's chain (EIP-3326), and
// looks whether it did: ErrWrongChain if not. ErrUnknownChain means that
// AddChain has to come first.
func SwitchChain(ctx context.Context, wallet Provider, id uint64) error {
	params := []any{map[string]string{"chainId": quantity(id)}}
	if _, err := ask(ctx, wallet, parseAny, "wallet_switchEthereumChain", params); err != nil {
		return err
	}
	return expectChain(ctx, wallet, id)
}

// Network is how a wallet is told about a chain it does not know (EIP-3085).
type Network struct {
	ChainID   uint64
	Name      string
	Coin      string   // symbol of the native coin, 2 to 6 letters; it has 18 decimals
	RPCs      []string // wallets want https, except on loopback
	Explorers []string
}

// AddChain asks the person to let the wallet know a chain. Whether it also
// switches differs: call SwitchChain afterwards.
func AddChain(ctx context.Context, wallet Provider, n Network) error {
	params := map[string]any{
		"chainId":        quantity(n.ChainID),
		"chainName":      n.Name,
		"rpcUrls":        n.RPCs,
		"nativeCurrency": map[string]any{"name": n.Coin, "symbol": n.Coin, "decimals": 18},
	}
	if len(n.Explorers) > 0 { // some wallets refuse an empty list
		params["blockExplorerUrls"] = n.Explorers
	}
	_, err := ask(ctx, wallet, parseAny, "wallet_addEthereumChain", []any{params})
	return err
}

// Asset is a token that a wallet may list (EIP-747, type ERC20).
type Asset struct {
	Address  common.Address
	Symbol   string // at most 11 letters
	Decimals uint8
}

// WatchAsset asks the person to have the wallet list a token. ErrRejected if it
// was not added, also by wallets that answer false; ErrUnsupported where there is
// no such list. It costs nothing and gives the page nothing.
func WatchAsset(ctx context.Context, wallet Provider, a Asset) error {
	const method = "wallet_watchAsset"
	params := map[string]any{ // not a list: the only method whose parameters are an object
		"type":    "ERC20",
		"options": map[string]any{"address": a.Address.Hex(), "symbol": a.Symbol, "decimals": a.Decimals},
	}
	answer, err := ask(ctx, wallet, parseAny, method, params)
	if err == nil && string(answer) == "false" {
		err = fmt.Errorf("%s: %w", method, ErrRejected)
	}
	return err
}

// SendTransaction asks the person to sign and send, and returns the hash. It
// costs money, so it is asked once and never repeated.
//
// After ErrRejected, ErrUnauthorized or ErrUnsupported nothing was sent. After
// ErrMalformed or an ended ctx it may have been: look for its nonce
// (Client.Find) before asking again.
func SendTransaction(ctx context.Context, wallet Provider, tx Tx) (common.Hash, error) {
	return ask(ctx, wallet, parseHash, "eth_sendTransaction", []any{tx.params()})
}

func expectChain(ctx context.Context, wallet Provider, id uint64) error {
	on, err := ChainID(ctx, wallet)
	if err == nil && on != id {
		err = fmt.Errorf("%w: %d instead of %d", ErrWrongChain, on, id)
	}
	return err
}

// ask makes one request of a wallet and checks the form of its answer.
func ask[T any](ctx context.Context, wallet Provider, parse func(json.RawMessage) (T, error), method string, params any) (T, error) {
	var value T
	raw, err := wallet.Request(ctx, method, params)
	if err == nil {
		value, err = parse(raw)
	}
	if err != nil {
		var zero T
		return zero, fmt.Errorf("%s: %w", method, err)
	}
	return value, nil
}

// parseAccount is as strict as with a person's input: a wallet that gets the
// checksum wrong is not to be trusted with the rest.
func parseAccount(raw json.RawMessage) (common.Address, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return common.Address{}, malformed("address", raw)
	}
	a, err := ParseAddress(text)
	if errors.Is(err, ErrAddress) || errors.Is(err, ErrChecksum) {
		return common.Address{}, fmt.Errorf("%w: %w", malformed("address", raw), err)
	}
	return a, err
}

// parseAny accepts every answer: wallets answer null, true or the chain to
// requests that only succeed or fail.
func parseAny(raw json.RawMessage) (json.RawMessage, error) { return raw, nil }
