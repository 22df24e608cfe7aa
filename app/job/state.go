// Package job is the life of one paid task as a pure state machine.
//
//	next, effects := job.Update(state, event)   // what happens, and what to do about it
//	again := job.Resume(state)                  // what to do after a reload
//
// A State is a value: it can be compared, copied, stored as JSON and sent
// elsewhere. Time, ids and answers of the world arrive in events; what the world
// is to do is returned as effects, which package runner performs. The runner
// saves the new state before it performs any effect.
package job

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/task"
)

// Version of the stored record.
const Version = 1

// MaxFiles is the largest number of results of one task (protocol.md D.1: num_images ≤ 10).
const MaxFiles = 10

// State is everything there is to know about one job.
type State struct {
	V     int    `json:"v"`
	ID    string `json:"id"`
	Order Order  `json:"order"`

	Phase Phase `json:"phase"`
	// From is the phase in which a Failed or Aborted job stopped.
	From Phase `json:"from,omitempty"`
	// Since is when Phase was entered, in unix milliseconds.
	Since int64 `json:"since"`
	// Marks are the times at which the steps ended.
	Marks Marks `json:"marks"`

	// Fault stopped the job (Phase Failed); zero otherwise.
	Fault Fault `json:"fault,omitzero"`
	// Trouble is what the last try met that will be tried again by itself; zero when all is well.
	Trouble Fault `json:"trouble,omitzero"`
	// Tries counts the tries of the present step that met this Trouble, one after the other.
	Tries int `json:"tries,omitempty"`

	// Again tells that the person wants the wallet asked once more, should the search find nothing.
	Again bool `json:"again,omitempty"`

	// Confirmed is when the person last said yes to the price, in unix milliseconds.
	Confirmed int64 `json:"confirmed,omitempty"`

	Quote   Quote `json:"quote,omitzero"`
	Approve Tx    `json:"approve,omitzero"`
	Create  Tx    `json:"create,omitzero"`
	// Cancel claims back the fee. It may be there in other phases than those that wait
	// for it: the task was finished before it was mined.
	Cancel Tx `json:"cancel,omitzero"`
	// Approvals counts the approvals mined for this job: a second one is never asked for without a click.
	Approvals int `json:"approvals,omitempty"`

	// TaskID is the id given by the Task contract; 0 before createTask is mined.
	TaskID uint64 `json:"taskId,omitempty"`
	// Deadline is when the contract lets the creator cancel, in unix seconds; 0 = not known.
	Deadline int64 `json:"deadline,omitempty"`
	// Overdue tells that a block later than Deadline was seen while the job ran.
	Overdue bool    `json:"overdue,omitempty"`
	Outcome Outcome `json:"outcome,omitzero"`
	// Relay has taken the arguments; "" = not known. Results are asked for there first.
	Relay string `json:"relay,omitempty"`
	// Nodes were drawn for the task, by round; zero before createTask is mined.
	Nodes [3]common.Address `json:"nodes,omitzero"`
	// Ledger is where the fee went.
	Ledger Ledger `json:"ledger,omitzero"`
	// Imported is when the record came here from another browser's export, in unix
	// milliseconds; 0 = the job was made here. An imported job is a record of what was:
	// nothing is done for it, and nothing that happens changes it.
	Imported int64 `json:"imported,omitempty"`
	// Seen is the newest block that told something about the job. If the chain does not
	// have it any more, what it told is taken back.
	Seen Block `json:"seen,omitzero"`
	// Reorgs counts how often the block with createTask was taken back.
	Reorgs int `json:"reorgs,omitempty"`
	// Eager tells that the Relay is asked for results before the chain shows them, by the person's wish.
	Eager bool `json:"eager,omitempty"`

	Files [MaxFiles]File `json:"files"`

	// Recovered is when the task was found on the chain, in unix milliseconds; 0 = it
	// was ordered here. Order.Args may be empty then: only their hash is known.
	Recovered int64 `json:"recovered,omitempty"`
	// Paused tells that nothing new is paid for the job before GoOn: by the person's
	// wish, or because the page was opened anew.
	Paused bool `json:"paused,omitempty"`
	// Place is where the person has put the job in the queue; 0 = where it came (Queued).
	Place int64 `json:"place,omitempty"`
}

