//go:build !js

package devchain

import (
	"encoding/json"
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
