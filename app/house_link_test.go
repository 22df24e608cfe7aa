//go:build !js

package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"crynux-dapp/web/site"
)

// gzipBudget is how many bytes of app.wasm, compressed with gzip -9, a visitor
// may have to load before the first click. Where it is reached, something has
// to move into the worker's program, not this number up.
const gzipBudget = 2_950_000

// unlinked are packages of which nothing may be in the page's program. The
// worker's program has what is needed of them.
var unlinked = []rule{
	{
		not: []string{
			"github.com/ethereum/go-ethereum/ethclient/...", "github.com/ethereum/go-ethereum/rpc",
			"github.com/ethereum/go-ethereum/accounts/...", "github.com/ethereum/go-ethereum/core/...",
		},
		because: "they bring net/http, crypto and logging along; chain has its own small codec and RPC client",
	},
	{
		not:     []string{"github.com/ethereum/go-ethereum/crypto", "github.com/ethereum/go-ethereum/crypto/secp256k1/...", "github.com/decred/dcrd/dcrec/...", module + "chain/taskwallet/vault"},
		because: "the curve's tables are 0.6 MB compressed; signing and recovering are the worker's, keccak alone is crypto/keccak",
	},
	{
		not:     []string{"github.com/corona10/goimagehash/...", "image/png", "image/jpeg", "image/draw"},
		because: "decoding pictures blocks the page for a second; the worker does it",
	},
	{
		not:     []string{"github.com/santhosh-tekuri/jsonschema/...", "golang.org/x/text/..."},
		because: "the library compiles every meta-schema at each start, a sixth of a second on a slow phone; app/task checks arguments itself",
	},
	{
		not:     []string{module + "chain/devchain", module + "relay/devrelay", module + "web/..."},
		because: "the page is for the real network; emulators stay on the developer's machine",
	},
}

// noHTTP is why a linked method of net/http is one too many. go-app imports the
// package, so the list of imports cannot tell; the linker can.
const noHTTP = "one call of net/http is 1 MB compressed (TLS, certificates, HTTP/2); requests go through the port to fetch"

func TestPageLinksNothingHeavy(t *testing.T) {
	notShort(t)
	page := page(t)
	if _, ok := page.from["main.main"]; !ok || len(page.from) < 10_000 {
		t.Fatalf("the linker shows %d symbols and no main.main: its output was not understood", len(page.from))
	}
	for _, r := range unlinked {
		for _, symbol := range page.symbols() {
			if matches(r.not, packageOf(symbol)) {
				t.Errorf("the page links %s (%s): because %s", symbol, page.way(symbol), r.because)
				break // one of each is enough to see the reason
			}
		}
	}
	for _, symbol := range page.symbols() {
		if isHTTPCall(symbol) {
			t.Errorf("the page links %s (%s): because %s", symbol, page.way(symbol), noHTTP)
			break
		}
	}
}

// A rule that reads a tool's output must show that it would see an offender.
func TestLinkedHTTPCallIsSeen(t *testing.T) {
	notShort(t)
	main := filepath.Join(t.TempDir(), "main.go")
	code := "package main\n\nimport \"net/http\"\n\nfunc main() { http.Get(\"https://example.org\") }\n"
	if err := os.WriteFile(main, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := link(main)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(program.symbols(), isHTTPCall) {
		t.Error("a program that calls http.Get passes: the rule has gone blind")
	}
}

// TestPageWithinBudget measures the file that a visitor loads: what the site makes
// of the linker's.
func TestPageWithinBudget(t *testing.T) {
	notShort(t)
	dist := filepath.Join(t.TempDir(), "dist")
	if err := site.Build(t.Context(), site.Options{Out: dist, Quick: true}); err != nil {
		t.Fatal(err)
	}
	sizes, err := site.Sizes(dist)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(sizes, func(s site.Size) bool { return s.Name == "app.wasm" })
	if i < 0 {
		t.Fatalf("the site has no app.wasm: %v", sizes)
	}
	size := sizes[i]
	t.Logf("app.wasm: %d bytes, gzip -9 %d of %d", size.Raw, size.Gzip, gzipBudget)
	if size.Gzip > gzipBudget {
		t.Errorf("app.wasm is %d bytes compressed, %d too many: because everybody waits for it before the first click", size.Gzip, size.Gzip-gzipBudget)
	}
}

// program is a linked wasm program.
type program struct {
	wasm []byte
	// from is what each linked symbol was first needed by.
	from map[string]string
}

var pageOnce = sync.OnceValues(func() (program, error) { return link("./wasm") })

// page is the page's program with all of go-app, of which the site leaves a half out.
func page(t *testing.T) program {
	t.Helper()
	p, err := pageOnce()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// link builds a program for the browser. Its output file is always a new one:
// the linker speaks only when it works.
func link(pkg string) (program, error) {
	dir, err := os.MkdirTemp("", "house-")
	if err != nil {
		return program{}, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "out.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -dumpdep", "-o", out, pkg)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWASM=", "CGO_ENABLED=0")
	said, err := cmd.CombinedOutput()
	if err != nil {
		return program{}, &linkError{pkg, err, said}
	}
	p := program{from: map[string]string{}}
	for line := range strings.Lines(string(said)) {
		if from, to, ok := strings.Cut(strings.TrimSpace(line), " -> "); ok {
			from, to = unflagged(from), unflagged(to)
			if _, seen := p.from[to]; !seen {
				p.from[to] = from
			}
		}
	}
	p.wasm, err = os.ReadFile(out)
	return p, err
}

type linkError struct {
	pkg  string
	err  error
	said []byte
}

func (e *linkError) Error() string {
	tail := e.said[max(0, len(e.said)-2000):]
	return "building " + e.pkg + ": " + e.err.Error() + "\n" + string(tail)
}

func (e *linkError) Unwrap() error { return e.err }

// unflagged takes off what the linker notes behind a symbol.
func unflagged(symbol string) string {
	name, _, _ := strings.Cut(symbol, " <UsedInIface>")
	name, _, _ = strings.Cut(name, " <ReflectMethod>")
	return name
}

// symbols are the linked functions and variables, sorted. Tables about stacks
// and arguments are shared between functions of equal form and named after any
// of them, so they say nothing.
func (p program) symbols() []string {
	var out []string
	for s := range p.from {
		dot := strings.LastIndexByte(s, '.')
		switch s[dot+1:] {
		case "stkobj", "arginfo0", "arginfo1", "argliveinfo", "opendefer", "wrapinfo", "args_stackmap":
			continue
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// way tells through what a symbol came in.
func (p program) way(symbol string) string {
	way := []string{symbol}
	for s := p.from[symbol]; s != "" && s != "_" && len(way) < 12; s = p.from[s] {
		way = append(way, s)
	}
	slices.Reverse(way)
	return strings.Join(way, " → ")
}

// packageOf is the import path in the name of a function or variable; "" for
// what belongs to no package.
func packageOf(symbol string) string {
	end := strings.IndexAny(symbol, "[(") // type arguments and receivers hold paths of their own
	if end < 0 {
		end = len(symbol)
	}
	slash := strings.LastIndexByte(symbol[:end], '/')
	dot := strings.IndexByte(symbol[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	return symbol[:slash+1+dot]
}

// isHTTPCall tells whether a symbol is a method of a type of net/http: a client,
// a transport, a server. Without them the package is its variables only.
func isHTTPCall(symbol string) bool { return strings.HasPrefix(symbol, "net/http.(*") }
