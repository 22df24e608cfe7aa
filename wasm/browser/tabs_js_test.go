//go:build js && wasm

package browser_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"crynux-dapp/wasm/browser"
)

// elected has a tab elected and returns the context of its time, and how to end it.
func elected(t *testing.T, tabs *browser.Tabs, how browser.Claim) (having context.Context, end func()) {
	t.Helper()
	begun, over, ended := make(chan context.Context, 1), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- tabs.Elect(t.Context(), how, func(ctx context.Context) {
			begun <- ctx
			<-over
		})
	}()
	select {
	case having = <-begun:
	case err := <-ended:
		t.Fatalf("not elected: %v", err)
	case <-time.After(10 * time.Second):
		t.Fatal("not elected")
	}
	return having, func() {
		close(over)
		must(t, <-ended)
	}
}

func TestTabs_elect_one(t *testing.T) {
	name := browser.NewID()
	one, two, three := browser.OpenTabs(name), browser.OpenTabs(name), browser.OpenTabs(name)
	having, end := elected(t, one, browser.IfFree)
	if err := two.Elect(t.Context(), browser.IfFree, func(context.Context) { t.Error("two are elected") }); !errors.Is(err, browser.ErrPlaceTaken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := two.Elect(ctx, browser.Wait, func(context.Context) { t.Error("two are elected") }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	next := make(chan context.Context, 1)
	go func() {
		err := two.Elect(t.Context(), browser.Wait, func(ctx context.Context) { next <- ctx; <-ctx.Done() })
		if err != nil {
			t.Error(err)
		}
		close(next)
	}()
	if having.Err() != nil {
		t.Error("the place was lost to somebody who waits")
	}
	end()
	if having.Err() == nil {
		t.Error("the context outlives the place")
	}
	waited := <-next
	stolen, end := elected(t, three, browser.Steal)
	<-next // the second one heard of it
	if waited.Err() == nil || stolen.Err() != nil {
		t.Errorf("stolen from %v, by %v", waited.Err(), stolen.Err())
	}
	end()
	_, end = elected(t, one, browser.IfFree) // nothing is left of all that
	end()
}

// A reload is no reason for the place to go to another tab.
func TestTabs_keep_the_place_over_a_reload(t *testing.T) {
	name := browser.NewID()
	lost, end := elected(t, browser.OpenTabs(name), browser.IfFree)
	script(t, `dispatchEvent(new Event("pagehide"))`)
	_, endAgain := elected(t, browser.OpenTabs(name), browser.IfFree) // the page that is loaded
	<-lost.Done()                                                     // whoever got it in between
	end()
	if err := browser.OpenTabs(name).Elect(t.Context(), browser.IfFree, func(context.Context) { t.Error("elected twice") }); !errors.Is(err, browser.ErrPlaceTaken) {
		t.Errorf("error %v", err)
	}
	script(t, `sessionStorage.setItem(a, Date.now() - 60_000)`, name) // a tab that was closed and is restored
	if err := browser.OpenTabs(name).Elect(t.Context(), browser.IfFree, func(context.Context) { t.Error("a restored tab takes the place") }); !errors.Is(err, browser.ErrPlaceTaken) {
		t.Errorf("error %v", err)
	}
	endAgain()
}

// Without Web Locks the newest tab has the place, and who waits, waits.
func TestTabs_without_locks(t *testing.T) {
	script(t, `Object.defineProperty(navigator, "locks", { value: undefined, configurable: true })`)
	defer script(t, `delete navigator.locks`)
	name := browser.NewID()
	_, end := elected(t, browser.OpenTabs(name), browser.IfFree)
	defer end()
	_, endOther := elected(t, browser.OpenTabs(name), browser.Steal)
	defer endOther()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := browser.OpenTabs(name).Elect(ctx, browser.Wait, func(context.Context) { t.Error("elected") }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestTabs_hear_each_other(t *testing.T) {
	name := browser.NewID()
	one, two := browser.OpenTabs(name), browser.OpenTabs(name)
	heard := make(chan string, 10)
	cancel := two.Hear(func(text string) { heard <- text })
	defer one.Hear(func(text string) { t.Errorf("it hears itself: %s", text) })()
	one.Tell("a")
	one.Tell("ü🦀")
	if a, b := <-heard, <-heard; a != "a" || b != "ü🦀" {
		t.Errorf("%q, %q", a, b)
	}
	cancel()
	one.Tell("c")
	must(t, browser.WithLock(t.Context(), name+"-other", func(context.Context) error { return nil })) // a turn of the browser
	if len(heard) != 0 {
		t.Error("it hears after the end")
	}
	script(t, `window.realChannel = BroadcastChannel; BroadcastChannel = undefined`)
	defer script(t, `BroadcastChannel = realChannel; delete window.realChannel`)
	deaf := browser.OpenTabs(name) // an old browser
	deaf.Tell("d")
	deaf.Hear(func(string) { t.Error("heard") })()
}
