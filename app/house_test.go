//go:build !js

package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The tests of this file keep the house as README.md draws it. Each of them
// says why a rule is there when it is broken. Imports of tests are free, but
// for the journeys of wasm/e2e, which are nothing else.

// module begins every import path of ours.
const module = "crynux-dapp/"

// root is the module's directory, seen from this package.
const root = ".."

// house is the picture: what each package may import of this module.
var house = map[string][]string{
	"app":                    {"app/job", "app/profile", "app/runner", "app/task", "app/view", "app/widget", "chain", "chain/taskwallet"},
	"app/archive":            {"app/job", "app/task", "chain/taskwallet"},
	"app/election":           {},
	"app/task":               {},
	"app/job":                {"app/task"},
	"app/proof":              {},
	"app/proof/imagehash":    {},
	"app/profile":            {"chain"},
	"app/runner":             {"app/archive", "app/election", "app/job", "app/profile", "app/proof", "app/task", "app/trial", "chain", "chain/taskwallet", "relay"},
	"app/trial":              {"app/profile", "chain", "relay"},
	"app/view":               {"app/job", "app/task"},
	"app/widget":             {"app/task", "chain/taskwallet"},
	"chain":                  {},
	"chain/devchain":         {"chain"},
	"chain/taskwallet":       {"chain"},
	"chain/taskwallet/vault": {"chain", "chain/taskwallet"},
	"relay":                  {},
	"relay/devrelay":         {"chain/devchain"},
	"wasm":                   {"app", "app/archive", "app/election", "app/runner", "app/view", "app/widget", "chain/taskwallet", "wasm/browser"},
	"wasm/browser":           {"chain", "chain/taskwallet", "relay", "wasm/worker/protocol"},
	"wasm/worker":            {"app/proof/imagehash", "chain/taskwallet", "chain/taskwallet/vault", "wasm/worker/protocol"},
	"wasm/worker/protocol":   {"chain/taskwallet"},
	"wasm/e2e":               {"app", "app/job", "chain/devchain", "relay/devrelay", "web/devnet", "web/site"},
	"web/site":               {"app"},
	"web/devnet":             {"app", "chain/devchain", "relay/devrelay", "web/site"},
	"web/cmd/devnet":         {"chain", "web/devnet", "web/site"},
	"web/cmd/site":           {"app", "web/site"},
}

// browserBorder are the packages that may touch the browser.
var browserBorder = []string{"wasm", "wasm/browser", "wasm/worker/..."}

// rule keeps packages away from each other.
type rule struct {
	// of are the packages that are bound; nil = all of this module.
	of []string
	// except are not bound.
	except []string
	// not must not be imported. Our own packages without the module's name;
	// "x/..." is x and all below it.
	not []string
	// direct looks at the packages' own imports only; otherwise at whatever
	// these import, too.
	direct  bool
	because string
}

var rules = []rule{
	{
		of: []string{"chain"}, not: []string{"relay/..."},
		because: "whoever reads or pays on the chain needs no Relay",
	},
	{
		of: []string{"relay"}, not: []string{"chain/..."},
		because: "whoever speaks to a Relay needs no chain",
	},
	{
		of: []string{"chain/...", "relay/..."}, not: []string{"app/..."},
		because: "clients and emulators know the network, not this product",
	},
	{
		of: []string{"app/...", "chain/...", "relay/..."}, not: []string{"wasm/..."},
		because: "the product runs in plain Go tests; what the browser gives comes in through ports",
	},
	{
		except: browserBorder, direct: true,
		not:     []string{"syscall/js", "honnef.co/go/js/dom/v2", "github.com/hack-pad/go-indexeddb/...", "github.com/hack-pad/safejs/..."},
		because: "the browser has one border, and only there must a value of JavaScript be handled",
	},
	{
		of: []string{"app/archive", "app/task", "app/job", "app/profile", "app/proof/..."}, direct: true,
		not:     []string{"context", "time", "os", "net", "net/http", "math/rand/...", "crypto/rand", "github.com/maxence-charriere/go-app/..."},
		because: "pure packages decide about money: equal input gives equal output, and time and chance come in as values",
	},
	{
		of: []string{"app/...", "chain", "relay", "wasm/..."}, except: []string{"wasm/e2e"}, direct: true,
		not:     []string{"net/http"},
		because: "one call of it puts 1 MB more, compressed, in front of the first click; there is a port for requests",
	},
	{
		of: []string{"chain/devchain"}, not: []string{"relay/..."},
		because: "the chain runs without any Relay",
	},
	{
		of: []string{"relay/devrelay"}, not: []string{"relay"},
		because: "an emulator with the client's code repeats the client's mistakes instead of finding them",
	},
	{
		of: []string{"relay/devrelay"}, not: []string{"chain"}, direct: true,
		because: "an emulator with the client's code repeats the client's mistakes instead of finding them",
	},
}

