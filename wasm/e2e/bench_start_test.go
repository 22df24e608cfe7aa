//go:build !js && bench

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/chromedp/cdproto/emulation"
	wire "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/web/site"
)

const mega = 1e6

func benchSizes(t *testing.T, b *table) {
	program, err := os.ReadFile(filepath.Join(dist, "app.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := squeeze(program)
	if err != nil {
		t.Fatal(err)
	}
	b.add(row{What: "app.wasm, brotli 11", Unit: "MB", Value: float64(len(packed)) / mega, Budget: 2.4, Aim: 1.9})
	sizes, err := site.Sizes(dist)
	if err != nil {
		t.Fatal(err)
	}
	v := measured(t)
	asked := v.asksFor()
	v.open(host(t, "", nil))
	v.ready()
	var rest int
	for _, s := range sizes {
		if s.Name == "app.wasm" {
			b.add(row{What: "app.wasm, gzip 9", Unit: "MB", Value: float64(s.Gzip) / mega, Budget: 3.2, Aim: 2.6})
			continue
		}
		for _, address := range asked() {
			if strings.HasSuffix(strings.SplitN(address, "?", 2)[0], "/"+s.Name) || s.Name == "index.html" && strings.HasSuffix(address, "/") {
				rest += s.Gzip
				break
			}
		}
	}
	b.add(row{What: "everything else that the first view loads", Unit: "KB", Value: float64(rest) / 1e3, Budget: 120, Aim: 60, Note: "gzip 9"})
}

// empty is a page that waits for its program.
type empty struct{ app.Compo }

func (*empty) Render() app.UI { return app.Div() }

const helloIcon = "/web/icon.svg"

// hello builds the page that the start is compared with, with go-app's own loader.
func hello(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	app.RouteFunc("/", func() app.Composer { return &empty{} }) // what stands there before the program runs
	if err := app.GenerateStaticWebsite(dir, &app.Handler{Name: "hello", Version: "1", Icon: app.Icon{Default: helloIcon, Large: helloIcon, SVG: helloIcon}}); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "web", "app.wasm")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	// A file that is not there would keep its service worker from being installed.
	if err := os.WriteFile(filepath.Join(dir, helloIcon), []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./testdata/hello")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("hello is not built: %v\n%s", err, out)
	}
	return dir
}

// brotlied serves a folder with everything compressed by brotli where that makes it smaller.
func brotlied(t *testing.T, dir string) (address string) {
	t.Helper()
	packed := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".gz" || filepath.Ext(path) == ".br" || filepath.Ext(path) == ".png" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		packed["/"+filepath.ToSlash(name)], err = squeeze(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	static := []byte(staticPage(t))
	files := site.Handler(dir)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path
		if name == "/static.html" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(static)
			return
		}
		if strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		body, ok := packed[name]
		if !ok {
			files.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(filepath.Ext(name)))
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(body)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL + "/"
}

// squeeze compresses as hosts do that prepare it: brotli, quality 11.
func squeeze(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 24})
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// staticPage is our shell without any program: the same HTML, the same CSS.
func staticPage(t *testing.T) string {
	t.Helper()
	html, err := os.ReadFile(filepath.Join(dist, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?s)<script.*?</script>|<link rel="(preload|manifest|modulepreload)[^>]*>`).ReplaceAllString(string(html), "")
}

// start is when a page could be seen first, and when it did what a click asks for,
// in milliseconds.
type start struct{ paint, click float64 }

// clicker presses a button until it has an effect, and notes when it had.
func clicker(button, effect string) string {
	return fmt.Sprintf(`(() => {
	const timer = setInterval(() => {
		const button = %s;
		if (!button) return;
		if (%s) { window.handled ??= performance.now(); clearInterval(timer); return; }
		button.click();
	}, 8);
})()`, button, effect)
}

// throttled makes the tab of a browser as slow as performance.md wants it, with a
// script that runs ahead of every page.
func throttled(t *testing.T, script string) (ctx context.Context, end func()) {
	t.Helper()
	ctx, end = started(t)
	err := chromedp.Run(ctx,
		wire.Enable(),
		wire.EmulateNetworkConditions(false, 40, 20e6/8, 20e6/8),
		emulation.SetCPUThrottlingRate(4),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
			return err
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, end
}

// begin opens a page and waits until its click is handled.
func begin(t *testing.T, ctx context.Context, address string) (s start) {
	t.Helper()
	if err := chromedp.Run(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(2 * patience)
	for s.click == 0 || s.paint == 0 {
		if time.Now().After(deadline) {
			t.Fatalf("no click was handled at %s: %+v", address, s)
		}
		time.Sleep(50 * time.Millisecond)
		if err := chromedp.Run(ctx, chromedp.Evaluate("window.handled ?? 0", &s.click),
			chromedp.Evaluate(`performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`, &s.paint)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// swReady waits until the service worker of the open page keeps the page.
const swReady = `navigator.serviceWorker.ready.then(() => true)`

func benchStart(t *testing.T, b *table) {
	pages := map[string]struct{ address, script string }{
		"ours":  {brotlied(t, dist), clicker(`[...document.querySelectorAll("button")].find((b) => b.textContent.trim() === "Connect wallet")`, `document.querySelector("dialog[open]")`)},
		"hello": {brotlied(t, hello(t)), clicker(`document.getElementById("press")`, `document.getElementById("press").textContent !== "pressed 0"`)},
	}
	static := pages["ours"].address + "static.html"
	cold, warm, paint := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	for range repeats {
		for name, p := range pages {
			ctx, cancel := throttled(t, p.script)
			s := begin(t, ctx, p.address)
			cold[name], paint[name] = append(cold[name], s.click), append(paint[name], s.paint)
			kept, stop := context.WithTimeout(ctx, 2*patience)
			err := chromedp.Run(kept, chromedp.Evaluate(swReady, nil, awaited), chromedp.Sleep(2*time.Second))
			stop()
			if err != nil {
				t.Fatal(name, ": no service worker: ", err)
			}
			warm[name] = append(warm[name], begin(t, ctx, p.address).click)
			cancel()
		}
		ctx, cancel := throttled(t, "window.handled = 1")
		paint["static"] = append(paint["static"], begin(t, ctx, static).paint)
		cancel()
	}
	note := func(what map[string][]float64, of string) string {
		return fmt.Sprintf("%.0f ms ÷ %.0f ms", median(what["ours"]), median(what[of]))
	}
	b.add(
		row{What: "first paint of the shell ÷ a static page with the same CSS", Value: median(paint["ours"]) / median(paint["static"]), Budget: 1.3, Aim: 1.05, Note: note(paint, "static")},
		row{What: "a click is handled, cold ÷ go-app hello", Value: median(cold["ours"]) / median(cold["hello"]), Budget: 1.45, Aim: 1.15, Note: note(cold, "hello")},
		row{What: "a click is handled, warm ÷ go-app hello", Value: median(warm["ours"]) / median(warm["hello"]), Budget: 1.5, Aim: 1.15, Note: note(warm, "hello")},
	)
}

// benchTyped types before the program runs.
func benchTyped(t *testing.T, b *table) {
	release := make(chan struct{})
	v := measured(t)
	v.goes(host(t, "", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasPrefix(r.URL.Path, "/app.wasm") {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	}))
	const before, after = "a red fox in the snow, ", "at night"
	v.click("textbox", "Prompt")
	v.run(chromedp.KeyEvent(before))
	close(release)
	v.ready()
	v.run(chromedp.KeyEvent(after))
	got, whole := v.value("textbox", "Prompt"), before+after
	kept := 0
	for kept < len(got) && kept < len(whole) && got[kept] == whole[kept] {
		kept++
	}
	b.add(row{What: "text typed before the program runs survives", Unit: "%", Value: 100 * float64(kept) / float64(len(whole)), Budget: 100, least: true})
}
