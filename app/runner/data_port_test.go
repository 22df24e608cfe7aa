//go:build !js

package runner_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain/taskwallet/vault"
)

// dataPort is the storage of a page as a whole, and its downloads.
type dataPort struct {
	*store
	mu     sync.Mutex
	saved  map[string][]byte // downloads by name
	picks  []byte            // what the person chooses; nil = nothing
	asked  int               // how often the browser was asked to keep what is stored
	forgot bool
	kept   bool
}

func (d *dataPort) Keys(_ context.Context, store string) ([]string, error) {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	return slices.Sorted(maps.Keys(d.records[store])), nil
}

func (d *dataPort) Forget(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgot = true
	return nil
}

func (d *dataPort) Room(context.Context) (int64, int64, error) {
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	sum := 0
	for _, store := range d.records {
		for _, value := range store {
			sum += len(value)
		}
	}
	return int64(sum), 1 << 30, nil
}

func (d *dataPort) Kept(context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept, nil
}

func (d *dataPort) Keep(context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	d.kept = true
	return true, nil
}

// memoryFile is a file in memory.
type memoryFile []byte

func (f memoryFile) Size() int64 { return int64(len(f)) }
func (f memoryFile) Read(_ context.Context, at int64, n int) ([]byte, error) {
	return bytes.Clone(f[at : at+int64(n)]), nil
}

type memoryWriter struct{ bytes.Buffer }

func (w *memoryWriter) Write(b []byte) error {
	_, err := w.Buffer.Write(b)
	return err
}
func (w *memoryWriter) File() (runner.File, error) { return memoryFile(bytes.Clone(w.Bytes())), nil }

func (d *dataPort) NewFile() runner.FileWriter { return &memoryWriter{} }

func (d *dataPort) Save(f runner.File, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.saved == nil {
		d.saved = map[string][]byte{}
	}
	d.saved[name] = f.(memoryFile)
	return nil
}

func (d *dataPort) Pick(context.Context) (runner.File, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return memoryFile(d.picks), d.picks != nil, nil
}

// Lock and Unlock do what the second wasm does, with the same cipher.
func (d *dataPort) Lock(_ context.Context, f runner.File, passphrase string) (runner.File, error) {
	plain := f.(memoryFile)
	e := archive.NewEnvelope(f.Size(), []byte("0123456789abcdef"))
	gcm, err := vault.GCM(passphrase, e.Salt, e.Iterations)
	if err != nil {
		return nil, err
	}
	out := e.Head()
	for i := range e.Segments() {
		out = gcm.Seal(out, e.IV(i), plain[i*archive.Segment:i*archive.Segment+e.Length(i)], e.Head())
	}
	return memoryFile(out), nil
}

func (d *dataPort) Unlock(_ context.Context, f runner.File, e archive.Envelope, passphrase string) (runner.File, error) {
	gcm, err := vault.GCM(passphrase, e.Salt, e.Iterations)
	if err != nil {
		return nil, err
	}
	rest := f.(memoryFile)[len(e.Head()):]
	var plain []byte
	for i := range e.Segments() {
		n := e.Length(i) + archive.Tag
		if plain, err = gcm.Open(plain, e.IV(i), rest[:n], e.Head()); err != nil {
			return nil, errors.Join(runner.ErrPassphrase, err)
		}
		rest = rest[n:]
	}
	return memoryFile(plain), nil
}

// done waits until nothing is being done with the data.
func (g *page) done(what string, start func()) runner.Stored {
	g.w.Helper()
	count := func() int {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.dataWorks
	}
	before := count()
	start()
	return g.until(what, func(s runner.Snapshot) bool { return count() > before }).Stored
}

// export is the file that a page hands over.
func (g *page) export(passphrase string) []byte {
	g.w.Helper()
	if s := g.done("it is exported", func() { g.Export(passphrase) }); !s.Fault.Zero() || !s.Exported {
		g.w.Fatalf("not exported: %+v", s)
	}
	g.data.mu.Lock()
	defer g.data.mu.Unlock()
	for name, file := range g.data.saved {
		delete(g.data.saved, name)
		return file
	}
	g.w.Fatal("nothing was saved")
	return nil
}

// choose has the person choose a file.
func (g *page) choose(file []byte) runner.Stored {
	g.w.Helper()
	g.data.mu.Lock()
	g.data.picks = file
	g.data.mu.Unlock()
	return g.done("the file is read", g.ChooseImport)
}

// fails wants the last thing to have failed so.
func (g *page) fails(s runner.Stored, code job.Code, reason archive.Reason) {
	g.w.Helper()
	if s.Fault.Code != code || s.Fault.Reason != string(reason) || s.Offer != nil && code != job.StorageFull && code != job.BadExport {
		g.w.Errorf("%+v, want %s %s", s.Fault, code, reason)
	}
}
