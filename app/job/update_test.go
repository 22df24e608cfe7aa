package job_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

var (
	account     = common.HexToAddress("0x9a72298acd3f221d3e8a909644ad8e64a651f0ed")
	node        = common.HexToAddress("0xb6dEcFd5D51A1157f7D6B7668274c6580A128601")
	txHash      = common.HexToHash("0x01")
	approveHash = common.HexToHash("0xa0")
)

func cnx(n uint64) uint256.Int {
	return *new(uint256.Int).Mul(uint256.NewInt(n), uint256.NewInt(1e18))
}

func order() job.Order {
	return job.Order{Network: "dev", ChainID: 1, Account: account, Kind: task.SD,
		Args: `{"prompt":"a cat"}`, Hash: common.HexToHash("0xaa"), VRAM: 8, Count: 2, Fee: cnx(30)}
}

func quote(allowance uint64) job.Quote {
	return job.Quote{Native: cnx(1), CNX: cnx(100), Allowance: cnx(allowance), Fee: cnx(30),
		GasPrice: *uint256.NewInt(1e9), Gas: 900_000, Nodes: 3, Nonce: 8, Block: 71}
}

// drive applies events and returns the last state and its effects.
func drive(s job.State, events ...job.Event) (job.State, []job.Effect) {
	var effects []job.Effect
	for _, e := range events {
		s, effects = job.Update(s, e)
	}
	return s, effects
}

func submitted() job.State {
	s, _ := drive(job.State{V: job.Version, ID: "j", Phase: job.Draft}, job.Submit{At: 1, Order: order()})
	return s
}

// to brings a fresh job to a phase by the shortest way.
func to(t *testing.T, p job.Phase) job.State {
	t.Helper()
	way := []job.Event{
		job.Checked{At: 2, Quote: quote(0)}, job.Sent{At: 4, Hash: approveHash},
		job.Mined{At: 5, Hash: approveHash, Block: 71, Gas: cnx(0)}, job.Checked{At: 6, Quote: quote(30)},
		job.Sent{At: 8, Hash: txHash},
		job.Mined{At: 9, Hash: txHash, Block: 72, TaskID: 5, Fee: cnx(30), Deadline: 1000}, job.Uploaded{At: 10},
		job.Succeeded{At: 11, Result: "0123456789abcdef", Node: node, Tx: txHash, Block: 75}, job.Published{At: 12},
		job.Fetched{At: 13, Index: 0, File: job.File{SHA256: "a", Verified: true}},
		job.Fetched{At: 14, Index: 1, File: job.File{SHA256: "b", Verified: true}},
	}
	s := submitted()
	for _, e := range way {
		if s.Phase == p {
			return s
		}
		s, _ = job.Update(s, e)
	}
	if s.Phase != p {
		t.Fatalf("the way ends in %s, not in %s", s.Phase, p)
	}
	return s
}

