package job

import (
	"math"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Update is the machine: what a job becomes by an event, and what is to be done
// about it. Events that do not belong to the phase change nothing, so that late,
// doubled or foreign answers are harmless. An effect that spends money is made in
// one place only: ask, which first notes in the state that the wallet was asked.
func Update(s State, e Event) (State, []Effect) {
	if _, ok := e.(Emptied); ok {
		return s.emptied(), nil
	}
	if s.Imported != 0 {
		return s, nil
	}
	if of, ok := e.(OfCancel); ok {
		return s.answered(of.Answer)
	}
	if r, ok := e.(Reorganised); ok {
		return reorganised(s, r)
	}
	if next, done := accounted(s, e); done {
		return next, nil
	}
	if next, effects, done := anywhere(s, e); done {
		return next, effects
	}
	if next, effects, done := queued(s, e); done {
		return next, effects
	}
	switch s.Phase {
	case Draft:
		return draft(s, e)
	case Checking:
		return checking(s, e)
	case AwaitApproval, AwaitCreate:
		return asking(s, e)
	case ApprovalPending, CreatePending:
		return pending(s, e)
	case Uploading:
		return uploading(s, e)
	case CancelChecking, AwaitCancel, CancelPending:
		return cancelling(s, e)
	case Fetching:
		return fetching(s, e)
	case Failed:
		return failed(s, e)
	}
	return s, nil
}

// anywhere handles what the chain may say in every phase after createTask:
// a success that is seen early must not be forgotten, and an abort ends everything
// but a finished job (protocol.md A.7, G.21).
func anywhere(s State, e Event) (State, []Effect, bool) {
	if s.TaskID == 0 || s.Phase == Done || s.Phase == Aborted {
		return s, nil, false
	}
	switch e := e.(type) {
	case Succeeded:
		if s.Outcome.Success {
			return s, nil, true
		}
		if s.Outcome.Result != e.Result { // they were compared with another one
			s.Files = State{}.Files
		}
		s.saw(Block{e.Block, e.In})
		s.Outcome.Success = true
		s.Outcome.Result, s.Outcome.Node, s.Outcome.Tx, s.Outcome.Block = e.Result, e.Node, e.Tx, e.Block
		s.Marks.Succeeded = e.At
		if s.Order.Count == 0 { // of a task that was found on the chain
			s.Order.Count = files(s.Order.Kind, e.Result)
		}
		if s.Phase == Running || s.Phase == Uploading || s.Phase.Cancelling() || s.From.Cancelling() { // then nothing is claimed back
			if s.Marks.Uploaded == 0 {
				s.Marks.Uploaded = e.At // somebody brought them: the nodes had them
			}
			s = s.enter(Fetching, e.At)
			if s.NextFile() < s.Order.Count {
				return s, nil, true
			}
			next, effects := s.fetchNext(e.At) // all are here since before a reorganisation
			return next, effects, true
		}
		return s, nil, true
	case Published:
		if s.Outcome.Published {
			return s, nil, true
		}
		s.Outcome.Published, s.Outcome.PublishedIn = true, e.Block
		s.Marks.Published = e.At
		asked := s.Eager // then a try is under way, or planned
		s.Eager = false
		if s.Phase == Fetching && !asked {
			next, effects := s.fetchNext(e.At)
			return next, effects, true
		}
		return s, nil, true
	case AbortedOnChain:
		s.Outcome.Reason, s.Outcome.Returned, s.Outcome.AbortedIn = e.Reason, e.Returned, e.Block
		s.saw(Block{e.Block, e.In})
		s.From = s.Phase
		s.Marks.Ended = e.At
		return s.enter(Aborted, e.At), nil, true
	case Late:
		s.Overdue = true
		return s, nil, true
	case Dated:
		s.Deadline = e.Deadline
		return s, nil, true
	case Cancel:
		if s.Refundable() {
			next, effects := s.reclaim(e.At)
			return next, effects, true
		}
		return s, nil, true
	}
	return s, nil, false
}

func draft(s State, e Event) (State, []Effect) {
	switch e := e.(type) {
	case Edit:
		s.Order.Kind, s.Order.Args = e.Kind, e.Args
		return s, nil
	case Submit:
		s.Order, s.Confirmed = e.Order, e.At
		s.Marks = Marks{Submitted: e.At}
		return s.enter(Checking, e.At), []Effect{Check{}}
	}
	return s, nil
}

func checking(s State, e Event) (State, []Effect) {
	switch e := e.(type) {
	case Checked:
		s.Quote = e.Quote
		if tx := s.Create; tx.Asked != 0 && tx.Mined == 0 && s.Quote.Nonce > tx.Nonce { // it may be this payment: then what is there now is what it has left
			s = s.enter(AwaitCreate, e.At)
			s.Again = true
			return s, []Effect{tx.again()}
		}
		switch q := e.Quote; {
		case q.CNX.Lt(&q.Fee):
			return s.fail(e.At, Fault{Code: NotEnoughCNX, Need: q.Fee, Have: q.CNX})
		case !q.GasPrice.IsZero() && q.Native.Lt(q.gasNeeded()):
			return s.fail(e.At, Fault{Code: NotEnoughGas, Need: *q.gasNeeded(), Have: q.Native})
		case q.Nodes < 3:
			return s.fail(e.At, Fault{Code: NoFreeNodes})
		case !q.Allowance.Lt(&q.Fee):
			s.Marks.Approved = e.At
			return s.enter(AwaitCreate, e.At).ask(e.At, s.Quote.Gas)
		case s.Approvals >= s.mostApprovals():
			return s.fail(e.At, Fault{Code: AllowanceShort, Need: q.Fee, Have: q.Allowance})
		}
		return s.enter(AwaitApproval, e.At).ask(e.At, s.Quote.Gas)
	}
	return s.met(e, Check{})
}

// mostApprovals is how many approvals are made without another click. A wallet's
// is edited by the person; the task wallet's may be spent by another device.
func (s State) mostApprovals() int {
	if s.Order.Hand == ByTaskWallet {
		return 20
	}
	return 1
}

// gasNeeded is what approve and createTask cost at most at the quoted price.
func (q Quote) gasNeeded() *uint256.Int {
	gas := q.Gas
	if gas == 0 {
		gas = CreateGasHint + ApproveGasHint
	}
	return new(uint256.Int).Mul(&q.GasPrice, uint256.NewInt(gas))
}

// Gas limits to count with before an estimate is possible (protocol.md A.1:
// createTask used up to 755 452, an approval about 46 000).
const (
	CreateGasHint  = 950_000
	ApproveGasHint = 60_000
)

func asking(s State, e Event) (State, []Effect) {
	tx := s.current()
	switch e := e.(type) {
	case Signed:
		return s.signed(e)
	case Sent:
		if s.foreign(e.Hash) {
			return s, nil
		}
		tx.Hash = e.Hash
		return s.enter(s.Phase.sent(), e.At), nil
	case NotAsked:
		tx.refused()
		return s.fail(e.At, e.Fault)
	case NotSent:
		// The wallet may still show the old question. The transaction is kept, so that
		// another try uses its nonce: of the two only one can ever be mined.
		if !s.Again {
			return s.fail(e.At, Fault{Code: Interrupted})
		}
		return s.lookAgain(e.At)
	case Replaced:
		tx.clear()
		if !s.Again {
			return s.fail(e.At, s.replaced(e))
		}
		return s.lookAgain(e.At)
	case Met:
		if e.Fault.Code == TxUnderpriced && tx.Raw != "" { // no node keeps these bytes: others, at the same nonce
			tx.Raw, tx.Hash = "", common.Hash{}
			s, _ = s.lookAgain(e.At)
			s.Trouble, s.Tries = e.Fault, 1
			return s, []Effect{Wait{Millis: pause(e.Fault, 2)}}
		}
		if !e.Fault.transient() {
			if e.Fault.Answered() && tx.Raw == "" {
				tx.refused() // the wallet said that nothing was sent
			}
			return s.fail(e.At, e.Fault)
		}
	}
	return s.met(e, tx.again())
}

// foreign reports whether a hash is the late answer to sending an earlier transaction
// of the job.
func (s State) foreign(hash common.Hash) bool {
	for _, tx := range []*Tx{&s.Approve, &s.Create, &s.Cancel} {
		if tx != s.current() && tx.Hash == hash {
			return hash != (common.Hash{})
		}
	}
	return false
}

// signed keeps a transaction before it is sent.
func (s State) signed(e Signed) (State, []Effect) {
	tx := s.current()
	tx.Raw, tx.Hash, tx.Price, tx.Tip = e.Raw, e.Hash, e.Price, e.Tip
	return s, []Effect{Broadcast{Raw: e.Raw}}
}

// lookAgain reads everything again before the wallet is asked once more.
func (s State) lookAgain(at int64) (State, []Effect) {
	if s.Phase.Cancelling() {
		return s.enter(CancelChecking, at), []Effect{CheckCancel{}}
	}
	return s.recheck(at)
}

// recheck reads everything before a payment, unless the job is paused.
func (s State) recheck(at int64) (State, []Effect) {
	s = s.enter(Checking, at)
	if s.Paused {
		return s, nil
	}
	return s, []Effect{Check{}}
}

// replaced is what it means that another transaction took a nonce: people do that
// in their wallet, but the task wallet has nobody else who may use it.
func (s State) replaced(e Replaced) Fault {
	if s.Order.Hand == ByTaskWallet {
		return Fault{Code: PurseForeign, Reason: e.By.Hex()}
	}
	return Fault{Code: TxReplaced}
}

// again is what is done about a transaction that may have left: the same bytes
// are sent once more, or it is looked for.
func (tx Tx) again() Effect {
	if tx.Raw != "" {
		return Broadcast{Raw: tx.Raw}
	}
	return Search{Tx: tx}
}

// ask is the one place that makes an effect which spends money, of at most limit gas.
func (s State) ask(at int64, limit uint64) (State, []Effect) {
	tx := s.current()
	switch {
	case tx.Asked == 0 || tx.Mined != 0: // the first, or one more approval
		tx.clear()
		tx.Nonce, tx.Block = s.Quote.Nonce, s.Quote.Block
	case s.Quote.Nonce > tx.Nonce: // used meanwhile, perhaps by the earlier request: look first
		s.Again = true
		return s, []Effect{tx.again()}
	default:
		tx.Repeated = true
	}
	tx.Asked = at
	if s.Phase == AwaitApproval {
		tx.Amount = s.Allowance()
		return s, []Effect{AskApprove{Amount: tx.Amount}}
	}
	if s.Phase == AwaitCancel {
		tx.Limit = limit
		return s, []Effect{AskCancel{Gas: limit}}
	}
	return s, []Effect{AskCreate{Gas: limit}}
}

// Allowance is what is approved where an approval is needed, in CNX base units.
func (s State) Allowance() uint256.Int {
	amount := s.Quote.Fee
	for _, more := range []uint256.Int{s.Order.Allow, s.Quote.Due} {
		if more.Gt(&amount) {
			amount = more
		}
	}
	return amount
}

// clear forgets a transaction that is not to be waited for, but not what it cost.
func (tx *Tx) clear() { *tx = Tx{Gas: tx.Gas} }

// refused forgets a transaction of which nothing has left. One that was asked for before
// may still appear: it is looked for before anything else is paid.
func (tx *Tx) refused() {
	if !tx.Repeated {
		tx.clear()
	}
}

// current is the transaction the phase is about.
func (s *State) current() *Tx {
	phase := s.Phase
	if phase == Failed {
		phase = s.From
	}
	switch phase {
	case AwaitApproval, ApprovalPending:
		return &s.Approve
	case CancelChecking, AwaitCancel, CancelPending:
		return &s.Cancel
	}
	return &s.Create
}

func pending(s State, e Event) (State, []Effect) {
	tx := s.current()
	switch e := e.(type) {
	case Sent: // found under another hash: sped up, in the wallet or here
		tx.Hash, s.Trouble = e.Hash, Fault{}
		return s, nil
	case SpeedUp:
		if tx.Raw == "" || s.Phase == CancelPending && tx.Mined != 0 { // only its wallet can
			return s, nil
		}
		return s, []Effect{Hasten{}}
	case Signed:
		return s.signed(e)
	case Met: // it goes on waiting
		s.Trouble = e.Fault
		return s, nil
	case Mined:
		if e.Hash != tx.Hash {
			return s, nil
		}
		if s.Phase == CancelPending && tx.Mined != 0 { // told again
			return s, nil
		}
		tx.mined(e)
		s.saw(Block{e.Block, e.In})
		if s.Phase == ApprovalPending {
			s.Approvals++
			s.Marks.Approved = e.At
			return s.recheck(e.At)
		}
		if s.Phase == CancelPending { // the chain's events say how the task ended
			s.Trouble = Fault{}
			return s, nil
		}
		if e.TaskID == 0 {
			return s.fail(e.At, Fault{Code: NetworkMismatch, Reason: "createTask was mined without a TaskCreated event"})
		}
		tx.Fee = e.Fee
		s.TaskID, s.Deadline, s.Nodes = e.TaskID, e.Deadline, e.Nodes
		s.Marks.Created = e.At
		return s.handOver(e.At)
	case Reverted:
		if e.Hash != tx.Hash {
			return s, nil
		}
		tx.Gas.Add(&tx.Gas, &e.Gas)
		if e.Instead != (common.Hash{}) {
			tx.Hash = e.Instead
			return s, nil
		}
		tx.clear()
		if s.Phase == CancelPending && e.Moot {
			return s.enter(Running, e.At), nil
		}
		return s.fail(e.At, Fault{Code: TxReverted, Reason: e.Reason, Need: e.Gas})
	case NotSent: // it may come back as long as a wallet or node keeps it: not forgotten
		if tx.Raw != "" {
			effects := []Effect{Broadcast{Raw: tx.Raw}}
			if a := s.Approve; tx != &s.Approve && a.Raw != "" && s.stray(a.Hash) != nil { // its nonce comes before
				effects = []Effect{Resend{Raw: a.Raw}, effects[0]}
			}
			return s, effects
		}
		return s.fail(e.At, Fault{Code: TxDropped})
	case Gap:
		if tx.Mined != 0 || e.Next >= tx.Nonce {
			return s, nil
		}
		return s.fail(e.At, Fault{Code: NonceGap, Need: *uint256.NewInt(tx.Nonce), Have: *uint256.NewInt(e.Next)})
	case Replaced:
		tx.clear()
		return s.fail(e.At, s.replaced(e))
	}
	return s, nil
}

// handOver brings the arguments to the Relay; where only their hash is known, somebody
// else must have done that.
func (s State) handOver(at int64) (State, []Effect) {
	if s.Order.Args == "" {
		return s.enter(Running, at), nil
	}
	return s.enter(Uploading, at), []Effect{Upload{}}
}

func uploading(s State, e Event) (State, []Effect) {
	if e, ok := e.(Uploaded); ok {
		if !e.of(s) {
			return s, nil
		}
		s.Marks.Uploaded, s.Relay = e.At, e.Relay
		switch {
		case s.Outcome.Success && s.Outcome.Published:
			return s.enter(Fetching, e.At).fetchNext(e.At)
		case s.Outcome.Success:
			return s.enter(Fetching, e.At), nil
		}
		return s.enter(Running, e.At), nil
	}
	return s.met(e, Upload{})
}

// of reports whether the Relay has the arguments of the job's present task.
func (e Uploaded) of(s State) bool { return e.TaskID == 0 || e.TaskID == s.TaskID }

func fetching(s State, e Event) (State, []Effect) {
	switch e := e.(type) {
	case Fetched:
		if e.Index < 0 || e.Index >= s.Order.Count || e.Result != "" && e.Result != s.Outcome.Result {
			return s, nil
		}
		s.Files[e.Index] = e.File
		if !e.File.Verified {
			return s.fail(e.At, Fault{Code: ResultMismatch})
		}
		return s.fetchNext(e.At)
	case AskRelay:
		if !s.Asks() {
			s.Eager = true
			return s.fetchNext(e.At)
		}
		return s, nil
	case Met:
		if s.Eager && e.Fault.Code == SignatureSpent { // back to waiting for the chain; the person may ask again
			s.Eager, s.Trouble, s.Tries = false, e.Fault, 0
			return s, nil
		}
	}
	if !s.Asks() { // nothing was asked for yet: it is about an upload that is over
		return s, nil
	}
	return s.met(e, Fetch{Index: s.NextFile()})
}

// fetchNext asks for the next missing file, or ends the job.
func (s State) fetchNext(at int64) (State, []Effect) {
	s.Trouble, s.Tries = Fault{}, 0
	if i := s.NextFile(); i < s.Order.Count {
		return s, []Effect{Fetch{Index: i}}
	}
	s.Marks.Ended, s.Eager = at, false
	return s.enter(Done, at), nil
}

func failed(s State, e Event) (State, []Effect) {
	r, ok := e.(Retry)
	if !ok {
		return s, nil
	}
	if s.Fault.Code == NonceGap && s.From != CreatePending {
		// It is made anew with a nonce that is free. Should both be mined, the second
		// approval sets what the first did, and the second cancel finds nothing: no money
		// moves by either. A payment is never made anew; it waits until its turn comes.
		s.current().clear()
	}
	if s.Recovered != 0 && s.TaskID == 0 { // its block was taken back: it is waited for, and never paid anew
		if s.Create.Hash != (common.Hash{}) {
			return s.enter(CreatePending, r.At), nil
		}
		return s, nil
	}
	if s.From.Cancelling() {
		if s.From == CancelChecking && s.Fault.Code == GasPriceRaised && !s.Fault.Need.IsZero() {
			s.Order.GasPrice, s.Confirmed = s.Fault.Need, r.At // the button named it
		}
		return s.reclaim(r.At)
	}
	switch s.From {
	case Uploading:
		return s.enter(Uploading, r.At), []Effect{Upload{}}
	case Fetching:
		if s = s.enter(Fetching, r.At); s.Asks() {
			return s.fetchNext(r.At)
		}
		return s, nil
	case AwaitApproval, ApprovalPending:
		if s.Approve.Asked != 0 { // it may have left: look before anybody is asked again
			s = s.enter(AwaitApproval, r.At)
			s.Again = true
			return s, []Effect{s.Approve.again()}
		}
	case AwaitCreate, CreatePending:
		if s.Create.Asked != 0 {
			s = s.enter(AwaitCreate, r.At)
			s.Again = true
			return s, []Effect{s.Create.again()}
		}
	}
	switch price := s.Fault.Need; { // the button names the new price
	case price.IsZero():
	case s.Fault.Code == FeeRaised:
		s.Order.Fee, s.Confirmed = price, r.At
	case s.Fault.Code == GasPriceRaised:
		s.Order.GasPrice, s.Confirmed = price, r.At
	}
	// Everything is read again: balances, allowance and nodes may have changed meanwhile.
	s.Approvals = 0
	return s.enter(Checking, r.At), []Effect{Check{}}
}

// met handles a Fault of the step and the end of a Wait: transient faults are
// tried again with growing pauses, all others stop the job.
func (s State) met(e Event, again Effect) (State, []Effect) {
	switch e := e.(type) {
	case Met:
		if s.Trouble.Code != e.Fault.Code {
			s.Tries = 0
		}
		if !e.Fault.transient() || s.Tries >= s.mostTries(e.Fault) {
			return s.fail(e.At, e.Fault)
		}
		s.Trouble = e.Fault
		s.Tries++
		return s, []Effect{Wait{Millis: pause(e.Fault, s.Tries)}}
	case Woke:
		if s.Trouble.Zero() {
			return s, nil
		}
		return s, []Effect{again}
	}
	return s, nil
}

// mostTries is how often a step is tried again by itself. Before anything was
// paid the person may as well be told; and no wallet asks for the same signature
// again and again, when the cause may be a clock that is wrong.
func (s State) mostTries(f Fault) int {
	switch {
	case f.Code == SignatureLate:
		return 2
	case f.Code == NodesBusy: // ten minutes
		return 120
	case (s.Phase == Checking || s.Phase == CancelChecking) && f.Code != TxWaiting: // which ends by itself
		return 3
	case f.Code == WorkerRestarts && s.Order.Hand == ByWallet: // each try is a prompt
		return 2
	case f.Code == NotUploaded && s.Outcome.Published: // a quarter of an hour after they should be there
		return 90
	}
	return math.MaxInt
}

// pause is how long to wait after the n-th trouble. The Relay catches up within
// seconds (protocol.md B.4), so those tries stay close together.
func pause(f Fault, n int) int64 {
	switch f.Code {
	case SignatureLate:
		return 0
	case NotSynced:
		if n <= 10 {
			return 500
		}
		return 2000
	case NotUploaded:
		return min(1000*int64(n), 10_000)
	case NodesBusy:
		return 5000
	}
	return int64(min(1000<<min(n-1, 4), 15_000))
}

func (s State) enter(p Phase, at int64) State {
	s.Phase, s.Since = p, at
	s.Fault, s.Trouble, s.Tries, s.Again = Fault{}, Fault{}, 0, false
	if p != Aborted {
		s.From = ""
	}
	return s
}

func (s State) fail(at int64, f Fault) (State, []Effect) {
	from := s.Phase
	s = s.enter(Failed, at)
	s.From, s.Fault, s.Paused = from, f, false // it waits for the person anyway
	return s, nil
}
