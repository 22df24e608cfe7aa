//go:build !js

package devchain

import (
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// RPCFaults are the faults of one Endpoint. The zero value is none.
type RPCFaults struct {
	// Down drops every connection without an answer, as a dead server does.
	Down bool
	// Hang answers nothing until the caller gives up.
	Hang bool
	// Status answers every request with this HTTP status and a page in HTML; 0 means
	// no such fault. RetryAfter, if not zero, goes with it as a header, in whole seconds.
	Status     int
	RetryAfter time.Duration
	// Garbage answers every request with a page in HTML and status 200.
	Garbage bool

	// Refuse answers calls of these methods with an error.
	Refuse map[string]RPCError
	// ChainID is the chain that the endpoint says it is of; 0 means the true one.
	ChainID uint64
	// Lag is by how many blocks the endpoint is late: it tells of nothing newer.
	Lag uint64
	// GasPriceTimes multiplies eth_gasPrice; 0 means once.
	GasPriceTimes uint64
	// NonceOffset is added to every eth_getTransactionCount; the sum is at least 0.
	NonceOffset int64
	// Withhold takes transactions and tells their hash, but passes none on: nobody
	// knows them. They are passed on when the fault ends.
	Withhold bool
	// Retain keeps what was withheld for as long as it lasts, though others are passed on.
	Retain bool
}

// RPCError is an error of JSON-RPC.
type RPCError struct {
	Code    int
	Message string
}

// hides answers, or does not, in the place of the chain, for faults of the whole
// endpoint.
func (f RPCFaults) hides(w http.ResponseWriter, r *http.Request) bool {
	const page = "<!DOCTYPE html><html><title>Gateway</title>"
	switch {
	case f.Down:
		panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
	case f.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		w.Header().Set("Content-Type", "text/html")
		if f.RetryAfter > 0 {
			w.Header().Set("Access-Control-Expose-Headers", "Retry-After") // pages read it only so
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
		}
		w.WriteHeader(f.Status)
	case f.Garbage:
		w.Header().Set("Content-Type", "text/html")
	default:
		return false
	}
	_, _ = io.WriteString(w, page) // whoever asked and left is told nothing
	return true
}

// honest reports whether the calls are answered as the chain would.
func (f RPCFaults) honest() bool {
	return len(f.Refuse) == 0 && f.ChainID == 0 && f.Lag == 0 && f.GasPriceTimes == 0 && f.NonceOffset == 0 && !f.Withhold
}
