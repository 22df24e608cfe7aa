//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/worker/protocol"
)

// Vault is the task wallet's key, which is in the worker and never here: not on the
// page's own thread either, where the memory of the second program is a value that the
// page's other scripts can reach, those of browser extensions among them, and stays
// when the program has ended (taskwallet.md I5, §7). Where workers are refused
// everything that makes a key is NoWorker, and nothing secret is put into a message.
// Derive,
// Random, OpenBackup and Unseal make one; Open begins a session with the key made
// last, which ends the session before; SignTx and SignText need a session.
//
// What is refused is a *taskwallet.Error. A key ends with its worker, by a crash
// or by Lock: then everything that needs one is Locked, until one is made again.
// A worker that is down, or goes down over a question, is ErrWorkerDown as well.
// Nothing is asked twice by itself.
//
// Signatures given to Derive are overwritten. Passwords, being strings, cannot be:
// they should not be kept.
type Vault struct {
	Worker *Worker

	mu     sync.Mutex
	holder *runningWorker // whom a key was asked of; nil = nobody
}

// Ready tells whether there is a place for a key: ask it before a person is asked for
// something secret. Errors: NoWorker, ErrWorkerDown.
func (v *Vault) Ready(ctx context.Context) error {
	running, err := v.place()
	if err != nil {
		return err
	}
	select {
	case <-running.settled:
	case <-ctx.Done():
		return ctx.Err()
	}
	switch {
	case running.refused():
		return errNoWorker
	case running.dead():
		return ErrWorkerDown
	}
	return nil
}

// Derive makes the key of a message from its owner's signature, which is
// overwritten. again is a second signature, to see that the wallet signs the same
// every time; nil for a key that was used before. Errors as of vault.Derive.
func (v *Vault) Derive(ctx context.Context, m taskwallet.Message, first, again []byte) (common.Address, error) {
	defer clear(first)
	defer clear(again)
	if again == nil {
		return v.make(ctx, protocol.Derive, m, first)
	}
	return v.make(ctx, protocol.Derive, m, first, again)
}

// Random makes a key from chance.
func (v *Vault) Random(ctx context.Context) (common.Address, error) {
	return v.make(ctx, protocol.Random, nil)
}

// OpenBackup makes the key of a keystore file, ours or another wallet's. Errors:
// WrongPassword, BrokenFile, HostileFile, BadKey.
func (v *Vault) OpenBackup(ctx context.Context, file []byte, password string) (common.Address, error) {
	if heavy(file) {
		light, err := openHeavy(ctx, file, password)
		if err != nil {
			return common.Address{}, err
		}
		file = light
	}
	secret := []byte(password)
	defer clear(secret)
	return v.make(ctx, protocol.OpenBackup, nil, file, secret)
}

// Unseal makes the remembered key of a record; passphrase "" is the key of this
// browser. Errors: WrongPassword, BrokenFile, OtherKey, BadKey.
func (v *Vault) Unseal(ctx context.Context, r taskwallet.Record, passphrase string) (common.Address, error) {
	secret := []byte(passphrase)
	defer clear(secret)
	return v.make(ctx, protocol.Unseal, r, secret)
}

// Open begins a session with the key made last. gas raises the ceilings; budget
// is the CNX, in base units, that may be spent until the person is asked again.
// Errors: OtherKey, BrokenFile, Locked; then an earlier session goes on.
func (v *Vault) Open(ctx context.Context, id taskwallet.Identity, gas taskwallet.Gas, budget uint256.Int) error {
	return v.use(ctx, nil, protocol.Open, protocol.OpenArgs{Identity: id, Gas: gas, Budget: &budget})
}

// Allow sets the budget anew, after the person said yes to it. The error is Locked.
func (v *Vault) Allow(ctx context.Context, budget uint256.Int) error {
	return v.use(ctx, nil, protocol.Allow, protocol.AllowArgs{Budget: &budget})
}

// SweepTo allows sweeps to an address as the person typed it, with its checksum.
// Errors: ForeignTarget, Locked.
func (v *Vault) SweepTo(ctx context.Context, typed string) error {
	return v.use(ctx, nil, protocol.SweepTo, protocol.SweepToArgs{Typed: typed})
}

