//go:build !js

package devrelay

import (
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFollow(t *testing.T) {
	t.Run("reads in batches of 500 blocks", func(t *testing.T) {
		b := newBench(t, func(o *Options) { o.StartBlock = 7 })
		b.chain.head = 1200
		b.sync()
		if want := []string{"7-506", "507-1006", "1007-1200"}; !slices.Equal(b.chain.ranges, want) {
			t.Errorf("read %v, want %v", b.chain.ranges, want)
		}
		if b.relay.Synced() != 1200 {
			t.Errorf("synced to %d", b.relay.Synced())
		}
	})
	t.Run("pauses 3 s after a round with blocks, else 1 s", func(t *testing.T) {
		b := newBench(t)
		for _, step := range []struct {
			head uint64
			err  error
			want time.Duration
		}{{0, nil, time.Second}, {5, nil, 3 * time.Second}, {5, nil, time.Second}, {6, errors.New("down"), time.Second}, {6, nil, 3 * time.Second}} {
			b.chain.head, b.chain.err = step.head, step.err
			pause, err := b.relay.follow(context.Background())
			if pause != step.want || !errors.Is(err, step.err) {
				t.Errorf("head %d: pause %v, %v; want %v, %v", step.head, pause, err, step.want, step.err)
			}
		}
	})
	t.Run("handles creations, then successes, then aborts of a batch", func(t *testing.T) {
		b := newBench(t)
		b.abort(1)
		b.success(1, []byte{1})
		b.create(1, 0, imageArguments)
		b.sync()
		b.expect(200, `"status":2`)(b.task(1, b.creator))
	})
	t.Run("stops at the success of a task it never saw, and reads on when that is mended", func(t *testing.T) {
		b := newBench(t)
		b.success(1, []byte{1})
		b.create(2, 0, imageArguments)
		for range 3 {
			if _, err := b.relay.follow(context.Background()); err == nil || !strings.Contains(err.Error(), "task 1") {
				t.Fatalf("error %v, want one about task 1", err)
			}
		}
		if b.relay.Synced() != 0 {
			t.Errorf("synced to %d beyond the failure", b.relay.Synced())
		}
		// New tasks still appear, with more selected nodes at each try.
		b.expect(200, `"status":1`)(b.upload(2, imageArguments, b.creator))
		status, body := b.task(2, b.creator)
		if n := strings.Count(body, "NodeAddress"); status != 200 || n != 9 {
			t.Errorf("%d with %d selected nodes, want 9", status, n)
		}
		b.chain.logs = b.chain.logs[1:]
		b.sync()
		if b.relay.Synced() != b.chain.head {
			t.Errorf("synced to %d of %d", b.relay.Synced(), b.chain.head)
		}
	})
	t.Run("keeps 0 as the limit of a task that is already deleted", func(t *testing.T) {
		b := newBench(t)
		b.chain.vram = 0
		b.create(1, 0, imageArguments)
		b.sync()
		b.expect(200, `"vram_limit":0`)(b.upload(1, imageArguments, b.creator))
	})
}

// TestRun lets the loop follow a chain on its own until its context ends.
func TestRun(t *testing.T) {
	b := newBench(t)
	b.create(1, 0, imageArguments)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.relay.Run(ctx) }()
	for deadline := time.Now().Add(10 * time.Second); b.relay.Synced() != 3; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("never synced")
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestStates(t *testing.T) {
	t.Run("an image task from creation to results", func(t *testing.T) {
		b := newBench(t)
		b.expect(400, "Task not found on the Blockchain")(b.upload(1, imageArguments, b.creator))
		b.create(1, 0, imageArguments)
		b.sync()
		b.expect(400, "Task not ready")(b.task(1, b.creator))
		b.expect(400, "Task hash mismatch")(b.upload(1, imageArguments+" ", b.creator))
		b.expect(400, "Signer not allowed")(b.upload(1, imageArguments, b.workers[0]))
		b.expect(200, `"SelectedNodes":null`)(b.upload(1, imageArguments, b.creator))
		b.expect(400, "Task already uploaded")(b.upload(1, imageArguments, b.creator))
		b.expect(200, `\u003ccat\u003e \u0026`)(b.task(1, b.workers[2]))

		file, hash := testPicture(t, 5)
		b.expect(400, "Task not success")(b.deliver(1, [][]byte{file}, b.workers[1]))
		b.success(1, hash)
		b.sync()
		b.expect(200, `"IsResultSelected":true`)(b.task(1, b.creator))
		b.expect(400, "Task results not uploaded")(b.result(1, "0", b.creator))
		b.expect(400, "Signer not allowed")(b.deliver(1, [][]byte{file}, b.workers[0]))
		other, _ := testPicture(t, 23)
		b.expect(400, "Wrong images uploaded")(b.deliver(1, [][]byte{other}, b.workers[1]))
		b.expect(500, "not a PNG file")(b.deliver(1, [][]byte{[]byte("no picture at all")}, b.workers[1]))
		b.expect(200, `{"message":"success"}`)(b.deliver(1, [][]byte{file}, b.workers[1]))
		b.expect(400, "Task not success")(b.deliver(1, [][]byte{file}, b.workers[1]))
		b.expect(200, string(file))(b.result(1, "0", b.creator))
		b.expect(400, "File not found")(b.result(1, "1", b.creator))
		b.expect(400, "Signer not allowed")(b.result(1, "0", b.workers[1]))
	})
	t.Run("a text task", func(t *testing.T) {
		const args = `{"model":"gpt2","messages":[{"role":"user","content":"hi"}]}`
		answer := []byte(`{"model":"gpt2","choices":[]}`)
		b := newBench(t)
		b.create(4, 1, args)
		b.sync()
		b.expect(400, "missing properties")(b.upload(4, imageArguments, b.creator))
		b.expect(200, `"task_type":1`)(b.upload(4, args, b.creator))
		b.success(4, sha256Of(answer))
		b.sync()
		b.expect(200, "success")(b.deliver(4, [][]byte{answer}, b.workers[1]))
		b.expect(200, string(answer))(b.result(4, "0", b.creator))
	})
	t.Run("a cancel after the results hides them", func(t *testing.T) {
		b := newBench(t)
		b.finished()
		b.abort(1)
		b.sync()
		b.expect(200, `"status":2`)(b.task(1, b.creator))
		b.expect(400, "Task results not uploaded")(b.result(1, "0", b.creator))
	})
	t.Run("a success before the upload leaves the arguments empty", func(t *testing.T) {
		b := newBench(t)
		file, hash := testPicture(t, 5)
		b.create(1, 0, imageArguments)
		b.success(1, hash)
		b.sync()
		b.expect(400, "Task already uploaded")(b.upload(1, imageArguments, b.creator))
		b.expect(200, `"task_args":""`)(b.task(1, b.creator))
		b.expect(200, "success")(b.deliver(1, [][]byte{file}, b.workers[1]))
	})
}

func TestTimesAndStats(t *testing.T) {
	b := newBench(t)
	begin := b.clock.Now()
	if _, known := b.relay.Times(1); known {
		t.Error("knows a task nobody created")
	}
	file, hash := testPicture(t, 5)
	b.create(1, 0, imageArguments)
	b.sync()
	b.clock.advance(time.Second)
	b.relay.SetFaults(Faults{ClockSkew: 10 * time.Second}) // must not show in the times
	b.expect(200, "success")(b.upload(1, imageArguments, b.creator))
	b.clock.advance(time.Second)
	b.success(1, hash)
	b.sync()
	b.clock.advance(time.Second)
	b.expect(200, "success")(b.deliver(1, [][]byte{file}, b.workers[1]))
	b.expect(400, "Signer not allowed")(b.task(1, testKey(t, "stranger")))

	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	want := TaskTimes{Created: at(0), ArgsUploaded: at(1), Succeeded: at(2), ResultsUploaded: at(3)}
	if got, _ := b.relay.Times(1); got != want {
		t.Errorf("times %+v, want %+v", got, want)
	}
	stats := b.relay.Stats()
	for _, route := range []string{
		"POST /v1/inference_tasks", "POST /v1/inference_tasks/:task_id/results", "GET /v1/inference_tasks/:task_id",
	} {
		if stats[route] != 1 {
			t.Errorf("%s counted %d times, want 1", route, stats[route])
		}
	}
}

func TestRestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	in := func(o *Options) { o.Dir = dir }
	before := newBench(t, in)
	files := before.finished()
	wantTimes, _ := before.relay.Times(1)

	after := newBench(t, in)
	after.chain.head = before.chain.head
	after.expect(200, string(files[1]))(after.result(1, "1", after.creator))
	_, wantTask := before.task(1, before.creator)
	after.expect(200, wantTask)(after.task(1, after.creator))
	if after.relay.Synced() != before.relay.Synced() {
		t.Errorf("synced to %d, want %d", after.relay.Synced(), before.relay.Synced())
	}
	if got, _ := after.relay.Times(1); !got.Created.Equal(wantTimes.Created) || !got.ResultsUploaded.Equal(wantTimes.ResultsUploaded) {
		t.Errorf("times %+v, want %+v", got, wantTimes)
	}
	after.create(2, 0, imageArguments)
	after.sync()
	after.expect(200, `"ID":2`)(after.upload(2, imageArguments, after.creator))
	after.expect(200, `"SelectedNodes":[{"ID":4,`)(after.task(2, after.creator))
}

func sha256Of(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}
