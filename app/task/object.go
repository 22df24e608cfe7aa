package task

import (
	"encoding/json"
	"math"
	"strconv"
)

// object is a JSON object read leniently, member by member: a member that is
// absent, null or of another type reads as absent. Names are exact and the last
// of two equal ones counts, as for the nodes; a Go struct would do neither.
type object map[string]json.RawMessage

// readObject returns a [*SyntaxError] or [*InvalidError] if args are no JSON
// object.
func readObject(args []byte) (object, error) {
	if err := readable(args); err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(args, &o); err != nil || o == nil {
		var any json.RawMessage
		if err := json.Unmarshal(args, &any); err != nil {
			return nil, syntaxError(args, err)
		}
		return nil, &InvalidError{Faults: []Fault{{"", "the document must be an object: { … }"}}}
	}
	return o, nil
}

func (o object) object(name string) object {
	var v object
	if json.Unmarshal(o[name], &v) != nil {
		return nil
	}
	return v
}

func (o object) list(name string) []json.RawMessage {
	var v []json.RawMessage
	if json.Unmarshal(o[name], &v) != nil {
		return nil
	}
	return v
}

func (o object) text(name string) string {
	var v string
	if json.Unmarshal(o[name], &v) != nil {
		return ""
	}
	return v
}

func (o object) flag(name string) *bool {
	var v *bool
	if json.Unmarshal(o[name], &v) != nil {
		return nil
	}
	return v
}

func (o object) number(name string) *float64 {
	var v *float64
	if json.Unmarshal(o[name], &v) != nil {
		return nil
	}
	return v
}

// whole reads a whole number in any spelling that the schemas take: 100, 1e2,
// 100.0. One outside int64 reads as absent.
func (o object) whole(name string) *int64 {
	if n, err := strconv.ParseInt(string(o[name]), 10, 64); err == nil {
		return &n
	}
	f := o.number(name)
	if f == nil || *f != math.Trunc(*f) || math.Abs(*f) >= 1<<63 {
		return nil
	}
	n := int64(*f)
	return &n
}

func (o object) wholeInt(name string) *int {
	n := o.whole(name)
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

// intOr returns the number, or what stands for an absent one.
func (o object) intOr(name string, absent int) int {
	if n := o.wholeInt(name); n != nil {
		return *n
	}
	return absent
}
