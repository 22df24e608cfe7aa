//go:build js && wasm

package browser_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

// The page runs this alone, and two tabs at once: then each has its own worker
// with the same key, and what keeps the nonces apart is the lock.
func TestTabs_never_sign_the_same_nonce(t *testing.T) {
	const rounds = 25
	v := opened(t)
	id := testIdentity(t)
	script(t, `localStorage.setItem("tab " + a, "ready")`, browser.NewID())
	eventually(t, func() bool {
		return script(t, `
			const ready = Object.keys(localStorage).filter((k) => k.startsWith("tab ")).length;
			return ready >= Number(new URLSearchParams(location.search).get("tabs") ?? 1);`).Bool()
	})
	for range rounds {
		err := browser.WithLock(t.Context(), id.LockName(), func(ctx context.Context) error {
			nonce, err := strconv.ParseUint(script(t, `return localStorage.getItem("nonce") ?? "0"`).String(), 10, 64)
			must(t, err)
			signed, err := v.SignTx(ctx, taskwallet.Cancel{ID: nonce}, nonce, 90_000, fair)
			must(t, err)
			time.Sleep(time.Millisecond) // the others' chance
			tx := new(types.Transaction)
			must(t, tx.UnmarshalBinary(signed.Raw))
			if script(t, `const taken = localStorage.getItem(a); localStorage.setItem(a, "taken"); return !!taken`, "nonce "+strconv.FormatUint(tx.Nonce(), 10)).Bool() {
				t.Errorf("nonce %d was signed twice", tx.Nonce())
			}
			script(t, `localStorage.setItem("nonce", a)`, strconv.FormatUint(nonce+1, 10))
			return nil
		})
		must(t, err)
	}
	t.Logf("after %d rounds of this tab the nonce is %s", rounds, script(t, `return localStorage.getItem("nonce")`))
}
