package runner

import (
	"slices"

	"crynux-dapp/app/job"
)

// jobs is a list of jobs, the newest first. The owner goroutine reads list, and changes
// it by the methods only: what was shown to others never changes again. So a snapshot
// copies nothing as long as they stay as they are.
type jobs struct {
	list  []job.State
	shown bool // and so to be copied before it changes
}

// show is the list as it is now, for anybody and for ever.
func (l *jobs) show() []job.State {
	l.shown = true
	return slices.Clip(l.list)
}

// index is where a job is; -1 if it is not here.
func (l *jobs) index(id string) int {
	for i := range l.list { // by place: a State is large
		if l.list[i].ID == id {
			return i
		}
	}
	return -1
}

// set puts a state in the place of another one.
func (l *jobs) set(i int, s job.State) {
	l.changing()
	l.list[i] = s
}

// begin puts a new job in front of all others.
func (l *jobs) begin(s job.State) {
	l.changing()
	l.list = slices.Insert(l.list, 0, s)
}

// add puts jobs between the others, by their age.
func (l *jobs) add(states ...job.State) {
	if len(states) == 0 {
		return
	}
	l.changing()
	l.list = append(l.list, states...)
	newestFirst(l.list)
}

// remove takes a job out; one that is not here is fine.
func (l *jobs) remove(id string) {
	if i := l.index(id); i >= 0 {
		l.changing()
		l.list = slices.Delete(l.list, i, i+1)
	}
}

func (l *jobs) changing() {
	if l.shown {
		l.list, l.shown = slices.Clone(l.list), false
	}
}
