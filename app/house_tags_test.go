//go:build !js

package app_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// nativeOnly are the packages that run on a machine and never in the browser.
var nativeOnly = []string{"chain/devchain/...", "relay/devrelay/...", "web/...", "wasm/e2e"}

// browserOnly are the packages that run in the browser and nowhere else.
var browserOnly = []string{"wasm", "wasm/browser", "wasm/worker"}

func TestHouseBuildTags(t *testing.T) {
	machine := build.Default
	machine.GOOS, machine.GOARCH = "linux", "amd64"
	machine.BuildTags = []string{"bench"} // make bench is no test, and must not be one by mistake
	browser := build.Default
	browser.GOOS, browser.GOARCH, browser.CgoEnabled = "js", "wasm", false

	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules" || d.Name() == "build"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		files++
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		onMachine, err := machine.MatchFile(filepath.Split(path))
		if err != nil {
			return err
		}
		inBrowser, err := browser.MatchFile(filepath.Split(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(name))
		test := strings.HasSuffix(name, "_test.go")
		switch {
		case matches(nativeOnly, pkg):
			if inBrowser || !onMachine {
				t.Errorf("%s needs //go:build !js: because an emulator, a server or a command must never get into the page, not even by mistake", name)
			}
		case matches(browserOnly, pkg):
			if onMachine && !test {
				t.Errorf("%s needs //go:build js && wasm: because without a browser it does not even compile, and vet and staticcheck would stop there", name)
			}
		case !test && !(onMachine && inBrowser):
			t.Errorf("%s is built for one target only: because what the tests run must be what the page runs", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("looked at %d files: the tree was not found", files)
	}
}
