package task

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed schema/sd.json
var sdSchema []byte

//go:embed schema/gpt.json
var gptSchema []byte

// The schemas are read at their first use, not while the page starts.
var (
	sdOnce  = sync.OnceValue(func() *schema { return readSchema(sdSchema) })
	gptOnce = sync.OnceValue(func() *schema { return readSchema(gptSchema) })
)

// schemaOf returns nil for a kind that generation 1 does not have.
func schemaOf(k Kind) *schema {
	switch k {
	case SD:
		return sdOnce()
	case GPT:
		return gptOnce()
	}
	return nil
}

// schema is what a value must be: a JSON Schema (draft-07) of the keywords that
// ours use. One that is absent demands nothing.
type schema struct {
	types            []string // any of them, in the order of typeNames
	enum             []any    // any of them
	required         []string
	properties       map[string]*schema
	items            *schema
	minimum, maximum *float64
	minLength        int // code points
	oneOf            []*schema
}

// typeNames are in the order in which a person is told of them.
var typeNames = []string{"null", "boolean", "number", "integer", "string", "array", "object"}

// readSchema panics on what it does not understand to the last word: schemas
// are part of the program, and an ignored keyword would let arguments pass that
// the Relay refuses.
func readSchema(text []byte) *schema {
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		panic(err)
	}
	definitions, _ := root["definitions"].(map[string]any)
	return schemaReader{definitions, map[string]*schema{}}.read(root)
}

type schemaReader struct {
	definitions map[string]any
	done        map[string]*schema // nil: begun
}

func (r schemaReader) read(value any) *schema {
	keywords := value.(map[string]any)
	if ref, ok := keywords["$ref"]; ok {
		if len(keywords) > 1 {
			panic("task: draft-07 ignores what stands beside a $ref")
		}
		return r.refer(ref.(string))
	}
	s := &schema{}
	for keyword, value := range keywords {
		switch keyword {
		case "$schema", "$comment", "title": // for people
		case "definitions": // read where something refers to them
		case "type":
			s.types = readTypes(value)
		case "enum":
			s.enum = readEnum(value)
		case "required":
			s.required = readTexts(value)
		case "properties":
			s.properties = map[string]*schema{}
			for name, part := range value.(map[string]any) {
				s.properties[name] = r.read(part)
			}
		case "items":
			s.items = r.read(value)
		case "minimum":
			n := value.(float64)
			s.minimum = &n
		case "maximum":
			n := value.(float64)
			s.maximum = &n
		case "minLength":
			s.minLength = int(value.(float64))
		case "oneOf":
			for _, part := range value.([]any) {
				s.oneOf = append(s.oneOf, r.read(part))
			}
		default:
			panic(fmt.Sprintf("task: no code for the keyword %q of a schema", keyword))
		}
	}
	return s
}

// refer returns the definition at ref.
func (r schemaReader) refer(ref string) *schema {
	name, local := strings.CutPrefix(ref, "#/definitions/")
	part, known := r.definitions[name]
	if !local || !known {
		panic(fmt.Sprintf("task: no definition at %s", ref))
	}
	s, begun := r.done[name]
	if !begun {
		r.done[name] = nil
		s = r.read(part)
		r.done[name] = s
	}
	if s == nil {
		panic(fmt.Sprintf("task: the definition at %s refers to itself", ref))
	}
	return s
}

// readTypes takes one name or a list of names.
func readTypes(value any) []string {
	if name, ok := value.(string); ok {
		value = []any{name}
	}
	types := readTexts(value)
	for _, t := range types {
		if !slices.Contains(typeNames, t) {
			panic(fmt.Sprintf("task: no code for the type %q of a schema", t))
		}
	}
	slices.SortFunc(types, func(a, b string) int {
		return slices.Index(typeNames, a) - slices.Index(typeNames, b)
	})
	return types
}

func readTexts(value any) []string {
	var texts []string
	for _, v := range value.([]any) {
		texts = append(texts, v.(string))
	}
	return texts
}

// readEnum takes what == compares.
func readEnum(value any) []any {
	values := value.([]any)
	for _, v := range values {
		switch v.(type) {
		case []any, map[string]any:
			panic("task: no code for a list or an object in an enum of a schema")
		}
	}
	return values
}

// branch returns which alternative of s takes the preprocess method, -1 if
// none does.
func (s *schema) branch(method string) int {
	return slices.IndexFunc(s.oneOf, func(alternative *schema) bool {
		m := alternative.properties["method"]
		return m != nil && slices.Contains(m.enum, any(method))
	})
}