func TestUpdate(t *testing.T) {
	fault := func(c job.Code) job.Met { return job.Met{At: 50, Fault: job.Fault{Code: c}} }
	tests := []struct {
		name    string
		from    job.State
		events  []job.Event
		phase   job.Phase
		fault   job.Code
		effects []job.Effect
	}{
		{"submit checks first", job.State{Phase: job.Draft}, []job.Event{job.Submit{At: 1, Order: order()}}, job.Checking, "", []job.Effect{job.Check{}}},
		{"small allowance asks for approval", submitted(), []job.Event{job.Checked{Quote: quote(29)}}, job.AwaitApproval, "", []job.Effect{job.AskApprove{Amount: cnx(30)}}},
		{"enough allowance skips approval", submitted(), []job.Event{job.Checked{Quote: quote(30)}}, job.AwaitCreate, "", []job.Effect{job.AskCreate{Gas: 900_000}}},
		{"too few CNX stops before any prompt", submitted(), []job.Event{job.Checked{Quote: func() job.Quote { q := quote(0); q.CNX = cnx(29); return q }()}}, job.Failed, job.NotEnoughCNX, nil},
		{"too little gas stops before any prompt", submitted(), []job.Event{job.Checked{Quote: func() job.Quote { q := quote(0); q.Native = uint256.Int{}; return q }()}}, job.Failed, job.NotEnoughGas, nil},
		{"a free chain needs no gas", submitted(), []job.Event{job.Checked{Quote: func() job.Quote { q := quote(0); q.Native, q.GasPrice = uint256.Int{}, uint256.Int{}; return q }()}}, job.AwaitApproval, "", []job.Effect{job.AskApprove{Amount: cnx(30)}}},
		{"no nodes stops before any prompt", submitted(), []job.Event{job.Checked{Quote: func() job.Quote { q := quote(30); q.Nodes = 2; return q }()}}, job.Failed, job.NoFreeNodes, nil},
		{"busy nodes are waited for", submitted(), []job.Event{fault(job.NodesBusy), job.Woke{}}, job.Checking, "", []job.Effect{job.Check{}}},
		{"a second Checked does not ask twice", to(t, job.AwaitCreate), []job.Event{job.Checked{At: 3, Quote: quote(30)}}, job.AwaitCreate, "", nil},
		{"a waiting transaction is looked at again", to(t, job.AwaitCreate), []job.Event{fault(job.TxWaiting), job.Woke{}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: to(t, job.AwaitCreate).Create}}},
		{"a wallet that was never asked needs no search", to(t, job.AwaitCreate), []job.Event{job.NotAsked{Fault: job.Fault{Code: job.Storage}}, job.Retry{}}, job.Checking, "", []job.Effect{job.Check{}}},
		{"why the wallet was not asked is kept, and not tried again alone", to(t, job.AwaitCreate), []job.Event{job.NotAsked{Fault: job.Fault{Code: job.ChainDown}}}, job.Failed, job.ChainDown, nil},
		{"asked again uses the nonce of the first request", to(t, job.AwaitCreate), []job.Event{job.NotSent{}, job.Retry{At: 20}, job.NotSent{At: 21}, job.Checked{At: 22, Quote: quote(30)}}, job.AwaitCreate, "", []job.Effect{job.AskCreate{Gas: 900_000}}},
		{"a nonce used meanwhile is looked at before the wallet is asked", to(t, job.AwaitCreate), []job.Event{job.NotSent{}, job.Retry{At: 20}, job.NotSent{At: 21}, job.Checked{At: 22, Quote: func() job.Quote { q := quote(30); q.Nonce = 9; return q }()}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: to(t, job.AwaitCreate).Create}}},
		{"a no to the second question does not forget what the first may have sent", to(t, job.AwaitCreate), []job.Event{job.NotSent{}, job.Retry{At: 20}, job.NotSent{At: 21}, job.Checked{At: 22, Quote: quote(30)}, fault(job.Rejected), job.Retry{At: 51}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: job.Tx{Asked: 22, Nonce: 8, Block: 71, Repeated: true}}}},
		{"nor does a second question that was never asked", to(t, job.AwaitCreate), []job.Event{job.NotSent{}, job.Retry{At: 20}, job.NotSent{At: 21}, job.Checked{At: 22, Quote: quote(30)}, job.NotAsked{Fault: job.Fault{Code: job.WalletLocked}}, job.Retry{At: 51}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: job.Tx{Asked: 22, Nonce: 8, Block: 71, Repeated: true}}}},
		{"what the payment has left is not too little", to(t, job.AwaitCreate), []job.Event{job.NotSent{}, job.Retry{At: 20}, job.NotSent{At: 21}, job.Checked{At: 22, Quote: func() job.Quote { q := quote(0); q.Nonce, q.CNX = 9, cnx(0); return q }()}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: to(t, job.AwaitCreate).Create}}},
		{"a nonce used by something else is given up", to(t, job.AwaitCreate), []job.Event{job.NotSent{}, job.Retry{At: 20}, job.Replaced{At: 21}}, job.Checking, "", []job.Effect{job.Check{}}},
		{"signed bytes are kept before they are sent", to(t, job.AwaitCreate), []job.Event{job.Signed{Raw: "tx", Hash: txHash}}, job.AwaitCreate, "", []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"signed bytes are sent again as they are", to(t, job.AwaitCreate), []job.Event{job.Signed{Raw: "tx", Hash: txHash}, fault(job.ChainDown), job.Woke{}}, job.AwaitCreate, "", []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"a refusal does not forget signed bytes", to(t, job.AwaitCreate), []job.Event{job.Signed{Raw: "tx", Hash: txHash}, fault(job.TxRefused), job.Retry{}}, job.AwaitCreate, "", []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"dropped signed bytes are sent again", to(t, job.AwaitCreate), []job.Event{job.Signed{Raw: "tx", Hash: txHash}, job.Sent{Hash: txHash}, job.NotSent{}}, job.CreatePending, "", []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"a larger approval is asked for where the order says so", func() job.State { s := submitted(); s.Order.Allow = cnx(150); return s }(), []job.Event{job.Checked{Quote: quote(0)}}, job.AwaitApproval, "", []job.Effect{job.AskApprove{Amount: cnx(150)}}},
		{"nothing found asks the person", to(t, job.AwaitCreate), []job.Event{job.NotSent{}}, job.Failed, job.Interrupted, nil},
		{"rejected approval charges nothing", to(t, job.AwaitApproval), []job.Event{fault(job.Rejected)}, job.Failed, job.Rejected, nil},
		{"rejected create can go on", to(t, job.AwaitCreate), []job.Event{fault(job.Rejected), job.Retry{At: 9}}, job.Checking, "", []job.Effect{job.Check{}}},
		{"garbage of the wallet is searched for before a retry", to(t, job.AwaitCreate), []job.Event{fault(job.WalletGarbage), job.Retry{At: 9}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: job.Tx{Asked: 6, Nonce: 8, Block: 71}}}},
		{"found by search goes on as sent", to(t, job.AwaitCreate), []job.Event{job.Sent{At: 4, Hash: txHash}}, job.CreatePending, "", nil},
		{"approval mined checks again", to(t, job.ApprovalPending), []job.Event{job.Mined{At: 5, Hash: approveHash}}, job.Checking, "", []job.Effect{job.Check{}}},
		{"an approval edited in the wallet is said", to(t, job.ApprovalPending), []job.Event{job.Mined{At: 5, Hash: approveHash}, job.Checked{Quote: quote(10)}}, job.Failed, job.AllowanceShort, nil},
		{"approve again asks again", to(t, job.ApprovalPending), []job.Event{job.Mined{At: 5, Hash: approveHash}, job.Checked{Quote: quote(10)}, job.Retry{}, job.Checked{Quote: quote(10)}}, job.AwaitApproval, "", []job.Effect{job.AskApprove{Amount: cnx(30)}}},
		{"one more approval is not the one that was mined", to(t, job.ApprovalPending), []job.Event{job.Mined{At: 5, Hash: approveHash, Block: 71}, job.Checked{Quote: quote(10)}, job.Retry{}, job.Checked{Quote: func() job.Quote { q := quote(10); q.Nonce = 9; return q }()}}, job.AwaitApproval, "", []job.Effect{job.AskApprove{Amount: cnx(30)}}},
		{"a raised fee waits for the person", submitted(), []job.Event{job.Met{Fault: job.Fault{Code: job.FeeRaised, Need: cnx(45), Have: cnx(30)}}}, job.Failed, job.FeeRaised, nil},
		{"a foreign receipt is ignored", to(t, job.CreatePending), []job.Event{job.Mined{Hash: common.HexToHash("0x99"), TaskID: 9}}, job.CreatePending, "", nil},
		{"created uploads", to(t, job.CreatePending), []job.Event{job.Mined{Hash: txHash, TaskID: 5}}, job.Uploading, "", []job.Effect{job.Upload{}}},
		{"reverted create says so", to(t, job.CreatePending), []job.Event{job.Reverted{Hash: txHash, Reason: "No available nodes"}}, job.Failed, job.TxReverted, nil},
		{"a request that failed is not the one that was mined", to(t, job.CreatePending), []job.Event{job.Reverted{Hash: txHash, Instead: cancelHash}, job.Mined{Hash: cancelHash, TaskID: 5}}, job.Uploading, "", []job.Effect{job.Upload{}}},
		{"replaced create stops", to(t, job.CreatePending), []job.Event{job.Replaced{}}, job.Failed, job.TxReplaced, nil},
		{"a dropped transaction stops", to(t, job.CreatePending), []job.Event{job.NotSent{}}, job.Failed, job.TxDropped, nil},
		{"a dropped transaction is looked for before the wallet is asked again", to(t, job.CreatePending), []job.Event{job.NotSent{}, job.Retry{}}, job.AwaitCreate, "", []job.Effect{job.Search{Tx: to(t, job.CreatePending).Create}}},
		{"a dropped approval too", to(t, job.ApprovalPending), []job.Event{job.NotSent{}, job.Retry{}}, job.AwaitApproval, "", []job.Effect{job.Search{Tx: to(t, job.ApprovalPending).Approve}}},
		{"Relay not synced waits and tries again", to(t, job.Uploading), []job.Event{fault(job.NotSynced)}, job.Uploading, "", []job.Effect{job.Wait{Millis: 500}}},
		{"after the wait the upload is tried again", to(t, job.Uploading), []job.Event{fault(job.NotSynced), job.Woke{}}, job.Uploading, "", []job.Effect{job.Upload{}}},
		{"a late signature is asked for again", to(t, job.Uploading), []job.Event{fault(job.SignatureLate), job.Woke{}, fault(job.SignatureLate), job.Woke{}}, job.Uploading, "", []job.Effect{job.Upload{}}},
		{"a third late signature stops", to(t, job.Uploading), []job.Event{fault(job.SignatureLate), job.Woke{}, fault(job.SignatureLate), job.Woke{}, fault(job.SignatureLate)}, job.Failed, job.SignatureLate, nil},
		{"waiting for the Relay does not count as late signatures", to(t, job.Uploading), []job.Event{fault(job.NotSynced), fault(job.NotSynced), fault(job.NotSynced), fault(job.SignatureLate)}, job.Uploading, "", []job.Effect{job.Wait{}}},
		{"a chain that stays down stops a check", submitted(), []job.Event{fault(job.ChainDown), fault(job.ChainDown), fault(job.ChainDown), fault(job.ChainDown)}, job.Failed, job.ChainDown, nil},
		{"a success seen while uploading is kept", to(t, job.Uploading), []job.Event{job.Succeeded{Result: "x"}}, job.Fetching, "", nil},
		{"an abort ends any paid phase", to(t, job.Uploading), []job.Event{job.AbortedOnChain{Reason: "Task error reported"}}, job.Aborted, "", nil},
		{"an abort ends a stopped job too", to(t, job.Uploading), []job.Event{fault(job.Rejected), job.AbortedOnChain{Reason: "Task Cancelled"}}, job.Aborted, "", nil},
		{"a success seen by a stopped job is used after the retry", to(t, job.Uploading), []job.Event{fault(job.Rejected), job.Succeeded{Result: "x"}, job.Retry{}, job.Uploaded{}}, job.Fetching, "", nil},
		{"results that were published while the job was stopped are fetched at once", to(t, job.Uploading), []job.Event{fault(job.Rejected), job.Succeeded{Result: "x"}, job.Published{}, job.Retry{}, job.Uploaded{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"results are not asked for before the chain shows them", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}}, job.Fetching, "", nil},
		{"trouble of an upload that is over starts no second fetch", to(t, job.Uploading), []job.Event{job.Succeeded{Result: "x"}, fault(job.RelayDown), job.Woke{}, fault(job.Rejected)}, job.Fetching, "", nil},
		{"published results are fetched from the first", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.Published{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"the person may ask the Relay earlier", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"asking twice makes one request", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}, job.AskRelay{}}, job.Fetching, "", nil},
		{"the chain's word starts no second request", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}, job.Published{}}, job.Fetching, "", nil},
		{"an early request whose signature ran out waits for the chain", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}, fault(job.NotUploaded), fault(job.SignatureSpent), job.Woke{}}, job.Fetching, "", nil},
		{"and then may be made again", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}, fault(job.SignatureSpent), job.AskRelay{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"or by the chain's word", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}, fault(job.SignatureSpent), job.Published{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"a request that was said no to in the wallet can be made again", to(t, job.Running), []job.Event{job.Succeeded{Result: "x"}, job.AskRelay{}, fault(job.Rejected), job.Retry{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"a signature that ran out over published results waits for a click", to(t, job.Fetching), []job.Event{job.Published{}, fault(job.NotUploaded), fault(job.SignatureSpent)}, job.Failed, job.SignatureSpent, nil},
		{"a signature that ran out over the arguments too", to(t, job.Uploading), []job.Event{fault(job.NotSynced), fault(job.SignatureSpent)}, job.Failed, job.SignatureSpent, nil},
		{"a helper that keeps stopping does not have the wallet ask for ever", to(t, job.Uploading), []job.Event{fault(job.WorkerRestarts), fault(job.WorkerRestarts), fault(job.WorkerRestarts)}, job.Failed, job.WorkerRestarts, nil},
		{"one after the other", to(t, job.Fetching), []job.Event{job.Published{}, job.Fetched{Index: 0, File: job.File{Verified: true}}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 1}}},
		{"a mismatch is never done", to(t, job.Fetching), []job.Event{job.Published{}, job.Fetched{Index: 0, File: job.File{SHA256: "x"}}}, job.Failed, job.ResultMismatch, nil},
		{"retry after a mismatch fetches that file", to(t, job.Fetching), []job.Event{job.Published{}, job.Fetched{Index: 0, File: job.File{SHA256: "x"}}, job.Retry{}}, job.Fetching, "", []job.Effect{job.Fetch{Index: 0}}},
		{"done ignores a late cancel", to(t, job.Done), []job.Event{job.AbortedOnChain{Reason: "Task Cancelled"}}, job.Done, "", nil},
		{"a result outside the order is ignored", to(t, job.Fetching), []job.Event{job.Fetched{Index: 7, File: job.File{Verified: true}}}, job.Fetching, "", nil},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			s, effects := drive(tt.from, tt.events...)
			if s.Phase != tt.phase || s.Fault.Code != tt.fault {
				t.Errorf("phase %s fault %q, want %s %q", s.Phase, s.Fault.Code, tt.phase, tt.fault)
			}
			if d := cmp.Diff(tt.effects, effects); d != "" {
				t.Errorf("effects (-want +got):\n%s", d)
			}
		})
	}
}

