//go:build js && wasm

package browser_test

import (
	"errors"
	"strconv"
	"testing"

	"crynux-dapp/wasm/browser"
)

func TestStore_saves_only_while_its_guard_holds(t *testing.T) {
	for name, s := range map[string]*browser.Store{
		"IndexedDB": open(t, browser.NewID(), "jobs", "files", "leases"),
		"memory":    inMemory(t, "jobs", "files", "leases"),
	} {
		ctx := t.Context()
		first, err := s.Add(ctx, "leases", "runner")
		must(t, err)
		guard := browser.Guard{Store: "leases", Key: "runner", Is: first}
		must(t, s.PutGuarded(ctx, guard, []browser.Record{{"jobs", "a", []byte("1")}, {"files", "f", []byte("2")}}))
		must(t, s.PutGuarded(ctx, guard, nil))

		second, err := s.Add(ctx, "leases", "runner")
		if err != nil || first != 1 || second != 2 {
			t.Errorf("%s: numbers %d and %d, error %v", name, first, second, err)
		}
		for _, records := range [][]browser.Record{nil, {{"jobs", "a", nil}, {"files", "g", []byte("3")}}} {
			if err := s.PutGuarded(ctx, guard, records); !errors.Is(err, browser.ErrGuard) {
				t.Errorf("%s: %d records under an old number: error %v", name, len(records), err)
			}
		}
		if _, ok, err := s.Get(ctx, "jobs", "a"); err != nil || !ok {
			t.Errorf("%s: deleted under an old number: %v, error %v", name, ok, err)
		}
		if _, ok, err := s.Get(ctx, "files", "g"); err != nil || ok {
			t.Errorf("%s: saved under an old number: %v, error %v", name, ok, err)
		}
		if err := s.PutGuarded(ctx, browser.Guard{Store: "leases", Key: "runner", Is: second}, []browser.Record{{"jobs", "b", nil}, {"none", "b", []byte("1")}}); err == nil || errors.Is(err, browser.ErrGuard) {
			t.Errorf("%s: a store that does not exist: error %v", name, err)
		}
	}
}

// Another tab takes the next number while this one saves as fast as it can: what is
// saved before is whole, and nothing is saved after.
func TestStore_guard_and_save_are_one_transaction(t *testing.T) {
	name := browser.NewID()
	mine, other, ctx := open(t, name, "jobs", "leases"), open(t, name, "jobs", "leases"), t.Context()
	for round := range 10 {
		lease, err := mine.Add(ctx, "leases", "runner")
		must(t, err)
		saved := make(chan int)
		go func() {
			for n := 0; ; n++ {
				text := []byte(strconv.Itoa(n))
				err := mine.PutGuarded(ctx, browser.Guard{Store: "leases", Key: "runner", Is: lease}, []browser.Record{{"jobs", "a", text}, {"jobs", "b", text}})
				if err != nil {
					if !errors.Is(err, browser.ErrGuard) {
						t.Error(err)
					}
					saved <- n
					return
				}
			}
		}()
		for range round {
			if _, _, err := other.Get(ctx, "jobs", "a"); err != nil {
				t.Error(err)
			}
		}
		if next, err := other.Add(ctx, "leases", "runner"); err != nil || next != lease+1 {
			t.Fatalf("number %d after %d, error %v", next, lease, err)
		}
		then, _, err := other.Get(ctx, "jobs", "a")
		must(t, err)
		n := <-saved
		a, _, err := other.Get(ctx, "jobs", "a")
		must(t, err)
		b, _, err := other.Get(ctx, "jobs", "b")
		must(t, err)
		if n > 0 && string(a) != strconv.Itoa(n-1) || string(a) != string(b) || n > 0 && string(a) != string(then) {
			t.Errorf("%d saved, then %q, at the end %q and %q", n, then, a, b)
		}
		must(t, other.PutAll(ctx, []browser.Record{{"jobs", "a", nil}, {"jobs", "b", nil}}))
	}
}
