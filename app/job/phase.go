package job

// Phase is where a job stands. A phase says what the job waits for; Party says
// for whom. The text of a phase is part of the stored record and never changes.
type Phase string

// The phases in the order a job passes them (design of the job machine).
const (
	// Draft holds arguments that nobody has asked to run yet. Waits for the person.
	Draft Phase = "draft"
	// Checking reads balances, allowance, free nodes and gas from the chain.
	Checking Phase = "checking"
	// AwaitApproval waits for the wallet to send ERC-20 approve.
	AwaitApproval Phase = "await-approval"
	// ApprovalPending waits for approve to be mined.
	ApprovalPending Phase = "approval-pending"
	// AwaitCreate waits for the wallet to send createTask.
	AwaitCreate Phase = "await-create"
	// CreatePending waits for createTask to be mined.
	CreatePending Phase = "create-pending"
	// Uploading brings the arguments to the Relay in a signed request.
	Uploading Phase = "uploading"
	// Running waits for the nodes: TaskSuccess or TaskAborted.
	Running Phase = "running"
	// Fetching waits for the upload of the results, then fetches and verifies each.
	Fetching Phase = "fetching"
	// CancelChecking reads what a cancel would cost, and whether there is still something to cancel.
	CancelChecking Phase = "cancel-checking"
	// AwaitCancel waits for the wallet to send cancelTask.
	AwaitCancel Phase = "await-cancel"
	// CancelPending waits for cancelTask to be mined, and for the chain to say how the task ended.
	CancelPending Phase = "cancel-pending"
	// Done has every file, each verified against the chain. Final.
	Done Phase = "done"
	// Aborted was ended by the chain (TaskAborted). The person may order again.
	Aborted Phase = "aborted"
	// Failed stopped with a Fault; State.From says in which phase. The person may retry.
	Failed Phase = "failed"
)

// Party is whom a job waits for.
type Party string

// The parties of one task.
const (
	Nobody Party = ""
	Person Party = "you"
	Wallet Party = "your wallet"
	Chain  Party = "the blockchain"
	Relay  Party = "the Relay"
	Nodes  Party = "the nodes"
)

// Ended reports whether nothing more happens by itself in this phase.
func (p Phase) Ended() bool { return p == Done || p == Aborted || p == Failed }

// known reports whether this is one of the phases above.
func (p Phase) known() bool {
	switch p {
	case Draft, Checking, AwaitApproval, ApprovalPending, AwaitCreate, CreatePending, Uploading, Running, Fetching,
		CancelChecking, AwaitCancel, CancelPending, Done, Aborted, Failed:
		return true
	}
	return false
}

// Cancelling reports whether the fee is being claimed back.
func (p Phase) Cancelling() bool {
	return p == CancelChecking || p == AwaitCancel || p == CancelPending
}

// sent is the phase that follows when the wallet has sent what it was asked for.
func (p Phase) sent() Phase {
	switch p {
	case AwaitApproval:
		return ApprovalPending
	case AwaitCancel:
		return CancelPending
	}
	return CreatePending
}

// Paying reports whether a transaction of the job may be on its way or mined:
// from here on the job must never be only in memory.
func (p Phase) Paying() bool {
	switch p {
	case Draft, Checking:
		return false
	}
	return true
}
