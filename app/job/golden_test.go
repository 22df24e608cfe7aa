package job_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/job"
)

// TestEveryVersionIsRead reads records as every version of this page has written
// them. They are frozen: a record that changes its form gets a new version, a
// migration and files of its own, and these stay.
func TestEveryVersionIsRead(t *testing.T) {
	for v := 1; v <= job.Version; v++ {
		files, err := filepath.Glob(fmt.Sprintf("testdata/v%d/*.json", v))
		if err != nil || len(files) < 14 {
			t.Fatalf("%d records of version %d, %v: one for each phase is wanted", len(files), v, err)
		}
		for _, name := range files {
			t.Run(name, func(t *testing.T) {
				record, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				s, err := job.Decode(record)
				if err != nil {
					t.Fatal(err)
				}
				if string(s.Phase)+".json" != filepath.Base(name) {
					t.Errorf("phase %s", s.Phase)
				}
				again, err := job.Encode(s)
				if err != nil {
					t.Fatal(err)
				}
				if v == job.Version { // nothing of it may be lost
					if d := cmp.Diff(members(t, record), members(t, again)); d != "" {
						t.Error(d)
					}
				}
				use(t, record)
			})
		}
	}
}

func members(t *testing.T, record []byte) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal(record, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
