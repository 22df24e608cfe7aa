//go:build !js

package runner_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
)

// lying puts an endpoint between page and chain that may tell wrong things.
func (w *world) lying() *devchain.Endpoint {
	at := w.chain.Endpoint()
	server := httptest.NewServer(at)
	w.Cleanup(server.Close)
	w.net.RPC = []string{server.URL}
	return at
}

// TestNonceThatIsToldTooHigh: the task wallet signs nothing that would wait for ever.
func TestNonceThatIsToldTooHigh(t *testing.T) {
	w := begin(t, setup{})
	at := w.lying()
	p := w.person(coins(1), coins(1000), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	purse := g.fund(2)
	g.finish(g.order(task.SD, sd(t, 1)))
	sent := w.sent(purse.Address)

	at.SetFaults(devchain.RPCFaults{NonceOffset: 3})
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.NonceGap)
	if p := job.Explain(s); p.Retry == "" || s.Create.Raw != "" || s.Approve.Raw != "" {
		t.Errorf("%+v, signed %q %q", p, s.Approve.Raw, s.Create.Raw)
	}
	at.SetFaults(devchain.RPCFaults{})
	g.retry(id)
	g.finish(id)
	if n := w.sent(purse.Address) - sent; n != 2 {
		t.Errorf("%d transactions, want an approval and a payment", n)
	}
}

// TestTransactionBehindAGap: a browser whose own count is too high believes the node. What waits behind the gap is said, and made anew; the task is paid once.
func TestTransactionBehindAGap(t *testing.T) {
	w := begin(t, setup{})
	at := w.lying()
	p := w.person(coins(1), coins(1000), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	purse := g.fund(2)
	g.close()
	g.store.mu.Lock()
	for key, record := range g.store.records[runner.Keys] { // as if three more had been signed here
		r, err := taskwallet.DecodeRecord(record)
		w.must(err)
		r.HighestNonce = new(uint64(2))
		g.store.records[runner.Keys][key], err = json.Marshal(r)
		w.must(err)
	}
	g.store.mu.Unlock()
	w.vault = &keyRoom{w: w}
	g = w.reopen(p, onDisk(g.store.disk))
	g.connect()
	g.purse()
	at.SetFaults(devchain.RPCFaults{NonceOffset: 3})
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.ApprovalPending)
	at.SetFaults(devchain.RPCFaults{})
	s := g.stops(id, job.NonceGap)
	if s.From != job.ApprovalPending || s.Approve.Nonce != 3 {
		t.Errorf("from %s with nonce %d", s.From, s.Approve.Nonce)
	}
	g.retry(id)
	g.finish(id)
	if n := w.created(purse.Address); n != 1 {
		t.Errorf("%d tasks", n)
	}
}
