//go:build js && wasm

package browser_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"crynux-dapp/wasm/browser"
)

// eachWay runs a test with Web Locks and without.
func eachWay(t *testing.T, f func(t *testing.T, name string)) {
	t.Run("with Web Locks", func(t *testing.T) { f(t, browser.NewID()) })
	t.Run("without", func(t *testing.T) {
		script(t, `Object.defineProperty(navigator, "locks", { value: undefined, configurable: true })`)
		defer script(t, `delete navigator.locks`)
		f(t, browser.NewID())
	})
	t.Run("refused", func(t *testing.T) {
		script(t, `Object.defineProperty(navigator, "locks", { configurable: true,
			value: { request: async () => { throw new DOMException("denied in this context", "SecurityError"); } } })`)
		defer script(t, `delete navigator.locks`)
		f(t, browser.NewID())
	})
}

func TestWithLock_lets_in_one_at_a_time(t *testing.T) {
	eachWay(t, func(t *testing.T, name string) {
		inside, runs := 0, 0
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				err := browser.WithLock(t.Context(), name, func(context.Context) error {
					if inside++; inside != 1 {
						t.Errorf("%d at once", inside)
					}
					time.Sleep(time.Millisecond)
					inside--
					runs++
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if runs != 20 {
			t.Errorf("%d runs", runs)
		}
	})
}

func TestWithLock_returns_what_happened(t *testing.T) {
	eachWay(t, func(t *testing.T, name string) {
		want := errors.New("f's own")
		if err := browser.WithLock(t.Context(), name, func(context.Context) error { return want }); err != want {
			t.Errorf("error %v", err)
		}
		func() {
			defer func() { _ = recover() }() // f's own
			_ = browser.WithLock(t.Context(), name, func(context.Context) error { panic("f's own") })
		}()
		free(t, name)
	})
}

// free takes a lock that nobody should have.
func free(t *testing.T, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	ran := false
	err := browser.WithLock(ctx, name, func(context.Context) error { ran = true; return nil })
	if err != nil || !ran {
		t.Errorf("the lock is not free: ran %v, error %v", ran, err)
	}
}

func TestWithLock_stops_waiting_with_its_context(t *testing.T) {
	eachWay(t, func(t *testing.T, name string) {
		must(t, browser.WithLock(t.Context(), name, func(context.Context) error {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			err := browser.WithLock(ctx, name, func(context.Context) error { t.Error("it ran"); return nil })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
			return nil
		}))
		free(t, name)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := browser.WithLock(ctx, name, func(context.Context) error { t.Error("it ran"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestWithLock_waits_for_other_threads_of_the_origin(t *testing.T) {
	name := browser.NewID()
	script(t, `
		const code = "navigator.locks.request('" + a + "', () => new Promise((letGo) => { onmessage = letGo; postMessage('held'); }))";
		window.rival = new Worker(URL.createObjectURL(new Blob([code])));
		rival.onmessage = () => { window.held = true; };`, name)
	defer script(t, `rival.terminate(); delete window.held`)
	eventually(t, func() bool { return script(t, `return !!window.held`).Bool() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := browser.WithLock(ctx, name, func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	script(t, `rival.postMessage("let go")`)
	free(t, name)
}
