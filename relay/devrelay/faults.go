//go:build !js

package devrelay

import "time"

// Faults are the ways in which the Relay may misbehave. The zero value is a healthy Relay.
// Durations are network time.
type Faults struct {
	// Down drops every connection without an answer, as a dead server does.
	Down bool

	// Hang answers nothing until the caller gives up; preflights are answered.
	Hang bool

	// Gateway, if not 0, is the status with which every request is answered by a page of HTML, as
	// by a proxy in front (502, 503) or a login page in between (200). Preflights and the CORS
	// header stay right, so that a page can see what came.
	Gateway int

	// LateSync is the least age of a block before the Relay reads it, on top of its usual lag.
	LateSync time.Duration

	// LateResults hides uploaded results for that long, as if the node had been slow.
	LateResults time.Duration

	// ClockSkew is how far the Relay's clock is ahead of the network's; negative = behind.
	ClockSkew time.Duration

	// SchemaDown makes the source of the schemas answer 503, so that no arguments can be judged.
	SchemaDown bool
}

// SetFaults replaces all faults at once.
func (r *Relay) SetFaults(f Faults) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = f
}

// Faults returns the faults now in force.
func (r *Relay) Faults() Faults {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.faults
}

// gatewayPage is what stands in an answer of Faults.Gateway.
const gatewayPage = "<!DOCTYPE html><html><head><title>Not the Relay</title></head>" +
	"<body><h1>Not the Relay</h1><p>This page was sent by something in front of the Relay.</p></body></html>"

// seenHead is when a head of the chain was first seen.
type seenHead struct {
	block uint64
	at    time.Time
}

// delayed turns the chain's head into the newest block that is old enough for LateSync.
func (r *Relay) delayed(head uint64) uint64 {
	now := r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	limit := now.Add(-r.faults.LateSync)
	r.heads = append(r.heads, seenHead{head, now})
	newest := -1
	for i, seen := range r.heads {
		if !seen.at.After(limit) {
			newest = i
		}
	}
	if newest < 0 {
		return 0 // nothing is old enough yet
	}
	r.heads = r.heads[newest:]
	return r.heads[0].block
}
