//go:build !js

package devrelay

import "time"

// NodeFaults are the ways in which nodes may misbehave. The zero value is a
// healthy network. Durations are network time.
type NodeFaults struct {
	// Errors is how many of the three nodes of the next task report an error
	// (2 = abort, 1 = that node loses its stake). One task uses it up.
	Errors int

	// Cheats is how many of the three nodes of the next task disclose a result
	// of their own (1 = loses its stake, 2 or 3 = abort). One task uses it up.
	Cheats int

	// LateResults is how long the result node waits before it uploads.
	LateResults time.Duration

	// WrongFile uploads files that are not the results. The Relay refuses them;
	// the node goes on trying, with the right ones once this is off.
	WrongFile bool

	// SlowWork is added to the time that a node works on a task.
	SlowWork time.Duration

	// Silent nodes do nothing at all about their tasks. When this ends they
	// begin with those that are still there.
	Silent bool
}

// SetFaults replaces all faults at once. They also concern tasks that are at work.
func (n *Nodes) SetFaults(f NodeFaults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
}

// Faults returns the faults now in force.
func (n *Nodes) Faults() NodeFaults {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.faults
}
