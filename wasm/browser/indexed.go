//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"syscall/js"

	"github.com/hack-pad/go-indexeddb/idb"
)

// indexed is a shelf in IndexedDB. Values are Uint8Arrays, keys are strings.
type indexed struct {
	name   string
	stores []string

	mu sync.Mutex
	db *idb.Database // replaced when another tab's upgrade closed it
}

// openAttempts bounds the race of two tabs that upgrade at once.
const openAttempts = 3

func openIndexed(ctx context.Context, name string, stores []string) (*indexed, error) {
	db, err := openDatabase(ctx, name, stores)
	if err != nil {
		return nil, err
	}
	return &indexed{name: name, stores: stores, db: db}, nil
}

// openDatabase opens the newest version and, if a store is missing in it, the
// next one with the missing stores added.
func openDatabase(ctx context.Context, name string, stores []string) (*idb.Database, error) {
	// idb panics without it, and reads it in a way that a getter which throws
	// (a blocked frame) would end the program.
	if !property(js.Global(), "indexedDB").Truthy() {
		return nil, errors.New("no IndexedDB")
	}
	var version uint // 0: whatever is there
	for range openAttempts {
		db, err := openVersion(ctx, name, version, stores)
		if isException(err, "VersionError") {
			version = 0
			continue
		}
		if err != nil {
			return nil, err
		}
		names, err := db.ObjectStoreNames()
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(stores, func(s string) bool { return !slices.Contains(names, s) }) {
			return db, nil
		}
		current, err := db.Version()
		if err != nil {
			return nil, err
		}
		_ = db.Close() // it would block the upgrade; it has no other use any more
		version = current + 1
	}
	return nil, errors.New("another tab keeps changing the database")
}

