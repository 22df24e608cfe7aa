//go:build js && wasm

package browser

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
)

// memory is a shelf that ends with the page.
type memory struct {
	mu     sync.Mutex
	stores map[string]map[string][]byte
}

func newMemory(stores []string) *memory {
	m := &memory{stores: make(map[string]map[string][]byte)}
	for _, s := range stores {
		m.stores[s] = make(map[string][]byte)
	}
	return m
}

func (m *memory) get(_ context.Context, store, key string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values, ok := m.stores[store]
	if !ok {
		return nil, false, fmt.Errorf("no store %q", store)
	}
	value, ok := values[key]
	return bytes.Clone(value), ok, nil
}

func (m *memory) list(_ context.Context, store string) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values, ok := m.stores[store]
	if !ok {
		return nil, fmt.Errorf("no store %q", store)
	}
	var records []Record
	for _, key := range slices.Sorted(maps.Keys(values)) {
		records = append(records, Record{store, key, bytes.Clone(values[key])})
	}
	return records, nil
}

func (m *memory) keys(_ context.Context, store string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values, ok := m.stores[store]
	if !ok {
		return nil, fmt.Errorf("no store %q", store)
	}
	return slices.Sorted(maps.Keys(values)), nil
}

func (m *memory) put(_ context.Context, guard *Guard, records []Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if guard != nil && numberOf(m.stores[guard.Store][guard.Key]) != guard.Is {
		return ErrGuard
	}
	for _, r := range records {
		if _, ok := m.stores[r.Store]; !ok {
			return fmt.Errorf("no store %q", r.Store)
		}
	}
	for _, r := range records {
		if r.Value == nil {
			delete(m.stores[r.Store], r.Key)
		} else {
			m.stores[r.Store][r.Key] = bytes.Clone(r.Value)
		}
	}
	return nil
}

func (m *memory) add(_ context.Context, store, key string) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values, ok := m.stores[store]
	if !ok {
		return 0, fmt.Errorf("no store %q", store)
	}
	n := numberOf(values[key]) + 1
	values[key] = strconv.AppendUint(nil, n, 10)
	return n, nil
}

func (m *memory) close() {}
