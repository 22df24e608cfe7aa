package task

import (
	"bytes"
	_ "embed"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema/sd.json
var sdSchema []byte

//go:embed schema/gpt.json
var gptSchema []byte

// The schemas are compiled at their first use, not while the page starts.
// They say draft-07 because its meta-schema compiles three times as fast as
// that of the Relay's draft 2020-12; for the words used here the two agree.
var (
	sdOnce  = sync.OnceValue(func() *schema { return compile("task:sd", sdSchema) })
	gptOnce = sync.OnceValue(func() *schema { return compile("task:gpt", gptSchema) })
)

// schema is a compiled schema together with its parts by their location, which
// is what an error of the validator names.
type schema struct {
	root *jsonschema.Schema
	at   map[string]*jsonschema.Schema
}

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

// compile panics on a bad schema: they are part of the program.
func compile(url string, text []byte) *schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nil) // nothing is read from files or the network
	if err := c.AddResource(url, doc); err != nil {
		panic(err)
	}
	s := &schema{root: c.MustCompile(url), at: map[string]*jsonschema.Schema{}}
	s.index(s.root)
	return s
}

func (s *schema) index(part *jsonschema.Schema) {
	if part == nil || s.at[part.Location] != nil {
		return
	}
	s.at[part.Location] = part
	s.index(part.Ref)
	s.index(items(part))
	for _, p := range part.Properties {
		s.index(p)
	}
	for _, p := range part.OneOf {
		s.index(p)
	}
}

// items returns the schema of a list's items, nil if part is no list.
func items(part *jsonschema.Schema) *jsonschema.Schema {
	s, _ := part.Items.(*jsonschema.Schema)
	return s
}

// branch returns which alternative of part takes the preprocess method, -1 if
// none does.
func branch(part *jsonschema.Schema, method string) int {
	for i, alt := range part.OneOf {
		m := alt.Properties["method"]
		if m == nil || m.Enum == nil {
			continue
		}
		for _, v := range m.Enum.Values {
			if v == method {
				return i
			}
		}
	}
	return -1
}
