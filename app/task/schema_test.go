package task

import (
	"fmt"
	"testing"
)

// A keyword that were ignored in silence would let arguments pass that the
// Relay refuses.
func TestReadSchema_refuses_what_it_does_not_understand(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"no JSON", `{`},
		{"no object", `true`},
		{"an unknown keyword", `{"maxLength":1}`},
		{"a known keyword in another case", `{"minlength":1}`},
		{"an unknown keyword of a member", `{"properties":{"a":{"pattern":"x"}}}`},
		{"an unknown keyword of an item", `{"items":{"format":"uri"}}`},
		{"an unknown keyword of an alternative", `{"oneOf":[{"const":1}]}`},
		{"an unknown keyword of a definition", `{"items":{"$ref":"#/definitions/a"},"definitions":{"a":{"multipleOf":2}}}`},
		{"an unknown type", `{"type":"float"}`},
		{"a type that is no text", `{"type":[1]}`},
		{"a list of schemas for the items", `{"items":[{}]}`},
		{"a schema that is no object", `{"properties":{"a":true}}`},
		{"a bound that is no number", `{"minimum":"1"}`},
		{"a list in an enum", `{"enum":[[]]}`},
		{"an object in an enum", `{"enum":[{}]}`},
		{"no such definition", `{"items":{"$ref":"#/definitions/a"}}`},
		{"a definition elsewhere", `{"items":{"$ref":"https://example.org/a"},"definitions":{"https://example.org/a":{}}}`},
		{"a definition that refers to itself", `{"items":{"$ref":"#/definitions/a"},"definitions":{"a":{"items":{"$ref":"#/definitions/a"}}}}`},
		{"a keyword beside a reference", `{"items":{"$ref":"#/definitions/a","type":"null"},"definitions":{"a":{}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was read", c.text)
				}
			}()
			readSchema([]byte(c.text))
		})
	}
}

func TestReadSchema_takes_notes_and_shared_definitions(t *testing.T) {
	s := readSchema([]byte(`{
		"$schema": "s", "$comment": "c", "title": "t",
		"properties": {"a": {"$ref": "#/definitions/x"}, "b": {"$ref": "#/definitions/y"}},
		"definitions": {"x": {"type": ["object", "null"]}, "y": {"items": {"$ref": "#/definitions/x"}}}
	}`))
	if a, item := s.properties["a"], s.properties["b"].items; a != item {
		t.Errorf("two readings of one definition: %+v, %+v", a, item)
	}
	if got := fmt.Sprint(s.properties["a"].types); got != "[null object]" {
		t.Errorf("types %s", got)
	}
}

// In our schemas no two alternatives take the same value.
func TestCheck_refuses_what_several_alternatives_take(t *testing.T) {
	s := readSchema([]byte(`{"oneOf":[{"type":"string"},{"type":"number"},{"minimum":5}]}`))
	for value, want := range map[any]string{"x": "oneOf", 1.0: "", 7.0: "oneOf", true: ""} {
		got := ""
		v := s.check(value, nil)
		if v != nil {
			got = v.keyword
			if f := (outline{}).faults(v, nil); len(f) != 1 || f[0].Text != "the document is not accepted" {
				t.Errorf("%v: %+v", value, f)
			}
		}
		if got != want {
			t.Errorf("%v: %q, want %q", value, got, want)
		}
	}
}
