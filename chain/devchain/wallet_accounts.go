//go:build !js

package devchain

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// visible returns the accounts an origin may see now. The caller holds w.mu.
func (w *Wallet) visible(origin string) []common.Address {
	if w.locked {
		return nil
	}
	return w.granted[origin]
}

// accountTexts writes accounts as MetaMask does: lower case, [] for none.
func accountTexts(accounts []common.Address) []string {
	texts := make([]string, len(accounts))
	for i, a := range accounts {
		texts[i] = strings.ToLower(a.Hex())
	}
	return texts
}

func (s *Site) accounts(context.Context, json.RawMessage) (any, error) {
	s.wallet.mu.Lock()
	defer s.wallet.mu.Unlock()
	return accountTexts(s.wallet.visible(s.origin)), nil
}

func (s *Site) coinbase(ctx context.Context, _ json.RawMessage) (any, error) {
	s.wallet.mu.Lock()
	defer s.wallet.mu.Unlock()
	if accounts := s.wallet.visible(s.origin); len(accounts) > 0 {
		return accountTexts(accounts)[0], nil
	}
	return nil, nil
}

// requestAccounts is eth_requestAccounts. An origin that is connected gets
// its accounts without a prompt once the wallet is unlocked; another one asks.
func (s *Site) requestAccounts(ctx context.Context, _ json.RawMessage) (any, error) {
	if s.isConnected() {
		done, ok := s.alone("eth_requestAccounts")
		if !ok {
			return nil, alreadyProcessing()
		}
		defer done()
		if err := s.unlocked(ctx, "eth_requestAccounts"); err != nil {
			return nil, err
		}
		return s.accounts(ctx, nil)
	}
	if err := s.connect(ctx, "eth_requestAccounts"); err != nil {
		return nil, err
	}
	return s.accounts(ctx, nil)
}

func (s *Site) isConnected() bool {
	s.wallet.mu.Lock()
	defer s.wallet.mu.Unlock()
	return len(s.wallet.granted[s.origin]) > 0
}

// connect asks the person to show the selected account to the origin.
func (s *Site) connect(ctx context.Context, method string) error {
	const kind = "wallet_requestPermissions" // MetaMask's name for both ways to connect
	done, ok := s.alone(kind)
	if !ok {
		return alreadyPending(kind, s.origin)
	}
	defer done()
	if err := s.unlocked(ctx, method); err != nil {
		return err
	}
	account := s.wallet.Address()
	_, err := s.confirm(ctx, Prompt{
		Kind: PromptConnect, Method: method, Account: account,
		Balance: s.balances(ctx, account),
		Summary: "Connect this account",
		Facts: []Fact{
			{"It can see", "this address, its balances and its activity"},
			{"It can ask for", "signatures and payments, each with a prompt like this one"},
		},
	})
	if err != nil {
		return err
	}
	w := s.wallet
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change(func() { w.granted[s.origin] = firstOf(account, w.granted[s.origin]) })
	return nil
}

// unlocked returns once the wallet is unlocked.
func (s *Site) unlocked(ctx context.Context, method string) error {
	w := s.wallet
	w.mu.Lock()
	locked := w.locked
	w.mu.Unlock()
	if !locked {
		return nil
	}
	_, err := s.confirm(ctx, Prompt{
		Kind: PromptUnlock, Method: method, Account: w.Address(),
		Summary: "Unlock the wallet",
	})
	return err
}

// permission is an entry of EIP-2255.
type permission struct {
	ID               string   `json:"id"`
	ParentCapability string   `json:"parentCapability"`
	Invoker          string   `json:"invoker"`
	Caveats          []caveat `json:"caveats"`
	Date             int64    `json:"date"` // milliseconds; 0: the wallet keeps no dates
}

type caveat struct {
	Type  string   `json:"type"`
	Value []string `json:"value"`
}

func (s *Site) getPermissions(context.Context, json.RawMessage) (any, error) {
	w := s.wallet
	w.mu.Lock()
	defer w.mu.Unlock()
	accounts := w.granted[s.origin]
	if len(accounts) == 0 {
		return []permission{}, nil
	}
	return []permission{
		{ID: s.origin + " accounts", ParentCapability: "eth_accounts", Invoker: s.origin,
			Caveats: []caveat{{"restrictReturnedAccounts", accountTexts(accounts)}}},
		{ID: s.origin + " chains", ParentCapability: "endowment:permitted-chains", Invoker: s.origin,
			Caveats: []caveat{{"restrictNetworkSwitching", []string{hexID(w.active)}}}},
	}, nil
}

// requestPermissions is wallet_requestPermissions: it always asks.
func (s *Site) requestPermissions(ctx context.Context, params json.RawMessage) (any, error) {
	var asked []map[string]json.RawMessage
	if err := json.Unmarshal(params, &asked); err != nil || len(asked) == 0 || len(asked[0]) == 0 {
		return nil, invalidParams("Invalid method parameter(s).")
	}
	for name := range asked[0] {
		if name != "eth_accounts" && name != "endowment:permitted-chains" {
			return nil, methodNotFound(name, s.origin)
		}
	}
	if err := s.connect(ctx, "wallet_requestPermissions"); err != nil {
		return nil, err
	}
	return s.getPermissions(ctx, nil)
}

// revokePermissions is wallet_revokePermissions: no prompt.
func (s *Site) revokePermissions(_ context.Context, params json.RawMessage) (any, error) {
	var asked []map[string]json.RawMessage
	if err := json.Unmarshal(params, &asked); err != nil || len(asked) == 0 || len(asked[0]) == 0 {
		return nil, invalidParams("Invalid method parameter(s).")
	}
	s.wallet.Disconnect(s.origin)
	return nil, nil
}

var addressPattern = regexp.MustCompile(`^0x[0-9a-fA-F]{40}$`)

// keyholder returns the account a page names as the signer, if it may use it.
func (s *Site) keyholder(text string) (common.Address, error) {
	if !addressPattern.MatchString(text) {
		return common.Address{}, invalidParams("Invalid parameters: must provide an Ethereum address.")
	}
	asked := common.HexToAddress(text)
	s.wallet.mu.Lock()
	defer s.wallet.mu.Unlock()
	for _, account := range s.wallet.visible(s.origin) {
		if account == asked {
			return account, nil
		}
	}
	return common.Address{}, unauthorized()
}
