package job_test

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

var cancelHash = common.HexToHash("0x02")

// overdue is a job in a phase after the deadline.
func overdue(t *testing.T, p job.Phase) job.State {
	s, _ := drive(to(t, p), job.Late{At: 20})
	return s
}

func cancelQuote() job.Quote {
	return job.Quote{Native: cnx(1), GasPrice: *uint256.NewInt(1e9), Gas: 100_000, Nonce: 20, Block: 90}
}

func of(e job.Event) job.Event { return job.OfCancel{Answer: e} }

// cancelling is a job whose cancel has come to a phase.
func cancelling(t *testing.T, p job.Phase) job.State {
	t.Helper()
	s := overdue(t, job.Running)
	for _, e := range []job.Event{job.Cancel{At: 21}, of(job.CancelChecked{At: 22, Quote: cancelQuote()}), of(job.Sent{At: 23, Hash: cancelHash})} {
		if s.Phase != p {
			s, _ = job.Update(s, e)
		}
	}
	if s.Phase != p {
		t.Fatalf("the way ends in %s, not in %s", s.Phase, p)
	}
	return s
}

func TestCancel(t *testing.T) {
	fault := func(c job.Code) job.Met { return job.Met{At: 50, Fault: job.Fault{Code: c}} }
	success := job.Succeeded{At: 60, Result: "x"}
	asked := cancelling(t, job.AwaitCancel)
	signed := job.Signed{Raw: "tx", Hash: cancelHash}
	check, ask := []job.Effect{job.CheckCancel{}}, []job.Effect{job.AskCancel{Gas: 100_000}}
	tests := []struct {
		name    string
		from    job.State
		events  []job.Event
		phase   job.Phase
		effects []job.Effect
	}{
		{"not before the deadline", to(t, job.Running), []job.Event{job.Cancel{}}, job.Running, nil},
		{"not after a success", overdue(t, job.Fetching), []job.Event{job.Cancel{}}, job.Fetching, nil},
		{"not while it is being paid", to(t, job.CreatePending), []job.Event{job.Late{}, job.Cancel{}}, job.CreatePending, nil},
		{"while the nodes work", overdue(t, job.Running), []job.Event{job.Cancel{}}, job.CancelChecking, check},
		{"while the Relay has nothing yet", overdue(t, job.Uploading), []job.Event{job.Cancel{}}, job.CancelChecking, check},
		{"of a job that was stopped", overdue(t, job.Uploading), []job.Event{fault(job.ArgsRefused), job.Cancel{}}, job.CancelChecking, check},
		{"a second click does nothing", cancelling(t, job.CancelChecking), []job.Event{job.Cancel{}}, job.CancelChecking, nil},
		{"an upload that fails late is not taken for it", cancelling(t, job.AwaitCancel), []job.Event{fault(job.Rejected)}, job.AwaitCancel, nil},
		{"checked asks", cancelling(t, job.CancelChecking), []job.Event{of(job.CancelChecked{Quote: cancelQuote()})}, job.AwaitCancel, ask},
		{"checked twice asks once", asked, []job.Event{of(job.CancelChecked{Quote: cancelQuote()})}, job.AwaitCancel, nil},
		{"nothing to cancel goes back to watching", cancelling(t, job.CancelChecking), []job.Event{of(job.Moot{})}, job.Running, nil},
		{"too little gas asks nobody", cancelling(t, job.CancelChecking), []job.Event{of(job.CancelChecked{Quote: func() job.Quote { q := cancelQuote(); q.Native = uint256.Int{}; return q }()})}, job.Failed, nil},
		{"a chain that is down is asked again", cancelling(t, job.CancelChecking), []job.Event{of(fault(job.ChainDown)), of(job.Woke{})}, job.CancelChecking, check},
		{"sent waits", asked, []job.Event{of(job.Sent{Hash: cancelHash})}, job.CancelPending, nil},
		{"signed bytes are kept before they are sent", asked, []job.Event{of(signed)}, job.AwaitCancel, []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"and sent again as they are", asked, []job.Event{of(signed), of(fault(job.ChainDown)), of(job.Woke{})}, job.AwaitCancel, []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"a no can be asked again", asked, []job.Event{of(fault(job.Rejected)), job.Retry{}}, job.CancelChecking, check},
		{"one that may have left is looked for first", asked, []job.Event{of(fault(job.WalletGarbage)), job.Retry{}}, job.AwaitCancel, []job.Effect{job.Search{Tx: asked.Cancel}}},
		{"by the button as well", asked, []job.Event{of(fault(job.WalletGarbage)), job.Cancel{}}, job.AwaitCancel, []job.Effect{job.Search{Tx: asked.Cancel}}},
		{"and is asked again with the same nonce", asked, []job.Event{of(fault(job.WalletGarbage)), job.Retry{}, of(job.NotSent{}), of(job.CancelChecked{Quote: cancelQuote()})}, job.AwaitCancel, ask},
		{"replaced is looked at again", asked, []job.Event{of(fault(job.WalletGarbage)), job.Retry{}, of(job.Replaced{})}, job.CancelChecking, check},
		{"mined waits for the chain's word", cancelling(t, job.CancelPending), []job.Event{job.Mined{Hash: cancelHash, Block: 99}}, job.CancelPending, nil},
		{"which ends it", cancelling(t, job.CancelPending), []job.Event{job.Mined{Hash: cancelHash, Block: 99}, job.AbortedOnChain{Reason: "Task Cancelled"}}, job.Aborted, nil},
		{"a node was quicker", cancelling(t, job.CancelPending), []job.Event{job.Reverted{Hash: cancelHash, Moot: true}}, job.Running, nil},
		{"a node was quicker and its word came first", cancelling(t, job.CancelPending), []job.Event{job.AbortedOnChain{Reason: "Task Cancelled"}, job.Reverted{Hash: cancelHash, Moot: true}}, job.Aborted, nil},
		{"another refusal is said", cancelling(t, job.CancelPending), []job.Event{job.Reverted{Hash: cancelHash, Reason: "Unauthorized to cancel task"}}, job.Failed, nil},
		{"sped up", func() job.State { s, _ := drive(asked, of(signed), of(job.Sent{Hash: cancelHash})); return s }(), []job.Event{job.SpeedUp{}}, job.CancelPending, []job.Effect{job.Hasten{}}},
		{"dropped bytes are sent again", func() job.State { s, _ := drive(asked, of(signed), of(job.Sent{Hash: cancelHash})); return s }(), []job.Event{of(job.NotSent{})}, job.CancelPending, []job.Effect{job.Broadcast{Raw: "tx"}}},
		{"a success ends the check", cancelling(t, job.CancelChecking), []job.Event{success, of(job.CancelChecked{Quote: cancelQuote()})}, job.Fetching, nil},
		{"a success keeps signed bytes from being sent", asked, []job.Event{success, of(signed)}, job.Fetching, nil},
		{"and from being sent again", asked, []job.Event{of(signed), of(fault(job.ChainDown)), success, of(job.Woke{})}, job.Fetching, nil},
		{"a success after a no goes on by itself", asked, []job.Event{of(fault(job.Rejected)), success, job.Published{}}, job.Fetching, []job.Effect{job.Fetch{Index: 0}}},
		{"a success before a cancel is mined is fetched", cancelling(t, job.CancelPending), []job.Event{success, job.Published{}}, job.Fetching, []job.Effect{job.Fetch{Index: 0}}},
		{"and if it is mined all the same, the chain's events decide", cancelling(t, job.CancelPending), []job.Event{success, job.Mined{Hash: cancelHash, Block: 99}, job.AbortedOnChain{Reason: "Task Cancelled"}}, job.Aborted, nil},
		{"a late no does not stop the results", asked, []job.Event{success, job.Published{}, of(fault(job.Rejected))}, job.Fetching, nil},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			s, effects := drive(tt.from, tt.events...)
			if s.Phase != tt.phase {
				t.Errorf("phase %s, want %s (fault %+v)", s.Phase, tt.phase, s.Fault)
			}
			if d := cmp.Diff(tt.effects, effects); d != "" {
				t.Errorf("effects (-want +got):\n%s", d)
			}
		})
	}
}

