package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

const (
	tickEvery = time.Second
	toastFor  = 3 * time.Second
)

// tasksText says for how many tasks a balance is enough.
func tasksText(balance, fee uint256.Int) string {
	if fee.IsZero() {
		return ""
	}
	n := new(uint256.Int).Div(&balance, &fee)
	switch {
	case !n.IsUint64() || n.Uint64() > 9999:
		return "enough for thousands of tasks"
	case n.Uint64() == 1:
		return "enough for 1 task"
	}
	return fmt.Sprintf("enough for %d tasks", n.Uint64())
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
	default:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
}

// phrase names where a job is, for its card and for screen readers.
func phrase(s job.State) string {
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
	case job.Uploading:
		return "Handing the arguments to the Relay; sign in your wallet when asked"
	case job.Running:
		return "The nodes are at work"
	case job.Fetching:
		if !s.Outcome.Published {
			return "The nodes have agreed; waiting for the results to be delivered"
		}
		return fmt.Sprintf("Fetching result %d of %d; sign in your wallet when asked", min(s.NextFile()+1, s.Order.Count), s.Order.Count)
	case job.Done:
		return "Done"
	case job.Aborted:
		return "Ended by the network"
	case job.Failed:
		return "Stopped"
	}
	return ""
}

// fileName is what a downloaded result is called: readable, safe in every file system.
func fileName(s job.State, index int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s.Order.Title) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		name = "crynux"
	}
	ext := "png"
	if s.Order.Kind != 0 {
		ext = "json"
	}
	return fmt.Sprintf("%s-task%d-%d.%s", name, s.TaskID, index+1, ext)
}
