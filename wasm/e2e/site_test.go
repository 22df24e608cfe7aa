//go:build !js

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	protocol "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"crynux-dapp/web/site"
)

// host serves the built site, through change where it is given.
func host(t *testing.T, prefix string, change func(w http.ResponseWriter, r *http.Request, next http.Handler)) (address string) {
	t.Helper()
	files := http.StripPrefix(prefix, site.Handler(dist))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.URL.Path, prefix+"/"):
			http.NotFound(w, r)
		case change == nil:
			files.ServeHTTP(w, r)
		default:
			change(w, r, files)
		}
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL + prefix + "/"
}

// asksFor collects the addresses that the page asks for, from now on.
func (v *visitor) asksFor() (addresses func() []string) {
	var mu sync.Mutex
	var list []string
	chromedp.ListenTarget(v.ctx, func(e any) {
		if e, ok := e.(*protocol.EventRequestWillBeSent); ok && strings.HasPrefix(e.Request.URL, "http") {
			mu.Lock()
			defer mu.Unlock()
			list = append(list, e.Request.URL)
		}
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

func TestSiteHoldsNothingOfTheDevelopmentServer(t *testing.T) {
	t.Parallel()
	n := network(t)
	answer, err := http.Get(n.Page)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(page), "_devwallet") {
		t.Fatalf("the development server adds no wallet: this test would find nothing (%v)", err)
	}
	files := 0
	err = filepath.WalkDir(dist, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".gz") {
			return err
		}
		files++
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := strings.ToLower(string(content))
		for _, word := range []string{"devwallet", "faucet", "demo (", "demo wallet", "devchain", "devrelay"} {
			if strings.Contains(text, word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Errorf("%d files, %v", files, err)
	}
}

// shippedRPC is the first network of config.json: the development network.
const shippedRPC = "http://127.0.0.1:8545/"

func TestSiteBelowAPath(t *testing.T) {
	t.Parallel()
	address := host(t, "/some/repo", nil)
	v := browse(t)
	asked := v.asksFor()
	v.open(address)
	v.find("button", "Generate")
	v.find("button", "Connect wallet")
	v.click("link", "Chat")
	v.find("textbox", "Question")
	v.reload()
	v.find("textbox", "Question")
	v.click("link", "Images")
	v.find("textbox", "Prompt")
	v.ready()

	var at string
	v.run(chromedp.Location(&at))
	if at != address+"#/" {
		t.Errorf("the page has moved to %s", at)
	}
	for _, a := range asked() {
		if !strings.HasPrefix(a, address) && a != shippedRPC { // both are on this computer
			t.Errorf("it asked for %s", a)
		}
	}
	var databases []string
	v.run(chromedp.Evaluate(`indexedDB.databases().then(list => list.map(d => d.name))`, &databases, chromedp.EvalAsValue, awaited))
	if !slices.Equal(databases, []string{"crynux-dapp:/some/repo/"}) {
		t.Errorf("it stores under %q: two copies on one host would share it", databases)
	}
	v.whole()
}

func TestSiteCannotBeServedStale(t *testing.T) {
	t.Parallel()
	version := contentVersion(t)
	n := network(t)
	v := visit(t, n)
	asked := v.asksFor()
	v.reload()
	v.connect(digests)
	v.order("a fresh loaf", 1)
	v.done("a fresh loaf", 1)
	seen := map[string]bool{}
	for _, a := range asked() {
		u, err := url.Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		switch path.Ext(u.Path) {
		case ".wasm", ".js", ".css":
			if name := path.Base(u.Path); name != "sw.js" && !strings.HasPrefix(u.Path, "/_devwallet/") {
				seen[name] = true
				if got := u.Query().Get("v"); got != version {
					t.Errorf("%s is asked for with version %q, its content has %s", name, got, version)
				}
			}
		}
	}
	// What the worker loads is not told here; it takes the version from its own address.
	for _, name := range []string{"app.wasm", "worker.js", "load.js", "boot.js", "top.js", "wasm_exec.js", "app.css"} {
		if !seen[name] {
			t.Errorf("%s was not asked for: %v", name, seen)
		}
	}
}

// contentVersion is the version that the files of the site have, worked out anew:
// the first 8 bytes of the SHA-256 over each file's name, size and content. What
// holds the version itself counts as it was before; what is made of other files
// does not count.
func contentVersion(t *testing.T) string {
	t.Helper()
	content := map[string][]byte{}
	err := filepath.WalkDir(dist, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		at, err := filepath.Rel(dist, name)
		if err != nil {
			return err
		}
		switch at = filepath.ToSlash(at); {
		case strings.HasSuffix(at, ".gz"), at == "_headers", at == "SHA256SUMS":
			return nil
		case at == "index.html", at == "licences.html", at == "sw.js", at == "widget.html":
			name = filepath.Join("../../web", at)
		}
		content[at], err = os.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range content {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %d\n", name, len(content[name]))
		h.Write(content[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func TestSiteWorksWithoutAWordInTheConsole(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	chromedp.ListenTarget(v.ctx, func(e any) {
		if e, ok := e.(*log.EventEntryAdded); ok {
			v.hear(fmt.Sprintf("%s of %s: %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	})
	v.reload()
	v.connect(digests)
	v.order("a quiet street", 2)
	v.done("a quiet street", 2)
	v.click("link", "Chat")
	v.find("textbox", "Question")
	v.reload()
	v.ready() // a press that begins on the shell and ends on the page is no click
	v.click("link", "Images")
	v.shown("a quiet street", 2)
	for _, line := range v.said() {
		if !relayBehind.MatchString(line) {
			t.Error(line)
		}
	}
}

// relayBehind is what the browser itself notes of an upload to a Relay that has not
// seen the task yet. Its 400 belongs to the protocol (B.4, G.10), and no page can
// keep a browser from noting it.
var relayBehind = regexp.MustCompile(`^error of network: Failed to load resource: .* 400 .*/v1/inference_tasks$`)
