package job_test

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
)

func TestExplainPurseSaysWhatItCost(t *testing.T) {
	for charge, want := range map[job.Charge]string{
		job.ChargedNothing:  "Nothing was charged.",
		job.ChargedGas:      "Only gas was charged.",
		job.ChargedPerhaps:  "It is not certain whether the transfer left your wallet.",
		job.ChargedCNX:      "The CNX were sent, for a little gas. The coins for gas are still in the task wallet.",
		job.ChargedGasCoins: "The coins for gas have arrived. No CNX was sent.",
	} {
		for _, code := range job.Codes() {
			p := job.ExplainPurse(job.Fault{Code: code}, charge)
			if p.Title == "" || !strings.Contains(p.Detail, want) {
				t.Errorf("%s: %+v does not say %q", code, p, want)
			}
		}
	}
	p := job.ExplainPurse(job.Fault{Code: job.TxReverted, Reason: "Out of funds."}, job.ChargedGas)
	if p.Title != "The transfer failed" || p.Detail != "Out of funds. Only gas was charged." {
		t.Errorf("%+v", p)
	}
}
