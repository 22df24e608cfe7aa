package task

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// schemaCase is a document with the verdict of the Relay's own validator
// (protocol.md D.5). Path "" is the document, null means valid.
type schemaCase struct {
	Name  string          `json:"name"`
	Args  json.RawMessage `json:"args"` // raw: the spelling of numbers counts
	Valid bool            `json:"valid"`
	Path  *string         `json:"error_path"`
}

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
	for _, set := range []struct {
		kind Kind
		file string
		n    int
	}{{SD, "schema_sd.json", 251}, {GPT, "schema_gpt.json", 154}} {
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
