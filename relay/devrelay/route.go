//go:build !js

package devrelay

import (
	"io"
	"net/http"
	"strings"
)

// route is one endpoint. Its pattern has ":name" for a segment that may be anything.
type route struct {
	method, pattern string
	handle          func(*Relay, http.ResponseWriter, *http.Request, []string) error
}

// routes are all endpoints but the documentation pages. Note that HEAD is not among them.
var routes = []route{
	{"GET", "/", (*Relay).frontPage},
	{"GET", "/v1/network/nodes/number", (*Relay).networkNumbers},
	{"GET", "/v1/network/nodes/data", (*Relay).networkData},
	{"POST", "/v1/inference_tasks", (*Relay).uploadArguments},
	{"GET", "/v1/inference_tasks/:task_id", (*Relay).showTask},
	{"POST", "/v1/inference_tasks/:task_id/results", (*Relay).uploadResults},
	{"GET", "/v1/inference_tasks/:task_id/results/:image_num", (*Relay).downloadResult},
}

// match finds the endpoint of a request and the values of its variable segments.
func match(method, path string) (*route, []string) {
	segments := strings.Split(path, "/")
	for i := range routes {
		if routes[i].method != method {
			continue
		}
		if values, ok := routes[i].match(segments); ok {
			return &routes[i], values
		}
	}
	return nil, nil
}

func (r *route) match(segments []string) (values []string, ok bool) {
	pattern := strings.Split(r.pattern, "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	for i, want := range pattern {
		switch {
		case strings.HasPrefix(want, ":") && segments[i] != "":
			values = append(values, segments[i])
		case want != segments[i]:
			return nil, false
		}
	}
	return values, true
}

// maxHeldBody is how much of a request is read that is never answered.
const maxHeldBody = 64 << 20

// ServeHTTP answers in the order of the real server: redirects come before CORS and carry none of
// its headers; CORS comes before the routes, so that a 404 carries them.
func (r *Relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	faults := r.Faults()
	endpoint, values := match(q.Method, q.URL.Path)
	switch {
	case endpoint != nil:
		r.count(endpoint.method + " " + endpoint.pattern)
	case q.Method == http.MethodOptions:
		r.count("OPTIONS")
	default:
		r.count("404")
	}
	if faults.Down {
		panic(http.ErrAbortHandler) // closes the connection without a word
	}
	if endpoint == nil && redirectSlash(w, q) {
		return
	}
	if answerCORS(w, q) {
		return
	}
	if faults.Hang {
		_, _ = io.Copy(io.Discard, io.LimitReader(q.Body, maxHeldBody)) // net/http sees the end of a caller only behind its body
		<-q.Context().Done()
		panic(http.ErrAbortHandler)
	}
	if faults.Gateway != 0 {
		answerGateway(w, faults.Gateway)
		return
	}
	if endpoint == nil {
		answerText(w, http.StatusNotFound, "404 page not found")
		return
	}
	if err := endpoint.handle(r, w, q, values); err != nil {
		r.answerError(w, err)
	}
}

// redirectSlash sends a path that is only wrong by a slash at its end to the right one.
func redirectSlash(w http.ResponseWriter, q *http.Request) bool {
	path, found := strings.CutSuffix(q.URL.Path, "/")
	if !found {
		return false
	}
	if endpoint, _ := match(q.Method, path); endpoint == nil {
		return false
	}
	code := http.StatusTemporaryRedirect
	if q.Method == http.MethodGet {
		code = http.StatusMovedPermanently
	}
	target := *q.URL
	target.Path = path
	http.Redirect(w, q, target.String(), code)
	return true
}

// answerCORS sets the header of a cross-origin answer; a preflight is answered wholly, whatever its
// path (protocol.md B.1).
func answerCORS(w http.ResponseWriter, q *http.Request) (done bool) {
	origin := q.Header.Get("Origin")
	if origin == "" || origin == "http://"+q.Host || origin == "https://"+q.Host {
		return false
	}
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	if q.Method != http.MethodOptions {
		return false
	}
	header.Set("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS")
	header.Set("Access-Control-Allow-Headers", "Origin,Content-Length,Content-Type")
	header.Set("Access-Control-Max-Age", "43200")
	w.WriteHeader(http.StatusNoContent)
	return true
}
