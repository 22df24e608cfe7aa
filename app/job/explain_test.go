package job_test

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
)

// TestEveryReasonHasWordsOfItsOwn: what the contracts say to who creates tasks
// (protocol.md A.2, A.3, A.6), and why nodes do not take a transaction.
func TestEveryReasonHasWordsOfItsOwn(t *testing.T) {
	// Reasons of one line mean the same to a person.
	same := [][]string{
		{"Not enough allowance for task", "ERC20: insufficient allowance"},
		{"Not enough tokens for task", "ERC20: transfer amount exceeds balance"},
		{"No kind of gpu vram meets condition", "No available nodes of such vram"},
		{"No kind of gpu id meets condition", "No available nodes of such gpu id"},
		{"No available nodes"},
		{"Node is not available", "Illegal node status"},
		{"Invalid task type"},
		{"Task fee payment failed"},
		{"Not called by the task contract"},
		{"ERC20: approve to the zero address", "ERC20: transfer to the zero address"},
		{"Task not exist"},
		{"Unauthorized to cancel task"},
		{"Task has not exceeded the deadline yet"},
		{"It needed more gas than it was given."},
		{"the gas limit is too low"},
		{"the gas limit is higher than a block allows"},
		{"the transaction was signed for another chain"},
		{""},
		{"nobody has heard this before"},
	}
	seen := map[string]string{}
	for _, reasons := range same {
		for _, reason := range reasons {
			for _, code := range []job.Code{job.TxReverted, job.TxRefused} {
				p := job.Explain(job.State{Phase: job.Failed, From: job.AwaitCreate, Fault: job.Fault{Code: code, Reason: reason}})
				detail := strings.TrimSuffix(p.Detail, " Nothing was charged.")
				if p.Title == "" || detail == "" || p.Remedy == "" || p.Retry == "" {
					t.Errorf("%q: %+v", reason, p)
				}
				if other, ok := seen[detail]; ok && other != reasons[0] {
					t.Errorf("%q is explained like %q: %s", reason, other, detail)
				}
				seen[detail] = reasons[0]
				known := reason != "" && reason != "nobody has heard this before"
				if known == (strings.HasPrefix(detail, "It said:") || strings.HasPrefix(detail, "It gave no reason")) {
					t.Errorf("%q: %s", reason, detail)
				}
			}
		}
	}
}

// TestEveryAbortHasWords: the three reasons of protocol.md A.7, and one that is new.
func TestEveryAbortHasWords(t *testing.T) {
	seen := map[string]bool{}
	for _, reason := range []string{"Task error reported", "Task result illegal", "Task Cancelled", "a later generation's reason"} {
		p := job.Explain(job.State{Phase: job.Aborted, Outcome: job.Outcome{Reason: reason}})
		if p.Title == "" || p.Remedy == "" || seen[p.Detail] {
			t.Errorf("%q: %+v", reason, p)
		}
		seen[p.Detail] = true
	}
}
