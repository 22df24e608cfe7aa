//go:build !js

package devrelay

import (
	"net/http"
	"time"
)

// resultWriter bends the standard file server to what the Relay was seen to do: a conditional request
// whose condition holds gets status 200 with an empty body instead of 304, so that a browser that
// revalidates overwrites its cached picture with nothing; and a range that cannot be served still
// carries Last-Modified.
type resultWriter struct {
	http.ResponseWriter
	modified time.Time
}

func (w *resultWriter) WriteHeader(code int) {
	switch code {
	case http.StatusNotModified:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Length", "0")
		code = http.StatusOK
	case http.StatusRequestedRangeNotSatisfiable:
		w.Header().Set("Last-Modified", w.modified.UTC().Format(http.TimeFormat))
	}
	w.ResponseWriter.WriteHeader(code)
}