// TestApprovedOther: the allowance is read again after the approval was mined.
func TestApprovedOther(t *testing.T) {
	for _, tt := range []struct {
		name           string
		asked, allowed uint256.Int
		want           string
	}{
		{"as asked", cnx(30), cnx(30), ""},
		{"more", cnx(30), cnx(500), "approved 500 CNX instead of 30 CNX"},
		{"everything", cnx(30), job.Unlimited(), "approved an unlimited amount instead of 30 CNX"},
		{"less, but enough", cnx(150), cnx(60), "approved 60 CNX instead of 150 CNX"},
		{"less than unlimited", job.Unlimited(), cnx(60), "approved 60 CNX instead of an unlimited amount"},
	} {
		s := submitted()
		if tt.asked != cnx(30) {
			s.Order.Allow = tt.asked
		}
		q := quote(0)
		q.Allowance = tt.allowed
		s, _ = drive(s, job.Checked{Quote: quote(0)}, job.Sent{Hash: approveHash}, job.Mined{Hash: approveHash, Block: 9}, job.Checked{Quote: q})
		got := job.Hint(s)
		if s.Phase != job.AwaitCreate || (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, %q", tt.name, s.Phase, got)
		}
	}
	allowed, _ := drive(submitted(), job.Checked{Quote: quote(150)})
	if got := job.Hint(allowed); got != "" {
		t.Errorf("an allowance of an earlier day: %q", got)
	}
}

