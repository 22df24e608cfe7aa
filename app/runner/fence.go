package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// leased is the store as the tab with a lease may use it. Whatever it changes, sends
// or asks is preceded by a look at the number of the lease: a tab that hung, was given
// up by the others and wakes up saves nothing, sends nothing and asks nothing.
type leased struct {
	Store
	lease uint64
	// lost is called when another tab was found to have the lease.
	lost func()
	// saved is called with what was changed.
	saved func(Record)
	// none is a tab that has no lease at all.
	none bool
	// erased is set when everything was deleted: nothing is saved any more.
	erased *atomic.Bool
}

// Put keeps one value. The error is ErrLeaseLost, or that of the store.
func (l leased) Put(ctx context.Context, store, key string, value []byte) error {
	if value == nil {
		value = []byte{}
	}
	return l.change(ctx, Record{store, key, value})
}

// Delete removes one key; a missing one is fine.
func (l leased) Delete(ctx context.Context, store, key string) error {
	return l.change(ctx, Record{Store: store, Key: key})
}

// change keeps a record. A setting gets its version, and one of a newer version is not
// touched: errNewer.
func (l leased) change(ctx context.Context, record Record) error {
	if record.Store == Settings {
		if err := l.mine(ctx, record.Key); err != nil {
			return err
		}
		if record.Value != nil {
			record.Value = versionedSetting(record.Value)
		}
	}
	return l.apply(ctx, record)
}

// apply keeps and deletes records as they are, all of them or none.
func (l leased) apply(ctx context.Context, records ...Record) error {
	if l.none || l.erased.Load() {
		return ErrLeaseLost
	}
	if len(records) == 0 {
		return nil
	}
	err := l.noted(l.Save(ctx, l.lease, records...))
	for _, record := range records {
		if err == nil {
			l.saved(record)
		}
	}
	return err
}

// confirm wants the lease to be this tab's still. The error is ErrLeaseLost, or
// errStore where that cannot be known.
func (l leased) confirm(ctx context.Context) error {
	if l.none {
		return ErrLeaseLost
	}
	err := l.noted(l.Save(ctx, l.lease))
	if err != nil && !errors.Is(err, ErrLeaseLost) {
		err = fmt.Errorf("%w: %w", errStore, err)
	}
	return err
}

func (l leased) noted(err error) error {
	if errors.Is(err, ErrLeaseLost) {
		l.lost()
	}
	return err
}

// fence has the lease confirmed before anything leaves this tab: requests, questions
// to a wallet, signatures of the task wallet.
func (l leased) fence(p Ports) Ports {
	web := fencedWeb{p.HTTP, l}
	if paced, ok := p.HTTP.(chain.Pacer); ok {
		p.HTTP = pacedWeb{web, paced}
	} else {
		p.HTTP = web
	}
	p.Wallets = fencedWallets{p.Wallets, l}
	if p.Vault != nil {
		p.Vault = fencedVault{p.Vault, l}
	}
	return p
}

// fencedWeb makes no request for a tab that lost its lease. A store that cannot be
// read is no reason not to read the chain; where it is one, nothing is saved either,
// and so nothing sent.
type fencedWeb struct {
	HTTP
	leased leased
}

func (w fencedWeb) closed(ctx context.Context) error {
	if err := w.leased.confirm(ctx); errors.Is(err, ErrLeaseLost) {
		return err
	}
	return ctx.Err()
}

func (w fencedWeb) PostJSON(ctx context.Context, url string, body []byte, limit int) (int, []byte, error) {
	if err := w.closed(ctx); err != nil {
		return 0, nil, err
	}
	return w.HTTP.PostJSON(ctx, url, body, limit)
}

func (w fencedWeb) Get(ctx context.Context, url string, limit int) (int, []byte, error) {
	if err := w.closed(ctx); err != nil {
		return 0, nil, err
	}
	return w.HTTP.Get(ctx, url, limit)
}

// pacedWeb is fencedWeb over a port that reads Retry-After.
type pacedWeb struct {
	fencedWeb
	paced chain.Pacer
}

func (w pacedWeb) PostJSONPaced(ctx context.Context, url string, body []byte, limit int) (int, []byte, string, error) {
	if err := w.closed(ctx); err != nil {
		return 0, nil, "", err
	}
	return w.paced.PostJSONPaced(ctx, url, body, limit)
}

type fencedWallets struct {
	Wallets
	leased leased
}

func (w fencedWallets) Connect(id string) (Connection, bool) {
	c, ok := w.Wallets.Connect(id)
	if !ok {
		return nil, false
	}
	return &fencedWallet{c, w.leased}, true
}

type fencedWallet struct {
	Connection
	leased leased
}

func (w *fencedWallet) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	if err := w.leased.confirm(ctx); err != nil {
		return nil, err
	}
	return w.Connection.Request(ctx, method, params)
}

type fencedVault struct {
	Vault
	leased leased
}

func (v fencedVault) SignTx(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	if err := v.leased.confirm(ctx); err != nil {
		return taskwallet.Signed{}, err
	}
	return v.Vault.SignTx(ctx, intent, nonce, gas, price)
}

func (v fencedVault) SignText(ctx context.Context, text []byte) ([]byte, error) {
	if err := v.leased.confirm(ctx); err != nil {
		return nil, err
	}
	return v.Vault.SignText(ctx, text)
}
