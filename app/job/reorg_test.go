package job_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

var gasPaid = *uint256.NewInt(600_000)

// signedWay is how a job of the task wallet goes up to a result in block 75.
func signedWay() []job.Event {
	return []job.Event{
		job.Submit{At: 1, Order: func() job.Order { o := order(); o.Hand = job.ByTaskWallet; return o }()},
		job.Checked{At: 2, Quote: quote(0)},
		job.Signed{At: 3, Raw: "approve", Hash: approveHash}, job.Sent{At: 4, Hash: approveHash},
		job.Mined{At: 5, Hash: approveHash, Block: 71, In: common.Hash{71}, Gas: gasPaid},
		job.Checked{At: 6, Quote: func() job.Quote { q := quote(30); q.Nonce = 9; return q }()},
		job.Signed{At: 7, Raw: "create", Hash: txHash}, job.Sent{At: 8, Hash: txHash},
		job.Mined{At: 9, Hash: txHash, Block: 72, In: common.Hash{72}, Gas: gasPaid, TaskID: 5, Fee: cnx(30), Deadline: 1000, Nodes: [3]common.Address{node}},
		job.Uploaded{At: 10, TaskID: 5},
		job.Succeeded{At: 11, Result: "0123456789abcdef", Node: node, Block: 75, In: common.Hash{75}},
		job.Payout{At: 11, In: common.Hash{75}, Payment: job.Payment{Tx: common.Hash{3}, Block: 75, Nodes: cnx(10)}},
		job.Published{At: 12, Block: 76},
		job.Payout{At: 12, In: common.Hash{76}, Payment: job.Payment{Tx: common.Hash{4}, Block: 76, Nodes: cnx(10)}},
		job.Fetched{At: 13, Index: 0, File: job.File{SHA256: "a", Verified: true}},
		job.Fetched{At: 14, Index: 1, File: job.File{SHA256: "b", Verified: true}},
	}
}

func TestReorg(t *testing.T) {
	way := signedWay()
	begin := job.State{V: job.Version, ID: "j1", Phase: job.Draft}
	until := func(n int, more ...job.Event) job.State {
		s, _ := drive(begin, append(way[:n:n], more...)...)
		return s
	}
	overdue := until(10, job.Late{At: 20}, job.Cancel{At: 21}, job.CancelChecked{}) // not sent
	claimed := until(10, job.Late{At: 20}, job.Cancel{At: 21}, job.OfCancel{Answer: job.CancelChecked{Quote: func() job.Quote { q := quote(0); q.Nonce = 10; return q }()}},
		job.OfCancel{Answer: job.Signed{Raw: "cancel", Hash: cancelHash}}, job.OfCancel{Answer: job.Sent{Hash: cancelHash}})
	mined, _ := drive(claimed, job.Mined{At: 22, Hash: cancelHash, Block: 90, In: common.Hash{90}, Gas: gasPaid})
	refunded, _ := drive(mined, job.AbortedOnChain{At: 23, Reason: "Task Cancelled", Block: 90, In: common.Hash{90}, Returned: cnx(30)},
		job.Payout{At: 23, Payment: job.Payment{Tx: cancelHash, Block: 90, Returned: cnx(30)}})
	resend := func(raws ...job.Bytes) (list []job.Effect) {
		for _, raw := range raws {
			list = append(list, job.Resend{Raw: raw})
		}
		return list
	}
	tests := []struct {
		name    string
		from    job.State
		block   uint64
		phase   job.Phase
		effects []job.Effect
	}{
		{"nothing of the job is in those blocks", until(16), 77, job.Done, nil},
		{"an approval is waited for again", until(5), 71, job.ApprovalPending, resend("approve")},
		{"or sent again beside the payment", until(8), 71, job.CreatePending, resend("approve")},
		{"a payment is waited for again", until(9), 72, job.CreatePending, resend("create")},
		{"with its approval", until(10), 71, job.CreatePending, resend("approve", "create")},
		{"also under a claim that was not sent", overdue, 72, job.CreatePending, resend("create")},
		{"a cancel of a task that is gone is not sent again", mined, 72, job.CreatePending, resend("create")},
		{"a claim is waited for again", mined, 90, job.CancelPending, resend("cancel")},
		{"also after the end", refunded, 90, job.CancelPending, resend("cancel")},
		{"a success is waited for again", until(12), 75, job.Running, nil},
		{"also with all results", until(16), 73, job.Running, nil},
		{"a delivery alone takes no result away", until(16), 76, job.Done, nil},
		{"a delivery is waited for again", until(13), 76, job.Fetching, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, effects := job.Update(tt.from, job.Reorganised{At: 30, Block: tt.block})
			if s.Phase != tt.phase || !cmp.Equal(effects, tt.effects) {
				t.Errorf("%s, %v", s.Phase, cmp.Diff(tt.effects, effects))
			}
			if n := s.Newest(); n >= tt.block {
				t.Errorf("something of block %d is left", n)
			}
			if s.Create.Nonce != tt.from.Create.Nonce || s.Create.Hash != tt.from.Create.Hash || s.Create.Raw != tt.from.Create.Raw {
				t.Error("the payment was forgotten")
			}
		})
	}
}

