//go:build !js

package devchain

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"math/big"
	"sync"
	"time"

	"crynux-dapp/chain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

// WalletMode says which signing methods a [Wallet] knows.
type WalletMode uint8

const (
	// WalletModern is MetaMask since extension 12.3: eth_sign does not exist.
	WalletModern WalletMode = iota
	// WalletLegacy still signs a raw 32-byte digest with eth_sign, without
	// any prefix. It is the only kind the generation-1 Relay can read.
	WalletLegacy
	// WalletPrefixing has eth_sign, but silently adds the EIP-191 prefix to
	// what it signs, as some nodes and wallets do: of no use to the Relay.
	WalletPrefixing
)

// WalletChain is what a [Wallet] needs of a network; [*Chain] is one.
type WalletChain interface {
	ChainID() *big.Int
	Client() *ethclient.Client
	Contracts() Contracts
}

// WalletClock measures how long the person behind a [Wallet] takes; [*Clock] is one.
type WalletClock interface {
	Sleep(ctx context.Context, d time.Duration) error
}

// WalletOptions describe a [Wallet]. Name, Chain and one key are needed.
type WalletOptions struct {
	Name string // as shown in a wallet picker
	RDNS string // EIP-6963 reverse domain name
	Icon string // EIP-6963 icon: a data: URL of an SVG

	Chain WalletChain
	Keys  []*ecdsa.PrivateKey // the first is the selected account
	Mode  WalletMode
	Clock WalletClock // nil = the machine's clock

	// Ask leaves every prompt open until [Wallet.Decide] or the overlay in
	// the page answers it. Without it prompts are approved at once, which is
	// what Go tests want.
	Ask bool
	// WindowEthereum makes the page script define window.ethereum as well.
	WindowEthereum bool
	// Unannounced keeps the page script from announcing the wallet by EIP-6963.
	Unannounced bool
}

// Wallet is a browser wallet (EIP-1193) without a browser. It answers as
// MetaMask does: same methods, error codes, messages and hex forms, accounts
// in lower case, signatures r‖s‖v with v 27 or 28, permissions per origin.
// Who plays the person is set by [Wallet.AnswerWith] and its siblings; the
// other switches are in wallet_switches.go. All methods are safe for
// concurrent use.
//
//	w, err := NewWallet(WalletOptions{Name: "Alice", Chain: c, Keys: keys})
//	accounts, err := w.Request(ctx, "eth_requestAccounts", nil)
type Wallet struct {
	name        string
	rdns        string
	icon        string
	inEthereum  bool
	unannounced bool
	clock       WalletClock
	keys        map[common.Address]*ecdsa.PrivateKey
	ctx         context.Context // ends with Close
	cancel      context.CancelFunc
	sending     sync.Mutex // one transaction at a time takes the next nonce

	mu          sync.Mutex
	mode        WalletMode
	locked      bool
	offline     bool
	selected    common.Address
	granted     map[string][]common.Address // by origin, the last selected first
	networks    map[uint64]walletNetwork
	active      uint64
	busy        map[string]bool // kinds of request that allow one at a time
	rule        func(Prompt) Verdict
	byMethod    map[string][]Verdict
	byNumber    map[int]Verdict
	delay       time.Duration
	spendingCap *big.Int
	prompts     []*openPrompt
	listeners   map[*listener]struct{}
}

var _ chain.Provider = (*Wallet)(nil)

// defaultOrigin is who asks when a Go test calls [Wallet.Request] itself.
const defaultOrigin = "http://localhost"

