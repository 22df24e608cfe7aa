//go:build js && wasm

package main

import (
	"crypto/cipher"
	"errors"
	"sync"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/chain/taskwallet/vault"
	"crynux-dapp/wasm/worker/protocol"
)

// exports has the key of the export that is being locked or opened.
type exports struct {
	mu  sync.Mutex
	gcm cipher.AEAD // nil for none
}

// buffer is an answer of bytes.
type buffer []byte

func (x *exports) answer(op string, args []byte, data [][]byte) (any, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch op {
	case protocol.ExportKey:
		return with(args, func(a protocol.ExportKeyArgs) (any, error) {
			var err error
			x.gcm, err = vault.GCM(string(data[0]), a.Salt, a.Iterations)
			return nil, err
		})
	case protocol.ExportEnd:
		x.gcm = nil
		return nil, nil
	}
	if x.gcm == nil {
		return nil, errors.New("there is no key")
	}
	return with(args, func(a protocol.ExportArgs) (buffer, error) {
		if len(a.IV) != x.gcm.NonceSize() {
			return nil, errors.New("the IV has another length")
		}
		if op == protocol.ExportSeal {
			return x.gcm.Seal(nil, a.IV, data[0], data[1]), nil
		}
		plain, err := x.gcm.Open(nil, a.IV, data[0], data[1])
		if err != nil {
			return nil, taskwallet.WrongPassword.Because("export")
		}
		return plain, nil
	})
}
