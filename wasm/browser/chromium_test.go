//go:build !js

package browser_test

import (
	"context"
	"crypto/sha256"
	"errors"
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
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestInChromium compiles the tests of this package for the browser, runs them
// in one, and reports each as a subtest. The files *_js_test.go hold them.
func TestInChromium(t *testing.T) {
	output := runPages(t, serve(t)+"/harness/")[0]

	results := regexp.MustCompile(`(?m)^--- (PASS|FAIL|SKIP): (\w+)`).FindAllStringSubmatch(output, -1)
	if len(results) == 0 {
		t.Fatalf("no test reported anything:\n%s", output)
	}
	for _, r := range results {
		t.Run(strings.TrimPrefix(r[2], "Test"), func(t *testing.T) {
			if r[1] != "PASS" {
				t.Errorf("%s in the browser", r[1])
			}
		})
	}
	if !strings.Contains(output, "\nPASS\n") || t.Failed() {
		t.Fatalf("output of the browser:\n%s", output)
	}
}

// TestInTwoTabs runs one test in two tabs of one browser at the same time.
func TestInTwoTabs(t *testing.T) {
	tab := serve(t) + "/harness/?tabs=2&run=^TestNonces_"
	for i, output := range runPages(t, tab, tab) {
		if !strings.Contains(output, "--- PASS: TestNonces_") || !strings.Contains(output, "\nPASS\n") {
			t.Errorf("tab %d:\n%s", i, output)
		}
	}
}

// TestWhereWorkersAreForbidden runs what concerns that in a page whose policy refuses
// workers.
func TestWhereWorkersAreForbidden(t *testing.T) {
	output := runPages(t, serve(t)+"/harness/?forbidden&run=^TestRefused_")[0]
	if !strings.Contains(output, "/by_a_policy") || !strings.Contains(output, "\nPASS\n") {
		t.Errorf("output of the browser:\n%s", output)
	}
}

// programs is the folder for the tests and the worker.
var programs string

// compiled compiles them, once and only for tests that need them.
var compiled = sync.OnceValue(func() error {
	if err := compile("test", "-c", "-o", filepath.Join(programs, "tests.wasm"), "."); err != nil {
		return err
	}
	return compile("build", "-o", filepath.Join(programs, "worker.wasm"), "../worker")
})

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "crynux-dapp-browser"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(programs)
	os.Exit(code)
}

// serve returns the address of the harness with the tests and the worker.
func serve(t *testing.T) string {
	t.Helper()
	noteSources(t, "../..")
	if err := compiled(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(harness(t, programs))
	t.Cleanup(server.Close)
	return server.URL
}

// TestOnlyForTheBrowser keeps syscall/js out of every native build.
func TestOnlyForTheBrowser(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.GoFiles}}", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := strings.TrimSpace(string(out)); got != "[]" {
		t.Errorf("files without the js build tag: %s", got)
	}
}

// noteSources shows go test what the programs are made of, by listing it:
// otherwise it would take a result from its cache when only they changed.
func noteSources(t *testing.T, root string) {
	t.Helper()
	for _, dir := range []string{"app", "chain", "relay", "wasm", "web"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func compile(args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

const page = `<!doctype html><title>tests</title><body>
<script src="wasm_exec.js"></script>
<script src="load.js"></script>
<script>
window.output = "";
const decoder = new TextDecoder();
fs.writeSync = (fd, bytes) => { window.output += decoder.decode(bytes); return bytes.length; };
(async () => {
  const go = new Go();
  go.argv = ["tests", "-test.v", "-test.timeout=480s"];
  const only = new URLSearchParams(location.search).get("run");
  if (only) go.argv.push("-test.run=" + only);
  try {
    const { instance } = await WebAssembly.instantiateStreaming(fetch("tests.wasm"), go.importObject);
    await go.run(instance);
  } catch (err) { window.output += err.stack; }
  window.done = true;
})();
</script>`

// harness serves the page with the tests, and servers of all sorts to ask.
func harness(t *testing.T, dir string) http.Handler {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /harness/{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Query().Has("forbidden") {
			w.Header().Set("Content-Security-Policy", "worker-src 'none'")
		}
		fmt.Fprint(w, page)
	})
	for name, path := range map[string]string{
		"tests.wasm":   filepath.Join(dir, "tests.wasm"),
		"worker.wasm":  filepath.Join(dir, "worker.wasm"),
		"wasm_exec.js": filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec.js"),
		"worker.js":    "../../web/worker.js",
		"spied.js":     "testdata/spied.js",
		"dying.js":     "testdata/dying.js",
		"poor.js":      "testdata/poor.js",
		"heavy.json":   "testdata/keystore-2-18.json",
		"vectors.json": "../../chain/taskwallet/testdata/vectors.json",
	} {
		mux.HandleFunc("GET /harness/"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFile(w, r, path)
		})
	}

	// The site fills in what must arrive.
	mux.HandleFunc("GET /harness/load.js", func(w http.ResponseWriter, r *http.Request) {
		script, err := os.ReadFile("../../web/load.js")
		program, err2 := os.ReadFile(filepath.Join(dir, "worker.wasm"))
		if err := errors.Join(err, err2); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		sums := fmt.Sprintf(`{"worker.wasm": {"size": %d, "sha256": "%x"}}`, len(program), sha256.Sum256(program))
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, strings.ReplaceAll(string(script), "{{.Programs}}", sums))
	})

	// A worker that dies of its first question, and only once.
	var lives atomic.Int32
	mux.HandleFunc("GET /harness/mortal.js", func(w http.ResponseWriter, r *http.Request) {
		if lives.Add(1) == 1 {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `onmessage = () => postMessage({ down: "crashed" })`)
			return
		}
		http.ServeFile(w, r, "../../web/worker.js")
	})

	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s|%s|%s|%s", r.Header.Get("Content-Type"), r.Header.Get("Referer"), r.Header.Get("Cookie"), body)
	})
	mux.HandleFunc("POST /busy", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	mux.HandleFunc("GET /endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("GET /silent", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("GET /exactly1000", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, strings.Repeat("x", 1000))
	})
	mux.HandleFunc("GET /redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/exactly1000", http.StatusFound)
	})
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "only this")
	})
	mux.HandleFunc("GET /empty", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

// runPages opens each address in a tab of one Chromium and waits for the tests in
// them to end. It returns what they printed.
func runPages(t *testing.T, urls ...string) []string {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.NoSandbox, // it cannot be had as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Run(ctx); err != nil { // the browser, and the first tab
		t.Fatal(err)
	}
	outputs := make([]string, len(urls))
	var all sync.WaitGroup
	for i, url := range urls {
		tab := ctx
		if i > 0 {
			tab, cancel = chromedp.NewContext(ctx)
			defer cancel()
		}
		all.Go(func() { outputs[i] = runPage(t, tab, url) })
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return outputs
}

func runPage(t *testing.T, tab context.Context, url string) (output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab, 500*time.Second)
	defer cancel()
	err := chromedp.Run(ctx,
		chromedp.Navigate(url),
		// By time: a tab in the background draws no frames.
		chromedp.Poll("window.done", nil, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(490*time.Second)),
		chromedp.Evaluate("window.output", &output),
	)
	if err != nil {
		_ = chromedp.Run(tab, chromedp.Evaluate("window.output", &output)) // for the report only
		t.Errorf("running the page: %v\n%s", err, output)
	}
	return output
}

// chromium finds the browser as the Makefile does.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("CHROME"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium: \"make unit\" installs it, CHROME= names one")
	return ""
}
