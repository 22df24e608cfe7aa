package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWalletsDoc keeps docs/wallets.md true: what is relied on in wallets has a
// source, and a test that is still there.
func TestWalletsDoc(t *testing.T) {
	text, err := os.ReadFile("../docs/wallets.md")
	if err != nil {
		t.Fatal(err)
	}
	written := testsOfTheTree(t)
	named := regexp.MustCompile("`(Test[A-Za-z0-9_]+)`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || len(cells) != 3 || strings.TrimSpace(cells[0]) == "behaviour" {
			continue
		}
		rows++
		if !strings.Contains(cells[1], "](https://") {
			t.Errorf("no public source:%s", cells[0])
		}
		tests := named.FindAllStringSubmatch(cells[2], -1)
		if len(tests) == 0 {
			t.Errorf("no test:%s", cells[0])
		}
		for _, name := range tests {
			if !written[name[1]] {
				t.Errorf("%s does not exist:%s", name[1], cells[0])
			}
		}
	}
	if rows < 30 {
		t.Errorf("%d rows were read", rows)
	}
}

// testsOfTheTree are the names of all tests of this repository.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
	for _, dir := range []string{"app", "chain", "relay", "wasm", "web"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, name := range declared.FindAllSubmatch(source, -1) {
				names[string(name[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}
