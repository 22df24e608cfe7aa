package job_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

// life is one job with a world around it that does at random whatever it can: effects
// end well, badly or never, the chain speaks, the person clicks, the page is closed.
type life struct {
	t        *testing.T
	rng      *rand.Rand
	n        int
	at       int64
	s        job.State
	underWay []started
	// asked are the nonces of transactions that the wallet was asked for and that may
	// still be mined, by what they do.
	asked     map[string]uint64
	times     map[string]int  // how often, with this nonce
	signed    map[string]bool // and that are kept as signed bytes
	nonce     uint64          // next of the account
	hashes    byte
	succeeded bool              // TaskSuccess was seen
	reorgs    map[job.Phase]int // how often one took something back, by phase
	log       []string
}

// started is an effect under way, and whether it belongs to a cancel.
type started struct {
	effect job.Effect
	cancel bool
	hash   common.Hash // of the transaction that it is about
}

// TestModel lives 10 000 lives.
func TestModel(t *testing.T) {
	seen := map[job.Phase]int{}
	cancelled, reorgs := 0, map[job.Phase]int{}
	for n := range 10_000 {
		l := &life{t: t, rng: rand.New(rand.NewPCG(4, uint64(n))), n: n, nonce: 8, asked: map[string]uint64{}, times: map[string]int{}, signed: map[string]bool{},
			s: job.State{V: job.Version, ID: fmt.Sprint("j", n), Phase: job.Draft}, reorgs: reorgs}
		o := order()
		if n%2 == 1 {
			o.Hand = job.ByTaskWallet
		}
		l.happen(job.Submit{At: 1, Order: o})
		for range 100 {
			l.step()
			seen[l.s.Phase]++
		}
		if l.s.Phase == job.Aborted && l.s.Cancel.Mined != 0 {
			cancelled++
		}
	}
	for _, p := range []job.Phase{job.Checking, job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending, job.Uploading, job.Running,
		job.Fetching, job.CancelChecking, job.AwaitCancel, job.CancelPending, job.Done, job.Aborted, job.Failed} {
		if seen[p] < 1000 {
			t.Errorf("%s was seen %d times: the model does not try it", p, seen[p])
		}
	}
	for _, p := range []job.Phase{job.Checking, job.AwaitCreate, job.CreatePending, job.Uploading, job.Running,
		job.Fetching, job.CancelChecking, job.AwaitCancel, job.CancelPending, job.Done, job.Aborted, job.Failed} {
		if reorgs[p] < 30 {
			t.Errorf("a reorganisation changed a job in %s %d times: the model does not try it", p, reorgs[p])
		}
	}
	if cancelled < 50 {
		t.Errorf("%d tasks were cancelled", cancelled)
	}
}

// step lets one thing happen.
func (l *life) step() {
	l.at += 1000
	switch l.rng.IntN(8) {
	case 0, 1, 2, 3:
		if len(l.underWay) > 0 {
			i := l.rng.IntN(len(l.underWay))
			of := l.underWay[i]
			l.underWay = slices.Delete(l.underWay, i, i+1)
			e := l.answer(of)
			if of.cancel {
				e = job.OfCancel{Answer: e}
			}
			l.happen(e)
		}
	case 4, 5:
		if watched(l.s) {
			l.happen(l.chain())
		}
	case 6:
		l.happen(l.person())
	case 7:
		if l.rng.IntN(6) == 0 {
			l.reload()
		}
	}
}

func watched(s job.State) bool {
	switch s.Phase {
	case job.ApprovalPending, job.CreatePending, job.Running, job.Uploading, job.CancelChecking, job.AwaitCancel, job.CancelPending:
		return true
	case job.Fetching, job.Failed, job.Done, job.Aborted:
		return s.TaskID != 0 || s.Newest() > 0
	}
	return s.Newest() > 0
}

// pick is one of several.
func pick[T any](l *life, of ...T) T { return of[l.rng.IntN(len(of))] }

func (l *life) met(codes ...job.Code) job.Event {
	f := job.Fault{Code: pick(l, codes...)}
	if f.Code == job.FeeRaised || f.Code == job.GasPriceRaised {
		f.Need, f.Have = cnx(45), cnx(30)
	}
	return job.Met{At: l.at, Fault: f}
}

func (l *life) hash() common.Hash {
	l.hashes++
	return common.Hash{1, l.hashes}
}

func (l *life) quote() job.Quote {
	q := quote(pick(l, uint64(0), 30, 30))
	l.nonce += uint64(l.rng.IntN(2)) // something else of the account
	q.Nonce, q.Block = l.nonce, uint64(l.at)
	if l.rng.IntN(20) == 0 {
		q.Native = uint256.Int{}
	}
	return q
}