func TestWhoClaimedIsNotToldOfAFailure(t *testing.T) {
	mined, aborted := job.Mined{Hash: cancelHash, Block: 99}, job.AbortedOnChain{Reason: "Task Cancelled", Returned: cnx(30)}
	s, _ := drive(cancelling(t, job.CancelPending), mined, aborted)
	if p := job.Explain(s); !p.Quiet || p.Title != "You claimed the fee back" || !strings.Contains(p.Detail, "30 CNX came back") {
		t.Errorf("%+v", p)
	}
	s, _ = drive(cancelling(t, job.CancelPending), aborted) // a node was quicker
	if p := job.Explain(s); p.Quiet || p.Title != "The network ended the task" {
		t.Errorf("%+v", p)
	}
}

func TestCancelIsResumed(t *testing.T) {
	asked := cancelling(t, job.AwaitCancel)
	for p, want := range map[job.Phase][]job.Effect{
		job.AwaitCancel:   {job.Search{Tx: asked.Cancel}},
		job.CancelPending: nil, // watched
	} {
		if s, effects := job.Resume(cancelling(t, p), 99); s.Phase != p || cmp.Diff(want, effects) != "" {
			t.Errorf("%s: %s, %v", p, s.Phase, effects)
		}
	}
	// Nothing was asked yet: a page that opens asks for nothing that costs.
	s, effects := job.Resume(cancelling(t, job.CancelChecking), 99)
	if s.Phase != job.Failed || s.From != job.CancelChecking || s.Fault.Code != job.Interrupted || len(effects) != 0 {
		t.Errorf("%s from %s, %+v, %v", s.Phase, s.From, s.Fault, effects)
	}
	if s, effects = job.Update(s, job.Retry{At: 100}); s.Phase != job.CancelChecking || len(effects) != 1 {
		t.Errorf("%s, %v", s.Phase, effects)
	}
}