// Order is what was asked for. After Submit only Fee and GasPrice can change, by a click that names the new one.
type Order struct {
	// Network is the id of the network profile.
	Network string `json:"network"`
	ChainID uint64 `json:"chainId"`
	// Account pays, is the task's creator and signs the Relay requests.
	Account common.Address `json:"account"`
	// Hand is who acts for Account.
	Hand Hand `json:"hand,omitempty"`
	// Allow is how much to approve where an approval is needed, in CNX base units; zero = the fee.
	Allow uint256.Int `json:"allow,omitzero"`
	Kind  task.Kind   `json:"kind"`
	// Args are the exact bytes that are hashed, signed and sent.
	Args string `json:"args"`
	// Hash is keccak256(Args).
	Hash common.Hash `json:"hash"`
	// VRAM is the limit given to createTask, in GB.
	VRAM uint64 `json:"vram"`
	// Count is the number of result files, 1…MaxFiles.
	Count int `json:"count"`
	// Fee is the price that was shown when the person confirmed, in CNX base units.
	Fee uint256.Int `json:"fee"`
	// GasPrice is the price of gas that was shown then, in wei; zero = free, or not known.
	GasPrice uint256.Int `json:"gasPrice,omitzero"`
	// Title is a short text for lists and file names: the prompt or the question.
	Title string `json:"title,omitempty"`
}

// Hand is who sends transactions and signs for a job's account.
type Hand string

// The two hands.
const (
	ByWallet     Hand = ""            // the connected wallet, which asks the person each time
	ByTaskWallet Hand = "task-wallet" // the key in the page
)

// Marks are unix milliseconds at which the steps of a job ended; 0 = not yet.
type Marks struct {
	Submitted int64 `json:"submitted,omitempty"`
	Approved  int64 `json:"approved,omitempty"`
	Created   int64 `json:"created,omitempty"`
	Uploaded  int64 `json:"uploaded,omitempty"`
	Succeeded int64 `json:"succeeded,omitempty"`
	Published int64 `json:"published,omitempty"`
	Ended     int64 `json:"ended,omitempty"`
}

// Quote is what the chain said before anything was asked of the wallet.
type Quote struct {
	Native    uint256.Int `json:"native"`    // wei
	CNX       uint256.Int `json:"cnx"`       // base units
	Allowance uint256.Int `json:"allowance"` // of the Task contract, base units
	Fee       uint256.Int `json:"fee"`       // what the task will cost, base units
	// Due are the fees of all confirmed jobs of the account that are not created
	// yet, this one included: what is approved at once. Zero = only this one's.
	Due      uint256.Int `json:"due,omitzero"`
	GasPrice uint256.Int `json:"gasPrice"`         // wei per gas, as the node suggests
	BaseFee  uint256.Int `json:"baseFee,omitzero"` // of the newest block; zero where the chain has none
	// Gas is the limit for createTask (estimate + 25 %); 0 while the allowance is too small to estimate.
	Gas   uint64 `json:"gas"`
	Nodes uint64 `json:"nodes"` // free nodes that fit the task
	// Skew is the chain's clock minus ours, in seconds.
	Skew  int64  `json:"skew"`
	Block uint64 `json:"block"`
	// Nonce is the account's next, with waiting transactions; Mined by the newest block.
	Nonce uint64 `json:"nonce"`
	Mined uint64 `json:"mined,omitempty"`
}

// Tx is one transaction of the job, from the moment the wallet is asked.
type Tx struct {
	// Asked is when the wallet was asked (unix milliseconds); 0 = never. From
	// then on the transaction may exist even if its hash is not known.
	Asked int64 `json:"asked,omitempty"`
	// Nonce is the account's next nonce when the wallet was asked.
	Nonce uint64 `json:"nonce,omitempty"`
	// Block is the newest block when the wallet was asked: a search starts there.
	Block uint64 `json:"block,omitempty"`
	// Repeated tells that the wallet was asked more than once for it, with the same nonce:
	// a no to the newest question says nothing of what may have left before.
	Repeated bool `json:"repeated,omitempty"`
	// Limit is the gas that it was asked with (cancelTask only).
	Limit uint64 `json:"limit,omitempty"`
	// Amount is what was asked to be approved, in CNX base units (approve only).
	Amount uint256.Int `json:"amount,omitzero"`
	// Hash is zero until the wallet answered or a search found it.
	Hash common.Hash `json:"hash,omitzero"`
	// Raw is the signed transaction, where it was signed in this page: sent again as it is.
	Raw Bytes `json:"raw,omitempty"`
	// Price is what Raw pays for each unit of gas at most, and Tip the part of it for
	// the block's maker, in wei.
	Price uint256.Int `json:"price,omitzero"`
	Tip   uint256.Int `json:"tip,omitzero"`
	// Mined is the block of the receipt, 0 = not mined, and In its hash: the number alone
	// says nothing after a reorganisation.
	Mined uint64      `json:"mined,omitempty"`
	In    common.Hash `json:"in,omitzero"`
	// Last is the part of Gas that this receipt tells.
	Last uint256.Int `json:"last,omitzero"`
	// Gas is what was paid for gas, in wei, tries that failed included.
	Gas uint256.Int `json:"gas,omitzero"`
	// Fee is the CNX that moved to the Task contract (createTask only).
	Fee uint256.Int `json:"fee,omitzero"`
}