// SignTx makes and signs the transaction of an intent. Save what it returns before
// sending it. When it fails nothing that was signed is known here.
func (v *Vault) SignTx(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	text, err := taskwallet.EncodeIntent(intent)
	if err != nil {
		return taskwallet.Signed{}, err
	}
	var signed taskwallet.Signed
	err = v.use(ctx, &signed, protocol.SignTx, protocol.SignTxArgs{Intent: text, Nonce: nonce, Gas: gas, Price: price})
	return signed, err
}

// SignText signs one of the Relay's texts: r‖s‖v with v 0 or 1. Errors: NotAText,
// OutOfTime, Locked.
func (v *Vault) SignText(ctx context.Context, text []byte) ([]byte, error) {
	var ok protocol.SignTextOK
	err := v.use(ctx, &ok, protocol.SignText, nil, text)
	return ok.Signature, err
}

// Backup writes a keystore file of the session's key, or of the one made last
// where there is no session. It takes a second or two. The error is Locked.
func (v *Vault) Backup(ctx context.Context, password string) ([]byte, error) {
	secret := []byte(password)
	defer clear(secret)
	var ok protocol.BackupOK
	err := v.use(ctx, &ok, protocol.Backup, nil, secret)
	return ok.File, err
}

// Seal locks the key of an identity so that it can be remembered; passphrase ""
// is with a key that this browser keeps and does not show. Errors: OtherKey,
// BrokenFile for a browser that keeps no keys, Locked.
func (v *Vault) Seal(ctx context.Context, id taskwallet.Identity, passphrase string) (taskwallet.Cipher, error) {
	secret := []byte(passphrase)
	defer clear(secret)
	var c taskwallet.Cipher
	err := v.use(ctx, &c, protocol.Seal, id, secret)
	return c, err
}

// lockPatience bounds the wait for the key to be overwritten: the worker may be
// busy, and is ended anyway.
const lockPatience = 500 * time.Millisecond

// Lock overwrites the key and ends the worker, which takes along every copy that
// the runtime made; only that is certain. Recover and ImageHash go on in a new
// worker. It never fails.
func (v *Vault) Lock(ctx context.Context) error {
	v.mu.Lock()
	holder := v.holder
	v.holder = nil
	v.mu.Unlock()
	if holder == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	_ = holder.ask(ctx, new(any), protocol.Lock, nil) // what it could not do the end does
	holder.end("locked")
	return nil
}

// errNoWorker is a browser or a policy without workers.
var errNoWorker = taskwallet.NoWorker.Because("workers are refused")

// place is the worker that a key may go to. Errors: NoWorker, ErrWorkerDown.
func (v *Vault) place() (*runningWorker, error) {
	running, err := v.Worker.current()
	if err == nil && running.inPage {
		return nil, errNoWorker
	}
	return running, err
}

// make makes a key.
func (v *Vault) make(ctx context.Context, op string, args any, data ...[]byte) (common.Address, error) {
	running, err := v.place()
	if err != nil {
		return common.Address{}, fmt.Errorf("%s: %w", op, err)
	}
	buffers, err := newBuffers(data)
	if err != nil {
		return common.Address{}, fmt.Errorf("%s: %w", op, err)
	}
	return v.makeIn(ctx, running, op, args, buffers)
}

// makeIn is make with ArrayBuffers, which are given away. From then on that worker is
// the holder, whatever it answers.
func (v *Vault) makeIn(ctx context.Context, running *runningWorker, op string, args any, buffers []any) (common.Address, error) {
	v.mu.Lock()
	v.holder = running
	v.mu.Unlock()
	var ok protocol.AddressOK
	err := running.askWith(ctx, &ok, op, args, buffers)
	if errors.Is(err, ErrWorkerDown) && running.refused() {
		err = fmt.Errorf("%w: %w", errNoWorker, err)
	}
	return ok.Address, err
}

// use asks the holder. One that is gone took the key along.
func (v *Vault) use(ctx context.Context, ok any, op string, args any, data ...[]byte) error {
	v.mu.Lock()
	holder := v.holder
	v.mu.Unlock()
	if holder == nil || holder.dead() {
		return taskwallet.Locked.Because("no worker holds a key")
	}
	if ok == nil {
		ok = new(any)
	}
	err := holder.ask(ctx, ok, op, args, data...)
	if errors.Is(err, ErrWorkerDown) {
		return fmt.Errorf("%w: %w", taskwallet.Locked.Because("%s", op), err)
	}
	return err
}
