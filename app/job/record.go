package job

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNewer is a record that a newer version of this page has written.
var ErrNewer = errors.New("job: the record was written by a newer version of this page")

// migrations[n] makes a record of version n+2 of one of version n+1. What every
// version looked like is in testdata.
var migrations [Version - 1]func(record []byte) ([]byte, error)

// migrated is a record in the present version. Errors: ErrNewer, and that of a record
// without a version.
func migrated(record []byte) ([]byte, error) {
	var of struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(record, &of); err != nil {
		return nil, fmt.Errorf("job: record cannot be read: %w", err)
	}
	switch {
	case of.V > Version:
		return nil, fmt.Errorf("%w: %d", ErrNewer, of.V)
	case of.V < 1:
		return nil, fmt.Errorf("job: record has version %d", of.V)
	}
	for _, migrate := range migrations[of.V-1:] {
		var err error
		if record, err = migrate(record); err != nil {
			return nil, err
		}
	}
	return record, nil
}

// Encode writes the stored record. (A pointer, because uint256 writes itself as a
// decimal string only when addressable.)
func Encode(s State) ([]byte, error) {
	s.V = Version
	return json.Marshal(&s)
}

// Decode reads a stored record of this or an earlier version. A record of a later
// version is ErrNewer; one with a phase that this page does not know, or without
// identity, is another error. The caller sets it aside and goes on.
func Decode(record []byte) (State, error) {
	var s State
	record, err := migrated(record)
	if err != nil {
		return State{}, err
	}
	if err := json.Unmarshal(record, &s); err != nil {
		return State{}, fmt.Errorf("job: record cannot be read: %w", err)
	}
	s.V = Version
	switch {
	case s.ID == "" || s.Phase == "":
		return State{}, fmt.Errorf("job: record has no id or phase")
	case !s.Phase.known() || s.From != "" && !s.From.known():
		return State{}, fmt.Errorf("job: record has the phase %q from %q, which this page does not know", s.Phase, s.From)
	case s.Order.Count < 0 || s.Order.Count > MaxFiles:
		return State{}, fmt.Errorf("job: record has %d files, at most %d are possible", s.Order.Count, MaxFiles)
	}
	return s, nil
}
