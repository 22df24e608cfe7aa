package task

import (
	"encoding/json"
	"fmt"
	"strings"
)

// MaxBytes is the size from which arguments are refused unread. Nodes run
// nothing above 128 KiB (see [Warnings]); the Relay takes up to 32 MiB.
const MaxBytes = 2 << 20

// InvalidError says why the Relay would refuse arguments with status 400
// (protocol.md B.2).
type InvalidError struct {
	// RelayPath is the JSON pointer that the Relay names; "" is the document.
	// For a preprocess method other than canny it is always that of the
	// method, whatever is wrong (protocol.md D.5).
	RelayPath string

	// Faults are all that is wrong, in the order of the text, at most 32; never
	// empty. The first one is the one to show if there is room for one.
	Faults []Fault
}

// Fault is one thing to correct.
type Fault struct {
	Pointer string // JSON pointer; that of the absent member if one is missing
	Text    string // for the person, without capital and full stop
}

func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		texts[i] = f.Text
	}
	return "task: invalid arguments: " + strings.Join(texts, "; ")
}

// Validate says whether the Relay takes args for a task of this kind. It
// returns nil, a [*SyntaxError] if args are not JSON, an [*InvalidError] if
// they break the schema, or another error for a kind that does not exist.
//
// Numbers are read as float64 first, as the Relay does, so 2147483647.00000001
// is a whole number and 1e400 is none at all.
func Validate(kind Kind, args []byte) error {
	s := schemaOf(kind)
	if s == nil {
		return fmt.Errorf("task: no schema for %v", kind)
	}
	if err := readable(args); err != nil {
		return err
	}
	var v any
	if err := json.Unmarshal(args, &v); err != nil {
		return syntaxError(args, err)
	}
	broken := s.check(v, nil)
	if broken == nil {
		return nil
	}
	o := newOutline(args)
	faults := o.faults(broken, nil)
	return &InvalidError{RelayPath: o.relayPath(broken), Faults: faults[:min(len(faults), maxFaults)]}
}
