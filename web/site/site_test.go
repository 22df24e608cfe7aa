//go:build !js

package site_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"crynux-dapp/web/site"
)

// noteSources shows go test what the site is made of, by listing it: otherwise
// it would take a result from its cache when only the programs changed.
func noteSources() error {
	for _, dir := range []string{"app", "chain", "relay", "wasm", "web", "docs"} {
		err := filepath.WalkDir("../../"+dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// built is the site of this source tree, built once for all tests.
var built = sync.OnceValues(func() (string, error) {
	if err := noteSources(); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "site-test-")
	if err != nil {
		return "", err
	}
	temporary = append(temporary, dir)
	out := filepath.Join(dir, "dist")
	return out, site.Build(background, site.Options{Out: out})
})

func dist(t *testing.T) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBuild_gives_the_same_bytes_every_time(t *testing.T) {
	first := read(t, dist(t))
	again := filepath.Join(t.TempDir(), "again")
	if err := site.Build(t.Context(), site.Options{Out: again}); err != nil {
		t.Fatal(err)
	}
	second := read(t, again)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs between two builds", name)
		}
		delete(second, name)
	}
	for name := range second {
		t.Errorf("%s is in the second build only", name)
	}
}

func TestBuild_writes_relative_addresses_only(t *testing.T) {
	// What a browser resolves: attributes, css addresses, text in scripts and manifest.
	address := regexp.MustCompile(`(?:=|url\(|: |[(=])["'` + "`" + `]?((?:https?:)?//?[\w.-][^"'` + "`" + `)\s]*)|"(/)"`)
	for _, bad := range []string{`<a href="/x">`, `<img src=https://x.y>`, `url(/a.png)`, `fetch("/x")`, `"start_url": "/"`, "load(`//cdn.x`)"} {
		if !address.MatchString(bad) {
			t.Fatalf("this test would not find %s", bad)
		}
	}
	namespace := regexp.MustCompile(`xmlns=["']http://www\.w3\.org/2000/svg["']`)
	for name, content := range read(t, dist(t)) {
		switch filepath.Ext(name) {
		case ".html", ".css", ".js", ".webmanifest", ".svg":
		default:
			continue
		}
		if name == "wasm_exec.js" { // the toolchain's; it loads nothing
			continue
		}
		text := namespace.ReplaceAllString(string(content), "") // a name, not an address
		for _, m := range address.FindAllStringSubmatch(withoutComments(text), -1) {
			t.Errorf("%s: address %q is not relative", name, m[0])
		}
	}
}

func withoutComments(text string) string {
	text = regexp.MustCompile(`(?m)^\s*//.*$`).ReplaceAllString(text, "")
	return regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(text, "")
}

func TestBuild_ships_no_demo_wallet(t *testing.T) {
	for name, content := range read(t, dist(t)) {
		if strings.HasSuffix(name, ".gz") {
			continue
		}
		if bytes.Contains(bytes.ToLower(content), []byte("devwallet")) {
			t.Errorf("%s mentions the demo wallet: it belongs to the development server", name)
		}
	}
}

func TestBuild_every_address_in_the_page_names_a_file_and_its_version(t *testing.T) {
	files := read(t, dist(t))
	found := regexp.MustCompile(`(?:src|href)="([^"?#]+)([^"]*)"`).FindAllStringSubmatch(string(files["index.html"]), -1)
	if len(found) < 5 {
		t.Fatalf("only %d addresses", len(found))
	}
	version := regexp.MustCompile(`^\?v=[0-9a-f]{16}$`)
	for _, m := range found {
		if files[m[1]] == nil {
			t.Errorf("index.html names %s, which is not there", m[1])
		}
		if !version.MatchString(m[2]) {
			t.Errorf("%s%s has no version: a cache could mix two builds", m[1], m[2])
		}
	}
	if size := fmt.Sprintf(`data-size="%d"`, len(files["app.wasm"])); !strings.Contains(string(files["index.html"]), size) {
		t.Errorf("index.html lacks %s", size)
	}
}

func TestBuild_packs_the_programs(t *testing.T) {
	files := read(t, dist(t))
	for _, name := range []string{"app.wasm", "worker.wasm"} {
		r, err := gzip.NewReader(bytes.NewReader(files[name+".gz"]))
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, files[name]) {
			t.Errorf("%s.gz is not %s (error %v)", name, name, err)
		}
		t.Logf("%s: %d bytes, gzip %d", name, len(files[name]), len(files[name+".gz"]))
	}
}

func TestBuild_leaves_a_directory_of_something_else_alone(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(precious, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := site.Build(t.Context(), site.Options{Out: dir}); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestHandler_serves_as_a_static_host(t *testing.T) {
	server := httptest.NewServer(site.Handler(dist(t)))
	defer server.Close()
	for _, c := range []struct {
		path, accept     string
		status           int
		kind, compressed string
	}{
		{"/", "", 200, "text/html; charset=utf-8", ""},
		{"/app.wasm?v=1", "gzip, br", 200, "application/wasm", "gzip"},
		{"/app.wasm", "identity", 200, "application/wasm", ""},
		{"/app.wasm.gz", "gzip", 200, "application/gzip", ""},
		{"/boot.js", "gzip", 200, "text/javascript; charset=utf-8", ""},
		{"/manifest.webmanifest", "", 200, "application/manifest+json", ""},
		{"/licences", "", 404, "text/plain; charset=utf-8", ""},
		{"/nothing.js", "", 404, "text/plain; charset=utf-8", ""},
		{"/../site.go", "", 404, "", ""},
		{"/..%2fsite.go", "", 404, "", ""},
	} {
		r, err := http.NewRequest("GET", server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", c.accept)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		kind, compressed := answer.Header.Get("Content-Type"), answer.Header.Get("Content-Encoding")
		if answer.StatusCode != c.status || compressed != c.compressed || c.kind != "" && kind != c.kind {
			t.Errorf("%s: %d, %q, %q", c.path, answer.StatusCode, kind, compressed)
		}
	}
}

func TestSizes_name_every_file_once(t *testing.T) {
	sizes, err := site.Sizes(dist(t))
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := site.PrintSizes(&table, sizes); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &table)
	files := read(t, dist(t))
	for _, s := range sizes {
		if len(files[s.Name]) != s.Raw || s.Gzip == 0 {
			t.Errorf("%+v, but the file has %d bytes", s, len(files[s.Name]))
		}
	}
	if want := len(files) - 2; len(sizes) != want { // all but the two .gz
		t.Errorf("%d sizes, want %d", len(sizes), want)
	}
}

// read reads a directory: content by path.
func read(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
