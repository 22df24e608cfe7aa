package view

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// tasksText says for how many tasks a balance is enough.
func tasksText(balance, fee uint256.Int) string {
	if fee.IsZero() {
		return ""
	}
	n := new(uint256.Int).Div(&balance, &fee)
	switch {
	case n.IsZero():
		return "not enough for a task"
	case !n.IsUint64() || n.Uint64() > 9999:
		return "enough for thousands of tasks"
	}
	return "enough for " + counted(int(n.Uint64()), "task")
}

// counted is a number of things; the plural of what ends in s.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// million in base units of the token.
var million = new(uint256.Int).Mul(uint256.NewInt(1e6), uint256.NewInt(1e18))

// brief is an amount of CNX where there is little room; large ones lose their tail.
func brief(v uint256.Int) string {
	if v.Lt(million) {
		return job.Decimal(v, 2) + " CNX"
	}
	millions := new(uint256.Int).Div(&v, uint256.NewInt(1e6))
	if !v.Lt(new(uint256.Int).Mul(million, uint256.NewInt(1e6))) {
		return "> 1 trillion CNX"
	}
	return job.Decimal(*millions, 1) + " million CNX"
}

// coin is the name of what gas is paid in.
func coin(n Network) string {
	if n.Coin == "" {
		return "coins"
	}
	return n.Coin
}

// short is an address as people compare it: the first and the last digits.
func short(address string) string {
	if len(address) < 12 {
		return address
	}
	return address[:6] + "…" + address[len(address)-4:]
}

func known(ok bool, text string) string {
	if !ok {
		return "…"
	}
	return text
}

// seconds writes a time as a person says it.
func seconds(millis int64) string {
	switch s := (millis + 500) / 1000; {
	case s < 1:
		return "under 1 s"
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
	}
}

// phrase names where a job is, for its card and for screen readers.
func phrase(s job.State) string {
	if ours, _ := pursePhrase(s); ours != "" {
		return ours
	}
	if s.Paused && s.Phase == job.Checking {
		return "Paused"
	}
	switch s.Phase {
	case job.Checking:
		return "Checking balances and nodes"
	case job.AwaitApproval:
		return "Confirm the approval in your wallet"
	case job.ApprovalPending:
		return "Waiting for the approval to be mined"
	case job.AwaitCreate:
		return "Confirm the payment in your wallet"
	case job.CreatePending:
		return "Waiting for the payment to be mined"
	case job.CancelChecking:
		return "Looking whether the fee can be claimed back"
	case job.AwaitCancel:
		return "Confirm the claim in your wallet"
	case job.CancelPending:
		return "Waiting for the claim to be mined"
	case job.Uploading:
		return "Sending the task; sign in your wallet when asked"
	case job.Running:
		return "The nodes are at work"
	case job.Fetching:
		if !s.Asks() {
			return "The nodes have agreed and deliver the result"
		}
		return fetching(s) + "; sign in your wallet when asked"
	case job.Done:
		return "Done, the result is here"
	case job.Aborted:
		return "Ended by the network"
	case job.Failed:
		return "Stopped"
	}
	return ""
}

func fetching(s job.State) string {
	if s.Order.Count == 1 {
		return "Fetching the result"
	}
	return fmt.Sprintf("Fetching result %d of %d", min(s.NextFile()+1, s.Order.Count), s.Order.Count)
}

// meaning says in a sentence what a phase is for and what it costs.
func meaning(s job.State) string {
	if s.Paused {
		return notPaid(s) + " It is paid when you let it go on."
	}
	if _, ours := pursePhrase(s); ours != "" {
		return ours
	}
	switch s.Phase {
	case job.Checking:
		return "Nothing is asked of you or charged before this is done."
	case job.AwaitApproval:
		return approving(s)
	case job.ApprovalPending:
		return "The payment comes next."
	case job.AwaitCreate:
		return fmt.Sprintf("It pays %s and gas. Then three nodes are drawn for the task.", job.CNX(s.Order.Fee))
	case job.CreatePending:
		return "From here on the task goes on even if you close this page."
	case job.CancelChecking:
		return "Nothing is asked of you or charged before this is done."
	case job.AwaitCancel:
		return fmt.Sprintf("It ends the task, and the contract gives %s back. This step costs only gas.", job.CNX(s.Held()))
	case job.CancelPending:
		return "If a node ends the task first, the fee comes back all the same."
	case job.Uploading:
		return "The signature shows the Relay that the task is yours. It costs nothing."
	case job.Running:
		return "You may leave: the task goes on, and this page picks it up when you are back."
	case job.Fetching:
		if !s.Asks() {
			return "This takes a moment."
		}
		return "The Relay hands each result out against a signature of yours. It costs nothing."
	}
	return ""
}

// notPaid says what a job that waits to be paid has cost.
func notPaid(s job.State) string {
	pending := s.Phase == job.AwaitApproval || s.Phase == job.ApprovalPending
	if gas := s.Gas(); !pending && gas.IsZero() {
		return "Nothing was charged."
	}
	return "No CNX was charged, only gas."
}

// nameLength is how many letters of a prompt a file name takes.
const nameLength = 40

// fileName is what a downloaded result is called: readable, safe in every file system.
func fileName(s job.State, index int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s.Order.Title) {
		switch {
		case b.Len() >= nameLength:
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		name = "crynux"
	}
	if s.Order.Kind == task.GPT {
		return fmt.Sprintf("%s-task%d.json", name, s.TaskID)
	}
	return fmt.Sprintf("%s-task%d-%d.png", name, s.TaskID, index+1)
}
