//go:build !js

package site

import (
	"bytes"
	"fmt"
	"net/http"
)

// header is what a host should send with some files. Everything works without,
// but for being in a frame (index.html then only hides) and the worker's policy,
// which a worker takes from its own headers alone.
type header struct {
	paths       []string // of the site; "/*" = all
	name, value string
}

var headers = []header{
	{[]string{"/*"}, "Cache-Control", "no-cache"}, // ask before anything kept is used
	{[]string{"/*"}, "X-Content-Type-Options", "nosniff"},
	{[]string{"/*"}, "Referrer-Policy", "no-referrer"},
	{[]string{"/*"}, "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=(), serial=(), hid=(), midi=()"},
	{[]string{"/", "/index.html"}, "Content-Security-Policy", "frame-ancestors 'none'"},
	{[]string{"/worker.js", "/sw.js"}, "Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"},
	{[]string{"/app.wasm", "/worker.wasm"}, "Content-Type", "application/wasm"},
}

// headersFile is _headers, in the form that Netlify and Cloudflare read.
func headersFile() []byte {
	var out bytes.Buffer
	last := ""
	for _, h := range headers {
		for _, path := range h.paths {
			if path != last {
				fmt.Fprintln(&out, path)
				last = path
			}
			fmt.Fprintf(&out, "  %s: %s\n", h.name, h.value)
		}
	}
	return out.Bytes()
}

// setHeaders sends them for one file; name is its path below the site.
func setHeaders(to http.Header, name string) {
	for _, h := range headers {
		for _, path := range h.paths {
			if path == "/*" || path == name {
				to.Set(h.name, h.value)
			}
		}
	}
}
