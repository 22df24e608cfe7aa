package task

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxFaults is above the number of members of any object of the schemas.
const maxFaults = 32

// relayPath returns the location of the first leaf of the chain of causes,
// which the Relay's message names. Where the Relay names a random one of
// several faults this is the first in the text.
func (o outline) relayPath(v *violation) string {
	for len(v.causes) > 0 {
		causes := v.causes
		if v.keyword != "oneOf" {
			causes = o.inTextOrder(causes)
		}
		v = causes[0]
	}
	return join(v.at)
}

// faults appends what a person has to correct.
func (o outline) faults(v *violation, to []Fault) []Fault {
	if len(to) >= maxFaults {
		return to
	}
	pointer := join(v.at)
	switch {
	case v.keyword == "required":
		for _, m := range v.missing {
			at := pointer + join([]string{m})
			to = append(to, Fault{at, name(at) + " is missing"})
		}
		return to
	case len(v.causes) == 0:
		return append(to, Fault{pointer, name(pointer) + " " + v.demand()})
	case v.keyword == "oneOf":
		return o.preprocess(v, to)
	}
	for _, c := range o.inTextOrder(v.causes) {
		to = o.faults(c, to)
	}
	return to
}

// preprocess follows the one branch that takes the method; the others only
// repeat that the method is not theirs.
func (o outline) preprocess(v *violation, to []Fault) []Fault {
	object, ok := v.value.(map[string]any)
	if !ok {
		return o.faults(v.causes[0], to) // not an object, says every branch
	}
	at := join(v.at) + "/method"
	value, ok := object["method"]
	if !ok {
		return append(to, Fault{at, "method is missing"})
	}
	method, _ := value.(string)
	b := v.schema.branch(method)
	if b < 0 {
		return append(to, Fault{at, "method must be one of " + strings.Join(Methods, ", ")})
	}
	return o.faults(v.causes[b], to)
}

// inTextOrder sorts violations that were found in the random order of a map.
func (o outline) inTextOrder(vs []*violation) []*violation {
	at := func(v *violation) int32 {
		i, _ := o.nearest(v.at)
		return o.places[i].start
	}
	return slices.SortedStableFunc(slices.Values(vs), func(a, b *violation) int { return cmp.Compare(at(a), at(b)) })
}

// demand says in plain words what the schema wants of the value.
func (v *violation) demand() string {
	switch v.keyword {
	case "type":
		return "must be " + strings.Join(v.schema.typeWords(), " or ")
	case "enum":
		return "must be " + choice(v.schema.enum)
	case "minimum", "maximum":
		return "must be " + v.schema.bounds()
	case "minLength":
		return "must not be empty"
	}
	return "is not accepted"
}

func (s *schema) typeWords() []string {
	words := make([]string, len(s.types))
	for i, t := range s.types {
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
			words[i] = strings.TrimSpace("a whole number " + s.bounds())
		default:
			words[i] = t
		}
	}
	return words
}

func (s *schema) bounds() string {
	if s.minimum == nil || s.maximum == nil {
		return ""
	}
	digits := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	return "between " + digits(*s.minimum) + " and " + digits(*s.maximum)
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
