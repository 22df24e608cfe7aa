//go:build !js

// Package site writes the static site: every file a host has to serve, and
// nothing else. It works below any path, because all addresses in it are
// relative, and building it twice from the same source gives the same bytes.
//
//	err := site.Build(ctx, site.Options{Out: "dist"})
//	http.Handle("/", site.Handler("dist"))
package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

// Options says what to build and where.
type Options struct {
	// Out is the directory to write. It is replaced as a whole; it must not
	// exist, be empty, or hold an earlier site.
	Out string
}

// files is a site in memory: content by path, with slashes.
type files map[string][]byte

// copied are the files of web/ that are shipped as they are.
var copied = []string{
	"app.css",
	"boot.js",
	"config.json",
	"example/example.css",
	"example/example.js",
	"example/index.html",
	"frame.js",
	"load.js",
	"manifest.webmanifest",
	"widget.js",
	"worker.js",
}

// Build compiles both wasm programs and writes the site to o.Out. It needs the
// Go toolchain and the source of this module in the working directory or above.
func Build(ctx context.Context, o Options) error {
	if err := replaceable(o.Out); err != nil {
		return err
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	site, err := assemble(ctx, root)
	if err != nil {
		return err
	}
	return write(o.Out, site)
}

// assemble makes every file of the site.
func assemble(ctx context.Context, root string) (files, error) {
	site := make(files)
	for name, pkg := range map[string]string{"app.wasm": "./wasm", "worker.wasm": "./wasm/worker"} {
		program, err := compile(ctx, root, pkg)
		if err != nil {
			return nil, err
		}
		site[name] = program
	}
	if err := site.addToolchainFiles(ctx, root); err != nil {
		return nil, err
	}
	for _, name := range copied {
		if err := site.add(name, filepath.Join(root, "web", filepath.FromSlash(name))); err != nil {
			return nil, err
		}
	}
	if err := site.addLicences(root); err != nil {
		return nil, err
	}
	if err := site.addIcons(); err != nil {
		return nil, err
	}
	if err := site.addPages(filepath.Join(root, "web"), "index.html", "widget.html"); err != nil {
		return nil, err
	}
	// Hosts that do not compress (IPFS gateways) serve this one; see load.js.
	for _, name := range []string{"app.wasm", "worker.wasm"} {
		packed, err := gzipped(site[name])
		if err != nil {
			return nil, err
		}
		site[name+".gz"] = packed
	}
	return site, nil
}

func (f files) add(name, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("site file %s: %w", name, err)
	}
	f[name] = b
	return nil
}

// addToolchainFiles takes wasm_exec.js from the very toolchain that compiled
// the programs: the two belong together.
func (f files) addToolchainFiles(ctx context.Context, root string) error {
	goroot, err := goOutput(ctx, root, "env", "GOROOT")
	if err != nil {
		return err
	}
	return f.add("wasm_exec.js", filepath.Join(goroot, "lib", "wasm", "wasm_exec.js"))
}

func (f files) addLicences(root string) error {
	for _, name := range []string{"LICENSE", "NOTICE"} {
		if err := f.add(name+".txt", filepath.Join(root, name)); err != nil {
			return err
		}
	}
	texts := filepath.Join(root, "docs", "licences")
	entries, err := os.ReadDir(texts)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := f.add("licences/"+e.Name(), filepath.Join(texts, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// addPages fills in the templates of the pages: the version in every address, so
// that no cache can mix two builds, and the size for an honest progress bar.
func (f files) addPages(dir string, names ...string) error {
	for _, name := range names {
		if err := f.add(name, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	data := map[string]any{"Version": f.version(), "AppBytes": len(f["app.wasm"])}
	for _, name := range names {
		page, err := template.New(name).Option("missingkey=error").Parse(string(f[name]))
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := page.Execute(&out, data); err != nil {
			return err
		}
		f[name] = out.Bytes()
	}
	return nil
}

// version names the content of all files.
func (f files) version() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(h, "%s %d\n", name, len(f[name]))
		h.Write(f[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// write puts the site beside out first and then in its place, so that a server
// never sees half of it for long.
func write(out string, site files) error {
	out = filepath.Clean(out)
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(out), ".site-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh) // nothing is left of it after the rename
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	for name, content := range site {
		path := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return os.Rename(fresh, out)
}

// replaceable protects directories that are no site of ours.
func replaceable(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(out, "app.wasm")); err != nil {
		return fmt.Errorf("%s holds something else than a site: choose another directory or empty it", out)
	}
	return nil
}

func moduleRoot(ctx context.Context) (string, error) {
	mod, err := goOutput(ctx, "", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	if filepath.Base(mod) != "go.mod" {
		return "", errors.New("the site is built inside its source tree")
	}
	return filepath.Dir(mod), nil
}

func goOutput(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
