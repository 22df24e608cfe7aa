//go:build js && wasm

package browser_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

func TestStore_lists_keys_without_values(t *testing.T) {
	for name, s := range map[string]*browser.Store{"IndexedDB": open(t, browser.NewID(), "files", "jobs"), "memory": inMemory(t, "files", "jobs")} {
		for _, key := range []string{"b", "a", "c"} {
			must(t, s.Put(t.Context(), "files", key, make([]byte, 1000)))
		}
		keys, err := s.Keys(t.Context(), "files")
		if err != nil || fmt.Sprint(keys) != "[a b c]" {
			t.Errorf("%s: %v, error %v", name, keys, err)
		}
		if keys, err := s.Keys(t.Context(), "jobs"); err != nil || len(keys) != 0 {
			t.Errorf("%s: empty: %v, error %v", name, keys, err)
		}
		if _, err := s.Keys(t.Context(), "none"); err == nil {
			t.Errorf("%s: a store that is none has keys", name)
		}
	}
}

func TestBlob_is_put_together_and_read_in_parts(t *testing.T) {
	w := &browser.BlobWriter{Type: "application/zip"}
	var want []byte
	for i := range 30 { // folded on the way
		part := bytes.Repeat([]byte{byte(i)}, 700_000)
		want = append(want, part...)
		must(t, w.Write(part))
	}
	blob, err := w.Blob()
	must(t, err)
	if blob.Size() != int64(len(want)) {
		t.Fatalf("%d bytes", blob.Size())
	}
	for _, at := range []int64{0, 699_999, int64(len(want)) - 3} {
		part, err := blob.Slice(at, 3)
		must(t, err)
		if got, err := part.Bytes(t.Context()); err != nil || !bytes.Equal(got, want[at:at+3]) {
			t.Errorf("at %d: %v, error %v", at, got, err)
		}
	}
}

func TestRoom_tells_what_the_browser_tells(t *testing.T) {
	s := open(t, browser.NewID(), "files")
	must(t, s.Put(t.Context(), "files", "x", make([]byte, 1<<20)))
	used, most, err := browser.Room(t.Context())
	if err != nil || used <= 0 || most <= used {
		t.Errorf("%d of %d, error %v", used, most, err)
	}
	for answer, want := range map[string]bool{"true": true, "false": false} {
		script(t, `window.realStorage = Object.getOwnPropertyDescriptor(Navigator.prototype, "storage") || Object.getOwnPropertyDescriptor(navigator, "storage");
			Object.defineProperty(navigator, "storage", { configurable: true, value: { persisted: async () => `+answer+`, persist: async () => `+answer+`, estimate: async () => ({}) } })`)
		if kept, err := browser.Kept(t.Context()); err != nil || kept != want {
			t.Errorf("kept %v, error %v", kept, err)
		}
		if kept, err := browser.Keep(t.Context()); err != nil || kept != want {
			t.Errorf("keep %v, error %v", kept, err)
		}
		if _, _, err := browser.Room(t.Context()); !errors.Is(err, browser.ErrNoRoomTold) {
			t.Errorf("no numbers: %v", err)
		}
		script(t, `delete navigator.storage`)
	}
	script(t, `Object.defineProperty(navigator, "storage", { configurable: true, value: undefined })`)
	defer script(t, `delete navigator.storage`)
	if _, _, err := browser.Room(t.Context()); !errors.Is(err, browser.ErrNoRoomTold) {
		t.Errorf("no storage: %v", err)
	}
	if _, err := browser.Keep(t.Context()); !errors.Is(err, browser.ErrNoRoomTold) {
		t.Errorf("no storage: %v", err)
	}
}

func TestWorker_locks_and_opens_exports(t *testing.T) {
	var w browser.Worker
	defer w.Close()
	plain := bytes.Repeat([]byte("what is locked "), 70_000)
	writer := &browser.BlobWriter{}
	must(t, writer.Write(plain))
	blob, err := writer.Blob()
	must(t, err)
	salt, iv, bound := make([]byte, 16), make([]byte, 12), []byte("the head")
	if _, err := w.ExportSeal(t.Context(), blob, iv, bound); err == nil {
		t.Error("something was locked without a key")
	}
	must(t, w.ExportKey(t.Context(), "a passphrase", salt, 1000))
	locked, err := w.ExportSeal(t.Context(), blob, iv, bound)
	must(t, err)
	if locked.Size() != int64(len(plain))+16 {
		t.Errorf("%d bytes", locked.Size())
	}
	opened, err := w.ExportOpen(t.Context(), locked, iv, bound)
	must(t, err)
	if got, err := opened.Bytes(t.Context()); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes, error %v", len(got), err)
	}
	if _, err := w.ExportOpen(t.Context(), locked, iv, []byte("another head")); !errors.Is(err, taskwallet.WrongPassword) {
		t.Errorf("another head: %v", err)
	}
	must(t, w.ExportKey(t.Context(), "another passphrase", salt, 1000))
	if _, err := w.ExportOpen(t.Context(), locked, iv, bound); !errors.Is(err, taskwallet.WrongPassword) {
		t.Errorf("another passphrase: %v", err)
	}
	w.ExportEnd(t.Context())
	if _, err := w.ExportOpen(t.Context(), locked, iv, bound); err == nil {
		t.Error("the key is still there")
	}
}

func TestForgetVault_deletes_the_key_of_the_browser(t *testing.T) {
	var w browser.Worker
	defer w.Close()
	v := browser.Vault{Worker: &w}
	at, err := v.Random(t.Context())
	must(t, err)
	id := taskwallet.Identity{V: taskwallet.Version, Kind: taskwallet.Random, Owner: [20]byte{1}, Site: "localhost", ChainID: 1, Address: at,
		Contracts: taskwallet.Contracts{Token: [20]byte{2}, Node: [20]byte{3}, Task: [20]byte{4}}, Relays: []string{"http://relay"}}
	sealed, err := v.Seal(t.Context(), id, "")
	must(t, err)
	must(t, browser.ForgetVault(t.Context()))
	if _, err := v.Unseal(t.Context(), taskwallet.Record{Identity: id, Cipher: &sealed}, ""); err == nil {
		t.Error("what was locked with it still opens")
	}
	must(t, browser.ForgetVault(t.Context())) // there is none any more: fine
}
