package chain

import (
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// fields reads the members of a JSON object that are needed and ignores the
// others, of which every node has its own. The first mistake sticks and every
// later value is zero, so callers check err once at the end.
type fields struct {
	members map[string]json.RawMessage
	err     error
}

func newFields(raw json.RawMessage) *fields {
	f := &fields{}
	if json.Unmarshal(raw, &f.members) != nil || f.members == nil {
		f.err = malformed("object", raw)
	}
	return f
}

// isNull tells the answer of a node that does not know the thing asked for.
func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// has reports whether a member is there and not null.
func (f *fields) has(name string) bool {
	raw, ok := f.members[name]
	return ok && !isNull(raw)
}

func (f *fields) uint64(name string) uint64          { return field(f, name, parseUint64) }
func (f *fields) amount(name string) uint256.Int     { return field(f, name, parseAmount) }
func (f *fields) hash(name string) common.Hash       { return field(f, name, parseHash) }
func (f *fields) address(name string) common.Address { return field(f, name, parseAddress) }
func (f *fields) data(name string) []byte            { return field(f, name, parseData) }

func field[T any](f *fields, name string, parse func(json.RawMessage) (T, error)) (value T) {
	if f.err != nil {
		return value
	}
	value, err := parse(f.members[name])
	if err != nil {
		f.err = fmt.Errorf("%s: %w", name, err)
		var zero T
		return zero
	}
	return value
}

// listOf parses a JSON array; null is an error.
func listOf[T any](parse func(json.RawMessage) (T, error)) func(json.RawMessage) ([]T, error) {
	return func(raw json.RawMessage) ([]T, error) {
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil || items == nil {
			return nil, malformed("list", raw)
		}
		values := make([]T, len(items))
		for i, item := range items {
			value, err := parse(item)
			if err != nil {
				return nil, err
			}
			values[i] = value
		}
		return values, nil
	}
}
