//go:build !js

package runner

import (
	"context"
	"strconv"
	"testing"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
)

// BenchmarkPublish is what a change costs on a page that has 200 jobs.
func BenchmarkPublish(b *testing.B) {
	begin := func() *Runner {
		r := newRunner(context.Background(), Ports{Networks: []profile.Network{{ID: "dev", ChainID: 1, RPC: []string{"http://rpc.invalid"}, Relays: []string{"http://relay.invalid"}}}}, leased{}, func(Snapshot) {})
		for n := range 200 {
			s := job.State{V: job.Version, ID: "job-" + strconv.Itoa(n), Phase: job.Done, Order: job.Order{Network: "dev"}}
			s.Marks.Submitted, s.Marks.Created, s.Create.Fee = int64(200-n), int64(200-n), *uint256.NewInt(30)
			r.jobs.add(s)
		}
		return r
	}
	b.Run("something else", func(b *testing.B) {
		r := begin()
		b.ReportAllocs()
		for b.Loop() {
			r.snap.Renewable = !r.snap.Renewable
			r.publish()
		}
	})
	b.Run("a job", func(b *testing.B) {
		r := begin()
		b.ReportAllocs()
		for b.Loop() {
			next := r.jobs.list[0]
			next.Since++
			r.jobs.set(0, next)
			r.publish()
		}
	})
}

// TestWhatWasShownStays: snapshots are read by others while the owner goes on.
func TestWhatWasShownStays(t *testing.T) {
	var l jobs
	for n := range 3 {
		s := job.State{ID: strconv.Itoa(n)}
		s.Marks.Submitted = int64(n)
		l.add(s)
	}
	ids := func(list []job.State) (ids string) {
		for _, s := range list {
			ids += s.ID + string(s.Phase) + " "
		}
		return ids
	}
	for name, change := range map[string]func(){
		"set":    func() { l.set(1, job.State{ID: "1", Phase: job.Done}) },
		"begin":  func() { l.begin(job.State{ID: "3"}) },
		"add":    func() { l.add(job.State{ID: "4"}) },
		"remove": func() { l.remove("0") },
	} {
		shown := l.show()
		before := ids(shown)
		change()
		if after := ids(shown); after != before {
			t.Errorf("%s changes what was shown: %s, was %s", name, after, before)
		}
		if ids(l.list) == before {
			t.Errorf("%s does nothing", name)
		}
	}
}