func TestReloadAsksNoRelayByItself(t *testing.T) {
	s, _ := drive(to(t, job.Running), job.Succeeded{Result: "x"}, job.AskRelay{})
	if s, effects := job.Resume(s, 99); s.Eager || len(effects) != 0 {
		t.Errorf("%v, eager %t", effects, s.Eager)
	}
}

func TestGasOfFailedTriesStays(t *testing.T) {
	gas := *uint256.NewInt(600_000)
	s, _ := drive(to(t, job.CreatePending), job.Reverted{Hash: txHash, Gas: gas}, job.Retry{},
		job.Checked{Quote: quote(30)}, job.Met{Fault: job.Fault{Code: job.Rejected}}, job.Retry{},
		job.Checked{Quote: quote(30)}, job.Sent{Hash: txHash}, job.Mined{Hash: txHash, TaskID: 5, Gas: gas, Fee: cnx(30)})
	if want := *uint256.NewInt(1_200_000); s.Create.Gas != want {
		t.Errorf("gas %s, want %s", s.Create.Gas.Dec(), want.Dec())
	}
}

func TestRaisedFeeIsPaidOnlyAfterTheClickThatNamesIt(t *testing.T) {
	raised, _ := drive(submitted(), job.Met{Fault: job.Fault{Code: job.FeeRaised, Need: cnx(45), Have: cnx(30)}})
	if raised.Order.Fee != cnx(30) {
		t.Error("the price changed before the click")
	}
	if p := job.Explain(raised); p.Retry != "Pay 45 CNX" {
		t.Errorf("the button says %q", p.Retry)
	}
	if again, _ := drive(raised, job.Retry{}); again.Order.Fee != cnx(45) {
		t.Errorf("after the click the price is %s", job.CNX(again.Order.Fee))
	}
}

