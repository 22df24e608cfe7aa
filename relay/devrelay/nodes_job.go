//go:build !js

package devrelay

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// job is one node's part in one task.
type job struct {
	nodes   *Nodes
	worker  *worker
	feed    *feed
	round   uint64
	overdue <-chan struct{} // closed when the task may be cancelled
}

// Why a wait ended early.
var (
	errAborted = errors.New("the task was aborted")
	errOverdue = errors.New("the task is overdue")
)

// retryAfter is how long a node waits before it asks the Relay or the chain again.
const retryAfter = time.Second

// run does the node's part and brings the node back if it was thrown out.
func (j *job) run(ctx context.Context) {
	defer j.nodes.finish(j.feed)
	log := j.nodes.options.Log.With("task", j.feed.id, "node", j.worker.address)
	err := j.work(ctx)
	if err == nil {
		err = j.nodes.recover(ctx, j.worker)
	}
	if err != nil && ctx.Err() == nil {
		log.Warn("node gives a task up", "error", err)
	}
}

// work does the task, or leaves it in good order.
func (j *job) work(ctx context.Context) error {
	task, err := j.nodes.taskState(ctx, j.feed.id)
	if err != nil {
		return err
	}
	if task.Id.Sign() == 0 || !slices.Contains(task.SelectedNodes, j.worker.address) {
		return nil // over before it was heard of
	}
	watch, stop := context.WithCancel(ctx)
	defer stop()
	j.watchDeadline(watch, time.Unix(task.Timeout.Int64(), 0))

	err = j.course(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	j.nodes.options.Log.Info("node leaves a task", "task", j.feed.id, "node", j.worker.address, "why", err)
	return j.leave(ctx)
}

// course is that of protocol.md A.8, as long as all goes well.
func (j *job) course(ctx context.Context) error {
	if err := j.waitWhileSilent(ctx); err != nil {
		return err
	}
	made, err := j.produce(ctx)
	if err != nil {
		return err
	}
	if err := j.commit(ctx, made.digest); err != nil {
		return err
	}
	if err := j.wait(ctx, j.feed.ready.ch); err != nil {
		return err
	}
	if err := j.disclose(ctx, made.digest); err != nil {
		return err
	}
	if err := j.wait(ctx, j.feed.success.ch); err != nil {
		return err
	}
	if !j.isResultNode() {
		return nil
	}
	if err := j.upload(ctx, made); err != nil {
		return err
	}
	return j.transact(ctx, "reportResultsUploaded", j.id(), j.roundNumber())
}

// isResultNode is whether TaskSuccess, which was heard, names this node.
func (j *job) isResultNode() bool {
	j.nodes.mu.Lock()
	defer j.nodes.mu.Unlock()
	return j.feed.resultBy == j.worker.address
}

// watchDeadline closes overdue a second after the deadline.
func (j *job) watchDeadline(ctx context.Context, deadline time.Time) {
	overdue := make(chan struct{})
	j.overdue = overdue
	j.nodes.busy.Go(func() {
		if j.nodes.clock.Sleep(ctx, deadline.Add(time.Second).Sub(j.nodes.clock.Now())) == nil {
			close(overdue)
		}
	})
}

// wait waits until something has happened, or the task is over in another way.
func (j *job) wait(ctx context.Context, happened <-chan struct{}) error {
	select {
	case <-happened:
		return nil // also when more has happened since
	default:
	}
	select {
	case <-happened:
		return nil
	case <-j.feed.aborted.ch:
		return errAborted
	case <-j.overdue:
		return errOverdue
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rest waits for d of network time, or until the task is over.
func (j *job) rest(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-j.nodes.clock.After(d):
		return nil
	case <-j.feed.aborted.ch:
		return errAborted
	case <-j.overdue:
		return errOverdue
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (j *job) waitWhileSilent(ctx context.Context) error {
	for j.nodes.Faults().Silent {
		select {
		case <-j.feed.aborted.ch:
			return errAborted
		default:
		}
		if err := j.nodes.clock.Sleep(ctx, retryAfter); err != nil {
			return err
		}
	}
	return nil
}

// produce fetches the arguments and works. A nil product comes with an error.
func (j *job) produce(ctx context.Context) (*product, error) {
	args, err := j.fetch(ctx)
	if err != nil {
		return nil, err
	}
	fetched := j.nodes.clock.Now()
	j.nodes.note(j.feed.id, func(r *TaskReport) { r.Fetched = fetched })
	if err := j.rest(ctx, j.nodes.options.WorkTime+j.nodes.Faults().SlowWork); err != nil {
		return nil, err
	}
	if int(j.round) < j.feed.fails {
		return nil, errors.New("an error by order")
	}
	made, err := j.feed.produce(args)
	if err != nil {
		return nil, err
	}
	if int(j.round) >= 3-j.feed.cheats {
		made = j.cheat(made)
	}
	worked := j.nodes.clock.Now()
	j.nodes.note(j.feed.id, func(r *TaskReport) { r.Worked = worked })
	return made, nil
}

// fetch asks the Relay until it has the arguments, which takes as long as the
// creator takes to upload them.
func (j *job) fetch(ctx context.Context) (string, error) {
	for {
		args, err := j.nodes.relay.arguments(ctx, j.worker.key, j.feed.id)
		if err == nil && args != "" {
			return args, nil
		}
		if err := j.rest(ctx, retryAfter); err != nil {
			return "", err
		}
	}
}

// cheat is a result that differs from the true one in half of the bits of every
// hash, and from that of other cheats.
func (j *job) cheat(made *product) *product {
	wrong := *made
	wrong.digest = slices.Clone(made.digest)
	for i := range wrong.digest {
		wrong.digest[i] ^= []byte{0x0f, 0xf0, 0x55}[j.round]
	}
	return &wrong
}

func (j *job) commit(ctx context.Context, digest []byte) error {
	var nonce [32]byte
	_, _ = rand.Read(nonce[:]) // never fails
	commitment := crypto.Keccak256Hash(digest, nonce[:])
	err := j.transact(ctx, "submitTaskResultCommitment", j.id(), j.roundNumber(), [32]byte(commitment), nonce)
	if reverted(err) == "Already submitted" {
		return nil // before a restart; the chain has the nonce
	}
	return err
}

func (j *job) disclose(ctx context.Context, digest []byte) error {
	err := j.transact(ctx, "discloseTaskResult", j.id(), j.roundNumber(), digest)
	if reverted(err) == "Already submitted" {
		return nil
	}
	return err
}

// upload hands the files to the Relay, which may not have seen the success yet.
func (j *job) upload(ctx context.Context, made *product) error {
	if err := j.rest(ctx, j.nodes.Faults().LateResults); err != nil {
		return err
	}
	for {
		files := made.files
		if j.nodes.Faults().WrongFile {
			files = [][]byte{[]byte("not what was promised")}
		}
		err := j.nodes.relay.upload(ctx, j.worker.key, j.feed.id, files, made.extension)
		if err == nil {
			uploaded := j.nodes.clock.Now()
			j.nodes.note(j.feed.id, func(r *TaskReport) { first(&r.Uploaded, uploaded) })
			return nil
		}
		if err := j.rest(ctx, retryAfter); err != nil {
			return err
		}
	}
}

// leave gets the node free from a task that it cannot go on with: by an error
// report unless it has committed, by cancelling once the task is overdue. In
// between it waits for what the others do.
func (j *job) leave(ctx context.Context) error {
	for {
		task, err := j.nodes.taskState(ctx, j.feed.id)
		if err != nil {
			return err
		}
		current, err := j.nodes.readNumber(ctx, j.nodes.contracts().Task, devchain.TaskABI(), "getNodeTask", j.worker.address)
		if err != nil || current != j.feed.id || task.Id.Sign() == 0 {
			return err // settled, slashed or cancelled
		}
		switch {
		case j.isOverdue():
			err = j.transact(ctx, "cancelTask", j.id())
		case task.Commitments[j.round] == [32]byte{}:
			err = j.transact(ctx, "reportTaskError", j.id(), j.roundNumber())
		}
		var refused *devchain.RevertError // somebody was faster, or the last block is a second too old
		if err != nil && !errors.As(err, &refused) {
			return err
		}
		if err := j.nodes.clock.Sleep(ctx, retryAfter); err != nil {
			return err
		}
	}
}

func (j *job) isOverdue() bool {
	select {
	case <-j.overdue:
		return true
	default:
		return false
	}
}

func (j *job) transact(ctx context.Context, method string, args ...any) error {
	return j.nodes.transact(ctx, j.worker, j.nodes.contracts().Task, devchain.TaskABI(), method, args...)
}

func (j *job) id() *big.Int          { return new(big.Int).SetUint64(j.feed.id) }
func (j *job) roundNumber() *big.Int { return new(big.Int).SetUint64(j.round) }

// reverted is the contract's reason, "" for any other error and for none.
func reverted(err error) string {
	if refused, ok := errors.AsType[*devchain.RevertError](err); ok {
		return refused.Reason
	}
	return ""
}
