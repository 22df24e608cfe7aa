//go:build !js

package devrelay

import (
	"maps"
	"time"
)

// TaskTimes is when the Relay learnt what about a task, in network time (a skewed Relay clock does
// not show here). Zero = not yet.
type TaskTimes struct {
	Created         time.Time // TaskCreated read
	ArgsUploaded    time.Time
	Succeeded       time.Time // TaskSuccess read
	Aborted         time.Time // TaskAborted read
	ResultsUploaded time.Time
}

// Times returns the times of a task; false = the Relay does not know it.
func (r *Relay) Times(taskID uint64) (TaskTimes, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.db.tasks[taskID]
	if t == nil {
		return TaskTimes{}, false
	}
	return t.Times, true
}

// Stats counts the requests so far by route, for example "POST /v1/inference_tasks" or
// "GET /v1/inference_tasks/:task_id/results/:image_num". Preflights are under "OPTIONS", everything
// that has no route under "404". Requests that met a fault count too.
func (r *Relay) Stats() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.counts)
}

func (r *Relay) count(route string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[route]++
}
