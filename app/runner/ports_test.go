//go:build !js

package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/app/job"
	"crynux-dapp/app/proof/imagehash"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain/devchain"
)

// transport is fetch over net/http.
type transport struct {
	mu sync.Mutex
	// before, if set, sees what is about to be asked, and may answer itself.
	before func(url string, body []byte) (answer []byte)
	// alter, if set, changes what comes back.
	alter func(url string, answer []byte) []byte
	// meddle, if set, changes what is sent.
	meddle func(url string, body []byte) []byte
	// hurry is how long a request may take, in real time; 0 = as long as it likes.
	hurry time.Duration
	// lose, if set, says why an answer does not arrive.
	lose func(url string, status int) error
	// broken are the addresses that do not answer, and why.
	broken map[string]error
}

// fail cuts an address off, or brings it back with a nil error.
func (t *transport) fail(url string, why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = map[string]error{url: why}
}

func (t *transport) setLose(f func(url string, status int) error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lose = f
}

func (t *transport) setHurry(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hurry = d
}

func (t *transport) setAlter(f func(url string, answer []byte) []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.alter = f
}

func (t *transport) setBefore(f func(url string, body []byte) []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.before = f
}

func (t *transport) setMeddle(f func(url string, body []byte) []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.meddle = f
}

func (t *transport) PostJSON(ctx context.Context, url string, body []byte, limit int) (int, []byte, error) {
	t.mu.Lock()
	before, meddle := t.before, t.meddle
	t.mu.Unlock()
	if before != nil {
		if answer := before(url, body); answer != nil {
			return http.StatusOK, answer, nil
		}
	}
	if meddle != nil {
		body = meddle(url, body)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Content-Type", "application/json")
	return t.do(q, limit)
}

func (t *transport) Get(ctx context.Context, url string, limit int) (int, []byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	return t.do(q, limit)
}

func (t *transport) do(q *http.Request, limit int) (int, []byte, error) {
	t.mu.Lock()
	broken, hurry := t.broken[q.URL.String()], t.hurry
	t.mu.Unlock()
	if broken != nil {
		return 0, nil, broken
	}
	if hurry > 0 {
		ctx, cancel := context.WithTimeout(q.Context(), hurry)
		defer cancel()
		q = q.WithContext(ctx)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err == nil && len(answer) > limit {
		err = errors.New("the answer is too long")
	}
	t.mu.Lock()
	alter, lose := t.alter, t.lose
	t.mu.Unlock()
	if err == nil && lose != nil {
		err = lose(q.URL.String(), r.StatusCode)
	}
	if err == nil && alter != nil {
		answer = alter(q.URL.String(), answer)
	}
	return r.StatusCode, answer, err
}

// worker is the second wasm, natively.
type worker struct{}

func (worker) Recover(_ context.Context, digest common.Hash, signature []byte) (common.Address, error) {
	key, err := crypto.SigToPub(digest[:], signature)
	if err != nil {
		return common.Address{}, fmt.Errorf("%w: %w", runner.ErrDamaged, err)
	}
	return crypto.PubkeyToAddress(*key), nil
}

func (worker) ImageHash(_ context.Context, png []byte) (uint64, error) {
	hash, err := imagehash.Of(png)
	if err != nil {
		err = fmt.Errorf("%w: %w", runner.ErrDamaged, err)
	}
	return hash, err
}

// disk is what survives a reload. The tabs that use it are stores.
type disk struct {
	mu      sync.Mutex
	lease   uint64
	locks   *webLocks
	records map[string]map[string][]byte
	ids     int
}

func newDisk() *disk { return &disk{locks: &webLocks{}, records: map[string]map[string][]byte{}} }

// webLocks are the Web Locks of one origin.
type webLocks struct {
	mu     sync.Mutex
	byName map[string]chan struct{}
}

func (l *webLocks) WithLock(ctx context.Context, name string, f func(ctx context.Context) error) error {
	l.mu.Lock()
	if l.byName == nil {
		l.byName = map[string]chan struct{}{}
	}
	if l.byName[name] == nil {
		l.byName[name] = make(chan struct{}, 1)
	}
	lock := l.byName[name]
	l.mu.Unlock()
	select {
	case lock <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-lock }()
	return f(ctx)
}

// store is the disk as one page sees it.
type store struct {
	*disk
	// refuse, if set, says whether a record is refused.
	refuse func(store, key string, value []byte) bool
	// full tells that it is refused because there is no room.
	full bool
	// crash, if set, ends the page at a job record: after it was written, or before.
	crash func(job.State) crash
	// crashOn, if set, ends it at any record.
	crashOn func(runner.Record) crash
	// crashed is closed when it ended.
	crashed chan struct{}
	dead    bool
	// tab is where the page is; nil = it is alone in its browser.
	tab     *tab
	noLease error // why there is no lease; nil = there is
	// fleeting tells that nothing survives a reload.
	fleeting bool
	// before and after, if set, are called around each save.
	before, after func(runner.Record)
}

func (s *store) setRefuse(refuse func(store, key string, value []byte) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// until waits for the settings to be as they should, each without its version.
func (d *disk) until(w *world, what string, ok func(settings map[string][]byte) bool) {
	w.Helper()
	for late := time.Now().Add(patience); ; {
		d.mu.Lock()
		settings := map[string][]byte{}
		for key, value := range d.records[runner.Settings] {
			settings[key] = bytes.TrimPrefix(value, []byte("v2 "))
		}
		done := ok(settings)
		d.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(late) {
			w.Fatalf("waited in vain until %s", what)
		}
		w.must(w.chain.Clock().Sleep(w.Context(), pollStep))
	}
}

// onDisk is the store of a page that is about to open.
func onDisk(d *disk) *store { return &store{disk: d, crashed: make(chan struct{})} }

type crash uint8

const (
	goOn crash = iota
	crashBefore
	crashAfter
)

var errRefused = errors.New("the disk is full")

func (s *store) Get(_ context.Context, store, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.records[store][key]
	return value, ok, nil
}

func (s *store) Save(ctx context.Context, lease uint64, records ...runner.Record) error {
	s.mu.Lock()
	before, after := s.before, s.after
	s.mu.Unlock()
	for _, r := range records {
		if before != nil {
			before(r)
		}
	}
	s.tab.alive()
	err := s.save(ctx, lease, records)
	for _, r := range records {
		if after != nil && err == nil {
			after(r)
		}
	}
	s.tab.alive()
	return err
}

func (s *store) save(ctx context.Context, lease uint64, records []runner.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead { // a page that is gone never hears of it
		s.mu.Unlock()
		defer s.mu.Lock()
		<-ctx.Done()
		return ctx.Err()
	}
	if lease != 0 && lease != s.lease {
		return runner.ErrLeaseLost
	}
	for _, r := range records {
		if s.refuse != nil && r.Value != nil && s.refuse(r.Store, r.Key, r.Value) {
			if s.full {
				return runner.ErrStorageFull
			}
			return errRefused
		}
	}
	fate := goOn
	for _, r := range records {
		if state, err := job.Decode(r.Value); err == nil && r.Store == runner.Jobs && s.crash != nil {
			fate = max(fate, s.crash(state))
		}
		if s.crashOn != nil {
			fate = max(fate, s.crashOn(r))
		}
	}
	if fate != crashBefore {
		for _, r := range records {
			s.set(r)
		}
	}
	if fate != goOn {
		s.dead = true
		close(s.crashed)
		s.mu.Unlock()
		defer s.mu.Lock()
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (s *store) set(r runner.Record) {
	if s.records[r.Store] == nil {
		s.records[r.Store] = map[string][]byte{}
	}
	if r.Value == nil {
		delete(s.records[r.Store], r.Key)
		return
	}
	s.records[r.Store][r.Key] = bytes.Clone(r.Value)
}

func (s *store) TakeLease(context.Context) (uint64, error) {
	s.tab.alive()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noLease != nil {
		return 0, s.noLease
	}
	s.lease++
	return s.lease, nil
}

// Put keeps a record as if a page had.
func (s *store) Put(ctx context.Context, store, key string, value []byte) error {
	return s.Save(ctx, 0, runner.Record{Store: store, Key: key, Value: value})
}

func (s *store) All(_ context.Context, store string) ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.records[store])), nil
}

func (s *store) Persistent() bool { return !s.fleeting }

// around calls f before or after each save, in the page's place.
func (s *store) around(before, after func(runner.Record)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.after = before, after
}

// jobs are the stored jobs.
func (d *disk) jobs() (list []job.State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, record := range d.records[runner.Jobs] {
		if s, err := job.Decode(record); err == nil {
			list = append(list, s)
		}
	}
	return list
}

// wallets are the wallets of the browser: the person's only one.
type wallets struct {
	of   *connection
	rdns string
}

const walletID = "wallet-1"

func (w wallets) List() []runner.Wallet {
	return []runner.Wallet{{ID: walletID, RDNS: w.rdns, Name: w.of.wallet.Name()}}
}

func (w wallets) Connect(id string) (runner.Connection, bool) { return w.of, id == walletID }
func (w wallets) Watch(func()) (cancel func())                { return func() {} }

// connection is a devchain wallet as a page sees it.
type connection struct {
	tab    *tab
	wallet *devchain.Wallet
	site   *devchain.Site

	mu sync.Mutex
	// between, if set, stands between page and wallet.
	between func(ctx context.Context, method string, params any, ask asking) (json.RawMessage, error)
}

// asking passes a request on to the wallet.
type asking func() (json.RawMessage, error)

func (c *connection) stand(between func(ctx context.Context, method string, params any, ask asking) (json.RawMessage, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.between = between
}

func (c *connection) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	c.mu.Lock()
	between := c.between
	c.mu.Unlock()
	c.tab.alive()
	defer c.tab.alive()
	ask := func() (json.RawMessage, error) {
		if c.tab == nil {
			return c.site.Request(ctx, method, params)
		}
		return late(ctx, func(ctx context.Context) (json.RawMessage, error) { return c.site.Request(ctx, method, params) })
	}
	if between == nil {
		return ask()
	}
	return between(ctx, method, params, ask)
}

func (c *connection) On(event string, handle func(json.RawMessage)) (cancel func()) {
	ctx, stop := context.WithCancel(context.Background())
	events := c.site.Events()
	go func() {
		defer events.Close()
		for {
			e, err := events.Next(ctx)
			if err != nil {
				return
			}
			if e.Name == event {
				handle(e.Data)
			}
		}
	}()
	return stop
}
