package job

import (
	"encoding/json"
	"fmt"
)

// Encode writes the stored record. (A pointer, because uint256 writes itself as a
// decimal string only when addressable.)
func Encode(s State) ([]byte, error) {
	s.V = Version
	return json.Marshal(&s)
}

// Decode reads a stored record. A record of a later version or with a phase of one,
// or one without identity, is an error; the caller sets it aside and goes on.
func Decode(record []byte) (State, error) {
	var s State
	if err := json.Unmarshal(record, &s); err != nil {
		return State{}, fmt.Errorf("job: record cannot be read: %w", err)
	}
	switch {
	case s.V < 1 || s.V > Version:
		return State{}, fmt.Errorf("job: record has version %d, this page reads up to %d", s.V, Version)
	case s.ID == "" || s.Phase == "":
		return State{}, fmt.Errorf("job: record has no id or phase")
	case !s.Phase.known() || s.From != "" && !s.From.known():
		return State{}, fmt.Errorf("job: record has the phase %q from %q, which this page does not know", s.Phase, s.From)
	case s.Order.Count < 0 || s.Order.Count > MaxFiles:
		return State{}, fmt.Errorf("job: record has %d files, at most %d are possible", s.Order.Count, MaxFiles)
	}
	return s, nil
}