// Outcome is what the chain said of the task.
type Outcome struct {
	Success bool `json:"success,omitempty"`
	// Result are the result bytes of TaskSuccess: 8 bytes of pHash an image, or a SHA-256 (protocol.md A.4), as a byte string.
	// After a reorganisation they may be there without Success: the files that are here were compared with them.
	Result Bytes          `json:"result,omitempty"`
	Node   common.Address `json:"node,omitzero"`
	Tx     common.Hash    `json:"tx,omitzero"`
	Block  uint64         `json:"block,omitempty"`
	// Published tells that the chain shows the upload of the results (protocol.md A.7).
	Published bool `json:"published,omitempty"`
	// PublishedIn and AbortedIn are the blocks that told it; 0 = none, or not known.
	PublishedIn uint64 `json:"publishedIn,omitempty"`
	AbortedIn   uint64 `json:"abortedIn,omitempty"`
	// Reason is the text of TaskAborted; empty while there was none.
	Reason string `json:"reason,omitempty"`
	// Returned is the CNX that came back in the aborting transaction.
	Returned uint256.Int `json:"returned,omitzero"`
}

// File is one result.
type File struct {
	// SHA256 is the key of the bytes in the store; empty = not fetched.
	SHA256   string `json:"sha256,omitempty"`
	Size     int    `json:"size,omitempty"`
	Verified bool   `json:"verified,omitempty"`
	// Gone tells that the person had the bytes removed from this browser.
	Gone bool `json:"gone,omitempty"`
	// Distance is the Hamming distance between the image's hash and the chain's; 0 when verified.
	Distance int `json:"distance,omitempty"`
}

// NextFile is the index of the first file that is not here and verified, or Order.Count.
func (s State) NextFile() int {
	for i := range s.Order.Count {
		if !s.Files[i].Verified {
			return i
		}
	}
	return s.Order.Count
}

// Asks reports whether the Relay is asked for results now: the chain shows them, or
// the person did not want to wait for that.
func (s State) Asks() bool { return s.Phase == Fetching && (s.Outcome.Published || s.Eager) }

// Queued orders the jobs that wait to be paid: the smallest comes first.
func (s State) Queued() int64 {
	if s.Place != 0 {
		return s.Place
	}
	return s.Marks.Submitted
}

// Unpaid reports whether nothing was ever asked for that could pay for the task: then
// the job can be taken away.
func (s State) Unpaid() bool { return s.TaskID == 0 && s.Create.Asked == 0 }

// Unsettled reports whether the task is paid for and nothing is agreed on yet: its fee
// may have to be claimed back, and that costs gas.
func (s State) Unsettled() bool { return s.TaskID != 0 && !s.Outcome.Success && s.Phase != Aborted }

// Verified reports whether every file is here and matches the chain.
func (s State) Verified() bool { return s.Phase == Done && s.NextFile() == s.Order.Count }

// Waiting tells whom the job waits for now.
func (s State) Waiting() Party {
	if s.Imported != 0 {
		return Nobody
	}
	if s.Paused && s.Phase == Checking {
		return Person
	}
	switch s.Phase {
	case Draft, Failed, Aborted:
		return Person
	case Checking, ApprovalPending, CreatePending, CancelChecking, CancelPending:
		return Chain
	case AwaitApproval, AwaitCreate, AwaitCancel:
		return Wallet
	case Uploading:
		return Relay
	case Running:
		return Nodes
	case Fetching:
		if !s.Asks() {
			return Nodes
		}
		return Relay
	}
	return Nobody
}
