package runner

import (
	"context"
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/taskwallet"
)

// errElsewhere is asked of a tab that does not run.
var errElsewhere = errors.New("runner: the jobs run in another tab")

// act has the runner do something, if this tab is the one, or once it is known to be.
func (t *Tab) act(do func(r *Runner)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.runs != nil:
		do(t.runs)
	case !t.decided:
		t.early = append(t.early, do)
	}
}

// running is the runner, for what waits for an answer.
func (t *Tab) running() (*Runner, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.runs == nil {
		return nil, errElsewhere
	}
	return t.runs, nil
}

// File reads a stored result.
func (t *Tab) File(ctx context.Context, sha256 string) ([]byte, error) {
	value, ok, err := t.Store.Get(ctx, Files, sha256)
	if err == nil && !ok {
		err = errFileGone
	}
	return value, err
}

// SaveDraft keeps the arguments of a form: of any tab, the newest counts.
func (t *Tab) SaveDraft(kind task.Kind, args string) {
	t.act(func(r *Runner) { r.SaveDraft(kind, args) })
	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx := t.ctx; t.watches != nil {
		go func() { _ = t.Store.Save(ctx, 0, Record{Settings, draftKey(int(kind)), []byte(args)}) }() // the form has it too
	}
}

// Submit starts a paid task, from the task wallet where one is open, and returns the id
// of its job. Call it only from a click.
func (t *Tab) Submit(kind task.Kind, args []byte) (id string) { return t.submit(kind, args, true) }

// SubmitDirect is Submit with the connected wallet, also where a task wallet is open.
func (t *Tab) SubmitDirect(kind task.Kind, args []byte) (id string) {
	return t.submit(kind, args, false)
}

func (t *Tab) submit(kind task.Kind, args []byte, byPurse bool) string {
	id := t.NewID()
	t.act(func(r *Runner) { r.Submit(id, kind, args, byPurse) })
	return id
}

// Send is Runner.Send.
func (t *Tab) Send(id string, e job.Event) { t.act(func(r *Runner) { r.Send(id, e) }) }

// Leave is Runner.Leave.
func (t *Tab) Leave(id string) { t.act(func(r *Runner) { r.Leave(id) }) }

// Remove is Runner.Remove.
func (t *Tab) Remove(id string) { t.act(func(r *Runner) { r.Remove(id) }) }

// LookAhead is Runner.LookAhead.
func (t *Tab) LookAhead(kind task.Kind, args []byte) {
	t.act(func(r *Runner) { r.LookAhead(kind, args) })
}

// Connect is Runner.Connect.
func (t *Tab) Connect(id string) { t.act(func(r *Runner) { r.Connect(id) }) }

// Disconnect is Runner.Disconnect.
func (t *Tab) Disconnect() { t.act((*Runner).Disconnect) }

// SwitchChain is Runner.SwitchChain.
func (t *Tab) SwitchChain() { t.act((*Runner).SwitchChain) }

// Renew is Runner.Renew.
func (t *Tab) Renew() { t.act((*Runner).Renew) }

// UseNetwork is Runner.UseNetwork.
func (t *Tab) UseNetwork(id string) { t.act(func(r *Runner) { r.UseNetwork(id) }) }

// TryNetwork is [Runner.TryNetwork].
func (t *Tab) TryNetwork(n Network) { t.act(func(r *Runner) { r.TryNetwork(n) }) }

// AddNetwork is [Runner.AddNetwork].
func (t *Tab) AddNetwork(relayDown bool) { t.act(func(r *Runner) { r.AddNetwork(relayDown) }) }

// DropTrial is [Runner.DropTrial].
func (t *Tab) DropTrial() { t.act((*Runner).DropTrial) }

// RemoveNetwork is [Runner.RemoveNetwork].
func (t *Tab) RemoveNetwork(id string) { t.act(func(r *Runner) { r.RemoveNetwork(id) }) }

// ListToken is Runner.ListToken.
func (t *Tab) ListToken() { t.act((*Runner).ListToken) }

// Direct is Runner.Direct.
func (t *Tab) Direct(on bool) { t.act(func(r *Runner) { r.Direct(on) }) }

// SetApproval is Runner.SetApproval.
func (t *Tab) SetApproval(a Approval) { t.act(func(r *Runner) { r.SetApproval(a) }) }

// Revoke is Runner.Revoke.
func (t *Tab) Revoke() { t.act((*Runner).Revoke) }

// Touch is Runner.Touch.
func (t *Tab) Touch() { t.act((*Runner).Touch) }

// MakePurse is Runner.MakePurse.
func (t *Tab) MakePurse() { t.act((*Runner).MakePurse) }

// MakeRandomPurse is Runner.MakeRandomPurse.
func (t *Tab) MakeRandomPurse() { t.act((*Runner).MakeRandomPurse) }

// UnlockPurse is Runner.UnlockPurse.
func (t *Tab) UnlockPurse(passphrase string) { t.act(func(r *Runner) { r.UnlockPurse(passphrase) }) }

// LockPurse is Runner.LockPurse.
func (t *Tab) LockPurse() { t.act((*Runner).LockPurse) }

// LeavePurse is Runner.LeavePurse.
func (t *Tab) LeavePurse() { t.act((*Runner).LeavePurse) }

// RememberPurse is Runner.RememberPurse.
func (t *Tab) RememberPurse(by taskwallet.Remembered, passphrase string) {
	t.act(func(r *Runner) { r.RememberPurse(by, passphrase) })
}

// ForgetPurse is Runner.ForgetPurse.
func (t *Tab) ForgetPurse() { t.act((*Runner).ForgetPurse) }