// answer is how an effect may end.
func (l *life) answer(of started) job.Event {
	switch e := of.effect.(type) {
	case job.Check:
		if l.rng.IntN(4) > 0 {
			return job.Checked{At: l.at, Quote: l.quote()}
		}
		return l.met(job.ChainDown, job.WalletLocked, job.WrongChain, job.WalletSilent, job.PurseLocked, job.TxWaiting, job.NodesBusy, job.GasPriceRaised, job.FeeRaised, job.Internal)
	case job.CheckCancel:
		switch l.rng.IntN(6) {
		case 0:
			return job.Moot{At: l.at}
		case 1:
			return l.met(job.ChainDown, job.WalletLocked, job.WrongChain, job.WalletSilent, job.PurseLocked, job.GasPriceRaised, job.TxRefused, job.Internal)
		}
		return job.CancelChecked{At: l.at, Quote: l.quote()}
	case job.AskApprove, job.AskCreate, job.AskCancel:
		switch n := l.rng.IntN(8); {
		case n == 0:
			return job.NotAsked{At: l.at, Fault: job.Fault{Code: pick(l, job.PurseLocked, job.Storage, job.WrongChain)}}
		case n < 3 && l.s.Order.Hand == job.ByTaskWallet: // it signs, or was not asked
			return l.met(job.Internal)
		case n < 3:
			return l.met(job.Rejected, job.WalletPending, job.WalletGarbage, job.WalletSilent, job.WrongChain, job.TxRefused, job.ChainDown, job.Internal)
		case l.s.Order.Hand == job.ByTaskWallet:
			return job.Signed{At: l.at, Raw: "raw", Hash: l.hash()}
		}
		return job.Sent{At: l.at, Hash: l.hash()}
	case job.Hasten:
		return pick[job.Event](l, job.Signed{At: l.at, Raw: "fast", Hash: l.hash()}, l.met(job.GasPriceRaised, job.ChainDown))
	case job.Broadcast:
		return pick[job.Event](l, job.Sent{At: l.at, Hash: of.hash}, job.Sent{At: l.at, Hash: of.hash}, job.Replaced{At: l.at}, l.met(job.ChainDown, job.TxUnderpriced, job.TxWaiting, job.TxRefused, job.NotEnoughGas))
	case job.Search:
		return pick[job.Event](l, job.Sent{At: l.at, Hash: l.hash()}, job.Replaced{At: l.at}, job.NotSent{At: l.at}, l.met(job.ChainDown, job.TxWaiting))
	case job.Upload:
		if l.rng.IntN(2) == 0 {
			return job.Uploaded{At: l.at}
		}
		return l.met(job.NotSynced, job.RelayDown, job.SignatureLate, job.SignatureSpent, job.Rejected, job.ArgsRefused, job.NotCreator, job.WorkerRestarts)
	case job.Fetch:
		if l.rng.IntN(3) > 0 {
			return job.Fetched{At: l.at, Index: e.Index, File: job.File{SHA256: "f", Verified: l.rng.IntN(6) > 0}}
		}
		return l.met(job.NotUploaded, job.RelayDown, job.SignatureLate, job.SignatureSpent, job.Rejected, job.ResultDamaged, job.Storage, job.WorkerRestarts)
	}
	return job.Woke{At: l.at}
}

// chain is something that the chain says.
func (l *life) chain() job.Event {
	s := l.s
	if newest := s.Newest(); newest > 0 && l.rng.IntN(8) == 0 {
		return job.Reorganised{At: l.at, Block: newest - min(newest-1, 1000*l.rng.Uint64N(12))}
	}
	if looked := s.Looked(); len(looked) > 0 && l.rng.IntN(3) > 0 {
		tx := pick(l, looked...)
		gas := *uint256.NewInt(21_000)
		if n := s.Current().Nonce; s.Order.Hand == job.ByTaskWallet && n > 0 && l.rng.IntN(20) == 0 {
			return job.Gap{At: l.at, Next: n - 1}
		}
		switch l.rng.IntN(10) {
		case 0:
			return job.Reverted{At: l.at, Hash: tx, Gas: gas, Moot: l.rng.IntN(2) == 0}
		case 1, 2:
			e := pick[job.Event](l, job.Sent{At: l.at, Hash: l.hash()}, job.Replaced{At: l.at}, job.NotSent{At: l.at})
			switch s.Phase {
			case job.CancelPending:
				return job.OfCancel{Answer: e}
			case job.ApprovalPending, job.CreatePending:
				return e
			}
		case 3:
			return job.Mined{At: l.at, Hash: common.Hash{99}, TaskID: 9}
		}
		return job.Mined{At: l.at, Hash: tx, Block: uint64(l.at), Gas: gas, Fee: cnx(30), TaskID: uint64(l.n + 1 + s.Reorgs), Deadline: l.at/1000 + 900}
	}
	if s.TaskID == 0 {
		return job.Late{At: l.at}
	}
	switch l.rng.IntN(10) {
	case 0, 1:
		return job.Succeeded{At: l.at, Result: "x", Node: node, Block: uint64(l.at)}
	case 2, 3:
		if s.Outcome.Success {
			return job.Published{At: l.at, Block: uint64(l.at)}
		}
	case 4:
		return job.AbortedOnChain{At: l.at, Reason: "Task Cancelled", Returned: cnx(30), Block: uint64(l.at)}
	case 5:
		return job.Payout{At: l.at, Payment: job.Payment{Block: uint64(l.at), Tx: common.Hash{2, byte(l.rng.IntN(9) + 1)}, Nodes: cnx(10 * l.rng.Uint64N(2)), Returned: cnx(10 * l.rng.Uint64N(2))}}
	case 6:
		if s.Phase == job.Done || s.Phase == job.Aborted {
			return job.Closed{At: l.at, Held: cnx(10 * l.rng.Uint64N(2))}
		}
	}
	return job.Late{At: l.at}
}

