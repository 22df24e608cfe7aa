package job

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/task"
)

// Event is something that happened to a job. At is the time in unix milliseconds.
type Event interface{ event() }

type (
	// Edit changes the arguments of a Draft.
	Edit struct {
		Kind task.Kind
		Args string
	}
	// Submit is the person's click on Generate: the order is fixed from here on.
	Submit struct {
		At    int64
		Order Order
	}
	// Checked answers Check.
	Checked struct {
		At    int64
		Quote Quote
	}
	// Signed is the transaction that the task wallet made, not sent yet.
	Signed struct {
		At         int64
		Raw        Bytes
		Hash       common.Hash
		Price, Tip uint256.Int // wei for each unit of gas: at most, and for the block's maker
	}
	// Sent tells the hash of the transaction the job waits for: the wallet's answer, or found by Search.
	Sent struct {
		At   int64
		Hash common.Hash
	}
	// NotAsked answers AskApprove and AskCreate: the Fault kept the wallet from
	// being asked, so nothing left.
	NotAsked struct {
		At    int64
		Fault Fault
	}
	// NotSent tells that the chain knows nothing of a transaction, and its nonce is
	// unused: it answers Search, or a transaction that was waited for was dropped.
	NotSent struct{ At int64 }
	// Mined is the receipt of the transaction the job waits for.
	Mined struct {
		At    int64
		Hash  common.Hash
		Block uint64
		In    common.Hash // of that block
		Gas   uint256.Int // wei paid for gas
		Fee   uint256.Int // CNX moved to the Task contract (createTask)
		// TaskID is from the first TaskCreated log (createTask); 0 = no such log.
		TaskID uint64
		// Deadline in unix seconds: the block's time + the contract's timeout; 0 = not known.
		Deadline int64
		// Nodes were drawn for the task, by round (createTask).
		Nodes [3]common.Address
	}
	// Reverted is a receipt with status 0. Reason is decoded; "" when it cannot be known.
	Reverted struct {
		At     int64
		Hash   common.Hash
		Gas    uint256.Int
		Reason string
		// Moot tells that the reason is the one of the event Moot (cancelTask).
		Moot bool
		// Instead is the transaction of another request for the same payment, which was
		// mined and has not failed; zero = there is none (createTask).
		Instead common.Hash
	}
	// Replaced tells that another transaction took the nonce of the one the job waits
	// for: By, zero if the chain does not show it.
	Replaced struct {
		At int64
		By common.Hash
	}
	// Gap tells that the transaction that is waited for has a nonce beyond Next, the
	// account's next one, and nothing is on its way that comes between: a node has told
	// a nonce that was too high. It can be mined only after others.
	Gap struct {
		At   int64
		Next uint64
	}
	// Uploaded tells that the Relay has the arguments of this task. TaskID 0 stands for
	// the present one.
	Uploaded struct {
		At     int64
		TaskID uint64
		Relay  string // that took them
	}
	// Succeeded is TaskSuccess of this task.
	Succeeded struct {
		At     int64
		Result Bytes
		Node   common.Address
		Tx     common.Hash
		Block  uint64
		In     common.Hash // hash of Block
	}
	// Published tells that the chain shows the upload of the results, in Block.
	Published struct {
		At    int64
		Block uint64
	}
	// AbortedOnChain is TaskAborted of this task.
	AbortedOnChain struct {
		At       int64
		Reason   string
		Tx       common.Hash
		Block    uint64
		In       common.Hash // hash of Block
		Returned uint256.Int
	}
	// Late tells that a block later than the deadline was seen.
	Late struct{ At int64 }
	// Fetched is one result, stored and compared with Result, the result bytes of
	// TaskSuccess. An empty Result stands for the present ones.
	Fetched struct {
		At     int64
		Index  int
		File   File
		Result Bytes
	}
	// Fault that an effect of the present phase met.
	Met struct {
		At    int64
		Fault Fault
	}
	// Woke ends a Wait.
	Woke struct{ At int64 }
	// SpeedUp is the person's wish to pay more gas for a transaction that waits long.
	SpeedUp struct{ At int64 }
	// Retry is the person's click on a Failed job.
	Retry struct{ At int64 }
	// Cancel is the person's click that claims back the fee of a task that nobody
	// finished in time.
	Cancel struct{ At int64 }
	// OfCancel is the answer to an effect of the phases that claim the fee back: an
	// upload that was under way before may still answer as well, and must not be
	// taken for it.
	OfCancel struct{ Answer Event }
	// CancelChecked answers CheckCancel.
	CancelChecked struct {
		At    int64
		Quote Quote // Gas is the limit for cancelTask; only what is about the account and the block counts
	}
	// Moot tells that there is nothing to cancel, or not yet: the task is settled,
	// somebody else has cancelled it, or no block is later than the deadline. Its own
	// events say what became of it.
	Moot struct{ At int64 }
	// Dated tells the deadline of a task, in unix seconds, where it was not known.
	Dated struct {
		At       int64
		Deadline int64
	}
	// Payout is what one transaction moved from the contract for this task.
	Payout struct {
		At int64
		In common.Hash // hash of the payment's block
		Payment
	}
	// Closed tells what the contract holds of a task that has ended: nobody looks any more.
	Closed struct {
		At   int64
		Held uint256.Int // CNX base units
	}
	// Reorganised tells that the chain does not have the blocks any more that it told of
	// from Block on; others are in their place.
	Reorganised struct {
		At    int64
		Block uint64
	}
	// Pause is the person's wish that nothing new is paid for the job.
	Pause struct{ At int64 }
	// GoOn is the person's click that ends a pause, after the price was shown.
	GoOn struct{ At int64 }
	// Place puts a job that waits to be paid somewhere else in the queue (State.Queued).
	Place struct{ To int64 }
	// AskRelay is the person's wish to ask the Relay for results before the chain shows them.
	AskRelay struct{ At int64 }
)

func (Edit) event()           {}
func (Submit) event()         {}
func (Checked) event()        {}
func (Signed) event()         {}
func (Sent) event()           {}
func (NotAsked) event()       {}
func (NotSent) event()        {}
func (Mined) event()          {}
func (Reverted) event()       {}
func (Replaced) event()       {}
func (Gap) event()            {}
func (Uploaded) event()       {}
func (Succeeded) event()      {}
func (Published) event()      {}
func (AbortedOnChain) event() {}
func (Late) event()           {}
func (Fetched) event()        {}
func (Met) event()            {}
func (Woke) event()           {}
func (SpeedUp) event()        {}
func (Retry) event()          {}
func (Cancel) event()         {}
func (OfCancel) event()       {}
func (CancelChecked) event()  {}
func (Moot) event()           {}
func (Dated) event()          {}
func (Payout) event()         {}
func (Closed) event()         {}
func (Reorganised) event()    {}
func (AskRelay) event()       {}
func (Pause) event()          {}
func (GoOn) event()           {}
func (Place) event()          {}
