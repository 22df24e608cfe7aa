//go:build !js

package devchain

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"sync"
)

// ServeHTTP answers JSON-RPC at the chain's own Endpoint.
func (c *Chain) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.front.ServeHTTP(w, r) }

// readBody reads a POST request. ok is false when w has the answer already: to a
// preflight, another method, or a body that is too large.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	allowAnyOrigin(w, r)
	switch r.Method {
	case http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return nil, false
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "POST, OPTIONS")
		http.Error(w, "JSON-RPC is asked by POST", http.StatusMethodNotAllowed)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, err.Error(), status)
		return nil, false
	}
	return body, true
}

// allowAnyOrigin writes the CORS headers of a public endpoint, those of a
// preflight included. Chromium asks separately before a public page may reach
// a private address.
func allowAnyOrigin(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	if r.Method != http.MethodOptions {
		return
	}
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "600")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
}

// methods returns the method of each call in body. What is no JSON-RPC has none;
// the server will say so.
func methods(body []byte) []string {
	type call struct {
		Method string `json:"method"`
	}
	var batch []call
	if json.Unmarshal(body, &batch) != nil {
		var one call
		if json.Unmarshal(body, &one) != nil {
			return nil
		}
		batch = []call{one}
	}
	names := make([]string, len(batch))
	for i, call := range batch {
		names[i] = call.Method
	}
	return names
}

// Stats is what was asked over HTTP since the start, for tests that keep a budget.
type Stats struct {
	Requests int            // POST requests; a batch is one
	Calls    map[string]int // calls by JSON-RPC method, those in batches included
}

// Stats returns the counts of the chain's own Endpoint. The caller owns the map.
func (c *Chain) Stats() Stats { return c.front.Stats() }

type counter struct {
	mu    sync.Mutex
	stats Stats
}

// otherMethods counts the calls of names beyond maxMethods, so that a caller who
// makes up names fills no memory.
const (
	maxMethods   = 200
	otherMethods = "other"
)

func (c *counter) add(methods []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Requests++
	if c.stats.Calls == nil {
		c.stats.Calls = make(map[string]int)
	}
	for _, m := range methods {
		if _, known := c.stats.Calls[m]; !known && len(c.stats.Calls) >= maxMethods {
			m = otherMethods
		}
		c.stats.Calls[m]++
	}
}

func (c *counter) snapshot() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Calls = maps.Clone(s.Calls)
	return s
}
