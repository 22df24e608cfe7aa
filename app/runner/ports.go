// Package runner owns the jobs: it performs their effects, saves them, watches
// the chain for all of them together, and holds the session with the wallet.
//
//	t := runner.New(ports)
//	go t.Run(ctx)
//	t.Subscribe(func(s runner.Snapshot) { … })
//
// Of all tabs with the same database one runs the jobs, the others show them (Tab).
// One goroutine owns all state; what takes time runs beside it and comes back as
// a message. Nothing that costs money starts here: every payment goes back to a
// call of Submit or Send that a person's click made.
package runner

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/election"
	"crynux-dapp/app/profile"
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
	Networks []profile.Network // of config.json: at least one
	// Chance is between 0 and 1, anew each time. It spreads the requests of many pages
	// that met the same trouble; nil = they are not spread.
	Chance func() float64
	// View tells whether anybody looks at the page; nil = always.
	View View
	// Locks keeps pages of a browser apart that share a task wallet; nil = there is
	// only this page.
	Locks Locks
	// Tabs are the other tabs with the same database; nil = there are none.
	Tabs election.Tabs
	// Vault keeps the task wallet's key; nil = there is no task wallet.
	Vault Vault
	// Hosts keeps the keys of the purses of hosts; nil = there are none.
	Hosts HostVault
	Home  Home
	// Renewal is a newer version of the page; nil = there is never one.
	Renewal Renewal
	// Data is the storage as a whole; nil = it can be neither exported nor deleted.
	Data Data
	// Reload loads the page anew: the only certain end of what was in its memory.
	// nil = it cannot.
	Reload func()
}

// Clock is the time, and waiting for it.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// View tells whether the page can be seen. Where it cannot, the chain is asked less often,
// and another tab that runs the jobs is not asked whether it is there.
type View interface {
	Hidden() bool
	// Watch calls f whenever that may have changed. f must not block.
	Watch(f func()) (cancel func())
}

// HTTP makes the requests to RPC endpoints and Relays.
type HTTP interface {
	chain.Transport
	relay.Transport
}

// Store keeps bytes, and the number of the lease: whoever has the newest one may
// change what is kept.
type Store interface {
	Get(ctx context.Context, store, key string) (value []byte, ok bool, err error)
	All(ctx context.Context, store string) ([][]byte, error)
	// Save keeps and deletes records, all of them or none. The number of the lease is
	// compared in the same transaction: if it is another one nothing is saved, and the
	// error is ErrLeaseLost. Lease 0 is not compared. Without records only the lease
	// is. When it returns nil everything is on disk.
	Save(ctx context.Context, lease uint64, records ...Record) error
	// TakeLease adds one to the number of the lease and returns it, never 0.
	TakeLease(ctx context.Context) (uint64, error)
	// Persistent is false when nothing survives a reload. Then no other tab sees
	// what is kept here.
	Persistent() bool
}

// Record is one value under its key in a store; a nil Value deletes it.
type Record struct {
	Store, Key string
	Value      []byte
}

// ErrLeaseLost is a change that was refused because another tab runs since.
var ErrLeaseLost = errors.New("runner: another tab has the lease")

// The stores.
const (
	Jobs     = "jobs"
	Files    = "files"
	Settings = "settings"
	// Leases holds the number of the lease, under LeaseKey, as a decimal text.
	Leases   = "leases"
	LeaseKey = "runner"
)

// Stores lists every store, for opening the database.
func Stores() []string { return []string{Jobs, Files, Settings, Keys, Leases} }

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
