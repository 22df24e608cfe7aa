//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"math/big"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// withheld is a world in which the endpoint takes a payment and nobody knows of it.
type withheld struct {
	*world
	g      *page
	at     *devchain.Endpoint // of page and wallet
	direct bool               // the connected wallet pays, not the task wallet
	payer  common.Address
	native uint256.Int // what payer had before the job
	id     string
	nonce  uint64               // that the wallet takes next; 0 = what the page says
	late   []*types.Transaction // that a reorganisation took away, and that come back when they appear
}

// through is the chain as a wallet sees it through an endpoint.
type through struct {
	*devchain.Chain
	client *ethclient.Client
}

func (t through) Client() *ethclient.Client { return t.client }

// keeps is what the endpoint does with what is sent to it: it takes it and tells nobody.
var keeps = devchain.RPCFaults{Withhold: true, Retain: true}

func beginWithheld(t *testing.T, direct bool) *withheld {
	w := &withheld{world: begin(t, setup{gpus: manyNodes(12)}), direct: direct}
	w.at = w.lying()
	if !direct {
		p := w.person(coins(1), coins(1000), devchain.WalletModern)
		w.vault = &keyRoom{w: w.world}
		w.g = w.open(p)
		w.g.purse()
		w.payer = w.g.fund(2).Address
	} else {
		server := httptest.NewServer(w.at)
		t.Cleanup(server.Close)
		client, err := ethclient.DialContext(t.Context(), server.URL)
		w.must(err)
		t.Cleanup(client.Close)
		p := w.rich()
		p.ReplaceChain(through{w.chain, client})
		w.g, w.payer = w.open(p), p.account
		w.approve(p, coins(90)) // of earlier times: nothing but the page keeps the task from being paid twice
		w.dearer()
	}
	w.must(w.chain.Mine(6)) // what is of earlier times stays
	w.native, _ = w.holds(w.payer)
	return w
}

// dearer makes each transaction of the wallet pay more for gas than the one before, as
// wallets do when they are asked again: it is another transaction then.
func (w *withheld) dearer() {
	price := int64(2e9)
	site := w.g.conn.site
	w.g.conn.stand(func(ctx context.Context, method string, params any, ask asking) (json.RawMessage, error) {
		if method != "eth_sendTransaction" {
			return ask()
		}
		text, err := json.Marshal(params)
		w.must(err)
		var list []map[string]any
		w.must(json.Unmarshal(text, &list))
		price += price / 4
		list[0]["gasPrice"] = "0x" + big.NewInt(price).Text(16)
		if w.nonce != 0 {
			list[0]["nonce"] = hexutil.EncodeUint64(w.nonce)
			w.nonce++
		}
		return site.Request(ctx, method, list)
	})
}

// job is the one that is paid.
func (w *withheld) job() job.State {
	return w.g.when(w.id, "is there", func(job.State) bool { return true })
}

// order orders the task while the chain stands still, with the task wallet's approval
// mined, and waits until its payment was sent to the endpoint that keeps it.
func (w *withheld) order() {
	w.Helper()
	w.chain.Pause()
	if !w.direct {
		w.id = w.g.order(task.SD, sd(w.T, 1))
		w.g.reaches(w.id, job.ApprovalPending)
		w.at.SetFaults(keeps)
		w.must(w.chain.Mine(1))
	} else {
		w.at.SetFaults(keeps)
		w.id = w.g.order(task.SD, sd(w.T, 1))
	}
	w.chain.Resume()
}