// person is a click. Not every button is there for every state: the machine has to
// know that by itself.
func (l *life) person() job.Event {
	return pick[job.Event](l, job.Retry{At: l.at}, job.Retry{At: l.at}, job.Cancel{At: l.at}, job.Cancel{At: l.at}, job.SpeedUp{At: l.at}, job.AskRelay{At: l.at},
		pick[job.Event](l, job.Pause{At: l.at}, job.GoOn{At: l.at}, job.GoOn{At: l.at}, job.Place{To: l.at}))
}

// reload ends everything that is under way, and goes on from the record.
func (l *life) reload() {
	if l.s.Phase == job.Draft || l.s.Phase.Ended() {
		l.underWay = nil
		return
	}
	l.underWay = nil
	before := l.s
	s, effects := job.Resume(before, l.at)
	l.became(before, s, effects, "reload")
}

func (l *life) happen(e job.Event) {
	before := l.s
	s, effects := job.Update(before, e)
	l.resolve(before, e)
	if _, ok := e.(job.Succeeded); ok && before.TaskID != 0 && before.Phase != job.Aborted && before.Phase != job.Done {
		l.succeeded = true
	}
	if r, ok := e.(job.Reorganised); ok && s != before {
		l.reorgs[before.Phase]++
		for what, txs := range map[string][2]job.Tx{"approve": {before.Approve, s.Approve}, "create": {before.Create, s.Create}, "cancel": {before.Cancel, s.Cancel}} {
			if was, is := txs[0], txs[1]; was.Mined >= r.Block && was.Mined != 0 { // it may be mined again
				if is.Mined != 0 || is.Hash != was.Hash || is.Nonce != was.Nonce {
					l.fail(what + " is forgotten")
				}
				l.asked[what], l.signed[what] = is.Nonce, is.Raw != ""
			}
		}
		if !s.Outcome.Success {
			l.succeeded = false
		}
	}
	l.became(before, s, effects, fmt.Sprintf("%T %+v", e, e))
}

// does names what the transaction of a phase does.
func does(p job.Phase) string {
	switch p {
	case job.AwaitApproval, job.ApprovalPending:
		return "approve"
	case job.AwaitCreate, job.CreatePending:
		return "create"
	case job.AwaitCancel, job.CancelPending:
		return "cancel"
	}
	return ""
}

// resolve notes which transactions cannot be mined any more, or have been.
func (l *life) resolve(before job.State, e job.Event) {
	what := does(before.Phase)
	if of, ok := e.(job.OfCancel); ok {
		if !before.Phase.Cancelling() {
			return
		}
		e = of.Answer
	}
	over := false
	switch e := e.(type) {
	case job.Replaced:
		over = true
	case job.NotAsked:
		over = l.times[what] < 2
	case job.Met: // which says nothing of an earlier question
		over = e.Fault.Answered() && !l.signed[what] && l.times[what] < 2 && (before.Phase == job.AwaitApproval || before.Phase == job.AwaitCreate || before.Phase == job.AwaitCancel)
	case job.Signed:
		l.signed[what] = true
	case job.Gap: // an approval or a cancel may be made anew: two of them move no money
		over = what != "create" && before.Current().Mined == 0 && does(before.Phase) != "" && before.Phase != job.AwaitCancel && before.Phase != job.AwaitApproval
	case job.Mined:
		over = e.Hash == before.Awaited()
		what, over = whose(before, what, e.Hash, over)
	case job.Reverted:
		over = e.Hash == before.Awaited()
		what, over = whose(before, what, e.Hash, over)
	}
	if over {
		delete(l.asked, what)
		delete(l.times, what)
		delete(l.signed, what)
	}
}