// targets are the two that the module is built for.
var targets = map[string][]string{
	"this machine": nil,
	"the browser":  {"GOOS=js", "GOARCH=wasm"},
}

func TestHouseImportsGoDown(t *testing.T) {
	for target, env := range targets {
		t.Run(target, func(t *testing.T) {
			imports := load(t, env)
			for _, from := range imports.ours() {
				allowed, drawn := house[from]
				if !drawn {
					t.Errorf("%s is not in the picture: because a package that nobody has drawn is one that nobody finds; draw it here and in README.md", from)
					continue
				}
				for _, to := range imports[module+from] {
					to, ours := strings.CutPrefix(to, module)
					if ours && !slices.Contains(allowed, to) {
						t.Errorf("%s imports %s: because imports go down only, as the picture in README.md shows; change both or neither", from, to)
					}
				}
			}
		})
	}
}

// notShort leaves a test that builds to the run without the race detector:
// what builds a program has no goroutine of ours in it.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short builds no programs")
	}
}

// TestPackagesWithoutRaceDetectorStartNoGoroutine reads the Makefile's list of them.
func TestPackagesWithoutRaceDetectorStartNoGoroutine(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(strings.ReplaceAll(string(makefile), "\\\n", ""), "\nSINGLE := ")
	list, _, _ = strings.Cut(list, "\n")
	if packages := strings.Fields(list); len(packages) < 10 || starts(t, "app/runner") == "" {
		t.Fatalf("this test would find nothing in %v", packages)
	}
	for _, pkg := range strings.Fields(list) {
		if at := starts(t, pkg); at != "" {
			t.Errorf("%s starts a goroutine: because then %s belongs to the race detector, out of SINGLE in the Makefile", at, pkg)
		}
	}
}

// starts is where a package or a test of it starts a goroutine; "" if nowhere.
func starts(t *testing.T, pkg string) (at string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no files (%v)", pkg, err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			_, statement := n.(*ast.GoStmt)
			call, _ := n.(*ast.SelectorExpr)
			if statement || call != nil && (call.Sel.Name == "Go" || call.Sel.Name == "Parallel") {
				at = set.Position(n.Pos()).String()
			}
			return true
		})
	}
	return at
}

func TestReadmeDrawsTheHouse(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for line := range strings.Lines(string(readme)) {
		if f := strings.Fields(line); strings.HasPrefix(line, "    ") && len(f) > 1 {
			drawn = append(drawn, f[0])
		}
	}
	for _, env := range targets {
		for _, pkg := range load(t, env).ours() {
			if !slices.Contains(drawn, pkg) {
				t.Errorf("README.md does not draw %s: because newcomers find their way by that picture", pkg)
			}
		}
	}
}

func TestHouseRules(t *testing.T) {
	for target, env := range targets {
		t.Run(target, func(t *testing.T) {
			imports := load(t, env)
			for _, r := range rules {
				for _, broken := range r.check(imports) {
					t.Error(broken)
				}
			}
		})
	}
}

