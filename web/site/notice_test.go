//go:build !js

package site_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNotice_names_every_module_that_is_linked keeps NOTICE and docs/licences
// complete: whoever ships the wasm files ships these modules.
func TestNotice_names_every_module_that_is_linked(t *testing.T) {
	notice, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	modules := linkedModules(t)
	if len(modules) < 5 {
		t.Fatalf("only %d modules: %v", len(modules), modules)
	}
	for _, m := range modules {
		if !strings.Contains(string(notice), "\n"+m.path+" "+m.version+"\n") {
			t.Errorf("NOTICE lacks %s %s", m.path, m.version)
		}
		texts := licenceTexts(t, m.dir)
		if len(texts) == 0 {
			t.Errorf("%s has no licence text", m.path)
		}
		for _, text := range texts {
			name := strings.ReplaceAll(m.path, "/", "_") + "_" + text + ".txt"
			if !equalFiles(t, filepath.Join(m.dir, text), "../../docs/licences/"+name) {
				t.Errorf("docs/licences/%s is not %s of %s %s", name, text, m.path, m.version)
			}
			if !strings.Contains(string(notice), name) {
				t.Errorf("NOTICE does not point to %s", name)
			}
		}
	}
}

type module struct{ path, version, dir string }

// linkedModules are those with a package in one of the two programs.
func linkedModules(t *testing.T) []module {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps",
		"-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}",
		"crynux-dapp/wasm", "crynux-dapp/wasm/worker")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var modules []module
	seen := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) == 3 && !seen[f[0]] {
			seen[f[0]] = true
			modules = append(modules, module{f[0], f[1], f[2]})
		}
	}
	return modules
}

func licenceTexts(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if regexp.MustCompile(`^(LICEN[CS]E|COPYING|PATENTS|NOTICE)`).MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

func equalFiles(t *testing.T, a, b string) bool {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	return err == nil && bytes.Equal(x, y)
}
