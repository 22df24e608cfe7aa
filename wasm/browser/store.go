//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrStorageFull is a value that was not saved because the browser gives this
// page no more room.
var ErrStorageFull = errors.New("the browser's storage is full")

// ErrGuard is a change that was not made because its Guard has another number.
var ErrGuard = errors.New("another tab has changed the number of the guard")

// Guard is a number in the store, as a decimal text, that says who may change it.
type Guard struct {
	Store, Key string
	Is         uint64 // what it has to be
}

// openTimeout bounds the wait for a database that another tab keeps blocked,
// or that a broken profile never opens. It is long: without the database tasks that
// were paid for are out of sight, and a busy device can take its time.
const openTimeout = 30 * time.Second

// Record is one value under its key in one store.
type Record struct {
	Store string
	Key   string
	Value []byte // nil deletes the key
}

// Store keeps bytes by store and key: in IndexedDB, or in memory where the
// browser refuses storage (a private frame, a blocked site).
type Store struct {
	shelf   shelf
	refused error
}

// shelf is what Store needs; indexed and memory are the two.
type shelf interface {
	get(ctx context.Context, store, key string) ([]byte, bool, error)
	list(ctx context.Context, store string) ([]Record, error)
	keys(ctx context.Context, store string) ([]string, error)
	// put saves if the guard holds; nil = it always does. Without records it only looks.
	put(ctx context.Context, guard *Guard, records []Record) error
	// add adds one to a number and returns it.
	add(ctx context.Context, store, key string) (uint64, error)
	close()
}

// Open opens the database name with these stores and makes what is missing.
// If storage is refused the Store lives in memory; the only error is that of
// ctx.
func Open(ctx context.Context, name string, stores []string) (*Store, error) {
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	db, err := openIndexed(opening, name, stores)
	if err == nil {
		return &Store{shelf: db}, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return &Store{shelf: newMemory(stores), refused: err}, nil
}

// Persistent reports whether what is put here survives a reload.
func (s *Store) Persistent() bool { return s.refused == nil }

// Refused says why the Store is not persistent; nil if it is.
func (s *Store) Refused() error { return s.refused }

// Get reads one value; false if there is none.
func (s *Store) Get(ctx context.Context, store, key string) ([]byte, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	return s.shelf.get(ctx, store, key)
}

// List reads a whole store, ordered by key.
func (s *Store) List(ctx context.Context, store string) ([]Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.shelf.list(ctx, store)
}

// Put saves one value. When it returns nil the value is on disk.
func (s *Store) Put(ctx context.Context, store, key string, value []byte) error {
	return s.PutAll(ctx, []Record{{store, key, present(value)}})
}

// Delete removes one key; a missing one is fine.
func (s *Store) Delete(ctx context.Context, store, key string) error {
	return s.PutAll(ctx, []Record{{store, key, nil}})
}

// PutAll saves and deletes in several stores at once: all of it, or nothing
// and an error. When it returns nil everything is on disk. When ctx ends first
// it is unknown whether the records were saved.
func (s *Store) PutAll(ctx context.Context, records []Record) error {
	if len(records) == 0 {
		return ctx.Err()
	}
	return s.put(ctx, nil, records)
}

// PutGuarded is PutAll if the guard has its number, which is looked at in the same
// transaction: no other tab can change it in between. Otherwise nothing is changed, and
// the error is ErrGuard. Without records the guard is looked at, and that is all.
func (s *Store) PutGuarded(ctx context.Context, guard Guard, records []Record) error {
	return s.put(ctx, &guard, records)
}

func (s *Store) put(ctx context.Context, guard *Guard, records []Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.shelf.put(ctx, guard, records)
	if err != nil && len(records) > 0 {
		return fmt.Errorf("saving to %s: %w", records[0].Store, err)
	}
	return err
}

// Add adds one to the number under a key, 0 where there is none, and returns it. No
// two tabs get the same one.
func (s *Store) Add(ctx context.Context, store, key string) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return s.shelf.add(ctx, store, key)
}

// numberOf reads a number that add wrote; what is none is 0.
func numberOf(value []byte) uint64 {
	n, err := strconv.ParseUint(string(value), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Keys lists the keys of a store, in order, without reading the values.
func (s *Store) Keys(ctx context.Context, store string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.shelf.keys(ctx, store)
}

// Close ends the connection; it is not needed before the page goes away.
func (s *Store) Close() { s.shelf.close() }

// present makes an empty value differ from a missing one.
func present(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
