//go:build !js && bench

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// repeats is how often each time is taken; the median counts.
const repeats = 7

// row is one line of the table: a ratio, a size or a count.
type row struct {
	What   string  `json:"what"`
	Unit   string  `json:"unit"`            // "" is a ratio
	Value  float64 `json:"value,omitempty"` // as far as it was measured
	Budget float64 `json:"budget,omitempty"`
	Aim    float64 `json:"aim,omitempty"`
	// Note says how the value came about; of a row that is not measured, why.
	Note  string `json:"note,omitempty"`
	Later bool   `json:"later,omitempty"` // the feature does not exist yet
	// least tells that more is better.
	least bool
}

func (r row) verdict() string {
	switch {
	case r.Later:
		return "later"
	case r.Budget == 0 && r.Unit != "requests":
		return "noted"
	case r.least && r.Value < r.Budget, !r.least && r.Value > r.Budget:
		return "over"
	case r.Aim != 0 && r.Value <= r.Aim:
		return "reached"
	}
	return "met"
}

// table collects the rows of one run.
type table struct{ rows []row }

func (b *table) add(rows ...row) { b.rows = append(b.rows, rows...) }

// TestBench measures what the page promises about its speed: make bench. It fails
// only if something cannot be measured.
func TestBench(t *testing.T) {
	b := &table{}
	defer func() {
		if err := b.write(filepath.Join("..", "..", "build", "bench.json")); err != nil {
			t.Error(err)
		}
		fmt.Print("\n", b, "\n")
	}()
	for _, part := range []struct {
		name string
		run  func(*testing.T, *table)
	}{
		{"sizes", benchSizes},
		{"start", benchStart},
		{"typed", benchTyped},
		{"work", benchWork},
		{"idle", benchIdle},
		{"time", benchTime},
		{"prompts", benchPrompts},
		{"memory", benchMemory},
		{"library", benchLibrary},
		{"build", benchBuild},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, b) })
	}
}

func (b *table) String() string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s/%s, %d cores\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	fmt.Fprintln(w, "what\tmeasured\tbudget\taim\t\tnote")
	for _, r := range b.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.What, r.number(r.Value), r.number(r.Budget), r.number(r.Aim), r.verdict(), r.Note)
	}
	w.Flush()
	return out.String()
}

func (r row) number(x float64) string {
	if x == 0 && (r.Later || r.Unit != "requests") {
		return "–"
	}
	s := fmt.Sprintf("%.2f", x)
	if x == math.Trunc(x) {
		s = fmt.Sprintf("%.0f", x)
	}
	return strings.TrimSpace(s + " " + r.Unit)
}

func (b *table) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]any{"cores": runtime.NumCPU(), "rows": b.rows}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(values))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// benchLibrary has no rows to measure before there is a library.
func benchLibrary(_ *testing.T, b *table) {
	b.add(
		row{What: "key stroke to paint with 5 000 pictures and 500 messages ÷ with none", Budget: 1.2, Aim: 1.05, Later: true},
		row{What: "scrolling a library of 5 000: dropped frames", Unit: "%", Budget: 5, Later: true},
	)
}