// NewWallet makes a wallet that is unlocked, on the network of o.Chain, and
// connected to no page.
func NewWallet(o WalletOptions) (*Wallet, error) {
	if o.Name == "" || o.Chain == nil || len(o.Keys) == 0 {
		return nil, errors.New("devchain: a wallet needs a name, a chain and a key")
	}
	ctx, cancel := context.WithCancel(context.Background())
	id := o.Chain.ChainID().Uint64()
	w := &Wallet{
		name: o.Name, rdns: o.RDNS, icon: o.Icon,
		inEthereum: o.WindowEthereum, unannounced: o.Unannounced,
		clock: o.Clock, ctx: ctx, cancel: cancel,
		keys:      map[common.Address]*ecdsa.PrivateKey{},
		mode:      o.Mode,
		selected:  crypto.PubkeyToAddress(o.Keys[0].PublicKey),
		granted:   map[string][]common.Address{},
		networks:  knownNetworks(),
		active:    id,
		busy:      map[string]bool{},
		rule:      ApproveAll,
		byMethod:  map[string][]Verdict{},
		byNumber:  map[int]Verdict{},
		listeners: map[*listener]struct{}{},
	}
	w.networks[id] = walletNetwork{name: "Crynux development network", chain: o.Chain}
	for _, key := range o.Keys {
		w.keys[crypto.PubkeyToAddress(key.PublicKey)] = key
	}
	if o.Ask {
		w.rule = AskAlways
	}
	if w.clock == nil {
		w.clock = machineClock{}
	}
	return w, nil
}

// Close ends every request that still waits for the person.
func (w *Wallet) Close() { w.cancel() }

// Name is the wallet's name in a picker.
func (w *Wallet) Name() string { return w.name }

// Address is the selected account.
func (w *Wallet) Address() common.Address {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.selected
}

// Request implements [chain.Provider] for a page at http://localhost.
func (w *Wallet) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	return w.Site(defaultOrigin).Request(ctx, method, params)
}

// Site is the wallet as one page sees it; origin is the page's, such as
// "https://example.org". Permissions and events belong to a site.
func (w *Wallet) Site(origin string) *Site { return &Site{wallet: w, origin: origin} }

// Site is a [Wallet] seen from one origin. It implements [chain.Provider].
type Site struct {
	wallet *Wallet
	origin string
	waits  func() // told once a request waits for the person; may be nil
}

var _ chain.Provider = (*Site)(nil)

// walletMethod answers one method; the result is marshalled to JSON.
type walletMethod func(s *Site, ctx context.Context, params json.RawMessage) (any, error)

var walletMethods = map[string]walletMethod{
	"eth_accounts":               (*Site).accounts,
	"eth_requestAccounts":        (*Site).requestAccounts,
	"eth_coinbase":               (*Site).coinbase,
	"wallet_requestPermissions":  (*Site).requestPermissions,
	"wallet_getPermissions":      (*Site).getPermissions,
	"wallet_revokePermissions":   (*Site).revokePermissions,
	"eth_chainId":                (*Site).chainID,
	"net_version":                (*Site).netVersion,
	"wallet_switchEthereumChain": (*Site).switchChain,
	"wallet_addEthereumChain":    (*Site).addChain,
	"wallet_watchAsset":          (*Site).watchAsset,
	"eth_sendTransaction":        (*Site).sendTransaction,
	"personal_sign":              (*Site).personalSign,
	"eth_signTypedData_v4":       (*Site).signTypedData,
}

// Request answers one EIP-1193 request. Errors of the wallet are
// *chain.ProviderError; a request given up through ctx returns its error.
func (s *Site) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.wallet.ctx, cancel)()

	raw, err := json.Marshal(params)
	if err != nil {
		return nil, invalidParams("Invalid method parameter(s).")
	}
	answer, err := s.find(method)
	if err != nil {
		return nil, err
	}
	result, err := answer(s, ctx, raw)
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

// find returns what answers a method in the wallet's present mode.
func (s *Site) find(method string) (walletMethod, error) {
	s.wallet.mu.Lock()
	offline, mode := s.wallet.offline, s.wallet.mode
	s.wallet.mu.Unlock()
	if offline {
		return nil, disconnected()
	}
	if answer, ok := walletMethods[method]; ok {
		return answer, nil
	}
	if method == "eth_sign" && mode != WalletModern {
		return (*Site).signDigest, nil
	}
	if forwarded[method] {
		return func(s *Site, ctx context.Context, params json.RawMessage) (any, error) {
			return s.read(ctx, method, params)
		}, nil
	}
	return nil, methodNotFound(method, s.origin)
}

// machineClock is the clock of a wallet that was given none.
type machineClock struct{}

func (machineClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
