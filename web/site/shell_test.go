//go:build !js

package site_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"crynux-dapp/web/site"
)

// These tests show the static shell to a real browser: what a person sees
// before the program runs, and when it does not.

func TestShell_keeps_what_is_typed_before_the_program_runs(t *testing.T) {
	typed := make(chan struct{})
	tab := openTab(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/app.wasm" {
			select {
			case <-typed: // the program is late
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	})
	var value string
	var caret int
	var focused bool
	tab.run(t,
		chromedp.WaitVisible("#prompt"),
		chromedp.Focus("#prompt"),
		chromedp.SendKeys("#prompt", "a red fox"),
		chromedp.Evaluate(`document.getElementById("prompt").setSelectionRange(2, 2)`, nil),
	)
	close(typed)
	tab.run(t,
		chromedp.WaitNotPresent("#shell"),
		chromedp.WaitReady("#prompt"),
		chromedp.Value("#prompt", &value),
		chromedp.Evaluate(`document.getElementById("prompt").selectionStart`, &caret),
		chromedp.Evaluate(`document.activeElement.id === "prompt"`, &focused),
	)
	if value != "a red fox" || caret != 2 || !focused {
		t.Errorf("%q, caret at %d, focused %v", value, caret, focused)
	}
}

func TestShell_fetches_each_file_once(t *testing.T) {
	var mu sync.Mutex
	asked := make(map[string]int)
	openTab(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		asked[r.URL.Path]++
		mu.Unlock()
		next.ServeHTTP(w, r)
	}).run(t, chromedp.WaitNotPresent("#shell"))
	mu.Lock()
	defer mu.Unlock()
	for _, path := range []string{"/", "/app.css", "/app.wasm", "/boot.js", "/load.js", "/top.js", "/wasm_exec.js"} {
		if asked[path] != 1 { // two of app.wasm: the preload does not match the fetch
			t.Errorf("%s was fetched %d times", path, asked[path])
		}
	}
}

func TestShell_starts_the_program_on_imperfect_hosts(t *testing.T) {
	var mu sync.Mutex
	asked := make(map[string]bool)
	for name, host := range map[string]middleware{
		"compresses": func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) },
		"does not compress": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			mu.Lock()
			asked[r.URL.Path] = true
			mu.Unlock()
			r.Header.Del("Accept-Encoding")
			next.ServeHTTP(w, r)
		},
		"does not know wasm, nor has the packed one": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, ".gz") {
				http.NotFound(w, r)
				return
			}
			r.Header.Del("Accept-Encoding")
			next.ServeHTTP(typedWriter{w, r.URL.Path}, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			openTab(t, host).run(t, chromedp.WaitNotPresent("#shell"))
		})
	}
	mu.Lock()
	defer mu.Unlock()
	if !asked["/app.wasm.gz"] {
		t.Error("the packed program was not asked for")
	}
}

// typedWriter is a host that knows no media type for wasm.
type typedWriter struct {
	http.ResponseWriter
	path string
}

