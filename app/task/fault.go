package task

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// maxFaults is above the number of members of any object of the schemas.
const maxFaults = 32

// reading puts the validator's tree of causes beside the text that it is about.
type reading struct {
	schema  *schema
	outline outline
}

// relayPath returns the location of the first leaf of the chain of causes,
// which the Relay's message names. Where the Relay names a random one of
// several faults this is the first in the text.
func (r reading) relayPath(e *jsonschema.ValidationError) string {
	for len(e.Causes) > 0 {
		causes := e.Causes
		if _, ok := e.ErrorKind.(*kind.OneOf); !ok {
			causes = r.inTextOrder(causes)
		}
		e = causes[0]
	}
	return join(e.InstanceLocation)
}

// faults appends what a person has to correct.
func (r reading) faults(e *jsonschema.ValidationError, to []Fault) []Fault {
	if len(to) >= maxFaults {
		return to
	}
	pointer := join(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.OneOf:
		return r.preprocess(e, to)
	case *kind.Required:
		for _, m := range k.Missing {
			at := pointer + join([]string{m})
			to = append(to, Fault{at, name(at) + " is missing"})
		}
		return to
	}
	if len(e.Causes) == 0 {
		return append(to, Fault{pointer, name(pointer) + " " + demand(e.ErrorKind, r.schema.at[e.SchemaURL])})
	}
	for _, c := range r.inTextOrder(e.Causes) {
		to = r.faults(c, to)
	}
	return to
}

// preprocess follows the one branch that takes the method; the others only
// repeat that the method is not theirs.
func (r reading) preprocess(e *jsonschema.ValidationError, to []Fault) []Fault {
	part := r.schema.at[e.SchemaURL]
	i, _ := r.outline.nearest(e.InstanceLocation)
	if r.outline.opens(i) != '{' {
		return r.faults(e.Causes[0], to) // not an object, says every branch
	}
	at := join(e.InstanceLocation) + "/method"
	method := r.outline.child(i, "method")
	if method < 0 {
		return append(to, Fault{at, "method is missing"})
	}
	b := branch(part, r.outline.textAt(method))
	if b < 0 || b >= len(e.Causes) {
		return append(to, Fault{at, "method must be one of " + strings.Join(Methods, ", ")})
	}
	return r.faults(e.Causes[b], to)
}

// inTextOrder sorts causes that the validator found in the random order of a
// map. Items of a list come sorted, so it may cut where a list has many.
func (r reading) inTextOrder(causes []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(causes) < 2 {
		return causes
	}
	at := func(e *jsonschema.ValidationError) int32 {
		i, _ := r.outline.nearest(e.InstanceLocation)
		return r.outline.places[i].start
	}
	sorted := slices.Clone(causes[:min(len(causes), maxFaults)])
	slices.SortStableFunc(sorted, func(a, b *jsonschema.ValidationError) int { return cmp.Compare(at(a), at(b)) })
	return sorted
}

// demand says in plain words what part wants of a value that failed at k.
func demand(k jsonschema.ErrorKind, part *jsonschema.Schema) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be " + strings.Join(types(k.Want, part), " or ")
	case *kind.Enum:
		return "must be " + choice(k.Want)
	case *kind.Minimum, *kind.Maximum:
		return "must be " + bounds(part)
	case *kind.MinLength:
		return "must not be empty"
	}
	return "is not accepted"
}

func types(want []string, part *jsonschema.Schema) []string {
	words := make([]string, len(want))
	for i, t := range want {
		switch t {
		case "object":
			words[i] = "an object: { … }"
		case "array":
			words[i] = "a list: [ … ]"
		case "string":
			words[i] = `a text: "…"`
		case "boolean":
			words[i] = "true or false"
		case "number":
			words[i] = "a number"
		case "integer":
			words[i] = strings.TrimSpace("a whole number " + bounds(part))
		default:
			words[i] = t
		}
	}
	return words
}

func bounds(part *jsonschema.Schema) string {
	if part == nil || part.Minimum == nil || part.Maximum == nil {
		return ""
	}
	whole := func(r *big.Rat) string { return r.RatString() }
	return "between " + whole(part.Minimum) + " and " + whole(part.Maximum)
}

func choice(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
		if v == nil {
			words[i] = "null"
		}
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return words[0]
}
