//go:build js && wasm

package browser_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/wasm/browser"
)

func open(t *testing.T, name string, stores ...string) *browser.Store {
	t.Helper()
	s, err := browser.Open(t.Context(), name, stores)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// inMemory opens a store in a page where IndexedDB is refused.
func inMemory(t *testing.T, stores ...string) *browser.Store {
	t.Helper()
	script(t, `window.realIndexedDB = Object.getOwnPropertyDescriptor(window, "indexedDB");
		Object.defineProperty(window, "indexedDB", { configurable: true, get() { throw new DOMException("no", "SecurityError"); } })`)
	defer script(t, `Object.defineProperty(window, "indexedDB", realIndexedDB)`)
	return open(t, "refused", stores...)
}

func TestStore_keeps_bytes(t *testing.T) {
	for name, s := range map[string]*browser.Store{
		"IndexedDB": open(t, browser.NewID(), "jobs", "files"),
		"memory":    inMemory(t, "jobs", "files"),
	} {
		ctx := t.Context()
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		must(t, s.Put(ctx, "jobs", "b", all))
		must(t, s.Put(ctx, "jobs", "a", nil))
		must(t, s.Put(ctx, "files", "b", []byte("other store")))
		must(t, s.Put(ctx, "jobs", "gone", []byte("x")))
		must(t, s.Delete(ctx, "jobs", "gone"))
		must(t, s.Delete(ctx, "jobs", "never was"))

		got, ok, err := s.Get(ctx, "jobs", "b")
		if err != nil || !ok || string(got) != string(all) {
			t.Errorf("%s: %x, %v, error %v", name, got, ok, err)
		}
		if got, ok, err := s.Get(ctx, "jobs", "a"); err != nil || !ok || len(got) != 0 {
			t.Errorf("%s: empty value: %x, %v, error %v", name, got, ok, err)
		}
		if _, ok, err := s.Get(ctx, "jobs", "gone"); err != nil || ok {
			t.Errorf("%s: deleted: %v, error %v", name, ok, err)
		}
		list, err := s.List(ctx, "jobs")
		want := []browser.Record{{Store: "jobs", Key: "a", Value: []byte{}}, {Store: "jobs", Key: "b", Value: all}}
		if d := cmp.Diff(want, list); err != nil || d != "" {
			t.Errorf("%s: list, error %v (-want +got):\n%s", name, err, d)
		}
	}
}

func TestStore_saves_all_or_nothing(t *testing.T) {
	for name, s := range map[string]*browser.Store{
		"IndexedDB": open(t, browser.NewID(), "jobs", "files"),
		"memory":    inMemory(t, "jobs", "files"),
	} {
		ctx := t.Context()
		must(t, s.Put(ctx, "jobs", "old", []byte("1")))
		must(t, s.PutAll(ctx, []browser.Record{{"jobs", "a", []byte("1")}, {"files", "f", []byte("2")}, {"jobs", "old", nil}}))
		if err := s.PutAll(ctx, []browser.Record{{"jobs", "b", []byte("1")}, {"no such store", "f", []byte("2")}}); err == nil {
			t.Errorf("%s: no error for a store that does not exist", name)
		}
		list, err := s.List(ctx, "jobs")
		if d := cmp.Diff([]browser.Record{{"jobs", "a", []byte("1")}}, list); err != nil || d != "" {
			t.Errorf("%s: error %v (-want +got):\n%s", name, err, d)
		}
	}
}

func TestStore_says_whether_it_persists(t *testing.T) {
	name := browser.NewID()
	s := open(t, name, "jobs")
	if !s.Persistent() || s.Refused() != nil {
		t.Errorf("not persistent: %v", s.Refused())
	}
	must(t, s.Put(t.Context(), "jobs", "a", []byte("1")))
	s.Close()
	if _, ok, err := open(t, name, "jobs").Get(t.Context(), "jobs", "a"); err != nil || !ok {
		t.Errorf("after opening again: %v, error %v", ok, err)
	}
	if m := inMemory(t, "jobs"); m.Persistent() || m.Refused() == nil {
		t.Error("memory claims to be persistent")
	}
}

func TestStore_new_stores_are_added_while_another_tab_is_open(t *testing.T) {
	name := browser.NewID()
	old := open(t, name, "jobs")
	must(t, old.Put(t.Context(), "jobs", "a", []byte("1")))
	fresh := open(t, name, "jobs", "library")
	must(t, fresh.Put(t.Context(), "library", "x", []byte("2")))
	if _, ok, err := fresh.Get(t.Context(), "jobs", "a"); err != nil || !ok {
		t.Errorf("old value: %v, error %v", ok, err)
	}
	// The upgrade closed the old connection; it comes back by itself.
	must(t, old.Put(t.Context(), "jobs", "b", []byte("3")))
}

func TestStore_many_at_once(t *testing.T) {
	s := open(t, browser.NewID(), "jobs")
	errs := make(chan error)
	const n = 50
	for i := range n {
		go func() { errs <- s.Put(t.Context(), "jobs", fmt.Sprintf("%03d", i), []byte{byte(i)}) }()
	}
	for range n {
		must(t, <-errs)
	}
	list, err := s.List(t.Context(), "jobs")
	if err != nil || len(list) != n || list[7].Key != "007" || list[7].Value[0] != 7 {
		t.Errorf("%d records, error %v", len(list), err)
	}
}

func TestStore_ends_with_the_context(t *testing.T) {
	s := open(t, browser.NewID(), "jobs")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Get(ctx, "jobs", "a"); err == nil {
		t.Error("Get: no error")
	}
	if _, err := s.List(ctx, "jobs"); err == nil {
		t.Error("List: no error")
	}
	if err := s.Put(ctx, "jobs", "a", []byte("1")); err == nil {
		t.Error("Put: no error")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
