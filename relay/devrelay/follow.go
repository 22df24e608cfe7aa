//go:build !js

package devrelay

import (
	"context"
	"fmt"
	"time"
)

// The rhythm of the Relay's sync, in network time (protocol.md B.4; the pause after a failure as
// recorded).
const (
	batchBlocks   = 500
	pauseIdle     = time.Second     // no new block
	pauseProcess  = 3 * time.Second // after a round that read blocks
	pauseFailed   = time.Second
	neverSeenTask = "task %d succeeded or was aborted and was never seen to be created"
)

// Run follows the chain until ctx ends. Call it once. It returns the error of ctx.
//
// The Relay knows no confirmations and no reorganisations: what it read once stays.
func (r *Relay) Run(ctx context.Context) error {
	told := ""
	for {
		pause, err := r.follow(ctx)
		switch {
		case err == nil:
			told = ""
		case ctx.Err() == nil && err.Error() != told:
			told = err.Error()
			r.options.Log.Warn("relay: sync failed, trying again", "err", err)
		}
		if err := r.options.Clock.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// Synced is the last block the Relay has read.
func (r *Relay) Synced() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.db.synced
}

// follow reads all blocks there are and returns how long to pause. A batch that fails is read again
// from its beginning.
func (r *Relay) follow(ctx context.Context) (time.Duration, error) {
	head, err := r.options.Chain.BlockNumber(ctx)
	if err != nil {
		return pauseFailed, err
	}
	head = r.delayed(head)
	from := r.Synced() + 1
	if head < from {
		return pauseIdle, nil
	}
	for ; from <= head; from += batchBlocks {
		if err := r.readBatch(ctx, from, min(head, from+batchBlocks-1)); err != nil {
			return pauseFailed, err
		}
	}
	return pauseProcess, nil
}

// readBatch handles all TaskCreated, then all TaskSuccess, then all TaskAborted of some blocks.
func (r *Relay) readBatch(ctx context.Context, from, to uint64) error {
	found, err := r.events(ctx, from, to)
	if err != nil {
		return err
	}
	for _, e := range found.created {
		if err := r.created(ctx, e); err != nil {
			return err
		}
	}
	for _, e := range found.success {
		if err := r.succeeded(e); err != nil {
			return err
		}
	}
	for _, e := range found.aborted {
		if err := r.aborted(e); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.db.savePosition(to)
}

// created handles one of the three logs of a new task, or one that was read before.
func (r *Relay) created(ctx context.Context, e taskCreated) error {
	id := e.TaskId.Uint64()
	vram, err := r.vramLimit(ctx, id)
	if err != nil {
		return err
	}
	now, seen := r.now(), r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.db.tasks[id]
	if t == nil {
		r.db.lastRow++
		t = &record{
			ID: r.db.lastRow, CreatedAt: now,
			TaskID: id, Creator: e.creator, TaskHash: e.TaskHash, DataHash: e.DataHash,
			Status: createdOnChain, Type: e.TaskType.Uint64(), VRAMLimit: vram,
			Times: TaskTimes{Created: seen},
		}
	}
	r.db.lastSelects++
	t.Selected = append(t.Selected, selection{ID: r.db.lastSelects, CreatedAt: now, UpdatedAt: now, Address: e.selected})
	t.UpdatedAt = now
	return r.db.saveTask(t)
}

func (r *Relay) succeeded(e taskSuccess) error {
	now, seen := r.now(), r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.db.tasks[e.TaskId.Uint64()]
	if t == nil {
		return fmt.Errorf(neverSeenTask, e.TaskId)
	}
	for i := range t.Selected {
		if s := &t.Selected[i]; s.Address == e.resultNode {
			s.Result, s.UpdatedAt = e.Result, now
			break
		}
	}
	t.Status, t.UpdatedAt, t.Times.Succeeded = pendingResults, now, seen
	return r.db.saveTask(t)
}

func (r *Relay) aborted(e taskAborted) error {
	now, seen := r.now(), r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.db.tasks[e.TaskId.Uint64()]
	if t == nil {
		return fmt.Errorf(neverSeenTask, e.TaskId)
	}
	t.Status, t.UpdatedAt, t.Times.Aborted = aborted, now, seen
	return r.db.saveTask(t)
}
