//go:build !js

// Package site writes the static site: every file a host has to serve, and
// nothing else. It works below any path, because all addresses in it are
// relative, and building it twice from the same source gives the same bytes.
//
//	err := site.Build(ctx, site.Options{Out: "dist"})
//	http.Handle("/", site.Handler("dist"))
package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"crynux-dapp/app"
)

// Options says what to build and where.
type Options struct {
	// Out is the directory of the site. It is replaced if it is one, or empty.
	Out string
	// Source is a directory inside the source tree; "" = the working directory.
	Source string
	// Config is the file to ship as config.json; "" = web/config.json.
	Config string
	// AnyNetwork lets the page connect to any https address, and to this computer,
	// so that people can add networks of their own. Otherwise its policy allows
	// what config.json names.
	AnyNetwork bool
	// Quick leaves out the .br files, which take most of the time: for development.
	Quick bool
}

// files is the site in memory: content by slash-separated path.
type files map[string][]byte

// copied are the files of web/ that are shipped as they are.
var copied = []string{
	"app.css",
	"boot.js",
	"example/example.css",
	"example/example.js",
	"example/index.html",
	"frame.js",
	"manifest.webmanifest",
	"renew.js",
	"sw-off.js",
	"top.js",
	"widget.js",
	"worker.js",
}

// filled are the files of web/ that are templates (see fill.go).
var filled = []string{
	"index.html",
	"licences.html",
	"sw.js",
	"widget.html",
}

// programs are the two wasm programs and their packages.
var programs = map[string]string{"app.wasm": "./wasm", "worker.wasm": "./wasm/worker"}

// Build compiles both wasm programs and writes the site to o.Out. It needs the
// Go toolchain and the source of this module.
func Build(ctx context.Context, o Options) error {
	if err := replaceable(o.Out); err != nil {
		return err
	}
	root, err := moduleRoot(ctx, o.Source)
	if err != nil {
		return err
	}
	site, err := assemble(ctx, root, o)
	if err != nil {
		return err
	}
	return write(o.Out, site)
}

// assemble makes every file of the site.
func assemble(ctx context.Context, root string, o Options) (files, error) {
	site := make(files)
	for name, pkg := range programs {
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
	config, err := site.addConfig(root, o.Config)
	if err != nil {
		return nil, err
	}
	if err := site.addLicences(root); err != nil {
		return nil, err
	}
	if err := site.addIcons(); err != nil {
		return nil, err
	}
	if err := site.addPacked(o.Quick); err != nil {
		return nil, err
	}
	if err := site.addFilled(filepath.Join(root, "web"), policy(config, o.AnyNetwork)); err != nil {
		return nil, err
	}
	site["_headers"] = headersFile()
	site["SHA256SUMS"] = site.sums()
	return site, nil
}

// addConfig adds config.json after a look at it: what the page would refuse is
// refused here.
func (f files) addConfig(root, path string) (app.Config, error) {
	if path == "" {
		path = filepath.Join(root, "web", "config.json")
	}
	if err := f.add("config.json", path); err != nil {
		return app.Config{}, err
	}
	return app.ParseConfig(f["config.json"])
}

// addPacked adds the programs' compressed neighbours, for hosts that do not
// compress (see load.js) and for those that take them from a file.
func (f files) addPacked(quick bool) error {
	for name := range programs {
		packed, err := gzipped(f[name])
		if err != nil {
			return err
		}
		f[name+".gz"] = packed
		if quick {
			continue
		}
		if f[name+".br"], err = brotlied(f[name]); err != nil {
			return err
		}
	}
	return nil
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

func moduleRoot(ctx context.Context, source string) (string, error) {
	mod, err := goOutput(ctx, source, "env", "GOMOD")
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
