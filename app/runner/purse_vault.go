package runner

import (
	"context"
	"errors"

	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// Vault is the worker's side of the task wallet: the key is there and nowhere
// else. Errors are *taskwallet.Error.
type Vault interface {
	// Ready tells whether there is a place for a key; the error is NoWorker where
	// there is none. It is asked before the person is asked to sign.
	Ready(ctx context.Context) error
	// Derive makes the key from the owner's signature of a message; again is a
	// second signature, nil for a key that was used before.
	Derive(ctx context.Context, m taskwallet.Message, first, again []byte) (address, error)
	Random(ctx context.Context) (address, error)
	OpenBackup(ctx context.Context, file []byte, password string) (address, error)
	Unseal(ctx context.Context, r taskwallet.Record, passphrase string) (address, error)
	// Open begins a session with the key made last.
	Open(ctx context.Context, id taskwallet.Identity, gas taskwallet.Gas, budget uint256.Int) error
	Allow(ctx context.Context, budget uint256.Int) error
	// SweepTo allows sweeps to an address as the person typed it, with its checksum.
	SweepTo(ctx context.Context, typed string) error
	SignTx(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error)
	SignText(ctx context.Context, text []byte) ([]byte, error)
	Backup(ctx context.Context, password string) ([]byte, error)
	Seal(ctx context.Context, id taskwallet.Identity, passphrase string) (taskwallet.Cipher, error)
	Lock(ctx context.Context) error
}

// Home is where the page lives, as far as the task wallet cares (taskwallet.md §2).
type Home struct {
	Place  taskwallet.Place
	Site   string   // the name keys are made for
	Former []string // earlier names
}

// errNoVault is a page without the second program.
var errNoVault = errors.New("runner: there is no place for a key")