// TestReorgGivesTheSameResult: what was fetched counts again if the nodes agree on it
// again, under another id as well; and nothing is counted twice.
func TestReorgGivesTheSameResult(t *testing.T) {
	way := signedWay()
	before, _ := drive(job.State{V: job.Version, ID: "j1", Phase: job.Draft}, way...)
	s, _ := drive(before, job.Reorganised{At: 30, Block: 70})
	if gas, back := s.Gas(), s.Ledger.ToNodes(); !gas.IsZero() || !back.IsZero() || s.TaskID != 0 || s.Approvals != 0 {
		t.Errorf("%v gas, %v to nodes, task %d, %d approvals are left of blocks that are gone", gas, back, s.TaskID, s.Approvals)
	}
	late, _ := drive(s, job.Uploaded{TaskID: 5}, job.Published{}, job.Succeeded{Result: "stranger's"})
	if late != s {
		t.Errorf("an event of the old task changes it: %s", cmp.Diff(s, late))
	}
	again := []job.Event{
		job.Mined{At: 31, Hash: approveHash, Block: 80, In: common.Hash{80}, Gas: gasPaid},
		job.Mined{At: 32, Hash: txHash, Block: 81, In: common.Hash{81}, Gas: gasPaid, TaskID: 6, Fee: cnx(30), Deadline: 1100},
	}
	s, effects := drive(s, again...)
	if s.Phase != job.Uploading || s.TaskID != 6 || !cmp.Equal(effects, []job.Effect{job.Upload{}}) || s.Gas() != *uint256.NewInt(1_200_000) {
		t.Fatalf("%s, task %d, %v, %v gas", s.Phase, s.TaskID, effects, s.Gas())
	}
	if s, _ := drive(s, job.Uploaded{TaskID: 5}); s.Phase != job.Uploading {
		t.Error("an upload of the old id counts for the new one")
	}
	same, _ := drive(s, job.Uploaded{TaskID: 6}, job.Succeeded{At: 40, Result: "0123456789abcdef", Node: node, Block: 85, In: common.Hash{85}})
	if same.Phase != job.Done || !same.Verified() || same.Marks.Ended != 40 {
		t.Errorf("%s from the same result", same.Phase)
	}
	other, effects := drive(s, job.Uploaded{TaskID: 6}, job.Succeeded{At: 40, Result: "fedcba9876543210", Node: node, Block: 85}, job.Published{Block: 86})
	if other.Phase != job.Fetching || other.Files[0].Verified || !cmp.Equal(effects, []job.Effect{job.Fetch{Index: 0}}) {
		t.Errorf("%s, %v from another result", other.Phase, effects)
	}
	stale, _ := drive(other, job.Fetched{Index: 0, File: job.File{SHA256: "a", Verified: true}, Result: "0123456789abcdef"})
	if stale.Files[0].Verified {
		t.Error("a file counts that was compared with the old result")
	}
}

// A job that was stopped by what orphaned blocks told stays a job of its payment.
func TestReorgOfAStoppedJob(t *testing.T) {
	s, _ := drive(job.State{V: job.Version, ID: "j1", Phase: job.Draft}, signedWay()[:13]...)
	s, _ = drive(s, job.Fetched{Index: 0, File: job.File{SHA256: "x"}}) // does not match
	if s.Phase != job.Failed {
		t.Fatal(s.Phase)
	}
	if s, _ := drive(s, job.Reorganised{Block: 75}); s.Phase != job.Running {
		t.Errorf("%s after the success is gone", s.Phase)
	}
	s, _ = drive(s, job.Reorganised{Block: 72})
	if hint := job.Hint(s); s.Phase != job.CreatePending || hint == "" {
		t.Errorf("%s after the payment is gone, it says %q", s.Phase, hint)
	}
	dropped, effects := drive(s, job.NotSent{})
	if dropped.Phase != job.CreatePending || !cmp.Equal(effects, []job.Effect{job.Broadcast{Raw: "create"}}) {
		t.Errorf("%s, %v when it was dropped", dropped.Phase, effects)
	}
}

