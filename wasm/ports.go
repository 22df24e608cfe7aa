//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/election"
	"crynux-dapp/app/runner"
	"crynux-dapp/wasm/browser"
)

// storage is the browser's store as the runner wants it.
type storage struct{ *browser.Store }

func (s storage) All(ctx context.Context, store string) ([][]byte, error) {
	records, err := s.List(ctx, store)
	values := make([][]byte, len(records))
	for i, r := range records {
		values[i] = r.Value
	}
	return values, err
}

// full tells a storage without room from one that fails.
func full(err error) error {
	if errors.Is(err, browser.ErrStorageFull) {
		return fmt.Errorf("%w: %w", runner.ErrStorageFull, err)
	}
	return err
}

// guard is the number of the lease in the store.
func guard(lease uint64) browser.Guard {
	return browser.Guard{Store: runner.Leases, Key: runner.LeaseKey, Is: lease}
}

func (s storage) Save(ctx context.Context, lease uint64, records ...runner.Record) error {
	list := make([]browser.Record, len(records))
	for i, r := range records {
		list[i] = browser.Record(r)
	}
	if lease == 0 {
		return full(s.PutAll(ctx, list))
	}
	err := s.PutGuarded(ctx, guard(lease), list)
	if errors.Is(err, browser.ErrGuard) {
		return runner.ErrLeaseLost
	}
	return full(err)
}

func (s storage) TakeLease(ctx context.Context) (uint64, error) {
	return s.Add(ctx, runner.Leases, runner.LeaseKey)
}

// tabs are those of this browser with the same database.
type tabs struct{ *browser.Tabs }

func (t tabs) Elect(ctx context.Context, how election.Claim, f func(ctx context.Context)) error {
	claim := map[election.Claim]browser.Claim{election.IfFree: browser.IfFree, election.Wait: browser.Wait, election.Steal: browser.Steal}[how]
	err := t.Tabs.Elect(ctx, claim, f)
	if errors.Is(err, browser.ErrPlaceTaken) {
		return election.ErrPlaceTaken
	}
	return err
}

// locks are those of the browser's tabs.
type locks struct{}

func (locks) WithLock(ctx context.Context, name string, f func(ctx context.Context) error) error {
	return browser.WithLock(ctx, name, f)
}

// worker tells a bad question from a dead worker.
type worker struct{ w *browser.Worker }

func (w worker) Recover(ctx context.Context, digest common.Hash, signature []byte) (common.Address, error) {
	a, err := w.w.Recover(ctx, digest, signature)
	return a, damaged(err)
}

func (w worker) ImageHash(ctx context.Context, png []byte) (uint64, error) {
	h, err := w.w.ImageHash(ctx, png)
	return h, damaged(err)
}

func damaged(err error) error {
	var bad *browser.WorkerError
	if errors.As(err, &bad) {
		return fmt.Errorf("%w: %w", runner.ErrDamaged, err)
	}
	return err
}

// announced are the wallets of the browser. With the first connection the second
// program is loaded: it is needed soon, and not before.
type announced struct {
	w      *browser.Wallets
	second *browser.Worker
}

func (a announced) List() []runner.Wallet {
	list := a.w.List()
	out := make([]runner.Wallet, len(list))
	for i, w := range list {
		out[i] = runner.Wallet{ID: w.UUID, RDNS: w.RDNS, Name: w.Name, Icon: w.Icon}
	}
	return out
}

func (a announced) Connect(id string) (runner.Connection, bool) {
	p, ok := a.w.Provider(id)
	if !ok {
		return nil, false
	}
	go a.second.Start()
	return p, true
}

func (a announced) Watch(f func()) (cancel func()) { return a.w.Watch(f) }

// screen is what the person sees. A missing element is no reason to stop: the
// page may have been drawn anew in between.
type screen struct{}

func (screen) Value(id string) string {
	text, _ := browser.Value(id)
	return text
}
func (screen) SetValue(id, text string)   { _ = browser.SetValue(id, text) }
func (screen) Focus(id string)            { _ = browser.Focus(id) }
func (screen) SetCaret(id string, at int) { _ = browser.Select(id, at, at) }
func (screen) ShowModal(id string)        { _ = browser.ShowModal(id) }
func (screen) CloseModal(id string)       { _ = browser.CloseModal(id) }

func (screen) Typed() (text string, caret int, focused bool, ok bool) {
	t, ok := browser.TakeTyped()
	return t.Text, t.Caret, t.Focused, ok
}

func (screen) Copy(ctx context.Context, text string) error { return browser.Copy(ctx, text) }

func (screen) ObjectURL(file []byte, mime string) (string, error) {
	return browser.ObjectURL(file, mime)
}

func (screen) RevokeURL(url string) { browser.Revoke(url) }

func (screen) Save(name string, file []byte, mime string) error {
	return browser.Download(name, file, mime)
}

func (screen) Pick(ctx context.Context, accept string, limit int) ([]byte, bool, error) {
	return browser.Pick(ctx, accept, limit)
}

func (screen) Random(n int) int { return rand.IntN(n) }
