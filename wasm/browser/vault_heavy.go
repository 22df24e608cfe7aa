//go:build js && wasm

package browser

import (
	"context"
	"encoding/json"

	"crynux-dapp/wasm/worker/protocol"
)

// muchMemory is what opening a keystore may take in the worker that keeps the
// key, in bytes. Our own files take half of it; those of other wallets up to four
// times as much.
const muchMemory = 64 << 20

// heavy tells a keystore whose opening takes much memory. What is no keystore is
// not heavy: the worker says what is wrong with it.
func heavy(file []byte) bool {
	var k struct {
		Crypto struct {
			KDFParams struct{ N, R uint64 }
		}
	}
	if json.Unmarshal(file, &k) != nil {
		return false
	}
	p := k.Crypto.KDFParams
	return 128*p.N*p.R > muchMemory
}

// openHeavy makes a keystore with the same password that is not heavy. It takes a
// worker of its own, which is ended: the memory of a program never shrinks. The
// key is never outside of the two but as a keystore.
func openHeavy(ctx context.Context, file []byte, password string) ([]byte, error) {
	throwaway := Vault{Worker: new(Worker)}
	defer throwaway.Worker.Close()
	secret := []byte(password)
	defer clear(secret)
	if _, err := throwaway.make(ctx, protocol.OpenBackup, nil, file, secret); err != nil {
		return nil, err
	}
	return throwaway.Backup(ctx, password)
}