// lose orders the task, brings it somewhere with its payment mined, and takes the blocks
// from the payment on away: everybody forgets its transactions, and those that the page
// sends again are kept.
func (w *withheld) lose(bring func()) {
	w.Helper()
	w.id = w.g.order(task.SD, sd(w.T, 1))
	bring()
	w.chain.Pause()
	w.at.SetFaults(keeps)
	for _, hash := range []common.Hash{w.job().Create.Hash, w.job().Cancel.Hash} {
		if tx, _, err := w.chain.Client().TransactionByHash(w.Context(), hash); err == nil {
			w.late = append(w.late, tx)
		}
	}
	w.must(w.chain.Reorg(w.age(w.payer), devchain.Dropped))
	w.nodes.SetFaults(devrelay.NodeFaults{})
	w.relay.SetFaults(devrelay.Faults{})
	w.chain.Resume()
	w.g.when(w.id, "is not paid any more", func(s job.State) bool { return s.TaskID == 0 })
}

// appears lets everything go that was kept.
func (w *withheld) appears() {
	w.at.SetFaults(devchain.RPCFaults{})
	for _, tx := range w.late {
		_ = w.chain.Client().SendTransaction(w.Context(), tx) // unless its place is taken
	}
}

// mined waits until a task of the payer is on the chain.
func (w *withheld) mined() {
	w.Helper()
	w.until("the payment is mined", func() bool { return w.created(w.payer) > 0 })
}

// clicks does all that a page offers for a job in any phase.
func (w *withheld) clicks() {
	at := w.chain.Clock().Now().UnixMilli()
	for _, e := range []job.Event{job.Retry{At: at}, job.SpeedUp{At: at}, job.Cancel{At: at}, job.AskRelay{At: at}, job.Pause{At: at}, job.GoOn{At: at}} {
		w.g.Send(w.id, e)
	}
	w.g.Leave(w.id)
	w.g.Remove(w.id)
	w.g.GoOnQueue()
}

// reload opens the page anew.
func (w *withheld) reload() {
	w.Helper()
	if !w.direct {
		w.g = w.g.again()
		w.g.purse()
		return
	}
	w.g.close()
	w.g = w.reopen(w.g.person, onDisk(w.g.store.disk))
	w.g.connect()
	w.dearer()
}

// fails waits until a job that the wallet pays is given up. The task wallet's are not:
// their bytes are sent again.
func (w *withheld) fails() {
	w.Helper()
	if w.direct {
		w.g.reaches(w.id, job.Failed)
	}
}

// asksAgain has the page ask the wallet once more, with the prompt open.
func (w *withheld) asksAgain() devchain.Prompt {
	w.Helper()
	w.fails()
	w.g.person.Answer("eth_sendTransaction", devchain.Ask)
	w.g.retry(w.id)
	open, err := w.g.person.AwaitPrompt(w.Context(), "eth_sendTransaction")
	w.must(err)
	return open
}

// goesOn clicks on whatever lets the job go on, until it is paid.
func (w *withheld) goesOn() {
	w.Helper()
	for s := w.job(); s.TaskID == 0; {
		switch {
		case s.Paused:
			w.g.goOn(w.id)
		case s.Phase == job.Failed:
			w.g.retry(w.id)
		}
		was := s
		s = w.g.when(w.id, "goes on", func(s job.State) bool {
			return s.TaskID != 0 || s.Paused || s.Phase == job.Failed && s.Since != was.Since
		})
	}
}