func openVersion(ctx context.Context, name string, version uint, stores []string) (*idb.Database, error) {
	request, err := idb.Global().Open(ctx, name, version, func(db *idb.Database, _, _ uint) error {
		names, err := db.ObjectStoreNames()
		if err != nil {
			return err
		}
		for _, s := range stores {
			if slices.Contains(names, s) {
				continue
			}
			if _, err := db.CreateObjectStore(s, idb.ObjectStoreOptions{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	db, err := request.Await(ctx)
	if ctx.Err() != nil { // Await does not say so
		return nil, ctx.Err()
	}
	return db, err
}

func (x *indexed) get(ctx context.Context, store, key string) (value []byte, ok bool, err error) {
	err = x.transact(ctx, idb.TransactionReadOnly, []string{store}, func(t *idb.Transaction) error {
		value, ok, err = read(ctx, t, store, key)
		return err
	})
	return value, ok, err
}

// read is one value within a transaction, which goes on: whoever was waiting runs
// before the event of the answer is over.
func read(ctx context.Context, t *idb.Transaction, store, key string) (value []byte, ok bool, err error) {
	s, err := t.ObjectStore(store)
	if err != nil {
		return nil, false, err
	}
	request, err := s.Get(js.ValueOf(key))
	if err != nil {
		return nil, false, err
	}
	v, err := request.Await(ctx)
	if err := errors.Join(err, ctx.Err()); err != nil {
		return nil, false, err
	}
	if v.IsUndefined() {
		return nil, false, nil
	}
	value, err = bytesOf(v)
	return value, err == nil, err
}

func (x *indexed) list(ctx context.Context, store string) (records []Record, err error) {
	err = x.transact(ctx, idb.TransactionReadOnly, []string{store}, func(t *idb.Transaction) error {
		records = nil
		s, err := t.ObjectStore(store)
		if err != nil {
			return err
		}
		cursor, err := s.OpenCursor(idb.CursorNext)
		if err != nil {
			return err
		}
		err = cursor.Iter(ctx, func(c *idb.CursorWithValue) error {
			key, err := c.Key()
			if err != nil {
				return err
			}
			v, err := c.Value()
			if err != nil {
				return err
			}
			value, err := bytesOf(v)
			if err != nil {
				return err
			}
			records = append(records, Record{store, key.String(), value})
			return nil
		})
		return errors.Join(err, ctx.Err())
	})
	return records, err
}

func (x *indexed) keys(ctx context.Context, store string) (keys []string, err error) {
	err = x.transact(ctx, idb.TransactionReadOnly, []string{store}, func(t *idb.Transaction) error {
		s, err := t.ObjectStore(store)
		if err != nil {
			return err
		}
		request, err := s.GetAllKeys()
		if err != nil {
			return err
		}
		list, err := request.Await(ctx)
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		for _, key := range list {
			keys = append(keys, key.String())
		}
		return nil
	})
	return keys, err
}

func (x *indexed) put(ctx context.Context, guard *Guard, records []Record) error {
	var stores []string
	if guard != nil {
		stores = append(stores, guard.Store)
	}
	for _, r := range records {
		if !slices.Contains(stores, r.Store) {
			stores = append(stores, r.Store)
		}
	}
	mode := idb.TransactionReadWrite
	if len(records) == 0 {
		mode = idb.TransactionReadOnly
	}
	return x.change(ctx, mode, stores, func(t *idb.Transaction) error {
		if guard != nil {
			if value, _, err := read(ctx, t, guard.Store, guard.Key); err != nil {
				return err
			} else if numberOf(value) != guard.Is {
				return ErrGuard
			}
		}
		// All requests are made before the next wait: a transaction ends by itself once
		// it is idle.
		for _, r := range records {
			if err := request(t, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (x *indexed) add(ctx context.Context, store, key string) (n uint64, err error) {
	err = x.change(ctx, idb.TransactionReadWrite, []string{store}, func(t *idb.Transaction) error {
		value, _, err := read(ctx, t, store, key)
		if err != nil {
			return err
		}
		n = numberOf(value) + 1
		return request(t, Record{store, key, strconv.AppendUint(nil, n, 10)})
	})
	return n, err
}

// change makes requests in one transaction and waits until it is on disk, or takes all
// of them back.
func (x *indexed) change(ctx context.Context, mode idb.TransactionMode, stores []string, make func(*idb.Transaction) error) error {
	err := x.transact(ctx, mode, stores, func(t *idb.Transaction) error {
		if err := make(t); err != nil {
			_ = t.Abort() // err says why
			return err
		}
		if mode == idb.TransactionReadOnly {
			return nil
		}
		return t.Await(ctx)
	})
	if isException(err, "QuotaExceededError") {
		return fmt.Errorf("%w: %w", ErrStorageFull, err)
	}
	return err
}

func request(t *idb.Transaction, r Record) error {
	s, err := t.ObjectStore(r.Store)
	if err != nil {
		return err
	}
	if r.Value == nil {
		_, err = s.Delete(js.ValueOf(r.Key))
		return err
	}
	value, err := newBytes(r.Value)
	if err != nil {
		return err
	}
	_, err = s.PutKey(js.ValueOf(r.Key), value)
	return err
}

// transact runs f in a transaction. If the connection turns out to be closed
// (an upgrade in another tab, a storage process that was restarted), it opens
// a new one and starts again, once; f has done nothing by then.
func (x *indexed) transact(ctx context.Context, mode idb.TransactionMode, stores []string, f func(*idb.Transaction) error) error {
	t, err := x.begin(mode, stores)
	if isException(err, "InvalidStateError") {
		db, openErr := openDatabase(ctx, x.name, x.stores)
		if openErr != nil {
			return openErr
		}
		x.mu.Lock()
		x.db = db
		x.mu.Unlock()
		t, err = x.begin(mode, stores)
	}
	if err != nil {
		return err
	}
	return f(t)
}

func (x *indexed) begin(mode idb.TransactionMode, stores []string) (*idb.Transaction, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.db.TransactionWithOptions(idb.TransactionOptions{
		Mode:       mode,
		Durability: idb.DurabilityStrict, // saved before sent: really on disk
	}, stores[0], stores[1:]...)
}

func (x *indexed) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	_ = x.db.Close() // closing twice is fine
}

// isException finds a DOMException by name. Exceptions that a request reports
// are idb's own type; those that a call throws stay what syscall/js made of
// them, since idb does not look through the wrapping of safejs 0.1.0.
func isException(err error, name string) bool {
	var thrown js.Error
	if errors.As(err, &thrown) {
		return text(thrown.Value, "name") == name
	}
	return errors.Is(err, idb.NewDOMException(name))
}