func (w typedWriter) WriteHeader(status int) {
	if strings.HasSuffix(w.path, ".wasm") {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	w.ResponseWriter.WriteHeader(status)
}

func TestShell_runs_where_storage_is_blocked(t *testing.T) {
	tab := openTab(t, nil, `for (const name of ["localStorage", "sessionStorage"])
		Object.defineProperty(window, name, { configurable: true, get() { throw new DOMException("blocked", "SecurityError"); } });`)
	tab.run(t, chromedp.WaitNotPresent("#shell"))
}

func TestShell_says_what_is_wrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		host   middleware
		script string
		want   string
	}{
		{"program is missing", instead("/app.wasm", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }), "",
			"app.wasm is missing on the server (404)"},
		{"server is in trouble", instead("/app.wasm", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "", http.StatusServiceUnavailable) }), "",
			"the server answered 503"},
		{"page in place of the program", instead("/app.wasm", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!doctype html>"))
		}), "", "a web page in place of app.wasm"},
		{"damaged program", instead("/app.wasm", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/wasm")
			w.Header().Set("Content-Encoding", "identity")
			_, _ = w.Write([]byte("\x00asm\x01\x00\x00\x00\x01\xff"))
		}), "", "app.wasm is damaged"},
		{"connection breaks", instead("/app.wasm", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/wasm")
			w.Header().Set("Content-Encoding", "identity")
			w.Header().Set("Content-Length", "1000000")
			_, _ = w.Write([]byte("\x00asm\x01\x00\x00\x00"))
		}), "", "did not arrive completely"},
		{"another script is missing", instead("/load.js", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }), "",
			"A file of the page is missing"},
		{"another program", instead("/app.wasm", func(w http.ResponseWriter, r *http.Request) {
			program, err := os.ReadFile(filepath.Join(dist(t), "app.wasm"))
			if err != nil {
				t.Error(err)
			}
			program[len(program)-1] ^= 1
			w.Header().Set("Content-Type", "application/wasm")
			w.Header().Set("Content-Encoding", "identity")
			_, _ = w.Write(program)
		}), "", "app.wasm is damaged, or belongs to another version"},
		{"boot.js is missing", instead("/boot.js", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }), "",
			"boot.js is missing"},
		{"boot.js was changed", instead("/boot.js", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte("alert(1)"))
		}), "", "was changed on its way"},
		{"browser is too old", instead("/boot.js", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }),
			`delete globalThis.trustedTypes`, "browser is too old"},
		{"no WebAssembly", nil, `delete window.WebAssembly`,
			"does not run WebAssembly"},
	} {
		t.Run(c.name, func(t *testing.T) {
			title, text, details := openTab(t, c.host, c.script).fault(t)
			if title != "The page could not be loaded" || !strings.Contains(text, c.want) {
				t.Errorf("%s: %s\n%s", title, text, details)
			}
		})
	}
}

func TestShell_stays_empty_in_a_frame(t *testing.T) {
	tab := openTab(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case r.URL.Query().Has("framed"):
			next.ServeHTTP(unheaded{w}, r)
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`<iframe src="?framed" width="800" height="600"></iframe>`))
		default:
			next.ServeHTTP(w, r)
		}
	})
	var frames []*cdp.Node
	tab.run(t, chromedp.Nodes("iframe", &frames, chromedp.ByQuery))
	var text string
	tab.run(t,
		chromedp.WaitVisible("p.elsewhere", chromedp.ByQuery, chromedp.FromNode(frames[0])),
		chromedp.Text("body", &text, chromedp.ByQuery, chromedp.FromNode(frames[0])),
	)
	if strings.TrimSpace(text) != "Open Crynux DApp" {
		t.Errorf("it shows %q", text)
	}
	var asked int
	tab.run(t, chromedp.Evaluate(`frames[0].performance.getEntriesByType("resource").filter((r) => r.name.includes("config.json")).length + Number(!!frames[0].crynuxBoot)`, &asked))
	if asked != 0 {
		t.Error("the program runs in it")
	}
}

// worker starts the second program and asks it for the hash of what is no picture.
const worker = `new Promise((done) => {
	const worker = new Worker(crynuxBoot.worker);
	worker.onmessage = ({ data }) => data.up || done(data.down ?? data.error ?? data.ok);
	worker.onerror = (e) => done("refused: " + e.message);
	worker.postMessage({ id: 1, op: "imageHash", args: "null", data: [new ArrayBuffer(3)] });
})`

func TestShell_policy_lets_the_programs_run_and_no_other_script(t *testing.T) {
	tab := openTab(t, nil)
	var answered string
	awaited := func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true).WithAllowUnsafeEvalBlockedByCSP(false)
	}
	tab.run(t, chromedp.WaitNotPresent("#shell"), chromedp.Evaluate(worker, &answered, awaited))
	if !strings.Contains(answered, "PNG") {
		t.Errorf("the worker says %q", answered)
	}
	for what, script := range map[string]string{
		"a script in the page":      `(() => { const s = document.createElement("script"); s.append("window.evil = true"); document.head.append(s); return !!window.evil })()`,
		"a script of another place": `new Promise((done) => { try { const s = document.createElement("script"); s.src = "https://example.com/x.js"; s.onload = () => done(true); s.onerror = () => done(false); document.head.append(s) } catch { done(false) } })`,
		"a worker of another name":  `(() => { try { new Worker("boot.js"); return true } catch { return false } })()`,
		"HTML out of text":          `(() => { try { document.body.innerHTML = "<p>"; return true } catch { return false } })()`,
		"code out of text":          `(() => { try { return new Function("return true")() } catch { return false } })()`,
		"a request elsewhere":       `fetch("https://example.com/").then(() => true, () => false)`,
		"a style in the page":       `(() => { const d = document.createElement("div"); document.body.append(d); d.setAttribute("style", "color: rgb(1, 2, 3)"); const c = getComputedStyle(d).color; d.remove(); return c === "rgb(1, 2, 3)" })()`,
	} {
		var done bool
		tab.run(t, chromedp.Evaluate(script, &done, awaited))
		if done {
			t.Errorf("%s is allowed", what)
		}
	}
}

