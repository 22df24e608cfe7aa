//go:build !js

package browser_test

import (
	"context"
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
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestInChromium compiles the tests of this package for the browser, runs them
// in one, and reports each as a subtest. The files *_js_test.go hold them.
func TestInChromium(t *testing.T) {
	noteSources(t, "../..")
	dir := t.TempDir()
	compile(t, "test", "-c", "-o", filepath.Join(dir, "tests.wasm"), ".")
	compile(t, "build", "-o", filepath.Join(dir, "worker.wasm"), "../worker")

	server := httptest.NewServer(harness(t, dir))
	defer server.Close()
	output := runPage(t, server.URL+"/harness/")

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

func compile(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

const page = `<!doctype html><title>tests</title><body>
<script src="wasm_exec.js"></script>
<script>
window.output = "";
const decoder = new TextDecoder();
fs.writeSync = (fd, bytes) => { window.output += decoder.decode(bytes); return bytes.length; };
(async () => {
  const go = new Go();
  go.argv = ["tests", "-test.v", "-test.timeout=60s"];
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
		fmt.Fprint(w, page)
	})
	for name, path := range map[string]string{
		"tests.wasm":   filepath.Join(dir, "tests.wasm"),
		"worker.wasm":  filepath.Join(dir, "worker.wasm"),
		"wasm_exec.js": filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec.js"),
		"load.js":      "../../web/load.js",
		"worker.js":    "../../web/worker.js",
	} {
		mux.HandleFunc("GET /harness/"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFile(w, r, path)
		})
	}

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

// runPage opens the address in Chromium and waits for the tests in it to end.
func runPage(t *testing.T, url string) string {
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
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	var output string
	err := chromedp.Run(ctx,
		chromedp.Navigate(url),
		chromedp.Poll("window.done", nil, chromedp.WithPollingTimeout(80*time.Second)),
		chromedp.Evaluate("window.output", &output),
	)
	if err != nil {
		var partial string
		_ = chromedp.Run(ctx, chromedp.Evaluate("window.output", &partial)) // for the report only
		t.Fatalf("running the page: %v\n%s", err, partial)
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
