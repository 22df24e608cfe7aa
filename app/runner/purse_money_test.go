//go:build !js

package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// manyNodes are enough for some tasks at a time.
func manyNodes(n int) []devrelay.GPU {
	return []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: n}}
}

// wealthy is a page of somebody with today's wallet and a task wallet with money
// for some tasks.
func wealthy(t *testing.T, s setup, tasks uint64) (*world, *page, runner.Purse) {
	t.Helper()
	w := begin(t, s)
	p := w.person(coins(1), coins(1000), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	return w, g, g.fund(tasks)
}

// setFee changes what the contract takes for a task, in CNX.
func (w *world) setFee(perTask int64) {
	w.Helper()
	data, err := devchain.TaskABI().Pack("updateTaskFeePerNode", coins(perTask/3))
	w.must(err)
	_, err = w.chain.Transact(w.Context(), w.chain.Deployer(), w.net.Contracts.Task, nil, data)
	w.must(err)
}

// sent counts the transactions that an account has made.
func (w *world) sent(account common.Address) uint64 {
	w.Helper()
	n, err := w.chain.Client().NonceAt(w.Context(), account, nil)
	w.must(err)
	return n
}

// allowance is what the Task contract may still take.
func (w *world) allowance(owner common.Address) uint256.Int {
	w.Helper()
	data, err := devchain.TokenABI().Pack("allowance", owner, w.net.Contracts.Task)
	w.must(err)
	out, err := w.chain.Client().CallContract(w.Context(), ethereum.CallMsg{To: &w.net.Contracts.Token, Data: data}, nil)
	w.must(err)
	return *new(uint256.Int).SetBytes(out)
}

// beforeSending does something before the n-th transaction that the page sends by
// itself, from now on.
func (g *page) beforeSending(nth int64, do func()) {
	var sent atomic.Int64
	g.http.setBefore(func(_ string, body []byte) []byte {
		if bytes.Contains(body, []byte("eth_sendRawTransaction")) && sent.Add(1) == nth {
			do()
		}
		return nil
	})
}

func TestPurseApprovesOnceForAllConfirmedJobs(t *testing.T) {
	w, g, purse := wealthy(t, setup{gpus: manyNodes(9)}, 3)
	var ids []string
	for range 3 {
		ids = append(ids, g.order(task.SD, sd(t, 1)))
	}
	for _, id := range ids {
		g.finish(id)
	}
	if n := w.sent(purse.Address); n != 4 {
		t.Errorf("%d transactions for three tasks, want one approval and three tasks", n)
	}
	if left := w.allowance(purse.Address); !left.IsZero() {
		t.Errorf("%s may still be taken", job.CNX(left))
	}
}

func TestPurseNeverPaysMoreThanWasQuoted(t *testing.T) {
	w, g, purse := wealthy(t, setup{gpus: manyNodes(9)}, 3)
	g.beforeSending(2, func() { w.setFee(45) }) // after the approval, before createTask
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.TxReverted)
	if _, left := w.holds(purse.Address); left != purse.CNX {
		t.Errorf("%s left of %s", job.CNX(left), job.CNX(purse.CNX))
	}
	if text := job.Explain(s).Detail; !strings.Contains(text, "No CNX was charged, only gas.") {
		t.Error(text)
	}
	w.pays("somebody", 45) // now the chain shows the new price
	g.retry(id)
	s = g.stops(id, job.FeeRaised)
	if label := job.Explain(s).Retry; label != "Pay 45 CNX" {
		t.Error(label)
	}
	g.retry(id)
	if s := g.finish(id); s.Create.Fee != cnx(45) {
		t.Errorf("%s paid", job.CNX(s.Create.Fee))
	}
}

// The allowance of several jobs is the one limit that a raised fee can get behind:
// then the queue stops, and the next job is asked about.
func TestPurseQueuePausesWhenTheContractTookAnotherFee(t *testing.T) {
	w, g, purse := wealthy(t, setup{gpus: manyNodes(9)}, 4)
	g.beforeSending(2, func() { w.setFee(45) })
	first, second := g.order(task.SD, sd(t, 1)), g.order(task.SD, sd(t, 2))
	s := g.stops(second, job.FeeRaised)
	if s.Fault.Need != cnx(45) || s.Fault.Have != cnx(30) {
		t.Errorf("%+v", s.Fault)
	}
	if hint := job.Hint(g.when(first, "is created", func(s job.State) bool { return s.TaskID != 0 })); !strings.Contains(hint, "took 45 CNX, not 30 CNX") {
		t.Errorf("the one that was charged says %q", hint)
	}
	g.until("the page shows the new price", func(s runner.Snapshot) bool { return s.Network.Fee == cnx(45) })
	g.finish(first)
	g.retry(second)
	g.finish(second)
	third := g.order(task.SD, sd(t, 1)) // confirmed at the new price: no question
	if s := g.reaches(third, job.Failed); s.Fault.Code != job.NotEnoughCNX {
		t.Errorf("%+v", s.Fault)
	}
	if _, left := w.holds(purse.Address); left != cnx(120-2*45) {
		t.Errorf("%s left", job.CNX(left))
	}
}