func TestEveryProblemOfACancelSaysWhereTheFeeIs(t *testing.T) {
	for _, c := range job.Codes() {
		for _, from := range []job.Phase{job.CancelChecking, job.AwaitCancel, job.CancelPending} {
			s := cancelling(t, from)
			s.Phase, s.From, s.Fault = job.Failed, from, job.Fault{Code: c}
			p := job.Explain(s)
			if p.Title == "" || p.Remedy == "" || !strings.Contains(p.Detail, "The fee of 30 CNX is paid; the contract still holds 30 CNX") {
				t.Errorf("%s from %s: %+v", c, from, p)
			}
		}
	}
}

func TestGasOfAllTransactionsIsCounted(t *testing.T) {
	gas := *uint256.NewInt(1000)
	success := job.Succeeded{At: 60, Result: "x"}
	for name, events := range map[string][]job.Event{
		"mined":                      {job.Mined{Hash: cancelHash, Block: 99, Gas: gas}, job.Mined{Hash: cancelHash, Block: 99, Gas: gas}},
		"reverted":                   {job.Reverted{Hash: cancelHash, Gas: gas, Moot: true}, job.Reverted{Hash: cancelHash, Gas: gas}},
		"mined after a success":      {success, job.Mined{Hash: cancelHash, Block: 99, Gas: gas}, job.Mined{Hash: cancelHash, Block: 99, Gas: gas}},
		"reverted after a success":   {success, job.Reverted{Hash: cancelHash, Gas: gas}, job.Reverted{Hash: cancelHash, Gas: gas}},
		"reverted after other's end": {job.AbortedOnChain{Reason: "Task Cancelled"}, job.Reverted{Hash: cancelHash, Gas: gas}},
	} {
		s, _ := drive(cancelling(t, job.CancelPending), events...)
		if s.Gas() != gas || s.Awaited() != (common.Hash{}) {
			t.Errorf("%s: %d wei, waits for %s", name, s.Gas(), s.Awaited())
		}
	}
}

func TestLedger(t *testing.T) {
	pay := func(n byte, nodes, back uint64) job.Payout {
		return job.Payout{Payment: job.Payment{Tx: common.Hash{n}, Nodes: cnx(nodes), Returned: cnx(back)}}
	}
	for name, tt := range map[string]struct {
		events                    []job.Event
		nodes, back, held, unseen uint64
		settled                   bool
	}{
		"nothing yet":                       {nil, 0, 0, 30, 0, false},
		"a node":                            {[]job.Event{pay(1, 10, 0)}, 10, 0, 20, 0, false},
		"seen twice counts once":            {[]job.Event{pay(1, 10, 0), pay(1, 10, 0)}, 10, 0, 20, 0, false},
		"all well":                          {[]job.Event{pay(1, 10, 0), pay(2, 10, 0), pay(3, 10, 0)}, 30, 0, 0, 0, true},
		"one cheats":                        {[]job.Event{pay(1, 10, 10), pay(3, 10, 0)}, 20, 10, 0, 0, true},
		"cancelled":                         {[]job.Event{pay(1, 0, 30)}, 0, 30, 0, 0, true},
		"a share that never moves":          {[]job.Event{pay(1, 10, 0), pay(2, 10, 0), job.Closed{Held: cnx(10)}}, 20, 0, 10, 0, true},
		"what happened while nobody looked": {[]job.Event{pay(1, 10, 0), job.Closed{}}, 10, 0, 0, 20, true},
		"closed too early":                  {[]job.Event{pay(1, 10, 0), job.Closed{Held: cnx(20)}, pay(2, 0, 20)}, 10, 20, 0, 0, true},
		"a refund after the end":            {[]job.Event{job.Succeeded{Result: "x"}, job.Published{}, job.Fetched{Index: 0, File: job.File{Verified: true}}, job.Fetched{Index: 1, File: job.File{Verified: true}}, pay(1, 0, 10)}, 0, 10, 20, 0, false},
	} {
		s, _ := drive(to(t, job.Running), tt.events...)
		if n, b := s.Ledger.ToNodes(), s.Ledger.Returned(); n != cnx(tt.nodes) || b != cnx(tt.back) || s.Held() != cnx(tt.held) || s.Unseen() != cnx(tt.unseen) || s.Settled() != tt.settled {
			t.Errorf("%s: nodes %s, back %s, held %v, unseen %v, settled %v", name, job.CNX(n), job.CNX(b), s.Held(), s.Unseen(), s.Settled())
		}
	}
}
