//go:build js && wasm

package browser_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

// The page runs this alone, and two tabs at once: then each has its own worker
// with the same key, and what keeps the nonces apart is the lock. They share
// IndexedDB; localStorage shows another tab's writes too late.
func TestNonces_are_never_signed_twice(t *testing.T) {
	const rounds = 25
	v, id, ctx := opened(t), testIdentity(t), t.Context()
	store := open(t, "tabs", "ready", "signed", "next")

	must(t, store.Put(ctx, "ready", browser.NewID(), nil))
	tabs := script(t, `return Number(new URLSearchParams(location.search).get("tabs") ?? 1)`).Int()
	eventually(t, func() bool {
		ready, err := store.List(ctx, "ready")
		must(t, err)
		return len(ready) >= tabs
	})

	others, last := 0, uint64(0)
	for range rounds {
		must(t, browser.WithLock(ctx, id.LockName(), func(ctx context.Context) error {
			var nonce uint64
			if text, ok, err := store.Get(ctx, "next", "nonce"); err != nil {
				return err
			} else if ok {
				nonce, err = strconv.ParseUint(string(text), 10, 64)
				must(t, err)
			}
			signed, err := v.SignTx(ctx, taskwallet.Cancel{ID: nonce}, nonce, 90_000, fair)
			if err != nil {
				return err
			}
			tx := new(types.Transaction)
			must(t, tx.UnmarshalBinary(signed.Raw))
			name := strconv.FormatUint(tx.Nonce(), 10)
			if _, twice, err := store.Get(ctx, "signed", name); err != nil || twice {
				t.Errorf("nonce %s was signed before: %v, error %v", name, twice, err)
			}
			if nonce > last+1 {
				others++
			}
			last = nonce
			return store.PutAll(ctx, []browser.Record{
				{Store: "signed", Key: name, Value: signed.Raw},
				{Store: "next", Key: "nonce", Value: strconv.AppendUint(nil, nonce+1, 10)},
			})
		}))
	}
	t.Logf("%d tabs; the other one came between %d times; the last nonce is %d", tabs, others, last)
	if (tabs > 1) != (others > 0) {
		t.Error("the tabs did not compete")
	}
}
