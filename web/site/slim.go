//go:build !js

package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const goApp = "github.com/maxence-charriere/go-app/v9"

// serverHalf are the files of go-app that serve a page over HTTP and write static
// sites. In the browser nobody calls them, but what they import sets itself up when the
// program starts, and so is linked: net/http, TLS and its elliptic curves, 0.38 MB of
// gzip -9. The page is built from a copy of go-app without them.
var serverHalf = []string{"http.go", "resource.go", "static.go"}

// standIn is what the other half needs of them.
const standIn = `package app

import "strings"

// Handler serves pages elsewhere than in a browser.
type Handler struct{}

func isRemoteLocation(path string) bool {
	return strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://")
}

func isStaticResourcePath(path string) bool {
	return strings.HasPrefix(path, "/web/") || strings.HasPrefix(path, "web/")
}
`

// withoutServer makes the copy and a go.mod that uses it, and returns that file's path.
// Both lie in build/ under a name made from their content: the name gets into the
// program, and must be the same everywhere.
func withoutServer(ctx context.Context, root string) (modfile string, err error) {
	original, err := goOutput(ctx, root, "list", "-m", "-f", "{{.Dir}}", goApp)
	if err != nil {
		return "", err
	}
	if original == "" { // not fetched yet
		if _, err := goOutput(ctx, root, "mod", "download", goApp); err != nil {
			return "", err
		}
		if original, err = goOutput(ctx, root, "list", "-m", "-f", "{{.Dir}}", goApp); err != nil {
			return "", err
		}
	}
	copied, err := halfOf(original)
	if err != nil {
		return "", fmt.Errorf("go-app without its server half: %w", err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := copied.add("page"+path.Ext(name), filepath.Join(root, name)); err != nil {
			return "", err
		}
	}
	name := "build/page-" + copied.version()
	copied["page.mod"] = fmt.Appendf(bytes.Clone(copied["page.mod"]), "\nreplace %s => ./%s/go-app\n", goApp, name)
	dir := filepath.Join(root, filepath.FromSlash(name))
	if err := copied.settle(dir); err != nil {
		return "", err
	}
	return filepath.Abs(filepath.Join(dir, "page.mod")) // go runs elsewhere
}

// halfOf reads go-app without its server half and without its tests.
func halfOf(original string) (files, error) {
	half := files{"go-app/pkg/app/standin.go": []byte(standIn)}
	if err := half.add("go-app/go.mod", filepath.Join(original, "go.mod")); err != nil {
		return nil, err
	}
	left := 0
	err := filepath.WalkDir(filepath.Join(original, "pkg"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(file, "_test.go") {
			return err
		}
		name, err := filepath.Rel(original, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if path.Dir(name) == "pkg/app" && slices.Contains(serverHalf, path.Base(name)) {
			left++
			return nil
		}
		return half.add("go-app/"+name, file)
	})
	if err == nil && left != len(serverHalf) {
		err = fmt.Errorf("only %d of %v are there", left, serverHalf)
	}
	return half, err
}

// settle writes files to a directory that nobody sees half of, unless it is there.
func (f files) settle(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil // its name tells its content
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), ".page-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh) // nothing is left of it after the rename
	for _, name := range slices.Sorted(maps.Keys(f)) {
		file := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, f[name], 0o644); err != nil {
			return err
		}
	}
	if err := os.Rename(fresh, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, gone := os.Stat(dir); gone != nil {
			return err
		}
	}
	return nil // somebody else may have been quicker, with the same
}