// times multiplies the price of gas that the RPC tells.
func (g *page) gasTimes(n uint64) {
	g.http.setAlter(func(url string, answer []byte) []byte {
		if url != g.w.net.RPC[0] {
			return answer
		}
		return bytes.ReplaceAll(answer, []byte(`"result":"`+g.w.gasPrice()+`"`), fmt.Appendf(nil, `"result":"0x%x"`, n*g.w.gasWei()))
	})
}

func (w *world) gasWei() uint64 {
	w.Helper()
	price, err := w.chain.Client().SuggestGasPrice(w.Context())
	w.must(err)
	return price.Uint64()
}

func (w *world) gasPrice() string { return fmt.Sprintf("0x%x", w.gasWei()) }

func TestPurseAsksBeforeItPaysManyTimesTheConfirmedPriceOfGas(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 20)
	before := w.sent(purse.Address)
	g.gasTimes(4)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.GasPriceRaised)
	problem := job.Explain(s)
	if !strings.Contains(problem.Detail, "asks 4 times what you confirmed. Nothing was sent.") || problem.Retry != "Pay 4 times as much for gas" {
		t.Errorf("%+v", problem)
	}
	if n := w.sent(purse.Address); n != before {
		t.Errorf("%d transactions", n-before)
	}
	g.retry(id)
	g.finish(id)
}

func TestPurseIsFundedOnce(t *testing.T) {
	t.Run("the page is closed after the wallet has sent", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		made := g.purse()
		gone := make(chan struct{})
		g.conn.stand(func(ctx context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			answer, err := ask()
			if method == "eth_sendTransaction" {
				close(gone)
				<-ctx.Done() // the page never hears of it
				return nil, ctx.Err()
			}
			return answer, err
		})
		g.FundPurse(2)
		<-gone
		g.close()

		w.vault = &keyRoom{w: w}
		again := w.reopen(p, onDisk(g.store.disk))
		again.connect()
		again.until("what was sent is shown", func(s runner.Snapshot) bool { return len(s.Purse.Payments) == 1 || !s.Purse.Native.IsZero() })
		again.purse()
		again.until("what was sent has arrived", func(s runner.Snapshot) bool {
			return len(s.Purse.Payments) == 0 && !s.Purse.Native.IsZero() && s.Purse.Step == ""
		})
		native, _ := w.holds(made.Address)
		before := p.asked("eth_sendTransaction")
		again.FundPurse(2)
		again.until("the CNX have arrived", func(s runner.Snapshot) bool { return s.Purse.CNX == cnx(60) && s.Purse.Step == "" })
		if n := p.asked("eth_sendTransaction") - before; n != 1 {
			t.Errorf("the wallet was asked %d times, the coins for gas were there", n)
		}
		if now, _ := w.holds(made.Address); now != native {
			t.Errorf("%s wei, were %s", now.Dec(), native.Dec())
		}
	})
	t.Run("the wallet gives no clear answer", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		g.purse()
		g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			answer, err := ask()
			if method == "eth_sendTransaction" {
				return json.RawMessage(`7`), nil
			}
			return answer, err
		})
		g.FundPurse(1)
		s := g.until("it says so", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.WalletGarbage && s.Purse.Step == "" })
		if text := job.ExplainPurse(s.Purse.Fault, s.Purse.Charge).Detail; !strings.Contains(text, "looked for before anything is sent again") {
			t.Error(text)
		}
		g.conn.stand(nil)
		before := p.asked("eth_sendTransaction")
		g.FundPurse(1) // shows the first
		g.until("it has arrived", func(s runner.Snapshot) bool {
			return s.Purse.Step == "" && !s.Purse.Native.IsZero() && len(s.Purse.Payments) == 0
		})
		if n := p.asked("eth_sendTransaction"); n != before {
			t.Errorf("asked %d times more", n-before)
		}
	})
	t.Run("the CNX are refused", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		g.purse()
		p.Answer("eth_sendTransaction", devchain.Approve, devchain.Reject)
		g.FundPurse(2)
		s := g.until("it says so", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.Rejected && s.Purse.Step == "" })
		if text := job.ExplainPurse(s.Purse.Fault, s.Purse.Charge).Detail; text != "The coins for gas have arrived. No CNX was sent." {
			t.Error(text)
		}
		if plan, err := g.Funding(t.Context(), 2); err != nil || !plan.Native.IsZero() || plan.CNX != cnx(60) {
			t.Errorf("%s wei, %s, %v", plan.Native.Dec(), job.CNX(plan.CNX), err)
		}
	})
	t.Run("the transfer is sped up in the wallet", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		g.purse()
		g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			answer, err := ask()
			if method == "eth_sendTransaction" { // another hash than the one that is mined
				return json.RawMessage(`"0x` + strings.Repeat("7", 64) + `"`), nil
			}
			return answer, err
		})
		if _, tokens := w.holds(g.fund(1).Address); tokens != cnx(30) {
			t.Errorf("%s", job.CNX(tokens))
		}
	})
}