// TestWithheldPaymentAndARetry: the endpoint takes a createTask and nobody knows of it,
// and the person does what a person does: clicks on everything that is offered, loads
// the page anew, tries again. Whenever it appears in the end, the task is paid once, and
// the ledger equals the chain.
//
// Before its approval is mined a job has sent no createTask, so nothing of it can be
// withheld in checking, await-approval and approval-pending. Once createTask is mined it
// can be withheld only where a reorganisation has taken it away.
func TestWithheldPaymentAndARetry(t *testing.T) {
	silent := devrelay.NodeFaults{Silent: true}
	phases := []struct {
		name  string
		reach func(w *withheld)
	}{
		{"await create", func(w *withheld) { // it was sent, and the page does not know
			if w.direct {
				w.g.conn.silent(w.world, "eth_sendTransaction", true)
				w.order()
				w.g.reaches(w.id, job.AwaitCreate)
				w.until("it is asked", func() bool { return w.g.person.asked("eth_sendTransaction") > 0 })
				w.g.Leave(w.id)
				w.g.stops(w.id, job.WalletSilent)
				w.dearer()
				return
			}
			w.g.store.crash = func(s job.State) crash {
				if s.Phase == job.CreatePending {
					return crashBefore
				}
				return goOn
			}
			w.order()
			w.g.crashes()
			w.reload()
			w.g.reaches(w.id, job.CreatePending)
		}},
		{"create pending", func(w *withheld) {
			w.order()
			w.g.reaches(w.id, job.CreatePending)
		}},
		{"uploading", func(w *withheld) {
			w.lose(func() {
				w.relay.SetFaults(devrelay.Faults{Down: true})
				w.g.reaches(w.id, job.Uploading)
			})
		}},
		{"running", func(w *withheld) {
			w.nodes.SetFaults(silent)
			w.lose(func() { w.g.reaches(w.id, job.Running) })
		}},
		{"fetching", func(w *withheld) {
			w.nodes.SetFaults(devrelay.NodeFaults{LateResults: 1e11})
			w.lose(func() { w.g.reaches(w.id, job.Fetching) })
		}},
		{"done", func(w *withheld) { w.lose(func() { w.g.finish(w.id) }) }},
		{"await cancel", func(w *withheld) { // for the task wallet it is over at once
			w.nodes.SetFaults(silent)
			w.lose(func() {
				w.g.reaches(w.id, job.Running)
				w.g.expire(w.id)
				w.chain.Pause()
				w.g.person.Answer("eth_sendTransaction", devchain.Ask)
				w.g.claim(w.id)
				w.g.when(w.id, "claims", func(s job.State) bool { return s.Cancel.Asked != 0 })
			})
			if w.direct { // its task is nobody's now; the person says yes all the same
				open, err := w.g.person.AwaitPrompt(w.Context(), "eth_sendTransaction")
				w.must(err)
				w.must(w.g.person.Decide(open.ID, devchain.Approve))
			}
		}},
		{"cancel pending", func(w *withheld) {
			w.nodes.SetFaults(silent)
			w.lose(func() {
				w.g.reaches(w.id, job.Running)
				w.g.expire(w.id)
				w.chain.Pause()
				w.g.claim(w.id)
				w.g.reaches(w.id, job.CancelPending)
			})
		}},
		{"cancelled", func(w *withheld) {
			w.nodes.SetFaults(silent)
			w.lose(func() {
				w.g.reaches(w.id, job.Running)
				w.g.expire(w.id)
				w.g.claim(w.id)
				w.g.reaches(w.id, job.Aborted)
			})
		}},
	}
	moments := []struct { // the last three are those of a wallet that asks
		name string
		does func(w *withheld)
	}{
		{"at once", func(w *withheld) { w.clicks(); w.appears() }},
		{"after a reload", func(w *withheld) { w.reload(); w.clicks(); w.appears(); w.clicks() }},
		{"after another was mined in its place", func(w *withheld) {
			w.fails()
			w.at.SetFaults(devchain.RPCFaults{Retain: true})
			if w.clicks(); w.direct {
				w.goesOn()
			}
			w.mined()
			w.appears()
		}},
		{"after it was given up", func(w *withheld) { w.fails(); w.appears(); w.mined() }},
		{"while the wallet asks again, and the person says no", func(w *withheld) {
			open := w.asksAgain()
			w.appears()
			w.mined()
			w.must(w.g.person.Decide(open.ID, devchain.Reject))
			s := w.g.stops(w.id, job.Rejected)
			w.g.Remove(w.id) // it may be paid: it stays
			if p := job.Explain(s); s.Unpaid() || !strings.Contains(p.Detail, "not certain") {
				w.Errorf("it says %+v", p)
			}
		}},
		{"while the wallet asks again, and the person says yes", func(w *withheld) {
			open := w.asksAgain()
			w.appears()
			w.mined()
			w.must(w.g.person.Decide(open.ID, devchain.Approve))
		}},
	}
	for i, phase := range phases {
		for _, direct := range []bool{false, true} {
			for j, moment := range moments {
				take := len(moments)
				if !direct {
					take -= 3
				}
				// What follows a reorganisation is the same in each phase: there the
				// moments take turns.
				if j >= take || i > 1 && j != i%take {
					continue
				}
				name := phase.name + ", task wallet, " + moment.name
				if direct {
					name = phase.name + ", connected wallet, " + moment.name
				}
				t.Run(name, func(t *testing.T) {
					w := beginWithheld(t, direct)
					phase.reach(w)
					moment.does(w)
					w.goesOn()
					end := w.g.ends(w.id)
					w.g.balanced(w.payer, w.native)
					w.must(w.chain.Mine(2))
					w.g.balanced(w.payer, w.native)
					if n := w.created(w.payer); n != 1 {
						t.Errorf("%d tasks", n)
					}
					s, _ := w.g.now()
					if paid := s.Jobs[0].Create.Fee; len(s.Jobs) != 1 || paid != cnx(30) {
						t.Errorf("%d jobs, %s paid; it ends with a %s", len(s.Jobs), job.CNX(paid), end)
					}
				})
			}
		}
	}
}

