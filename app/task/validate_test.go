package task

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// schemaCase is a document with the verdict of the Relay's own validator
// (protocol.md D.5). Path "" is the document, null means valid.
type schemaCase struct {
	Name  string          `json:"name"`
	Args  json.RawMessage `json:"args"` // raw: the spelling of numbers counts
	Valid bool            `json:"valid"`
	Path  *string         `json:"error_path"`
}

// recorded are the files of schema cases.
var recorded = []struct {
	kind Kind
	file string
	n    int
}{{SD, "schema_sd.json", 251}, {GPT, "schema_gpt.json", 154}}

func schemaCases(t testing.TB, file string, want int) []schemaCase {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []schemaCase
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != want {
		t.Fatalf("%s holds %d cases, want %d", file, len(cases), want)
	}
	return cases
}

func TestValidate_agrees_with_the_Relay(t *testing.T) {
	for _, set := range recorded {
		for _, c := range schemaCases(t, set.file, set.n) {
			t.Run(set.kind.String()+"/"+c.Name, func(t *testing.T) {
				err := Validate(set.kind, c.Args)
				if c.Valid {
					if err != nil {
						t.Fatalf("valid arguments refused: %v", err)
					}
					return
				}
				var invalid *InvalidError
				if !errors.As(err, &invalid) {
					t.Fatalf("got %T %v, want an InvalidError", err, err)
				}
				if c.Path == nil || invalid.RelayPath != *c.Path {
					t.Errorf("Relay path %q, want %v", invalid.RelayPath, *c.Path)
				}
				for _, f := range invalid.Faults {
					if f.Text == "" || strings.Contains(f.Text, "not accepted") {
						t.Errorf("no plain words for %+v", f)
					}
				}
				if len(invalid.Faults) == 0 {
					t.Error("no fault for the person")
				}
			})
		}
	}
}

// sdWith returns otherwise valid picture arguments with more members.
func sdWith(members string) []byte {
	return []byte(`{"base_model":"m","prompt":"p","task_config":{"num_images":1},` + members + `}`)
}

func preprocessed(preprocess string) []byte {
	return sdWith(`"controlnet":{"model":"m","image_dataurl":"d","preprocess":` + preprocess + `}`)
}

