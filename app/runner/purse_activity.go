package runner

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// Signature is one signature that the task wallet made (taskwallet.md §5).
type Signature struct {
	At   int64 `json:"at"` // unix milliseconds
	What What  `json:"what"`
	// Job is the id of the task in this browser that it was for, Title its name; both
	// "" for none.
	Job   string `json:"job,omitempty"`
	Title string `json:"title,omitempty"`
	// Amount is what was approved, paid or taken out: CNX in base units, or wei.
	Amount uint256.Int `json:"amount,omitzero"`
	// Task is the id on chain, File the number of a result, counted from 0.
	Task uint64 `json:"task,omitempty"`
	File string `json:"file,omitempty"`
	// Tx is the transaction; zero for a text.
	Tx hash `json:"tx,omitzero"`
}

// What was signed.
type What string

// All that a task wallet signs.
const (
	SignedApprove What = "approve"
	SignedCreate  What = "create"
	SignedCancel  What = "cancel"
	SignedSweep   What = "sweep"       // CNX
	SignedCoins   What = "sweep-coins" // coins for gas
	SignedHost    What = "host"        // what goes to a page that embeds this one
	SignedUpload  What = "upload"
	SignedStatus  What = "status"
	SignedResult  What = "result"
)

// mostSignatures is how many of them are kept.
const mostSignatures = 200

// noted is a vault that notes each signature, and a key that is gone.
type noted struct {
	Vault
	r *Runner
}

func (v noted) SignTx(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	signed, err := v.Vault.SignTx(ctx, intent, nonce, gas, price)
	if err != nil {
		return signed, v.r.lost(err)
	}
	s := ofIntent(intent)
	s.Job, s.Tx = jobOf(ctx), signed.Hash
	v.r.note(s)
	return signed, nil
}

func (v noted) SignText(ctx context.Context, text []byte) ([]byte, error) {
	signed, err := v.Vault.SignText(ctx, text)
	if err != nil {
		return signed, v.r.lost(err)
	}
	s := ofText(text, v.r)
	s.Job = jobOf(ctx)
	v.r.note(s)
	return signed, nil
}

// ofIntent says what a transaction was for.
func ofIntent(i taskwallet.Intent) Signature {
	switch i := i.(type) {
	case taskwallet.Approve:
		return Signature{What: SignedApprove, Amount: i.Amount}
	case taskwallet.Create:
		return Signature{What: SignedCreate, Amount: i.Fee}
	case taskwallet.Cancel:
		return Signature{What: SignedCancel, Task: i.ID}
	case taskwallet.SweepToken:
		return Signature{What: SignedSweep, Amount: i.Amount}
	case taskwallet.SweepNative:
		return Signature{What: SignedCoins, Amount: i.Amount}
	}
	return Signature{What: SignedHost}
}

// ofText says what a text was for. It was signed, so it is one of the three.
func ofText(text []byte, r *Runner) Signature {
	t, _ := taskwallet.ReadText(text, r.Clock.Now())
	what := map[taskwallet.TextKind]What{taskwallet.UploadText: SignedUpload, taskwallet.StatusText: SignedStatus, taskwallet.ResultText: SignedResult}[t.Kind]
	return Signature{What: what, Task: t.TaskID, File: t.File}
}

// note puts a signature in front of the others, in the store as well.
func (r *Runner) note(s Signature) {
	r.post(func() {
		if !r.purse.made {
			return // deleted in this moment
		}
		s.At = r.now()
		if i := r.index(s.Job); i >= 0 {
			s.Title = r.jobs.list[i].Order.Title
		}
		list := append([]Signature{s}, r.snap.Purse.Activity...)
		list = list[:min(len(list), mostSignatures)]
		r.snap.Purse.Activity = list
		if text, err := json.Marshal(list); err == nil { // plain values: it cannot fail
			r.write(write{store: Settings, key: activityKey(r.purse.record), value: text})
		}
	})
}

// lost takes note of a key that is gone, by a crash of the program that held it.
func (r *Runner) lost(err error) error {
	if errors.Is(err, taskwallet.Locked) {
		r.post(func() { r.purse.open, r.snap.Purse.Open = false, false })
	}
	return err
}

// activity reads what a task wallet has signed in this browser, the newest first.
func (r *Runner) activity(ctx context.Context, record taskwallet.Record) []Signature {
	signed, err := list[Signature](ctx, r, activityKey(record))
	if err != nil {
		return nil // only a list to look at
	}
	return signed[:min(len(signed), mostSignatures)]
}

func activityKey(record taskwallet.Record) string { return "activity-" + record.StoreKey() }

// forJob and jobOf carry the id of a job to whatever is signed for it.
func forJob(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, jobKey{}, id)
}

func jobOf(ctx context.Context) string {
	id, _ := ctx.Value(jobKey{}).(string)
	return id
}

type jobKey struct{}
