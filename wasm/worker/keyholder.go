//go:build js && wasm

package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/chain/taskwallet/vault"
	"crynux-dapp/wasm/worker/protocol"
)

// keyholder has the task wallet's key. It ends with this program.
type keyholder struct {
	mu      sync.Mutex
	waiting vault.Key     // made last and not opened; zero for none
	open    vault.Key     // of the session; zero for none
	session *vault.Signer // nil for none
}

// answer answers the questions that need a key or make one.
func (k *keyholder) answer(op string, args []byte, data [][]byte) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch op {
	case protocol.Derive:
		return with(args, func(m taskwallet.Message) (protocol.AddressOK, error) {
			var again []byte
			if len(data) > 1 {
				again = data[1]
			}
			return k.keep(vault.Derive(m, data[0], again))
		})
	case protocol.Random:
		return k.keep(vault.Random())
	case protocol.OpenBackup:
		return k.keep(vault.OpenKeystore(data[0], string(data[1])))
	case protocol.Unseal:
		return with(args, func(r taskwallet.Record) (protocol.AddressOK, error) {
			return k.keep(vault.Unseal(r, box(data[0])))
		})
	case protocol.Adopt:
		return k.keep(vault.Adopt(data[0]))
	case protocol.Backup:
		return k.backup(string(data[0]))
	case protocol.Seal:
		return with(args, func(id taskwallet.Identity) (taskwallet.Cipher, error) {
			return k.seal(id, box(data[0]))
		})
	case protocol.Open:
		return with(args, k.begin)
	case protocol.Lock:
		k.lock()
		return nil, nil
	}
	if k.session == nil {
		return nil, taskwallet.Locked.Because("no session")
	}
	switch op {
	case protocol.Allow:
		return with(args, func(a protocol.AllowArgs) (any, error) {
			k.session.Allow(*a.Budget)
			return nil, nil
		})
	case protocol.SweepTo:
		return with(args, func(a protocol.SweepToArgs) (any, error) {
			return nil, k.session.SweepTo(a.Typed)
		})
	case protocol.SignTx:
		return with(args, k.signTx)
	case protocol.HostAddress:
		return with(args, func(a protocol.HostArgs) (protocol.AddressOK, error) {
			at, err := k.session.HostAddress(a.Origin)
			return protocol.AddressOK{Address: at}, err
		})
	case protocol.HandOver:
		return with(args, func(a protocol.HostArgs) (handed, error) {
			key, at, err := k.session.HandOver(a.Origin)
			return handed{protocol.AddressOK{Address: at}, key}, err
		})
	case protocol.SignHostTx:
		return with(args, k.signHostTx)
	case protocol.SignText:
		signature, err := k.session.SignText(context.Background(), data[0])
		return protocol.SignTextOK{Signature: signature}, err
	}
	return nil, fmt.Errorf("unknown operation %q", op)
}

// keep holds a key that was just made, in place of one that was never opened.
func (k *keyholder) keep(key vault.Key, err error) (protocol.AddressOK, error) {
	if err != nil {
		return protocol.AddressOK{}, err
	}
	// What a dying program prints goes to the page: from now on without the
	// words on its stacks.
	debug.SetTraceback("none")
	k.waiting.Lock()
	k.waiting = key
	return protocol.AddressOK{Address: key.Address()}, nil
}

// begin opens a session over the key made last. If that fails the session before
// goes on.
func (k *keyholder) begin(a protocol.OpenArgs) (any, error) {
	fresh := k.waiting.Address() != common.Address{}
	key := k.open
	if fresh {
		key = k.waiting
	}
	session, err := vault.Open(key, vault.Session{Record: a.Identity, Gas: a.Gas, Budget: *a.Budget, Now: time.Now})
	if err != nil {
		return nil, err
	}
	if fresh {
		k.open.Lock()
		k.open, k.waiting = key, vault.Key{}
	}
	k.session = session
	return nil, nil
}

func (k *keyholder) signTx(a protocol.SignTxArgs) (taskwallet.Signed, error) {
	intent, err := taskwallet.DecodeIntent(a.Intent)
	if err != nil {
		return taskwallet.Signed{}, err
	}
	return k.session.SignTx(context.Background(), intent, a.Nonce, a.Gas, a.Price)
}

// handed is an answer with a key beside it.
type handed struct {
	protocol.AddressOK
	key []byte
}

func (k *keyholder) signHostTx(a protocol.SignHostTxArgs) (taskwallet.Signed, error) {
	intent, err := taskwallet.DecodeIntent(a.Intent)
	if err != nil {
		return taskwallet.Signed{}, err
	}
	return k.session.SignHostTx(context.Background(), a.Origin, intent, a.Nonce, a.Gas, a.Price)
}

func (k *keyholder) backup(password string) (protocol.BackupOK, error) {
	key := k.open
	if k.session == nil {
		key = k.waiting
	}
	file, err := key.Keystore(password)
	return protocol.BackupOK{File: file}, err
}

func (k *keyholder) seal(id taskwallet.Identity, b vault.Box) (taskwallet.Cipher, error) {
	key := k.waiting
	if key.Address() != id.Address && k.session != nil {
		key = k.open
	}
	if (key.Address() == common.Address{}) {
		return taskwallet.Cipher{}, taskwallet.Locked.Because("no key")
	}
	return key.Seal(id, b)
}

func (k *keyholder) lock() {
	k.waiting.Lock()
	k.open.Lock()
	k.waiting, k.open, k.session = vault.Key{}, vault.Key{}, nil
}

// box is what locks keys with a passphrase, or with the browser's own key where
// that is empty.
func box(passphrase []byte) vault.Box {
	if len(passphrase) == 0 {
		return browserKey
	}
	return vault.Passphrase(string(passphrase))
}
