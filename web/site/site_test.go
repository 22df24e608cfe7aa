//go:build !js

package site_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"crynux-dapp/app"
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
	return out, site.Build(background, site.Options{Out: out, Quick: true})
})

func dist(t *testing.T) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
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
	tag := regexp.MustCompile(`<[^>]*(?:src|href)="([^"?#.][^"?#]+)([^"]*)"[^>]*>`)
	found := tag.FindAllStringSubmatch(string(files["index.html"]), -1)
	if len(found) < 10 {
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
		if ext := filepath.Ext(m[1]); ext == ".js" || ext == ".css" {
			sum := sha256.Sum256(files[m[1]])
			if want := `integrity="sha256-` + base64.StdEncoding.EncodeToString(sum[:]) + `"`; !strings.Contains(m[0], want) {
				t.Errorf("%s does not say %s", m[0], want)
			}
		}
	}
	for _, name := range []string{"app.wasm", "worker.wasm"} {
		if want := fmt.Sprintf("%x", sha256.Sum256(files[name])); !bytes.Contains(files["load.js"], []byte(want)) {
			t.Errorf("load.js does not know the hash of %s", name)
		}
	}
}

func TestBuild_what_is_kept_for_times_without_a_network_is_there(t *testing.T) {
	files := read(t, dist(t))
	found := regexp.MustCompile(`"([^"]+)": "(sha256-[^"]*)?"`).FindAllStringSubmatch(string(files["sw.js"]), -1)
	if len(found) < 12 {
		t.Fatalf("only %d files", len(found))
	}
	for _, m := range found {
		sum := sha256.Sum256(files[m[1]])
		if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); m[2] != want {
			t.Errorf("%s is kept as %s, want %s", m[1], m[2], want)
		}
	}
	for _, m := range regexp.MustCompile(`src="([^"?]+)`).FindAllStringSubmatch(string(files["index.html"]), -1) {
		if !bytes.Contains(files["sw.js"], []byte(`"`+m[1]+`":`)) {
			t.Errorf("%s is not kept: the page does not start without a network", m[1])
		}
	}
}

func TestBuild_scripts_are_small(t *testing.T) {
	if size := len(read(t, dist(t))["boot.js"]); size > 6<<10 {
		t.Errorf("boot.js has %d bytes, 6 KB are its limit", size)
	}
}

func TestBuild_page_holds_no_script_and_no_style_of_its_own(t *testing.T) {
	files := read(t, dist(t))
	for _, name := range []string{"index.html", "licences.html"} {
		if bad := regexp.MustCompile(`(?i)<style|<script[^>]*>[^<]|\sstyle=|\son\w+=|"javascript:`).Find(files[name]); bad != nil {
			t.Errorf("%s holds %s, which its policy refuses", name, bad)
		}
	}
}

func TestBuild_page_may_connect_to_what_config_json_names_and_nothing_else(t *testing.T) {
	files := read(t, dist(t))
	config, err := app.ParseConfig(files["config.json"])
	if err != nil {
		t.Fatal(err)
	}
	connect := func(page []byte) string {
		m := regexp.MustCompile(`Content-Security-Policy" content="[^"]*connect-src ([^;"]*);`).FindStringSubmatch(strings.ReplaceAll(string(page), "&#39;", "'"))
		if m == nil {
			t.Fatal("no connect-src")
		}
		return m[1]
	}
	const shipped = "'self' http://127.0.0.1:8545 http://127.0.0.1:8546 https://block-node.crynux.ai https://relay.h.crynux.ai"
	if got := connect(files["index.html"]); got != shipped {
		t.Errorf("connect-src %s, want %s", got, shipped)
	}
	config.Networks = config.Networks[:1]
	config.Networks[0].RPC = []string{"https://rpc.example:8443/v1?key=1"}
	other, err := site.WithConfig(files["index.html"], config)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := connect(other), "'self' http://127.0.0.1:8546 https://rpc.example:8443"; got != want {
		t.Errorf("connect-src %s, want %s", got, want)
	}
	if _, err := site.WithConfig([]byte("<head></head>"), config); err == nil {
		t.Error("a page without a policy: no error")
	}
}

func TestBuild_sums_are_those_of_its_files(t *testing.T) {
	files := read(t, dist(t))
	lines := strings.Split(strings.TrimSuffix(string(files["SHA256SUMS"]), "\n"), "\n")
	if want := len(files) - 1; len(lines) != want {
		t.Errorf("%d sums, want %d", len(lines), want)
	}
	for _, line := range lines {
		sum, name, _ := strings.Cut(line, "  ")
		if got := fmt.Sprintf("%x", sha256.Sum256(files[name])); got != sum {
			t.Errorf("%s: %s, and SHA256SUMS says %s", name, got, sum)
		}
	}
}

// TestBuild_gives_the_same_bytes_in_another_clone compiles everything anew, in a
// folder with another path: nothing of the machine may be in the site.
func TestBuild_gives_the_same_bytes_in_another_clone(t *testing.T) {
	if err := noteSources(); err != nil {
		t.Fatal(err)
	}
	clone := filepath.Join(t.TempDir(), "another", "clone")
	for _, name := range []string{"app", "chain", "relay", "wasm", "web", "docs", "go.mod", "go.sum", "LICENSE", "NOTICE"} {
		if out, err := exec.Command("cp", "-R", "--", filepath.Join("../..", name), mkdir(t, clone)).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	t.Setenv("GOCACHE", filepath.Join(t.TempDir(), "cache"))
	out := filepath.Join(t.TempDir(), "again")
	if err := site.Build(t.Context(), site.Options{Out: out, Source: clone, Quick: true}); err != nil {
		t.Fatal(err)
	}
	first, second := read(t, dist(t)), read(t, out)
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if len(first) != len(second) {
		t.Errorf("%d files and %d files", len(first), len(second))
	}
}

func mkdir(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
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