// whose corrects for transactions that the phase is not about.
func whose(s job.State, what string, tx common.Hash, over bool) (string, bool) {
	switch tx {
	case s.Cancel.Hash:
		return "cancel", over
	case s.Approve.Hash:
		return "approve", over || slices.Contains(s.Looked(), tx)
	}
	return what, over
}

// became checks what has to hold after every step.
func (l *life) became(before, s job.State, effects []job.Effect, why string) {
	l.t.Helper()
	l.log = append(l.log, fmt.Sprintf("%s -> %s %T", why, s.Phase, effects))
	l.s = s
	for _, e := range effects {
		l.underWay = append(l.underWay, started{e, s.Phase.Cancelling(), s.Current().Hash})
		switch e.(type) {
		case job.AskCancel:
			if l.succeeded || s.Outcome.Success {
				l.fail("a cancel is asked after the success")
			}
		case job.AskApprove, job.AskCreate:
			if s.TaskID != 0 {
				l.fail("a second payment is asked")
			}
			if before.Paused || s.Paused {
				l.fail("a paused job pays")
			}
		default:
			continue
		}
		what, nonce := does(s.Phase), s.Current().Nonce
		if open, ok := l.asked[what]; ok && open != nonce {
			l.fail(fmt.Sprintf("%s is asked with nonce %d while nonce %d may still be mined", what, nonce, open))
		}
		l.asked[what] = nonce
		l.times[what]++
	}
	if before.TaskID != 0 && s.TaskID != before.TaskID && s.Phase != job.CreatePending {
		l.fail("paid twice")
	}
	if before.TaskID != 0 && s.TaskID != before.TaskID && (s.Create.Hash != before.Create.Hash || s.Create.Nonce != before.Create.Nonce || s.Reorgs != before.Reorgs+1) {
		l.fail("a payment is forgotten")
	}
	for _, tx := range []job.Tx{s.Approve, s.Create, s.Cancel} {
		if tx.Gas.Gt(uint256.NewInt(1e9)) || tx.Last.Gt(&tx.Gas) {
			l.fail("gas is taken back that was not booked")
		}
	}
	if paid, back := s.Ledger.ToNodes(), s.Ledger.Returned(); s.TaskID == 0 && !(paid.IsZero() && back.IsZero()) {
		l.fail("the ledger holds payments of no task")
	}
	l.hasWayOut()
	if s == before {
		return
	}
	if s.Phase == job.Done && !s.Verified() {
		l.fail("done with an unverified file")
	}
	if s.Phase == job.Failed || s.Phase == job.Aborted {
		p := job.Explain(s)
		text := p.Detail
		if p.Title == "" || p.Remedy == "" || !strings.Contains(text, "charged") && !strings.Contains(text, "paid") && !strings.Contains(text, "not certain whether") {
			l.fail(fmt.Sprintf("%+v does not say whether something was charged", p))
		}
	}
	record, err := job.Encode(s)
	if err != nil {
		l.fail(err.Error())
	}
	if back, err := job.Decode(record); err != nil || back != s {
		l.fail(fmt.Sprint("the record is another state: ", err, cmp.Diff(s, back)))
	}
}

// hasWayOut wants that somebody goes on: the chain that is watched, an effect that
// ends, or the person with a button.
func (l *life) hasWayOut() {
	s := l.s
	under := func(of ...job.Effect) {
		for _, u := range l.underWay {
			for _, e := range of {
				if fmt.Sprintf("%T", u.effect) == fmt.Sprintf("%T", e) && u.cancel == s.Phase.Cancelling() {
					return
				}
			}
		}
		l.fail("nothing is under way")
	}
	switch s.Phase {
	case job.Checking:
		if !s.Paused { // which has a button
			under(job.Check{}, job.Wait{})
		}
	case job.CancelChecking:
		under(job.CheckCancel{}, job.Wait{})
	case job.AwaitApproval:
		under(job.AskApprove{}, job.Broadcast{}, job.Search{}, job.Wait{})
	case job.AwaitCreate:
		under(job.AskCreate{}, job.Broadcast{}, job.Search{}, job.Wait{})
	case job.AwaitCancel:
		under(job.AskCancel{}, job.Broadcast{}, job.Search{}, job.Wait{})
	case job.Uploading:
		under(job.Upload{}, job.Wait{})
	case job.Fetching:
		if s.Asks() {
			under(job.Fetch{}, job.Wait{})
		}
	case job.ApprovalPending, job.CreatePending, job.CancelPending:
		if s.Awaited() == (common.Hash{}) && s.Cancel.Mined == 0 {
			l.fail("it waits for no transaction")
		}
	case job.Failed:
		if job.Explain(s).Retry == "" && !s.Refundable() {
			l.fail("there is no button")
		}
	}
}

func (l *life) fail(what string) {
	l.t.Helper()
	l.t.Fatalf("job %d: %s\n%s\n%+v", l.n, what, strings.Join(l.log, "\n"), l.s)
}