// TestWithheldPaymentOfAWalletThatCounts: it takes the next number for each request,
// whatever the page says, so that both are mined. The approval was for one: the second
// fails, and the page finds the first.
func TestWithheldPaymentOfAWalletThatCounts(t *testing.T) {
	w := beginWithheld(t, true)
	w.approve(w.g.person, coins(30))
	w.native, _ = w.holds(w.payer)
	w.nonce = w.sent(w.payer)
	w.order()
	w.g.stops(w.id, job.TxDropped)
	w.at.SetFaults(devchain.RPCFaults{Retain: true})
	w.g.retry(w.id)
	w.g.reaches(w.id, job.CreatePending)
	w.appears()
	s := w.g.finish(w.id)
	if n, sent := w.created(w.payer), w.sent(w.payer); n != 1 || sent != w.nonce || s.Reorgs != 0 {
		t.Errorf("%d tasks, %d transactions of %d", n, sent, w.nonce)
	}
	w.g.balanced(w.payer, w.native)
}

// TestPaymentThatIsFoundLateMissesNothing: the chain forgets a payment, the person speeds
// it up, and the first one is mined all the same, while the page cannot ask. The Relay
// still has the arguments, so the nodes have agreed before the page finds out.
func TestPaymentThatIsFoundLateMissesNothing(t *testing.T) {
	w := beginWithheld(t, false)
	w.lose(func() { w.g.finish(w.id) })
	first := w.late[0].Hash()
	w.g.Send(w.id, job.SpeedUp{At: w.chain.Clock().Now().UnixMilli()})
	w.g.when(w.id, "is sped up", func(s job.State) bool { return s.Create.Hash != (common.Hash{}) && s.Create.Hash != first })
	deaf := keeps
	deaf.Down = true
	w.at.SetFaults(deaf)
	w.must(w.chain.Client().SendTransaction(t.Context(), w.late[0]))
	w.mined()
	w.until("the nodes agree", func() bool {
		return len(w.logs(w.net.Contracts.Task, devchain.TaskABI().Events["TaskSuccess"].ID)) > 0
	})
	w.at.SetFaults(keeps)
	w.g.when(w.id, "is found", func(s job.State) bool { return s.Create.Hash == first && s.TaskID != 0 })
	s := w.g.when(w.id, "has heard of the nodes", func(s job.State) bool { return s.Outcome.Success })
	if s.Cancel.Asked != 0 || w.created(w.payer) != 1 {
		t.Errorf("%d tasks; asked to cancel at %d", w.created(w.payer), s.Cancel.Asked)
	}
	w.g.balanced(w.payer, w.native)
}
