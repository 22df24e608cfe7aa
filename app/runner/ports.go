// Package runner owns the jobs: it performs their effects, saves them, watches
// the chain for all of them together, and holds the session with the wallet.
//
//	r := runner.New(ports)
//	go r.Run(ctx)
//	r.Subscribe(func(s runner.Snapshot) { … })
//
// One goroutine owns all state; what takes time runs beside it and comes back as
// a message. Nothing that costs money starts here: every payment goes back to a
// call of Submit or Send that a person's click made.
package runner

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// Ports is the world as the runner needs it. All are needed.
type Ports struct {
	Clock    Clock
	HTTP     HTTP
	Store    Store
	Worker   Worker
	Wallets  Wallets
	NewID    func() string
	Networks []Network // at least one
	// Chance is between 0 and 1, anew each time. It spreads the requests of many pages
	// that met the same trouble; nil = they are not spread.
	Chance func() float64
	// Locks keeps the tabs of a browser apart; nil = there is only this page.
	Locks Locks
	// Vault keeps the task wallet's key; nil = there is no task wallet.
	Vault Vault
	Home  Home
	// Renewal is a newer version of the page; nil = there is never one.
	Renewal Renewal
	// Reload loads the page anew: the only certain end of what was in its memory.
	// nil = it cannot.
	Reload func()
}

// Clock is the time, and waiting for it.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// HTTP makes the requests to RPC endpoints and Relays.
type HTTP interface {
	chain.Transport
	relay.Transport
}

// Store keeps bytes. When Put or Delete returns nil it is on disk.
type Store interface {
	Get(ctx context.Context, store, key string) (value []byte, ok bool, err error)
	Put(ctx context.Context, store, key string, value []byte) error
	Delete(ctx context.Context, store, key string) error
	All(ctx context.Context, store string) ([][]byte, error)
	// Persistent is false when nothing survives a reload.
	Persistent() bool
}

// The stores.
const (
	Jobs     = "jobs"
	Files    = "files"
	Settings = "settings"
)

// Stores lists every store, for opening the database.
func Stores() []string { return []string{Jobs, Files, Settings, Keys} }

// Worker is the second wasm: what needs the curve or an image decoder.
type Worker interface {
	// Recover finds the account that signed digest; signature is r‖s‖v with v 0 or 1.
	Recover(ctx context.Context, digest common.Hash, signature []byte) (common.Address, error)
	// ImageHash is the perceptual hash of a PNG. An error that wraps ErrDamaged is about the picture.
	ImageHash(ctx context.Context, png []byte) (uint64, error)
}

// Wallets are the wallets of this browser.
type Wallets interface {
	List() []Wallet
	// Connect returns the provider of a wallet; false if it is not there any more.
	Connect(id string) (Connection, bool)
	// Watch calls f whenever the list may have changed.
	Watch(f func()) (cancel func())
}

// Connection is one wallet: it answers requests and tells events.
type Connection interface {
	chain.Provider
	chain.Events
}

// Wallet describes one wallet.
type Wallet struct {
	// ID names it while this page lives; RDNS names it for ever ("" if unknown).
	ID, RDNS, Name, Icon string
}

// Network is one profile of config.json.
type Network struct {
	ID, Name string
	ChainID  uint64
	Coin     string // symbol of the native coin
	// RPC are its endpoints, the preferred one first.
	RPC       []string
	Relay     string
	Explorer  string
	Contracts chain.Contracts
	// EIP191 tells that the Relay also accepts personal_sign signatures.
	EIP191 bool
	// Confirmations is how many blocks deep a payment counts as arrived; 0 means 1.
	Confirmations uint64
	// Fee of a task in CNX base units.
	Fee uint256.Int
	// Development marks a network without real models; Historical one that is gone.
	Development, Historical bool
}
