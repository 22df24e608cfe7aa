package job

import "github.com/holiman/uint256"

// Effect is something the runner is to do. Its outcome comes back as an event.
// Watching the chain is no effect: the runner watches for every job whose phase waits for it.
type Effect interface{ effect() }

type (
	// Check reads the Quote. Answers Checked or Met.
	Check struct{}
	// Broadcast sends a signed transaction, perhaps not for the first time. Answers Sent or Met.
	Broadcast struct{ Raw Bytes }
	// Resend sends a signed transaction that was mined once, and is not any more. No
	// answer: it is waited for as before.
	Resend struct{ Raw Bytes }
	// Hasten signs the transaction that waits once more, at a higher price and the same
	// nonce: of the two only one can be mined. Answers Signed or Met.
	Hasten struct{}
	// AskApprove has the wallet send approve(Task, Amount). Answers Sent, NotAsked or Met.
	AskApprove struct{ Amount uint256.Int }
	// AskCreate has the wallet send createTask with this gas limit. Answers Sent, NotAsked or Met.
	AskCreate struct{ Gas uint64 }
	// CheckCancel reads what it costs to claim the fee back, and whether it still can be.
	// This effect and all others of the phases that claim the fee back answer inside OfCancel.
	// Answers CancelChecked, Moot or Met.
	CheckCancel struct{}
	// AskCancel has the wallet send cancelTask with this gas limit. Answers Sent, Signed, NotAsked or Met.
	AskCancel struct{ Gas uint64 }
	// Search looks for a transaction that may have left. Answers Sent, Replaced, NotSent or Met.
	Search struct{ Tx Tx }
	// Upload signs the arguments and brings them to the Relay. Answers Uploaded or Met.
	Upload struct{}
	// Fetch signs for, fetches, stores and checks one result. Answers Fetched or Met.
	Fetch struct{ Index int }
	// Wait lets Millis milliseconds pass. Answers Woke.
	Wait struct{ Millis int64 }
)

func (Check) effect()       {}
func (Broadcast) effect()   {}
func (Resend) effect()      {}
func (Hasten) effect()      {}
func (AskApprove) effect()  {}
func (AskCreate) effect()   {}
func (CheckCancel) effect() {}
func (AskCancel) effect()   {}
func (Search) effect()      {}
func (Upload) effect()      {}
func (Fetch) effect()       {}
func (Wait) effect()        {}