func TestRuleNamesPathAndReason(t *testing.T) {
	imports := graph{module + "chain": {module + "odd"}, module + "odd": {module + "relay"}, module + "relay": nil}
	for name, c := range map[string]struct {
		rule rule
		want string
	}{
		"through another package": {
			rule{of: []string{"chain"}, not: []string{"relay"}, because: "they are two"},
			"[chain imports relay (chain → odd → relay): because they are two]",
		},
		"direct imports only": {rule{of: []string{"chain"}, not: []string{"relay"}, direct: true}, "[]"},
		"all packages but one": {
			rule{except: []string{"chain"}, not: []string{"relay/..."}, direct: true, because: "x"},
			"[odd imports relay: because x]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fmt.Sprint(c.rule.check(imports)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// The chain emulator offers a wallet, and a wallet is a chain.Provider with the
// errors of one. Nothing else of the client may be in it.
func TestEmulatorSharesOnlyTheWalletsSeam(t *testing.T) {
	seam := []string{"Provider", "ProviderError"}
	files, err := filepath.Glob(filepath.Join(root, "chain/devchain/*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no emulator found: %v", err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, used := range selectors(file, module+"chain") {
			if !slices.Contains(seam, used) {
				t.Errorf("%s uses chain.%s: because an emulator with the client's code repeats the client's mistakes instead of finding them", filepath.Base(name), used)
			}
		}
	}
}

// selectors are the names that a file uses of an imported package.
func selectors(file *ast.File, path string) []string {
	var used []string
	for _, spec := range file.Imports {
		if p, _ := strconv.Unquote(spec.Path.Value); p != path {
			continue
		}
		local := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			local = spec.Name.Name
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				// A name that is declared in this file is a variable, not the package.
				if x, ok := s.X.(*ast.Ident); ok && x.Name == local && x.Obj == nil {
					used = append(used, s.Sel.Name)
				}
			}
			return true
		})
	}
	return used
}

// graph holds the imports of every package that the module reaches, by path.
type graph map[string][]string

// load reads the graph for one target. Tests are left out, but for the
// journeys: they have no other files.
func load(t *testing.T, env []string) graph {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	imports := graph{}
	for d := json.NewDecoder(out); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath == module+"wasm/e2e" {
			p.Imports = slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		}
		imports[p.ImportPath] = p.Imports
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("go list: %v", err)
	}
	if len(imports.ours()) < 10 {
		t.Fatalf("go list shows %d packages of ours: it was asked wrongly", len(imports.ours()))
	}
	return imports
}

// ours are this module's packages, without its name.
func (g graph) ours() []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(g)) {
		if p, ok := strings.CutPrefix(path, module); ok {
			out = append(out, p)
		}
	}
	return out
}

// path is the shortest way by which one package imports another, ends included;
// nil if it does not.
func (g graph) path(from, to string) []string {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var way []string
			for p := to; p != ""; p = came[p] {
				way = append(way, strings.TrimPrefix(p, module))
			}
			slices.Reverse(way)
			return way
		}
		for _, next := range g[queue[0]] {
			if _, seen := came[next]; !seen {
				came[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// check says every way in which the rule is broken.
func (r rule) check(imports graph) []string {
	var broken []string
	for _, from := range imports.ours() {
		if r.of != nil && !matches(r.of, from) || matches(r.except, from) {
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(imports)) {
			to := strings.TrimPrefix(path, module)
			if to == from || !matches(r.not, to) {
				continue
			}
			way := imports.path(module+from, path)
			switch {
			case len(way) == 2:
				broken = append(broken, fmt.Sprintf("%s imports %s: because %s", from, to, r.because))
			case len(way) > 2 && !r.direct:
				broken = append(broken, fmt.Sprintf("%s imports %s (%s): because %s", from, to, strings.Join(way, " → "), r.because))
			}
		}
	}
	return broken
}

// matches tells whether a path is one of the patterns.
func matches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		tree, all := strings.CutSuffix(p, "/...")
		return path == tree || all && strings.HasPrefix(path, tree+"/")
	})
}
