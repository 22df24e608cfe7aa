package task

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// oracle is our schema in the library that the Relay judges with, of a later
// major version.
func oracle(t testing.TB, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("task:schema", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("task:schema")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func oracles(t testing.TB) map[Kind]*jsonschema.Schema {
	return map[Kind]*jsonschema.Schema{SD: oracle(t, sdSchema), GPT: oracle(t, gptSchema)}
}

// namable returns the values that the Relay may name: the first leaf below each
// choice that the library leaves to the order of a map.
func namable(e *jsonschema.ValidationError) [][]string {
	if len(e.Causes) == 0 {
		return [][]string{e.InstanceLocation}
	}
	if _, ok := e.ErrorKind.(*kind.OneOf); ok {
		return namable(e.Causes[0])
	}
	var all [][]string
	for _, c := range e.Causes {
		all = append(all, namable(c)...)
	}
	return all
}

// leaves returns the pointers of what is wrong, those of absent members
// included; ok is false if that depends on a branch.
func leaves(e *jsonschema.ValidationError) (pointers []string, ok bool) {
	switch k := e.ErrorKind.(type) {
	case *kind.OneOf:
		return nil, false
	case *kind.Required:
		for _, m := range k.Missing {
			pointers = append(pointers, join(append(slices.Clone(e.InstanceLocation), m)))
		}
		return pointers, true
	}
	if len(e.Causes) == 0 {
		return []string{join(e.InstanceLocation)}, true
	}
	for _, c := range e.Causes {
		below, ok := leaves(c)
		if !ok {
			return nil, false
		}
		pointers = append(pointers, below...)
	}
	return pointers, true
}

// compare judges args with Validate and with the library. It returns false if
// they do not get as far as a schema.
func compare(t *testing.T, k Kind, o *jsonschema.Schema, args []byte) bool {
	t.Helper()
	var v any
	if readable(args) != nil || json.Unmarshal(args, &v) != nil {
		return false
	}
	got, want := Validate(k, args), o.Validate(v)
	if got == nil && want == nil {
		return true
	}
	var invalid *InvalidError
	var refused *jsonschema.ValidationError
	if !errors.As(got, &invalid) || !errors.As(want, &refused) {
		t.Errorf("%v %s:\n got %v\nwant %v", k, args, got, want)
		return true
	}
	text := newOutline(args)
	start := func(tokens []string) int32 {
		i, _ := text.nearest(tokens)
		return text.places[i].start
	}
	first := slices.MinFunc(namable(refused), func(a, b []string) int { return int(start(a) - start(b)) })
	if invalid.RelayPath != join(first) {
		t.Errorf("%v %s:\nRelay path %q, want %q", k, args, invalid.RelayPath, join(first))
	}
	if pointers, ok := leaves(refused); ok && len(pointers) <= maxFaults {
		var found []string
		for _, f := range invalid.Faults {
			found = append(found, f.Pointer)
		}
		slices.Sort(pointers)
		slices.Sort(found)
		if !slices.Equal(found, pointers) {
			t.Errorf("%v %s:\nfaults at %q, want %q", k, args, found, pointers)
		}
	}
	return true
}

// spellings are values at the edges of the schemas, in the spelling that counts.
var spellings = []string{
	`null`, `true`, `false`, `{}`, `[]`, `""`, `" "`, `"\ud800"`, `"日本"`, `"auto"`, `"canny"`, `"mlsd"`, `"depth_zoe"`, `"openpose"`, `"softedge_hed"`, `"user"`,
	`0`, `-0`, `-0.0`, `1`, `1.0`, `1e0`, `10e-1`, `0.99999999999999999`, `0.9999`, `1.5`, `4`, `4.0`, `8`, `10`, `10.0`, `11`, `20`, `21`, `100`, `1e2`, `101`, `100.00000000000000001`, `100.0000001`,
	`2147483647`, `2147483647.00000001`, `2147483647.000001`, `2147483648`, `-1`, `5e-324`, `9007199254740993`, `1e20`, `1e308`, `-1e308`,
	`{"method":"canny"}`, `{"method":"mlsd","args":{"thr_v":0,"low_threshold":""}}`, `{"role":"user","content":"x"}`, `{"role":"bot"}`, `[{"role":"user","content":1},{}]`,
}

// edit changes args a little for each pair of bytes: a value becomes another
// one of the text or one of the spellings, gets a neighbour of the same name, or
// its member gets another one's name.
func edit(args, edits []byte) []byte {
	for pair := range slices.Chunk(edits, 2) {
		text := newOutline(args)
		if len(pair) < 2 || len(text.places) == 0 {
			break
		}
		at := text.places[int(pair[0])%len(text.places)]
		other := text.places[int(pair[1])%len(text.places)]
		value := []byte(spellings[int(pair[1])%len(spellings)])
		name, _ := json.Marshal(at.name)
		switch pair[0] % 4 {
		case 0:
			args = slices.Concat(args[:at.start], value, args[at.end:])
		case 1:
			args = slices.Concat(args[:at.start], args[other.start:other.end], args[at.end:])
		case 2:
			if at.parent >= 0 && text.opens(at.parent) == '{' {
				value = slices.Concat(name, []byte(":"), value)
			}
			args = slices.Concat(args[:at.end], []byte(","), value, args[at.end:])
		case 3:
			if i := bytes.LastIndex(args[:at.start], name); i >= 0 && other.name != "" {
				renamed, _ := json.Marshal(other.name)
				args = slices.Concat(args[:i], renamed, args[i+len(name):])
			}
		}
	}
	return args
}

func TestValidate_agrees_with_the_library(t *testing.T) {
	const rounds = 10
	random := rand.New(rand.NewPCG(1, 2))
	all := oracles(t)
	judged, valid := 0, 0
	for _, set := range recorded {
		k := set.kind
		for _, c := range schemaCases(t, set.file, set.n) {
			for round := range rounds {
				edits := make([]byte, 2*(round%5))
				for i := range edits {
					edits[i] = byte(random.Uint32())
				}
				args := edit(c.Args, edits)
				if compare(t, k, all[k], args) {
					judged++
					if Validate(k, args) == nil {
						valid++
					}
				}
			}
		}
	}
	t.Logf("%d judged, %d of them valid", judged, valid)
	if judged < 2500 || valid < 500 {
		t.Errorf("%d judged, %d of them valid: the edits have gone wild", judged, valid)
	}
}

// Arguments as they are and after edits get the verdict of the library.
func FuzzValidate_agrees_with_the_library(f *testing.F) {
	for _, set := range recorded {
		for i, c := range schemaCases(f, set.file, set.n) {
			f.Add([]byte(c.Args), []byte{byte(i), byte(2 * i), byte(3 * i), byte(5 * i)})
		}
	}
	all := oracles(f)
	f.Fuzz(func(t *testing.T, args, edits []byte) {
		if len(args) > 10_000 || len(edits) > 16 {
			return
		}
		edited := edit(args, edits)
		for k, o := range all {
			compare(t, k, o, args)
			compare(t, k, o, edited)
		}
	})
}
