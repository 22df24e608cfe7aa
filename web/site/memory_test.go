//go:build !js

package site_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"crynux-dapp/web/site"
)

// compareMemory instantiates both programs without running them. It returns how
// many bytes of memory are not zero, and the first address at which the memories
// differ, -1 if there is none.
const compareMemory = `(async () => {
	const memory = async (file) => {
		const program = await WebAssembly.compileStreaming(fetch(file));
		const imports = {};
		for (const i of WebAssembly.Module.imports(program)) (imports[i.module] ??= {})[i.name] = () => {};
		return new Uint8Array((await WebAssembly.instantiate(program, imports)).exports.mem.buffer);
	};
	const [linked, shipped] = [await memory("linked.wasm"), await memory("shipped.wasm")];
	const [short, long] = linked.length < shipped.length ? [linked, shipped] : [shipped, linked];
	return { written: linked.reduce((n, b) => n + (b !== 0), 0), differs: long.findIndex((b, i) => b !== short[i]) };
})()`

func TestBuild_programs_start_with_the_memory_that_was_linked(t *testing.T) {
	for name, pkg := range map[string]string{"app.wasm": "./wasm", "worker.wasm": "./wasm/worker"} {
		t.Run(name, func(t *testing.T) {
			shipped := filepath.Join(dist(t), name)
			linked, err := site.Link(t.Context(), "../..", pkg)
			if err != nil {
				t.Fatal(err)
			}
			mux := http.NewServeMux()
			mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/html") })
			mux.HandleFunc("/linked.wasm", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/wasm")
				_, _ = w.Write(linked) // a browser that leaves fails the test by itself
			})
			mux.HandleFunc("/shipped.wasm", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, shipped) })
			server := httptest.NewServer(mux)
			defer server.Close()
			var got struct{ Written, Differs int }
			newTab(t).run(t,
				chromedp.Navigate(server.URL),
				chromedp.Evaluate(compareMemory, &got, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
			)
			if got.Written < 1<<20 || got.Differs != -1 {
				t.Errorf("%d bytes of memory are written; the first that differs is %d", got.Written, got.Differs)
			}
		})
	}
}
