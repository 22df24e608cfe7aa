package job_test

import (
	"testing"

	"crynux-dapp/app/job"
)

func TestLeavable(t *testing.T) {
	byPurse := to(t, job.AwaitCreate)
	byPurse.Order.Hand = job.ByTaskWallet
	published, _ := drive(to(t, job.Fetching), job.Published{})
	for name, tt := range map[string]struct {
		s    job.State
		want bool
	}{
		"the wallet is asked for its network": {submitted(), true},
		"for the approval":                    {to(t, job.AwaitApproval), true},
		"for the payment":                     {to(t, job.AwaitCreate), true},
		"for the arguments":                   {to(t, job.Uploading), true},
		"for a result":                        {published, true},
		"the task wallet is no person":        {byPurse, false},
		"nor is the chain":                    {to(t, job.CreatePending), false},
		"nor are the nodes":                   {to(t, job.Running), false},
		"that still have to deliver":          {to(t, job.Fetching), false},
		"finished":                            {to(t, job.Done), false},
	} {
		if got := tt.s.Leavable(); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPaymentThatMayHaveLeftIsLookedForFirst(t *testing.T) {
	asked := to(t, job.AwaitCreate)
	s, effects := drive(asked, job.Met{At: 50, Fault: job.Fault{Code: job.WalletSilent}}, job.Retry{At: 51})
	if len(effects) != 1 || effects[0] != (job.Search{Tx: asked.Create}) || s.Create != asked.Create {
		t.Errorf("effects %v, transaction %+v", effects, s.Create)
	}
}
