//go:build !js

package devchain

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Endpoint is one JSON-RPC endpoint of a chain, with faults and Stats of its own.
// It answers single calls and batches to pages of every origin, as an http.Handler
// for a loopback listener: nothing on this chain is worth protecting. Its methods
// may be called from several goroutines.
type Endpoint struct {
	chain   *Chain
	counter counter

	mu       sync.Mutex
	faults   RPCFaults
	withheld []hexutil.Bytes // transactions that were taken and not passed on
}

// Endpoint returns one more endpoint of the chain, without faults. The chain
// itself is the first.
func (c *Chain) Endpoint() *Endpoint { return &Endpoint{chain: c} }

// SetRPCFaults sets the faults of the chain's own endpoint. What is asked inside
// the process, by Client and by scripted wallets, meets none of them.
func (c *Chain) SetRPCFaults(f RPCFaults) { c.front.SetFaults(f) }

// SetFaults replaces the faults; the zero value ends all. When Withhold and
// Retain end, what was withheld is passed on.
func (e *Endpoint) SetFaults(f RPCFaults) {
	e.mu.Lock()
	e.faults = f
	var late []hexutil.Bytes
	if !f.Withhold && !f.Retain {
		late, e.withheld = e.withheld, nil
	}
	e.mu.Unlock()
	for _, raw := range late {
		// A transaction whose place was taken meanwhile is dropped, as by every node.
		_, _ = (&ethService{e.chain}).SendRawTransaction(context.Background(), raw)
	}
}

// Faults returns the present faults.
func (e *Endpoint) Faults() RPCFaults {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.faults
}

// Stats returns the counts so far; requests that met a fault are among them. The
// caller owns the map.
func (e *Endpoint) Stats() Stats { return e.counter.snapshot() }

// ServeHTTP answers JSON-RPC, as its faults let it.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	faults := e.Faults()
	if r.Method == http.MethodOptions && faults.Down {
		panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
	}
	body, ok := readBody(w, r)
	if !ok {
		return
	}
	e.counter.add(methods(body))
	if faults.hides(w, r) {
		return
	}
	if faults.honest() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		e.chain.public.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e.lie(r.Context(), faults, body)) // whoever asked and left is told nothing
}
