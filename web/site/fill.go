//go:build !js

package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/template"
)

// kept are the files that the service worker keeps for times without a network,
// besides the page itself and config.json.
var kept = []string{
	"app.css",
	"app.wasm",
	"boot.js",
	"icon-32.png",
	"icon.svg",
	"load.js",
	"manifest.webmanifest",
	"renew.js",
	"top.js",
	"wasm_exec.js",
	"worker.js",
	"worker.wasm",
}

// addFilled fills in the templates. load.js comes first: it names the programs,
// and is named by others. The version is known then, which names the content of
// all files, and of the other templates before they are filled in. It stands in
// every address, so that no cache can mix two builds.
func (f files) addFilled(dir, policy string) error {
	if err := f.fill(filepath.Join(dir, "load.js"), map[string]any{"Programs": f.programs()}); err != nil {
		return err
	}
	for _, name := range filled {
		if err := f.add(name, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	values := map[string]any{
		"Version":   f.version(),
		"Policy":    policy,
		"Toolchain": runtime.Version(),
		"Kept":      f.keptFiles(),
		"Licences":  f.licences(),
		"Notice":    string(f["NOTICE.txt"]),
	}
	for _, name := range filled {
		if err := f.fill(filepath.Join(dir, name), values); err != nil {
			return err
		}
	}
	return nil
}

// fill executes the template at path. In it {{integrity "boot.js"}} is the SRI hash
// of a file, and {{html .Notice}} is fit for HTML.
func (f files) fill(path string, values map[string]any) error {
	name := filepath.Base(path)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("site file %s: %w", name, err)
	}
	page, err := template.New(name).Option("missingkey=error").
		Funcs(template.FuncMap{"integrity": f.integrity}).Parse(string(text))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, values); err != nil {
		return err
	}
	f[name] = out.Bytes()
	return nil
}

// integrity is the hash of a file as browsers compare it.
func (f files) integrity(name string) (string, error) {
	content, ok := f[name]
	if !ok {
		return "", fmt.Errorf("there is no %s", name)
	}
	sum := sha256.Sum256(content)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:]), nil
}

// programs tells load.js what must arrive, as JSON: an honest progress needs the
// size, and a damaged program must not run.
func (f files) programs() string {
	type program struct {
		Size   int    `json:"size"`
		SHA256 string `json:"sha256"`
	}
	list := make(map[string]program)
	for name := range programs {
		sum := sha256.Sum256(f[name])
		list[name] = program{len(f[name]), hex.EncodeToString(sum[:])}
	}
	return toJSON(list)
}

// keptFiles tells sw.js what to keep, as JSON: integrity by name.
func (f files) keptFiles() string {
	list := make(map[string]string)
	for _, name := range kept {
		list[name], _ = f.integrity(name) // "" is found by a test
		if packed := name + ".gz"; f[packed] != nil {
			list[packed], _ = f.integrity(packed)
		}
	}
	return toJSON(list)
}

func toJSON(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // texts and numbers only
	}
	return string(text)
}

// licences are the paths of the licence texts.
func (f files) licences() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if strings.HasPrefix(name, "licences/") {
			list = append(list, name)
		}
	}
	return list
}

// version names the content of all files.
func (f files) version() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if ext := filepath.Ext(name); ext == ".gz" || ext == ".br" { // nothing new
			continue
		}
		fmt.Fprintf(h, "%s %d\n", name, len(f[name]))
		h.Write(f[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// sums is what "sha256sum --check SHA256SUMS" reads.
func (f files) sums() []byte {
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(f[name]), name)
	}
	return out.Bytes()
}