// finishAll waits for the end of jobs; those that find no free nodes are asked for
// again, and those that wait for an answer about a stranger are waited for.
func (g *page) finishAll(ids []string) {
	g.w.Helper()
	for _, id := range ids {
		for {
			s := g.when(id, "has ended", func(s job.State) bool {
				return s.Phase.Ended() && s.Fault.Code != job.PurseForeign
			})
			if s.Phase == job.Done {
				break
			}
			switch s.Fault.Code {
			case job.NoFreeNodes, job.TxReverted:
				g.retry(id)
			default:
				g.w.Fatalf("%s: %s, %+v", id, s.Phase, s.Fault)
			}
		}
	}
}

// orders asks different questions, numbered from first on.
func orders(t *testing.T, g *page, first, n int) (ids []string) {
	t.Helper()
	for i := range n {
		args, err := task.GPTArgs{Model: "gpt2", Seed: int64(first + i), Messages: []task.Message{{Role: "user", Content: "Why?"}}}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, g.order(task.GPT, args))
	}
	return ids
}

// Copies of the page under other paths of one origin have databases of their own, and
// one task wallet: they take turns by its lock.
func TestPurseInTwoCopiesPaysEachJobOnce(t *testing.T) {
	w, one, purse := wealthy(t, setup{gpus: manyNodes(30)}, 6)
	w.vault = &keyRoom{w: w}
	elsewhere := newDisk()
	elsewhere.locks = one.store.locks
	two := w.reopen(one.person, onDisk(elsewhere))
	two.connect()
	two.purse()
	for _, g := range []*page{one, two} {
		go g.mine(make(chan struct{}, 1))
	}
	a, b := orders(t, one, 0, 3), orders(t, two, 3, 3)
	one.finishAll(a)
	two.finishAll(b)
	if n := w.created(purse.Address); n != 6 {
		t.Errorf("%d tasks for six jobs", n)
	}
}

// mine has the person answer, once, that it was them who used the task wallet.
func (g *page) mine(asked chan<- struct{}) {
	for {
		s, changed := g.now()
		if s.Purse.Stranger != "" {
			g.PurseWasMine()
			asked <- struct{}{}
			return
		}
		select {
		case <-changed:
		case <-g.w.Context().Done():
			return
		}
	}
}

// Two browsers know nothing of each other: they may sign for the same nonce, of
// which only one can be mined.
func TestPurseInTwoBrowsersPaysEachJobOnce(t *testing.T) {
	const each = 10
	w, one, purse := wealthy(t, setup{gpus: manyNodes(60)}, 2*each)
	w.vault = &keyRoom{w: w}
	two := w.reopen(one.person, onDisk(newDisk()))
	two.connect()
	two.purse()
	a, b := orders(t, one, 0, each), orders(t, two, each, each)
	alarmed := make(chan struct{}, 2)
	for _, g := range []*page{one, two} {
		go g.mine(alarmed) // the person answers where they are asked
	}
	one.finishAll(a)
	two.finishAll(b)
	if n := w.created(purse.Address); n != 2*each {
		t.Errorf("%d tasks for %d jobs", n, 2*each)
	}
	seen := map[uint64]bool{}
	for _, g := range []*page{one, two} {
		s, _ := g.now()
		for _, j := range s.Jobs {
			if seen[j.TaskID] {
				t.Errorf("task %d belongs to two jobs", j.TaskID)
			}
			seen[j.TaskID] = true
		}
	}
	if len(alarmed) == 0 {
		t.Error("neither has noticed the other")
	}
}

func TestPurseStopsWhenSomebodyElseUsedIt(t *testing.T) {
	w, one, purse := wealthy(t, setup{}, 3)
	w.vault = &keyRoom{w: w}
	two := w.reopen(one.person, onDisk(newDisk()))
	two.connect()
	two.purse()
	one.finish(one.order(task.GPT, gpt(t)))

	two.LockPurse()
	two.until("it is locked", func(s runner.Snapshot) bool { return !s.Purse.Open })
	two.purse()
	s := two.until("it is said at once", func(s runner.Snapshot) bool { return s.Purse.Stranger != "" })
	id := two.order(task.GPT, gpt(t))
	stopped := two.stops(id, job.PurseForeign)
	if !strings.Contains(job.Explain(stopped).Detail, s.Purse.Stranger) {
		t.Errorf("%q does not name %s", job.Explain(stopped).Detail, s.Purse.Stranger)
	}
	if n := w.created(purse.Address); n != 1 {
		t.Errorf("%d tasks", n)
	}
	two.retry(id) // "It was me"
	two.finish(id)
}

