//go:build !js

package site

import (
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// types are the media types that matter and that machines know differently.
var types = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".gz":          "application/gzip",
	".br":          "application/octet-stream",
}

// Handler serves a built site as a good static host does: right types, the
// compressed neighbour that the browser takes, and the headers of _headers. It is
// for development and tests.
func Handler(dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean("/" + r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/") {
			name = path.Join(name, "index.html")
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		kind, ok := types[path.Ext(name)]
		if !ok {
			kind = mime.TypeByExtension(path.Ext(name))
		}
		h := w.Header()
		setHeaders(h, name)
		if kind != "" {
			h.Set("Content-Type", kind)
		}
		for _, c := range []struct{ ending, name string }{{".br", "br"}, {".gz", "gzip"}} {
			if packed := file + c.ending; strings.Contains(r.Header.Get("Accept-Encoding"), c.name) && exists(packed) {
				h.Set("Content-Encoding", c.name)
				h.Add("Vary", "Accept-Encoding")
				file = packed
				break
			}
		}
		serveFile(w, r, file)
	})
}

func serveFile(w http.ResponseWriter, r *http.Request, file string) {
	f, err := os.Open(file)
	if err != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	http.ServeContent(w, r, "", info.ModTime(), f)
}

func exists(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular()
}