// An approval that is forgotten while the payment waits is sent again before it: its
// nonce comes first.
func TestReorgOfAnApprovalUnderThePayment(t *testing.T) {
	s, _ := drive(job.State{V: job.Version, ID: "j1", Phase: job.Draft}, append(signedWay()[:8:8], job.Reorganised{Block: 71})...)
	if looked := s.Looked(); !cmp.Equal(looked, []common.Hash{txHash, approveHash}) {
		t.Errorf("it looks for %v", looked)
	}
	s, effects := drive(s, job.NotSent{})
	if !cmp.Equal(effects, []job.Effect{job.Resend{Raw: "approve"}, job.Broadcast{Raw: "create"}}) {
		t.Errorf("%v", effects)
	}
	s, _ = drive(s, job.Mined{At: 40, Hash: approveHash, Block: 80, In: common.Hash{80}, Gas: gasPaid})
	if s.Phase != job.CreatePending || s.Approve.Gas != gasPaid || s.Approvals != 1 || len(s.Looked()) != 1 {
		t.Errorf("%s, %v gas, %d approvals, looks for %v", s.Phase, s.Approve.Gas, s.Approvals, s.Looked())
	}
}

// A late answer to sending the approval is not taken for the payment.
func TestLateAnswerToTheApproval(t *testing.T) {
	way := signedWay()
	s, _ := drive(job.State{V: job.Version, ID: "j1", Phase: job.Draft}, append(way[:6:6], job.Sent{Hash: approveHash})...)
	if s.Phase != job.AwaitCreate || s.Create.Hash == approveHash {
		t.Errorf("%s, the payment is %s", s.Phase, s.Create.Hash)
	}
}

// TestGap: what waits behind a gap is made anew where that moves no money. A payment is
// not: the same bytes wait until their turn comes.
func TestGap(t *testing.T) {
	way := signedWay()
	begin := job.State{V: job.Version, ID: "j1", Phase: job.Draft}
	approving, _ := drive(begin, way[:4]...)
	paying, _ := drive(begin, way[:8]...)
	claiming, _ := drive(begin, append(way[:10:10], job.Late{At: 20}, job.Cancel{At: 21}, job.OfCancel{Answer: job.CancelChecked{Quote: func() job.Quote { q := quote(0); q.Nonce = 10; return q }()}},
		job.OfCancel{Answer: job.Signed{Raw: "cancel", Hash: cancelHash}}, job.OfCancel{Answer: job.Sent{Hash: cancelHash}})...)
	for name, tt := range map[string]struct {
		from    job.State
		phase   job.Phase
		effects []job.Effect
		kept    bool
	}{
		"approval": {approving, job.Checking, []job.Effect{job.Check{}}, false},
		"payment":  {paying, job.AwaitCreate, []job.Effect{job.Broadcast{Raw: "create"}}, true},
		"claim":    {claiming, job.CancelChecking, []job.Effect{job.CheckCancel{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			nonce := tt.from.Current().Nonce
			same, _ := drive(tt.from, job.Gap{Next: nonce})
			if same != tt.from {
				t.Error("there is no gap, and it says so")
			}
			s, effects := drive(tt.from, job.Gap{Next: nonce - 1})
			if s.Phase != job.Failed || s.Fault.Code != job.NonceGap || effects != nil {
				t.Fatalf("%s %s, %v", s.Phase, s.Fault.Code, effects)
			}
			if p := job.Explain(s); p.Retry == "" {
				t.Errorf("no way out: %+v", p)
			}
			s, effects = drive(s, job.Retry{At: 50})
			if s.Phase != tt.phase || !cmp.Equal(effects, tt.effects) || (s.Current().Raw != "" || s.Create.Raw != "" && name == "payment") != tt.kept {
				t.Errorf("%s, %v, %q", s.Phase, effects, s.Current().Raw)
			}
		})
	}
}