func TestValidate_tells_the_person_what_to_correct(t *testing.T) {
	const method = "/controlnet/preprocess/method"
	for _, c := range []struct {
		name  string
		kind  Kind
		args  []byte
		relay string
		want  []Fault
	}{
		{"the branch of the method, where the Relay blames the method", SD,
			preprocessed(`{"method":"mlsd","args":{"thr_v":0,"thr_d":1.5}}`), method, []Fault{
				{"/controlnet/preprocess/args/thr_v", "thr_v must be between 1 and 100"},
				{"/controlnet/preprocess/args/thr_d", "thr_d must be a whole number between 1 and 100"}}},
		{"canny, where the two agree", SD,
			preprocessed(`{"method":"canny","args":{"low_threshold":1.5}}`), "/controlnet/preprocess/args/low_threshold", []Fault{
				{"/controlnet/preprocess/args/low_threshold", "low_threshold must be a whole number"}}},
		{"arguments of the wrong type", SD,
			preprocessed(`{"method":"shuffle","args":{"h":"x"}}`), method, []Fault{
				{"/controlnet/preprocess/args/h", "h must be null or a whole number"}}},
		{"a method that is not there", SD,
			preprocessed(`{"args":{"thr_a":1}}`), "/controlnet/preprocess", []Fault{{method, "method is missing"}}},
		{"a method that no branch takes", SD,
			preprocessed(`{"method":"softedge_hed"}`), method, []Fault{
				{method, "method must be one of " + strings.Join(Methods, ", ")}}},
		{"no object at all", SD,
			preprocessed(`"canny"`), "/controlnet/preprocess", []Fault{{"/controlnet/preprocess", "preprocess must be an object: { … }"}}},
		{"missing members are named each", SD,
			[]byte(`{"prompt":"p"}`), "", []Fault{{"/base_model", "base_model is missing"}, {"/task_config", "task_config is missing"}}},
		{"every fault in the order of the text", SD,
			[]byte(`{"task_config":{"steps":0,"num_images":11,"seed":-1,"cfg":"5"},"prompt":"","base_model":1}`), "/task_config/steps", []Fault{
				{"/task_config/steps", "steps must be between 1 and 100"},
				{"/task_config/num_images", "num_images must be between 1 and 10"},
				{"/task_config/seed", "seed must be between 0 and 2147483647"},
				{"/task_config/cfg", "cfg must be a whole number between 1 and 20"},
				{"/prompt", "prompt must not be empty"},
				{"/base_model", `base_model must be a text: "…"`}}},
		{"the last of two equal names counts", SD,
			sdWith(`"vae":"v","vae":null`), "/vae", []Fault{{"/vae", `vae must be a text: "…"`}}},
		{"the document itself", GPT, []byte(`[]`), "", []Fault{{"", "the document must be an object: { … }"}}},
		{"choices", GPT, []byte(`{"model":"m","messages":[{"role":"user","content":"x"},{"role":"bot","content":"x"},7],"dtype":"int8","quantize_bits":5}`),
			"/messages/1/role", []Fault{
				{"/messages/1/role", "role must be system, user or assistant"},
				{"/messages/2", "item 3 of messages must be an object: { … }"},
				{"/dtype", "dtype must be auto, float16, bfloat16 or float32"},
				{"/quantize_bits", "quantize_bits must be 4, 8 or null"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 10 { // the validator walks maps in random order
				var invalid *InvalidError
				if err := Validate(c.kind, c.args); !errors.As(err, &invalid) {
					t.Fatalf("got %v", err)
				}
				want := &InvalidError{RelayPath: c.relay, Faults: c.want}
				if diff := cmp.Diff(want, invalid); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

func TestValidate_says_where_a_text_stops_being_JSON(t *testing.T) {
	for _, c := range []struct {
		args   string
		offset int
		line   int
		column int
		text   string
	}{
		{"", 0, 1, 1, "there is no text"},
		{" \n ", 3, 2, 2, "there is no text"},
		{`{"a":1`, 6, 1, 7, "the text ends too early"},
		{`nul`, 3, 1, 4, "the text ends too early"},
		{"{\n  \"safety_checker\": False\n}", 22, 2, 21, "write false instead of False"},
		{`{"lora":None}`, 8, 1, 9, "write null instead of None"},
		{"{\"é\":1,\n}", 9, 2, 1, "there is a comma too many before }"},
		{`{'a':1}`, 1, 1, 2, `texts and names need straight double quotes: "`},
		{"{\"a\":\"x\ny\"}", 7, 1, 8, `a line break in a text is written \n`},
		{"{\"a\":\"\x01\"}", 6, 1, 7, `the control character \u0001 cannot stand here`},
		{`{} x`, 3, 1, 4, `'x' cannot stand here`},
		{`[1, -1e400]`, 4, 1, 5, "this number is too large"},
		{"{\"é\":\"\xff\"}", 7, 1, 7, "these bytes are not UTF-8 text"},
	} {
		var syntax *SyntaxError
		if err := Validate(SD, []byte(c.args)); !errors.As(err, &syntax) {
			t.Errorf("%q: got %v, want a SyntaxError", c.args, err)
			continue
		}
		got := SyntaxError{Offset: syntax.Offset, Line: syntax.Line, Column: syntax.Column, Text: syntax.Text}
		want := SyntaxError{Offset: c.offset, Line: c.line, Column: c.column, Text: c.text}
		if got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", c.args, got, want)
		}
	}
}

// Numbers go through float64, as at the Relay; one step further they would not.
func TestValidate_reads_numbers_as_float64(t *testing.T) {
	with := func(seed string) []byte {
		return []byte(`{"base_model":"m","prompt":"p","task_config":{"seed":` + seed + `}}`)
	}
	if err := Validate(SD, with("2147483647.00000001")); err != nil {
		t.Errorf("a seed that rounds to a whole number: %v", err)
	}
	if Validate(SD, with("2147483647.000001")) == nil {
		t.Error("a seed that does not round to a whole number is valid")
	}
}

func TestValidate_survives_hostile_text(t *testing.T) {
	deep := strings.Repeat("[", 200_000)
	for name, args := range map[string]string{
		"open brackets":    deep,
		"nested lists":     deep + strings.Repeat("]", 200_000),
		"nested objects":   strings.Repeat(`{"a":`, 150_000) + "1" + strings.Repeat("}", 150_000),
		"just too deep":    `{"base_model":"m","prompt":"p","task_config":{},"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
		"just too long":    `{"prompt":"` + strings.Repeat("x", MaxBytes) + `"}`,
		"many faults":      `{"model":"m","messages":[` + strings.Repeat("0,", 400_000) + `0]}`,
		"many wrong turns": `{"model":"m","messages":[` + strings.Repeat(`{"role":0},`, 100_000) + `0]}`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, k := range []Kind{SD, GPT} {
				var invalid *InvalidError
				if err := Validate(k, []byte(args)); !errors.As(err, &invalid) {
					t.Errorf("%v: got %T, want an InvalidError", k, err)
				} else if len(invalid.Faults) == 0 || len(invalid.Faults) > maxFaults {
					t.Errorf("%v: %d faults", k, len(invalid.Faults))
				}
				Warnings(k, []byte(args))
				Position([]byte(args), "/messages/399999")
			}
		})
	}
	within := `{"base_model":"m","prompt":"p","task_config":{},"x":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `,"y":"[[[` + strings.Repeat("{", 500) + `\""}`
	if err := Validate(SD, []byte(within)); err != nil {
		t.Errorf("brackets within the limit, and in a text: %v", err)
	}
}

func TestValidate_refuses_kinds_without_schema(t *testing.T) {
	if err := Validate(Kind(2), []byte(`{}`)); err == nil {
		t.Error("kind 2 has no schema in this generation")
	}
	if w := Warnings(Kind(2), []byte(`{}`)); w != nil {
		t.Errorf("kind 2 has warnings: %v", w)
	}
}
