//go:build !js

package devrelay

import (
	"net/http"

	"github.com/ethereum/go-ethereum/crypto"
)

// uploadArguments is POST /v1/inference_tasks (protocol.md B.2). Its checks are in the order of the
// real one: the schema comes before the signer, so a stranger learns whether arguments are valid.
func (r *Relay) uploadArguments(w http.ResponseWriter, q *http.Request, _ []string) error {
	in, err := bindArguments(w, q)
	if err != nil {
		return err
	}
	by, err := r.checkSigners(signedArguments{in.TaskArgs, in.TaskID}, in.Timestamp, in.Signature)
	if err != nil {
		return err
	}
	t, known := r.task(in.TaskID)
	if !known {
		return &fieldError{"task_id", "Task not found on the Blockchain"}
	}
	if err := r.judge(t.Type, in.TaskArgs); err != nil {
		return err
	}
	if !by.include(t.Creator) {
		return errSignerNotAllowed
	}
	t, err = r.storeArguments(in)
	if err != nil {
		return err
	}
	return r.succeed(w, t.answer(false))
}

// storeArguments takes the arguments if it is still time for them and they are the promised ones.
func (r *Relay) storeArguments(in argumentsInput) (record, error) {
	hash := crypto.Keccak256Hash([]byte(in.TaskArgs))
	now, uploaded := r.now(), r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.db.tasks[in.TaskID]
	if t.Status != createdOnChain {
		return record{}, &fieldError{"task_id", "Task already uploaded"}
	}
	if hash != t.TaskHash {
		return record{}, &fieldError{"task_hash", "Task hash mismatch"}
	}
	t.Args, t.Status, t.UpdatedAt, t.Times.ArgsUploaded = in.TaskArgs, paramsUploaded, now, uploaded
	return *t, r.db.saveTask(t)
}

// showTask is GET /v1/inference_tasks/:task_id, for the creator and the selected nodes.
func (r *Relay) showTask(w http.ResponseWriter, q *http.Request, path []string) error {
	in, err := bindSigned(q, path[0])
	if err != nil {
		return err
	}
	if err := in.missing("timestamp", "signature"); err != nil {
		return err
	}
	by, err := r.checkSigners(signedTask{in.taskID}, in.timestamp, in.signature)
	if err != nil {
		return err
	}
	t, known := r.task(in.taskID)
	if !known {
		return &fieldError{"task_id", "Task not found"}
	}
	if t.Status == createdOnChain {
		return &fieldError{"task_id", "Task not ready"}
	}
	allowed := by.include(t.Creator)
	for _, s := range t.Selected {
		allowed = allowed || by.include(s.Address)
	}
	if !allowed {
		return errSignerNotAllowed
	}
	return r.succeed(w, t.answer(true))
}

// task is a copy of a task as the API may show it now.
func (r *Relay) task(id uint64) (t record, known bool) {
	now := r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	row := r.db.tasks[id]
	if row == nil {
		return record{}, false
	}
	t = *row
	t.Selected = append([]selection(nil), row.Selected...)
	if t.Status == resultsUploaded && now.Before(t.Times.ResultsUploaded.Add(r.faults.LateResults)) {
		t.Status = pendingResults
	}
	return t, true
}
