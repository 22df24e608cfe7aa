//go:build !js

package devchain

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestArtifacts_have_the_ABI_of_generation_1 compares entry by entry, with
// parameter names, mutability, indexed flags and struct members.
func TestArtifacts_have_the_ABI_of_generation_1(t *testing.T) {
	for _, name := range []string{"CrynuxToken", "Node", "Task"} {
		t.Run(name, func(t *testing.T) {
			var ours struct {
				ABI json.RawMessage `json:"abi"`
			}
			text, err := artifacts.ReadFile("contracts/artifacts/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &ours); err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile("contracts/testdata/abi/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(abiEntries(t, want), abiEntries(t, ours.ABI)); diff != "" {
				t.Errorf("ABI (-generation 1 +ours):\n%s", diff)
			}
		})
	}
}

// TestArtifacts_were_built_from_the_sources fails when contracts/src was edited
// and `make contracts` was forgotten.
func TestArtifacts_were_built_from_the_sources(t *testing.T) {
	for _, name := range []string{"CrynuxToken", "Node", "Task"} {
		text, err := artifacts.ReadFile("contracts/artifacts/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var built struct{ SHA256 map[string]string }
		if err := json.Unmarshal(text, &built); err != nil {
			t.Fatal(err)
		}
		sources := map[string]string{}
		files, err := os.ReadDir("contracts/src")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile("contracts/src/" + file.Name())
			if err != nil {
				t.Fatal(err)
			}
			sources[file.Name()] = fmt.Sprintf("%x", sha256.Sum256(source))
		}
		if diff := cmp.Diff(sources, built.SHA256); diff != "" {
			t.Errorf("artefact of %s (-sources +built from):\n%s", name, diff)
		}
	}
}

// abiEntries is every entry of an ABI in one canonical line, sorted. The known
// files write internal types without the space that the compiler puts there.
func abiEntries(t *testing.T, text []byte) []string {
	t.Helper()
	var entries []any
	if err := json.Unmarshal(text, &entries); err != nil {
		t.Fatal(err)
	}
	lines := make([]string, 0, len(entries))
	for _, entry := range entries {
		line, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.NewReplacer(`"contract `, `"contract`, `"struct `, `"struct`).Replace(string(line)))
	}
	sort.Strings(lines)
	return lines
}