func TestResume(t *testing.T) {
	asked := to(t, job.AwaitCreate)
	tests := []struct {
		name    string
		from    job.State
		phase   job.Phase
		effects []job.Effect
	}{
		{"nothing that was confirmed before is paid by itself", submitted(), job.Checking, nil},
		{"an approval is searched for", to(t, job.AwaitApproval), job.AwaitApproval, []job.Effect{job.Search{Tx: to(t, job.AwaitApproval).Approve}}},
		{"a transaction that may have left is searched for", asked, job.AwaitCreate, []job.Effect{job.Search{Tx: asked.Create}}},
		{"pending is watched", to(t, job.CreatePending), job.CreatePending, nil},
		{"uploading goes on", to(t, job.Uploading), job.Uploading, []job.Effect{job.Upload{}}},
		{"running is watched", to(t, job.Running), job.Running, nil},
		{"done stays", to(t, job.Done), job.Done, nil},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			s, effects := job.Resume(tt.from, 99)
			if s.Phase != tt.phase {
				t.Errorf("phase %s, want %s", s.Phase, tt.phase)
			}
			if d := cmp.Diff(tt.effects, effects); d != "" {
				t.Errorf("effects (-want +got):\n%s", d)
			}
		})
	}
}

// TestStateSurvivesJSON compares by value: State is comparable on purpose.
func TestStateSurvivesJSON(t *testing.T) {
	for _, p := range []job.Phase{job.Checking, job.AwaitCreate, job.Running, job.Fetching, job.Done} {
		s := to(t, p)
		text, err := job.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := job.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if s != back {
			t.Errorf("%s: %s", p, cmp.Diff(s, back))
		}
	}
}

