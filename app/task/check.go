package task

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// violation is a value that breaks a schema, or that holds such values.
type violation struct {
	at      []string // the tokens of the value's pointer
	value   any
	schema  *schema
	keyword string       // the one that is broken; "" if more than one is
	missing []string     // members, of required
	causes  []*violation // of oneOf: one for each alternative in its order, none if several take the value; of "": what is broken, in no order
}

// check judges a value that encoding/json has decoded; nil says that it is
// valid. Where the type or the choice is wrong the rest is not looked at.
func (s *schema) check(value any, at []string) *violation {
	fails := func(keyword string) *violation {
		return &violation{at: slices.Clone(at), value: value, schema: s, keyword: keyword}
	}
	if s.types != nil && !slices.ContainsFunc(s.types, func(t string) bool { return hasType(value, t) }) {
		return fails("type")
	}
	if s.enum != nil && !slices.Contains(s.enum, value) {
		return fails("enum")
	}
	var found []*violation
	add := func(v *violation) {
		if v != nil {
			found = append(found, v)
		}
	}
	switch value := value.(type) {
	case map[string]any:
		if missing := s.missing(value); missing != nil {
			v := fails("required")
			v.missing = missing
			add(v)
		}
		for name, part := range s.properties {
			if member, ok := value[name]; ok {
				add(part.check(member, append(at, name)))
			}
		}
	case []any:
		for i, item := range value {
			if s.items == nil || len(found) == maxFaults {
				break
			}
			add(s.items.check(item, append(at, strconv.Itoa(i))))
		}
	case string:
		if utf8.RuneCountInString(value) < s.minLength {
			add(fails("minLength"))
		}
	case float64:
		if s.minimum != nil && value < *s.minimum {
			add(fails("minimum"))
		}
		if s.maximum != nil && value > *s.maximum {
			add(fails("maximum"))
		}
	}
	if s.oneOf != nil {
		v, taken := fails("oneOf"), 0
		for _, alternative := range s.oneOf {
			if cause := alternative.check(value, at); cause != nil {
				v.causes = append(v.causes, cause)
			} else {
				taken++
			}
		}
		if taken > 1 {
			v.causes = nil
		}
		if taken != 1 {
			add(v)
		}
	}
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	}
	v := fails("")
	v.causes = found
	return v
}

// missing returns the required members that object lacks.
func (s *schema) missing(object map[string]any) []string {
	var names []string
	for _, name := range s.required {
		if _, ok := object[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// hasType says whether a decoded value is of a type of JSON Schema.
func hasType(value any, name string) bool {
	switch v := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && v == math.Trunc(v)
	case string:
		return name == "string"
	case []any:
		return name == "array"
	}
	return name == "object"
}
