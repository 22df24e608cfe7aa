//go:build !js

package site_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// await waits until a promise says true. The page may be on its way to another one.
func (o tab) await(t *testing.T, what, script string) {
	t.Helper()
	for {
		var yes bool
		err := chromedp.Run(o.ctx, chromedp.Evaluate(script, &yes, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
		if yes {
			return
		}
		if o.ctx.Err() != nil {
			t.Fatalf("waited for %s (%v)", what, err)
		}
		time.Sleep(250 * time.Millisecond) // a browser that is asked without a pause never finds its workers idle
	}
}

// Whether the page is kept, and whether this very page came from there.
const (
	isKept = `navigator.serviceWorker.getRegistration().then((r) => !!r?.active)`
	isFrom = `Promise.resolve(!!navigator.serviceWorker.controller && !document.getElementById("shell"))`
)

func TestKept_page_opens_without_a_network(t *testing.T) {
	for name, host := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"as built": func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) },
		"from a host without the packed programs and their media type": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, ".gz") {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(typedWriter{w, r.URL.Path}, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var gone atomic.Bool
			tab := openTab(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if gone.Load() {
					panic(http.ErrAbortHandler)
				}
				host(w, r, next)
			})
			tab.await(t, "the page to be kept", isKept)
			tab.run(t, chromedp.Reload())
			tab.await(t, "the page from what is kept", isFrom)
			gone.Store(true)
			tab.run(t, chromedp.Reload())
			tab.await(t, "the page without a network", isFrom)
			var broken bool
			tab.run(t, chromedp.Evaluate(`!!document.querySelector(".broken") || !document.getElementById("fault").hidden`, &broken))
			if broken {
				t.Error("it does not start")
			}
		})
	}
}

func TestKept_page_is_taken_back_by_the_host(t *testing.T) {
	var off atomic.Bool
	tab := openTab(t, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if off.Load() && r.URL.Path == "/sw.js" {
			r.Header.Del("If-Modified-Since") // built in the same second
			http.ServeFile(w, r, filepath.Join(dist(t), "sw-off.js"))
			return
		}
		next.ServeHTTP(w, r)
	})
	tab.await(t, "the page to be kept", isKept)
	tab.await(t, "a cache of somebody else", `caches.open("of somebody else").then(() => true)`)
	off.Store(true)
	tab.run(t, chromedp.Reload())
	tab.await(t, "nothing to be kept", `Promise.all([navigator.serviceWorker.getRegistration(), caches.keys()]).then(([r, names]) => !r && names.join() === "of somebody else")`)
}

// TestKept_page_that_is_broken_goes_with_its_reload shows a kept version that does
// not start: whoever presses Reload gets what the host has now.
func TestKept_page_that_is_broken_goes_with_its_reload(t *testing.T) {
	tab := openTab(t, nil, `if (navigator.serviceWorker?.controller) Object.defineProperty(window, "crynuxLoad", { set() {}, get: () => async () => { throw new Error("a bug in this version") } })`)
	tab.await(t, "the page to be kept", isKept)
	tab.run(t, chromedp.Reload())
	tab.fault(t)
	tab.run(t, chromedp.Click("#fault-reload"))
	tab.await(t, "the page from the network", `Promise.resolve(!navigator.serviceWorker.controller && !document.getElementById("shell") && !document.querySelector(".broken"))`)
}