// knows waits until the node has a transaction.
func (w *world) knows(hash common.Hash) {
	w.Helper()
	for late := time.Now().Add(patience); ; {
		if _, _, err := w.chain.Client().TransactionByHash(w.Context(), hash); err == nil {
			return
		}
		if time.Now().After(late) {
			w.Fatalf("the node does not get %s", hash)
		}
		w.must(w.chain.Clock().Sleep(w.Context(), pollStep))
	}
}

func TestPurseSpeedsUpOneNonce(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	g.beforeSending(2, w.chain.Pause)
	id := g.order(task.SD, sd(t, 1))
	slow := g.reaches(id, job.CreatePending)
	g.Send(id, job.SpeedUp{At: w.chain.Clock().Now().UnixMilli()})
	fast := g.when(id, "is sped up", func(s job.State) bool { return s.Create.Hash != slow.Create.Hash && s.Trouble.Zero() })
	if fast.Create.Nonce != slow.Create.Nonce || !fast.Create.Price.Gt(&slow.Create.Price) {
		t.Errorf("nonce %d at %s, was %d at %s", fast.Create.Nonce, fast.Create.Price.Dec(), slow.Create.Nonce, slow.Create.Price.Dec())
	}
	w.knows(fast.Create.Hash)
	w.chain.Resume()
	if s := g.finish(id); s.Create.Hash != fast.Create.Hash {
		t.Error("the cheap one was mined")
	}
	if n := w.created(purse.Address); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

func TestPurseIsNotSweptWhileATaskIsPaid(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	g.beforeSending(1, w.chain.Pause)
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.ApprovalPending)
	g.SweepPurse("")
	g.until("it is refused", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.PayingNow && s.Purse.Step == "" })
	w.chain.Resume()
	g.finish(id)
	if _, left := w.holds(purse.Address); left != cnx(30) {
		t.Errorf("%s left", job.CNX(left))
	}
}

// A node may take a transaction, forget it, and another one mines it later all the same.
func TestPurseSendsTheSameBytesAgainWhenTheyAreDropped(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	var mu sync.Mutex
	var sent []string
	g.http.setBefore(func(_ string, body []byte) []byte {
		var calls []struct {
			ID     json.RawMessage
			Method string
			Params []string
		}
		if !bytes.Contains(body, []byte("eth_sendRawTransaction")) || json.Unmarshal(body, &calls) != nil {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, calls[0].Params[0])
		if len(sent) > 1 {
			return nil
		}
		hash := crypto.Keccak256Hash(hexutil.MustDecode(sent[0]))
		return fmt.Appendf(nil, `[{"jsonrpc":"2.0","id":%s,"result":%q}]`, calls[0].ID, hash)
	})
	id := g.order(task.SD, sd(t, 1))
	first := g.reaches(id, job.ApprovalPending).Approve.Hash
	if s := g.finish(id); s.Approve.Hash != first {
		t.Error("another transaction was mined")
	}
	if sent[0] != sent[1] {
		t.Errorf("other bytes were sent:\n%s\n%s", sent[0], sent[1])
	}
	tx := new(types.Transaction)
	w.must(tx.UnmarshalBinary(hexutil.MustDecode(sent[0])))
	if err := w.chain.Client().SendTransaction(t.Context(), tx); err == nil {
		t.Error("the withheld transaction could be mined once more")
	}
	if n := w.created(purse.Address); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

func TestPurseSignsAgainAtTheSameNonceWhenGasWasTooCheap(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	first := w.sent(purse.Address)
	gasPrice := w.gasPrice()
	g.http.setAlter(func(_ string, answer []byte) []byte { // a node that is behind: it calls gas almost free
		answer = regexp.MustCompile(`"baseFeePerGas":"0x[0-9a-f]+",?`).ReplaceAll(answer, nil)
		return bytes.ReplaceAll(answer, []byte(`"result":"`+gasPrice+`"`), []byte(`"result":"0x1"`))
	})
	id := g.order(task.SD, sd(t, 1))
	g.when(id, "says that gas was too cheap", func(s job.State) bool { return s.Trouble.Code == job.TxUnderpriced })
	g.http.setAlter(nil)
	if s := g.finish(id); s.Approve.Nonce != first {
		t.Errorf("nonce %d, was %d", s.Approve.Nonce, first)
	}
	if n := w.sent(purse.Address); n != first+2 {
		t.Errorf("%d transactions", n-first)
	}
}