// OpenBackup is Runner.OpenBackup.
func (t *Tab) OpenBackup(file []byte, password string) {
	t.act(func(r *Runner) { r.OpenBackup(file, password) })
}

// Backup is Runner.Backup.
func (t *Tab) Backup(ctx context.Context, password string) ([]byte, error) {
	r, err := t.running()
	if err != nil {
		return nil, err
	}
	return r.Backup(ctx, password)
}

// Funding is Runner.Funding.
func (t *Tab) Funding(ctx context.Context, tasks uint64) (Funding, error) {
	r, err := t.running()
	if err != nil {
		return Funding{Tasks: tasks}, err
	}
	return r.Funding(ctx, tasks)
}

// FundPurse is Runner.FundPurse.
func (t *Tab) FundPurse(tasks uint64) { t.act(func(r *Runner) { r.FundPurse(tasks) }) }

// SetMostTasks is Runner.SetMostTasks.
func (t *Tab) SetMostTasks(n uint64) { t.act(func(r *Runner) { r.SetMostTasks(n) }) }

// PurseWasMine is Runner.PurseWasMine.
func (t *Tab) PurseWasMine() { t.act((*Runner).PurseWasMine) }

// SweepPurse is Runner.SweepPurse.
func (t *Tab) SweepPurse(to string) { t.act(func(r *Runner) { r.SweepPurse(to) }) }

// FindPurses is Runner.FindPurses.
func (t *Tab) FindPurses() { t.act((*Runner).FindPurses) }

// OpenFound is Runner.OpenFound.
func (t *Tab) OpenFound(at address, name string, number uint8) {
	t.act(func(r *Runner) { r.OpenFound(at, name, number) })
}

// RetirePurse is Runner.RetirePurse.
func (t *Tab) RetirePurse() { t.act((*Runner).RetirePurse) }

// PurseRemains is Runner.PurseRemains.
func (t *Tab) PurseRemains(ctx context.Context) (Remains, error) {
	r, err := t.running()
	if err != nil {
		return Remains{}, err
	}
	return r.PurseRemains(ctx)
}

// DeletePurse is Runner.DeletePurse.
func (t *Tab) DeletePurse(typed string) { t.act(func(r *Runner) { r.DeletePurse(typed) }) }

// Move is Runner.Move.
func (t *Tab) Move(id string, earlier bool) { t.act(func(r *Runner) { r.Move(id, earlier) }) }

// PauseQueue is Runner.PauseQueue.
func (t *Tab) PauseQueue() { t.act((*Runner).PauseQueue) }

// GoOnQueue is Runner.GoOnQueue.
func (t *Tab) GoOnQueue() { t.act((*Runner).GoOnQueue) }

// FindPast is Runner.FindPast.
func (t *Tab) FindPast(of address) { t.act(func(r *Runner) { r.FindPast(of) }) }

// StopPast is Runner.StopPast.
func (t *Tab) StopPast() { t.act((*Runner).StopPast) }

// LookAtStorage is [Runner.LookAtStorage].
func (t *Tab) LookAtStorage() { t.act((*Runner).LookAtStorage) }

// KeepStored is [Runner.KeepStored].
func (t *Tab) KeepStored() { t.act((*Runner).KeepStored) }

// EmptyJob is [Runner.EmptyJob].
func (t *Tab) EmptyJob(id string) { t.act(func(r *Runner) { r.EmptyJob(id) }) }

// Export is [Runner.Export].
func (t *Tab) Export(passphrase string) { t.act(func(r *Runner) { r.Export(passphrase) }) }

// ChooseImport is [Runner.ChooseImport].
func (t *Tab) ChooseImport() { t.act((*Runner).ChooseImport) }

// UnlockImport is [Runner.UnlockImport].
func (t *Tab) UnlockImport(passphrase string) { t.act(func(r *Runner) { r.UnlockImport(passphrase) }) }

// TakeImport is [Runner.TakeImport].
func (t *Tab) TakeImport() { t.act((*Runner).TakeImport) }

// DropImport is [Runner.DropImport].
func (t *Tab) DropImport() { t.act((*Runner).DropImport) }

// LookAtLosses is [Runner.LookAtLosses].
func (t *Tab) LookAtLosses() { t.act((*Runner).LookAtLosses) }

// DropLosses is [Runner.DropLosses].
func (t *Tab) DropLosses() { t.act((*Runner).DropLosses) }

// DeleteEverything is [Runner.DeleteEverything].
func (t *Tab) DeleteEverything(typed string) { t.act(func(r *Runner) { r.DeleteEverything(typed) }) }

// HostFunding is Runner.HostFunding.
func (t *Tab) HostFunding(ctx context.Context, origin string, tasks uint64) (Funding, error) {
	r, err := t.running()
	if err != nil {
		return Funding{}, err
	}
	return r.HostFunding(ctx, origin, tasks)
}

// FundHost is Runner.FundHost.
func (t *Tab) FundHost(origin string, tasks uint64, ready func(ctx context.Context, id taskwallet.Identity) error) {
	t.act(func(r *Runner) { r.FundHost(origin, tasks, ready) })
}

// SweepHost is Runner.SweepHost.
func (t *Tab) SweepHost(origin string) { t.act(func(r *Runner) { r.SweepHost(origin) }) }

// TakeHostPurse is Runner.TakeHostPurse.
func (t *Tab) TakeHostPurse(id taskwallet.Identity, adopt func(ctx context.Context) (address, error), opened func()) {
	t.act(func(r *Runner) { r.TakeHostPurse(id, adopt, opened) })
}
