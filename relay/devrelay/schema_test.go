//go:build !js

package devrelay

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
)

// errorPlace finds the instance pointer in the text of a schema error.
var errorPlace = regexp.MustCompile(`^jsonschema: '([^']*)' does not validate with `)

// TestSchemaCases holds our schemas against the verdicts of the real ones.
func TestSchemaCases(t *testing.T) {
	relay := newBench(t).relay
	for taskType, file := range []string{"schema_sd.json", "schema_gpt.json"} {
		var cases []struct {
			Name      string
			Args      json.RawMessage // the spelling of numbers matters
			Valid     bool
			ErrorPath *string `json:"error_path"`
		}
		readTestdata(t, file, &cases)
		if len(cases) < 150 {
			t.Fatalf("%s has only %d cases", file, len(cases))
		}
		for _, c := range cases {
			err := relay.judge(uint64(taskType), string(c.Args))
			if c.Valid {
				if err != nil {
					t.Errorf("%s, %s: %v, want valid", file, c.Name, err)
				}
				continue
			}
			var refused *fieldError
			if !errors.As(err, &refused) || refused.field != "task_args" {
				t.Errorf("%s, %s: %v, want a schema error", file, c.Name, err)
				continue
			}
			place := errorPlace.FindStringSubmatch(refused.message)
			if place == nil || c.ErrorPath != nil && place[1] != *c.ErrorPath {
				t.Errorf("%s, %s: %s, want the place %q", file, c.Name, refused.message, *c.ErrorPath)
			}
		}
	}
}

func TestSchemaReasons(t *testing.T) {
	relay := newBench(t).relay
	for args, want := range map[string]string{
		`{"base_model":"m","prompt":"p"}`:                                 `/required: missing properties: 'task_config'`,
		`{"base_model":"","prompt":"p","task_config":{}}`:                 `/minLength: length must be >= 1, but got 0`,
		`{"base_model":"m","prompt":"p","task_config":{"num_images":11}}`: `/maximum: must be <= 10 but found 11`,
		`{"base_model":"m","prompt":"p","task_config":{"num_images":0}}`:  `/exclusiveMinimum: must be > 0 but found 0`,
		`{"base_model":"m","prompt":"p","task_config":{"seed":-1}}`:       `/minimum: must be >= 0 but found -1`,
		`{"base_model":"m","prompt":1,"task_config":{}}`:                  `/type: expected string, but got number`,
	} {
		if err := relay.judge(0, args); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want …%s", args, err, want)
		}
	}
}

func TestArgumentsThatAreNoJSONAreAnException(t *testing.T) {
	relay := newBench(t).relay
	for _, args := range []string{"", "hello", `{"seed":1e400}`, `{} {}`} {
		var refused *fieldError
		if err := relay.judge(0, args); err == nil || errors.As(err, &refused) {
			t.Errorf("%q: %v, want an exception", args, err)
		}
	}
}