func TestEveryFaultIsExplained(t *testing.T) {
	for _, c := range job.Codes() {
		s := to(t, job.AwaitCreate)
		s.Phase, s.From, s.Fault = job.Failed, job.AwaitCreate, job.Fault{Code: c}
		p := job.Explain(s)
		if p.Title == "" || p.Remedy == "" {
			t.Errorf("%s has no words: %+v", c, p)
		}
		if c != job.Internal && p.Title == job.Explain(job.State{Phase: job.Failed, Fault: job.Fault{Code: job.Internal}}).Title {
			t.Errorf("%s has only the words of an internal mistake", c)
		}
	}
}

func TestLateSignaturesPointToTheClock(t *testing.T) {
	late := job.Met{Fault: job.Fault{Code: job.SignatureLate}}
	s, _ := drive(to(t, job.Uploading), late, late, late)
	if p := job.Explain(s); !strings.Contains(p.Remedy, "clock") {
		t.Errorf("no word about the clock: %+v", p)
	}
}

func TestDecimal(t *testing.T) {
	tests := []struct{ wei, want string }{
		{"0", "0"}, {"1", "<0.0001"}, {"50000000000000000", "0.05"}, {"30000000000000000000", "30"},
		{"1234567890000000000000", "1234.5678"}, {"99999999999999999999", "99.9999"},
	}
	for _, tt := range tests {
		if got := job.Decimal(*uint256.MustFromDecimal(tt.wei), 4); got != tt.want {
			t.Errorf("%s wei: %s, want %s", tt.wei, got, tt.want)
		}
	}
}

func TestSteps(t *testing.T) {
	states := func(s job.State) string {
		var b strings.Builder
		for _, st := range job.Steps(s) {
			b.WriteString(string(st.State[0]))
		}
		return b.String()
	}
	aborted, _ := drive(to(t, job.Running), job.AbortedOnChain{At: 20, Reason: "Task Cancelled"})
	for _, tt := range []struct {
		name string
		s    job.State
		want string // first letters: ahead, now, done, stopped
	}{
		{"checking", submitted(), "naaaa"},
		{"running", to(t, job.Running), "dddna"},
		{"done", to(t, job.Done), "ddddd"},
		{"aborted", aborted, "dddsa"},
	} {
		if got := states(tt.s); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func ExampleUpdate() {
	s, effects := job.Update(job.State{Phase: job.Draft}, job.Submit{At: 1, Order: order()})
	fmt.Println(s.Phase, s.Waiting(), len(effects))
	// Output: checking the blockchain 1
}
