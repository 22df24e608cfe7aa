package chain

// Revert is a reason that a known contract gives for refusing a call, word for
// word (protocol.md A.2–A.6). It is a target for errors.Is.
type Revert string

// Error returns the reason.
func (r Revert) Error() string { return string(r) }

// Reasons a creator of tasks can meet.
const (
	RevertTaskType     Revert = "Invalid task type"
	RevertTokens       Revert = "Not enough tokens for task"
	RevertAllowance    Revert = "Not enough allowance for task"
	RevertNoNodes      Revert = "No available nodes"
	RevertNoVRAM       Revert = "No kind of gpu vram meets condition"
	RevertNoGPU        Revert = "No kind of gpu id meets condition"
	RevertNoTask       Revert = "Task not exist" // also: finished and deleted
	RevertCancelRight  Revert = "Unauthorized to cancel task"
	RevertCancelEarly  Revert = "Task has not exceeded the deadline yet"
	RevertNotLinked    Revert = "Not called by the task contract" // the network's owner has not finished its setup
	RevertERC20Balance Revert = "ERC20: transfer amount exceeds balance"
	RevertERC20Allowed Revert = "ERC20: insufficient allowance"
	RevertERC20Spender Revert = "ERC20: approve to the zero address"
)
