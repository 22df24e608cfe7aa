//go:build !js

package devchain

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
)

// WalletEvent is an EIP-1193 event: accountsChanged, chainChanged, connect or
// disconnect, with the value a page's listener is called with.
type WalletEvent struct {
	Name string          `json:"name"`
	Data json.RawMessage `json:"data"`
}

// listener hears every event with the origin it is for ("" = all), and an
// event without a name when the list of prompts changed. It is called while
// the wallet is locked, so it must neither block nor call back.
type listener struct {
	hear func(origin string, e WalletEvent)
}

func (w *Wallet) listen(hear func(origin string, e WalletEvent)) (stop func()) {
	l := &listener{hear}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listeners[l] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, l)
	}
}

// tell passes an event to all listeners. The caller holds w.mu.
func (w *Wallet) tell(origin string, e WalletEvent) {
	for l := range w.listeners {
		l.hear(origin, e)
	}
}

func walletEvent(name string, value any) WalletEvent {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // events are strings, lists of strings and one small struct
	}
	return WalletEvent{Name: name, Data: raw}
}

// change runs f and tells every origin whose visible accounts it changed.
// The caller holds w.mu.
func (w *Wallet) change(f func()) {
	before := map[string][]common.Address{}
	for origin := range w.granted {
		before[origin] = slices.Clone(w.visible(origin))
	}
	f()
	for origin := range w.granted {
		if _, known := before[origin]; !known {
			before[origin] = nil
		}
	}
	for origin, old := range before {
		if now := w.visible(origin); !slices.Equal(old, now) {
			w.tell(origin, walletEvent("accountsChanged", accountTexts(now)))
		}
	}
}

// EventQueue holds the events of one [Site] until they are asked for.
type EventQueue struct {
	mu     sync.Mutex
	events []WalletEvent
	more   chan struct{} // has room for one
	stop   func()
}

// Events starts to collect the site's events. Close the queue when done.
func (s *Site) Events() *EventQueue {
	q := &EventQueue{more: make(chan struct{}, 1)}
	q.stop = s.wallet.listen(func(origin string, e WalletEvent) {
		if e.Name == "" || origin != "" && origin != s.origin {
			return
		}
		q.mu.Lock()
		q.events = append(q.events, e)
		q.mu.Unlock()
		select {
		case q.more <- struct{}{}:
		default:
		}
	})
	return q
}

// Next returns the oldest event not yet returned, waiting for one if need be.
func (q *EventQueue) Next(ctx context.Context) (WalletEvent, error) {
	for {
		q.mu.Lock()
		if len(q.events) > 0 {
			e := q.events[0]
			q.events = q.events[1:]
			q.mu.Unlock()
			return e, nil
		}
		q.mu.Unlock()
		select {
		case <-q.more:
		case <-ctx.Done():
			return WalletEvent{}, ctx.Err()
		}
	}
}

// Close stops collecting.
func (q *EventQueue) Close() { q.stop() }
