//go:build !js

package devrelay

import "time"

// TaskReport is when what happened to a task, as the nodes saw it, in network
// time. A zero time = not (yet).
type TaskReport struct {
	TaskID uint64
	Type   uint64 // 0 picture, 1 text

	Created   time.Time // timestamp of the block with TaskCreated
	Fetched   time.Time // the last of the nodes has the arguments
	Worked    time.Time // the last of the nodes has its result
	Ready     time.Time // TaskResultCommitmentsReady read
	Succeeded time.Time // TaskSuccess read
	Uploaded  time.Time // the Relay has the results
	Aborted   time.Time // TaskAborted read
	Reason    string    // of TaskAborted
}

// Sync is the time until the nodes had the arguments: the creator's upload, the
// Relay's lag behind the chain and the nodes' asking.
func (r TaskReport) Sync() time.Duration { return span(r.Created, r.Fetched) }

// Node is the time that the nodes worked.
func (r TaskReport) Node() time.Duration { return span(r.Fetched, r.Worked) }

// Block is the time that commitments and disclosures took on the chain.
func (r TaskReport) Block() time.Duration { return span(r.Worked, r.Succeeded) }

// Upload is the time until the Relay had the results: its lag behind the chain
// and the upload itself.
func (r TaskReport) Upload() time.Duration { return span(r.Succeeded, r.Uploaded) }

// span is 0 unless both have happened.
func span(from, to time.Time) time.Duration {
	if from.IsZero() || to.IsZero() {
		return 0
	}
	return to.Sub(from)
}

// Report returns what is known of a task; false = these nodes had no part in it,
// or it is too long ago.
func (n *Nodes) Report(taskID uint64) (TaskReport, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r := n.reports[taskID]; r != nil {
		return *r, true
	}
	return TaskReport{}, false
}

// reportsKept is how many tasks are remembered.
const reportsKept = 1000

// startReport forgets an old task for each new one. n.mu is held.
func (n *Nodes) startReport(id, kind uint64, created time.Time) {
	n.reports[id] = &TaskReport{TaskID: id, Type: kind, Created: created}
	if id < reportsKept {
		return
	}
	old := id - reportsKept
	delete(n.reports, old)
	for _, w := range n.all {
		delete(n.started, jobKey{old, w.address})
	}
}

func (n *Nodes) note(id uint64, change func(*TaskReport)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r := n.reports[id]; r != nil {
		change(r)
	}
}

// first keeps the first of several times.
func first(at *time.Time, now time.Time) {
	if at.IsZero() {
		*at = now
	}
}
