//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// saysPaid checks that a job that stopped after its payment says so.
func saysPaid(t *testing.T, s job.State) {
	t.Helper()
	if p := job.Explain(s); !strings.Contains(p.Detail, "30 CNX is paid") || !strings.Contains(p.Detail, "nothing is paid twice") {
		t.Errorf("it says %q", p.Detail)
	}
}

func TestArgumentsThatTheRelayRefusesAreSaidInItsWords(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	g.Submit(task.SD, []byte(`{"base_model":"m","prompt":"no settings"}`)) // a form that checks nothing
	s := g.stops("job-1", job.ArgsRefused)
	if p := job.Explain(s); !strings.Contains(p.Detail, "task_config") {
		t.Errorf("it says %q", p.Detail)
	}
	saysPaid(t, s)
}

func TestAddressWithoutARelayIsSaid(t *testing.T) {
	w := begin(t, setup{})
	w.net.Relays[0] += "/elsewhere"
	g := w.open(w.rich())
	s := g.stops(g.order(task.SD, sd(t, 1)), job.RelayRefused)
	if p := job.Explain(s); !strings.Contains(p.Detail, "no Relay") {
		t.Errorf("it says %q", p.Detail)
	}
	saysPaid(t, s)
}

// TestTextThatWasChangedOnItsWayIsSaid: any slip in the signed bytes looks to the
// Relay like another signer (protocol.md B.5).
func TestTextThatWasChangedOnItsWayIsSaid(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.http.setMeddle(func(url string, body []byte) []byte {
		var upload map[string]json.RawMessage
		if !strings.HasSuffix(url, "/v1/inference_tasks") || json.Unmarshal(body, &upload) != nil {
			return body
		}
		var at int64
		w.must(json.Unmarshal(upload["timestamp"], &at))
		upload["timestamp"], _ = json.Marshal(at - 1)
		changed, err := json.Marshal(upload)
		w.must(err)
		return changed
	})
	id := g.order(task.SD, sd(t, 1))
	saysPaid(t, g.stops(id, job.NotCreator))
	g.http.setMeddle(nil)
	g.retry(id)
	g.finish(id)
	if n := alice.asked("eth_sign"); n != 3 {
		t.Errorf("%d signatures, want the refused one, another, and that of the picture", n)
	}
}

// dying is a second program that ends a few times while it is asked.
type dying struct {
	worker
	times atomic.Int32
}

func (d *dying) ImageHash(ctx context.Context, png []byte) (uint64, error) {
	if d.times.Add(-1) >= 0 {
		return 0, errors.New("the worker ended")
	}
	return d.worker.ImageHash(ctx, png)
}

func (d *dying) Recover(ctx context.Context, digest common.Hash, signature []byte) (common.Address, error) {
	return d.worker.Recover(ctx, digest, signature)
}

func TestHelperThatDiesIsAskedAgain(t *testing.T) {
	w := begin(t, setup{})
	second := &dying{}
	second.times.Store(2)
	w.worker = second
	alice := w.rich()
	g := w.open(alice)
	met := g.troubles()
	g.finish(g.order(task.SD, sd(t, 1)))
	if !met(job.WorkerRestarts) {
		t.Error("it was not said")
	}
	if n := alice.asked("eth_sign"); n != 2 {
		t.Errorf("%d signatures: the second try needs none", n)
	}
}

func TestMistakeOfThePageStopsThatJobAlone(t *testing.T) {
	w := begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 6}}})
	alice := w.rich()
	w.approve(alice, coins(60))
	g := w.open(alice)
	g.conn.once("eth_sign", func(asking) (json.RawMessage, error) { panic("a mistake") })
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.Internal)
	saysPaid(t, s)
	if p := job.Explain(s); strings.Contains(p.Title+p.Detail+p.Remedy, "a mistake") || !strings.Contains(s.Fault.Detail, "a mistake") {
		t.Errorf("the person reads %+v", p)
	}
	g.finish(g.order(task.SD, sd(t, 1)))
	g.retry(id)
	g.finish(id)
}

func TestNetworkThatIsNotSetUpIsSaidBeforeAnyPrompt(t *testing.T) {
	w := begin(t, setup{})
	data, err := devchain.NodeABI().Pack("updateTaskContractAddress", w.net.Contracts.Token)
	w.must(err)
	_, err = w.chain.Transact(t.Context(), w.chain.Deployer(), w.net.Contracts.Node, nil, data)
	w.must(err)
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	s := g.stops(g.order(task.SD, sd(t, 1)), job.TxRefused)
	p := job.Explain(s)
	if !strings.Contains(p.Detail, "not finished setting up") || !strings.Contains(p.Detail, "Nothing was charged.") {
		t.Errorf("it says %+v", p)
	}
	if asked := alice.prompts(); len(asked) != 0 {
		t.Errorf("prompts %v", asked)
	}
}