// unheaded is a host that sends no policy.
type unheaded struct{ http.ResponseWriter }

func (w unheaded) WriteHeader(status int) {
	w.Header().Del("Content-Security-Policy")
	w.ResponseWriter.WriteHeader(status)
}

func TestShell_shows_a_crash_with_its_details(t *testing.T) {
	program := filepath.Join(t.TempDir(), "crash.wasm")
	cmd := exec.Command("go", "build", "-o", program, "./testdata/crash")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	crash, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	known := regexp.MustCompile(`"app.wasm": \{[^}]*\}`)
	tab := openTab(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch r.URL.Path {
		case "/app.wasm":
			w.Header().Set("Content-Encoding", "identity")
			http.ServeFile(w, r, program)
		case "/load.js": // which has to know it
			files := read(t, dist(t))
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write(known.ReplaceAll(files["load.js"], fmt.Appendf(nil, `"app.wasm": {"size": %d, "sha256": "%x"}`, len(crash), sha256.Sum256(crash))))
		case "/":
			files := read(t, dist(t))
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write(regexp.MustCompile(`(load\.js[^>]*) integrity="[^"]*"`).ReplaceAll(files["index.html"], []byte("$1")))
		default:
			next.ServeHTTP(w, r)
		}
	})
	title, text, details := tab.fault(t)
	if title != "The page has stopped" || !strings.Contains(text, "Reload") {
		t.Errorf("%s: %s", title, text)
	}
	if !strings.Contains(details, "the bug in the test") || !strings.Contains(details, "main.go") {
		t.Errorf("details:\n%s", details)
	}
	var focused string
	tab.run(t, chromedp.Evaluate(`document.activeElement.textContent`, &focused))
	if focused != "Reload" {
		t.Errorf("the keyboard is at %q", focused)
	}
}

// middleware changes what the static host does.
type middleware func(w http.ResponseWriter, r *http.Request, next http.Handler)

func instead(path string, h http.HandlerFunc) middleware {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == path {
			h(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// tab shows the site below a path, as most hosts do.
type tab struct{ ctx context.Context }

// openTab serves the site through host (nil: as it is), opens it in a new tab
// and runs the scripts before anything of it.
func openTab(t *testing.T, host middleware, scripts ...string) tab {
	t.Helper()
	static := site.Handler(dist(t))
	server := httptest.NewServer(http.StripPrefix("/some/path", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host == nil {
			static.ServeHTTP(w, r)
			return
		}
		host(w, r, static)
	})))
	t.Cleanup(server.Close)
	opened := newTab(t)
	for _, script := range scripts {
		opened.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
			return err
		}))
	}
	opened.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		// Not chromedp.Navigate: it would wait for a program that is held back.
		_, _, _, _, err := page.Navigate(server.URL + "/some/path/").Do(ctx)
		return err
	}), chromedp.WaitReady("body > *"))
	return opened
}

// newTab is an empty one, for at most a minute.
func newTab(t *testing.T) tab {
	t.Helper()
	chrome, err := browser()
	if err != nil {
		t.Skip(err)
	}
	ctx, cancel := chromedp.NewContext(chrome)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return tab{ctx}
}

func (o tab) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(o.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// fault waits for the panel and reads it.
func (o tab) fault(t *testing.T) (title, text, details string) {
	t.Helper()
	o.run(t,
		chromedp.WaitVisible("#fault"),
		chromedp.Text("#fault-title", &title),
		chromedp.Text("#fault-text", &text),
		chromedp.TextContent("#fault-details", &details),
	)
	return title, text, details
}

// browser is one Chromium for all tests.
var browser = sync.OnceValues(func() (context.Context, error) {
	path := os.Getenv("CHROME")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		return nil, errors.New("no Chromium: \"make unit\" installs it, CHROME= names one")
	}
	ctx, _ := chromedp.NewExecAllocator(background, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // it cannot be had as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
	)...)
	ctx, _ = chromedp.NewContext(ctx)
	return ctx, chromedp.Run(ctx)
})
