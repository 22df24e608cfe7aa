//go:build !js

package devrelay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// network is a whole development network, and an application that uses it.
type network struct {
	*testing.T
	chain *devchain.Chain
	relay *httptest.Server
	nodes *Nodes
	ctx   context.Context

	created uint64 // block of the newest task
}

// rate is how much faster than real time the test networks live.
const rate = 40

func startNetwork(t *testing.T, gpus ...GPU) *network {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	chain, err := devchain.Start(ctx, devchain.Options{Clock: devchain.NewClock(rate)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chain.Close() })
	at := chain.Contracts()
	relay, err := New(Options{Chain: chain.Client(), Clock: chain.Clock(), Contracts: at})
	if err != nil {
		t.Fatal(err)
	}
	following, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = relay.Run(following) }()
	t.Cleanup(func() { stop(); <-done })
	server := httptest.NewServer(relay)
	t.Cleanup(server.Close)
	if gpus == nil {
		gpus = []GPU{{"NVIDIA GeForce RTX 4090", 24, 3}}
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	nodes, err := StartNodes(ctx, NodesOptions{Chain: chain, RelayURL: server.URL, GPUs: gpus, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nodes.Close)
	n := &network{T: t, chain: chain, relay: server, nodes: nodes, ctx: ctx}
	n.fundCreator()
	return n
}

func (n *network) fundCreator() {
	n.Helper()
	creator := crypto.PubkeyToAddress(n.chain.Key("creator").PublicKey)
	if err := n.chain.Fund(n.ctx, creator, wholeCoins(10), wholeCoins(1000)); err != nil {
		n.Fatal(err)
	}
	data, err := devchain.TokenABI().Pack("approve", n.chain.Contracts().Task, wholeCoins(900))
	if err != nil {
		n.Fatal(err)
	}
	if _, err := n.chain.Transact(n.ctx, n.chain.Key("creator"), n.chain.Contracts().Token, nil, data); err != nil {
		n.Fatal(err)
	}
}

// create pays for a task and returns its id.
func (n *network) create(kind int64, args string) uint64 {
	n.Helper()
	hash := crypto.Keccak256Hash([]byte(args))
	data, err := devchain.TaskABI().Pack("createTask", big.NewInt(kind), [32]byte(hash), [32]byte{}, big.NewInt(8))
	if err != nil {
		n.Fatal(err)
	}
	receipt, err := n.chain.Transact(n.ctx, n.chain.Key("creator"), n.chain.Contracts().Task, nil, data)
	if err != nil {
		n.Fatal(err)
	}
	n.created = receipt.BlockNumber.Uint64()
	for _, log := range receipt.Logs {
		if log.Topics[0] == devchain.TaskABI().Events["TaskCreated"].ID {
			return new(big.Int).SetBytes(log.Data[:32]).Uint64()
		}
	}
	n.Fatal("no TaskCreated")
	return 0
}

// sign is the creator's signature over a text of protocol.md B.5.
func (n *network) sign(text string) (timestamp int64, signature string) {
	n.Helper()
	timestamp = n.chain.Clock().Now().Unix()
	raw, err := crypto.Sign(crypto.Keccak256([]byte(text+strconv.FormatInt(timestamp, 10))), n.chain.Key("creator"))
	if err != nil {
		n.Fatal(err)
	}
	return timestamp, hexutil.Encode(raw)
}

// upload hands the arguments in, as soon as the Relay knows the task.
func (n *network) upload(id uint64, args string) {
	n.Helper()
	n.eventually("the upload of the arguments", func() bool {
		quoted, _ := json.Marshal(args)
		timestamp, signature := n.sign(fmt.Sprintf(`{"task_args":%s,"task_id":%d}`, quoted, id))
		body := fmt.Sprintf(`{"task_args":%s,"task_id":%d,"timestamp":%d,"signature":%q}`, quoted, id, timestamp, signature)
		answer, err := http.Post(n.relay.URL+"/v1/inference_tasks", "application/json", bytes.NewReader([]byte(body)))
		if err != nil {
			n.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusOK && !bytes.Contains(text, []byte("not found")) {
			n.Fatalf("upload of arguments: %s", text)
		}
		return answer.StatusCode == http.StatusOK
	})
}

// result downloads one result; "" = not there.
func (n *network) result(id uint64, number int) string {
	n.Helper()
	timestamp, signature := n.sign(fmt.Sprintf(`{"image_num":"%d","task_id":%d}`, number, id))
	answer, err := http.Get(fmt.Sprintf("%s/v1/inference_tasks/%d/results/%d?timestamp=%d&signature=%s", n.relay.URL, id, number, timestamp, signature))
	if err != nil {
		n.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return ""
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		n.Fatal(err)
	}
	return string(text)
}

func (n *network) eventually(what string, happened func() bool) {
	n.Helper()
	for !happened() {
		if err := n.chain.Clock().Sleep(n.ctx, 500*time.Millisecond); err != nil {
			n.Fatalf("%s never came", what)
		}
	}
}

// ended waits until the nodes are done with a task and free for the next one.
func (n *network) ended(id uint64) TaskReport {
	n.Helper()
	n.eventually("the end of the task", func() bool {
		n.nodes.mu.Lock()
		over := n.nodes.reports[id] != nil && n.nodes.feeds[id] == nil
		n.nodes.mu.Unlock()
		return over && n.available() == len(n.nodes.all)
	})
	report, ok := n.nodes.Report(id)
	if !ok {
		n.Fatal("no report")
	}
	return report
}

func (n *network) available() int {
	n.Helper()
	count, err := n.nodes.readNumber(n.ctx, n.chain.Contracts().Node, devchain.NodeABI(), "availableNodes")
	if err != nil {
		n.Fatal(err)
	}
	return int(count)
}

func (n *network) balance(of common.Address) *big.Int {
	n.Helper()
	values, err := n.nodes.read(n.ctx, n.chain.Contracts().Token, devchain.TokenABI(), "balanceOf", of)
	if err != nil {
		n.Fatal(err)
	}
	return values[0].(*big.Int)
}

func (n *network) creator() common.Address {
	return crypto.PubkeyToAddress(n.chain.Key("creator").PublicKey)
}

// paid is what the creator has spent since the balance before, in CNX.
func (n *network) paid(before *big.Int) int64 {
	spent := new(big.Int).Sub(before, n.balance(n.creator()))
	return spent.Div(spent, wholeCoins(1)).Int64()
}

const (
	twoPictures = `{"base_model":"runwayml/stable-diffusion-v1-5","prompt":"a <lake> & mountains","task_config":{"num_images":2,"image_width":64,"image_height":64,"seed":7}}`
	question    = `{"model":"gpt2","messages":[{"role":"user","content":"How are you?"}]}`
)

func TestNodes_make_pictures_and_texts(t *testing.T) {
	n := startNetwork(t)
	t.Run("pictures", func(t *testing.T) {
		n.T = t
		before := n.balance(n.creator())
		id := n.create(0, twoPictures)
		n.upload(id, twoPictures)
		report := n.ended(id)
		for i := range 2 {
			want := drawn(t, picture{prompt: "a <lake> & mountains", seed: 7, index: i, width: 64, height: 64})
			if n.result(id, i) != string(want) {
				t.Errorf("result %d is not the picture", i)
			}
		}
		if n.result(id, 2) != "" {
			t.Error("there is a third result")
		}
		if n.paid(before) != 30 {
			t.Errorf("paid %d CNX", n.paid(before))
		}
		moments := []time.Time{report.Created, report.Fetched, report.Worked, report.Ready, report.Succeeded, report.Uploaded}
		for i := 1; i < len(moments); i++ {
			if moments[i].Before(moments[i-1]) || moments[i-1].IsZero() {
				t.Fatalf("times out of order: %+v", report)
			}
		}
		if report.Sync()+report.Node()+report.Block()+report.Upload() != report.Uploaded.Sub(report.Created) {
			t.Errorf("the parts are not the whole: %+v", report)
		}
		t.Logf("sync %v, node %v, block %v, upload %v", report.Sync(), report.Node(), report.Block(), report.Upload())
	})
	t.Run("text", func(t *testing.T) {
		n.T = t
		id := n.create(1, question)
		n.upload(id, question)
		n.ended(id)
		var result chatResult
		if err := json.Unmarshal([]byte(n.result(id, 0)), &result); err != nil {
			t.Fatal(err)
		}
		if len(result.Choices) != 1 || result.Choices[0].FinishReason != "stop" {
			t.Errorf("got %+v", result)
		}
	})
}

func TestNodes_faults(t *testing.T) {
	n := startNetwork(t)
	cases := []struct {
		name   string
		faults NodeFaults
		paid   int64
		reason string
	}{
		{"one_error_costs_a_stake_and_gives_a_third_back", NodeFaults{Errors: 1}, 20, ""},
		{"two_errors_abort", NodeFaults{Errors: 2}, 30, "Task error reported"},
		{"three_errors_abort", NodeFaults{Errors: 3}, 30, "Task error reported"},
		{"one_cheat_costs_a_stake_and_gives_a_third_back", NodeFaults{Cheats: 1}, 20, ""},
		{"two_cheats_abort", NodeFaults{Cheats: 2}, 0, "Task result illegal"},
		{"slow_work_and_late_results", NodeFaults{SlowWork: 20 * time.Second, LateResults: 20 * time.Second}, 30, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n.T = t
			n.nodes.SetFaults(c.faults)
			before := n.balance(n.creator())
			id := n.create(0, twoPictures)
			n.upload(id, twoPictures)
			report := n.ended(id)
			if report.Reason != c.reason || (n.result(id, 0) == "") != (c.reason != "") {
				t.Errorf("aborted for %q, want %q; results: %v", report.Reason, c.reason, n.result(id, 0) != "")
			}
			// two errors: the third node is paid for its own, or slashed for its commitment
			if paid := n.paid(before); paid != c.paid && (c.faults.Errors != 2 || paid != 20) {
				t.Errorf("paid %d CNX, want %d", paid, c.paid)
			}
			if c.faults.SlowWork > report.Node() && c.reason == "" && c.faults.SlowWork > 0 {
				t.Errorf("worked %v", report.Node())
			}
			if c.faults.LateResults > report.Upload() && c.faults.LateResults > 0 {
				t.Errorf("uploaded after %v", report.Upload())
			}
			if f := n.nodes.Faults(); f.Errors != 0 || f.Cheats != 0 {
				t.Errorf("faults for one task are left: %+v", f)
			}
		})
	}
}

func TestNodes_arguments_that_cannot_run_are_an_error(t *testing.T) {
	n := startNetwork(t)
	const odd = `{"base_model":"x","prompt":"a","task_config":{"image_width":100}}`
	id := n.create(0, odd)
	n.upload(id, odd)
	if report := n.ended(id); report.Reason != "Task error reported" {
		t.Errorf("aborted for %q", report.Reason)
	}
}

func TestNodes_silent_ones_leave_the_task_to_its_creator(t *testing.T) {
	n := startNetwork(t)
	n.nodes.SetFaults(NodeFaults{Silent: true})
	id := n.create(0, twoPictures)
	n.upload(id, twoPictures)
	n.chain.Clock().Advance(20 * time.Minute)
	if err := n.chain.Clock().Sleep(n.ctx, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if n.available() != 0 {
		t.Fatal("the nodes did something")
	}
	n.cancel(id)
	n.nodes.SetFaults(NodeFaults{})
	if report := n.ended(id); report.Reason != "Task Cancelled" {
		t.Errorf("aborted for %q", report.Reason)
	}
}

func (n *network) cancel(id uint64) *types.Receipt {
	n.Helper()
	data, err := devchain.TaskABI().Pack("cancelTask", new(big.Int).SetUint64(id))
	if err != nil {
		n.Fatal(err)
	}
	receipt, err := n.chain.Transact(n.ctx, n.chain.Key("creator"), n.chain.Contracts().Task, nil, data)
	if err != nil {
		n.Fatal(err)
	}
	return receipt
}

func TestNodes_cancel_what_is_overdue(t *testing.T) {
	t.Run("without_arguments", func(t *testing.T) {
		n := startNetwork(t)
		before := n.balance(n.creator())
		id := n.create(0, twoPictures)
		n.chain.Clock().Advance(15 * time.Minute)
		if report := n.ended(id); report.Reason != "Task Cancelled" || n.paid(before) != 0 {
			t.Errorf("aborted for %q, paid %d", report.Reason, n.paid(before))
		}
	})
	t.Run("with_the_wrong_file", func(t *testing.T) {
		n := startNetwork(t)
		n.nodes.SetFaults(NodeFaults{WrongFile: true})
		id := n.create(0, twoPictures)
		n.upload(id, twoPictures)
		n.eventually("success", func() bool { r, _ := n.nodes.Report(id); return !r.Succeeded.IsZero() })
		n.chain.Clock().Advance(15 * time.Minute)
		if report := n.ended(id); report.Reason != "Task Cancelled" || !report.Uploaded.IsZero() {
			t.Errorf("%+v", report)
		}
	})
}

func TestNodes_wrong_file_can_be_mended(t *testing.T) {
	n := startNetwork(t)
	n.nodes.SetFaults(NodeFaults{WrongFile: true})
	id := n.create(0, twoPictures)
	n.upload(id, twoPictures)
	n.eventually("success", func() bool { r, _ := n.nodes.Report(id); return !r.Succeeded.IsZero() })
	n.nodes.SetFaults(NodeFaults{})
	if n.ended(id); n.result(id, 1) == "" {
		t.Error("no results")
	}
}

func TestNodes_pause_and_resume(t *testing.T) {
	n := startNetwork(t)
	if err := n.nodes.Pause(n.ctx); err != nil {
		t.Fatal(err)
	}
	if n.available() != 0 {
		t.Errorf("%d nodes are available", n.available())
	}
	if err := n.nodes.Resume(n.ctx); err != nil {
		t.Fatal(err)
	}
	if n.available() != 3 {
		t.Errorf("%d nodes are available", n.available())
	}
}

func TestNodes_report_each_task_once(t *testing.T) {
	n := startNetwork(t)
	n.nodes.Close()
	reports := make(chan TaskReport, 10)
	nodes, err := StartNodes(n.ctx, NodesOptions{
		Chain: n.chain, RelayURL: n.relay.URL, GPUs: n.nodes.options.GPUs,
		OnReport: func(r TaskReport) { reports <- r },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer nodes.Close()
	n.nodes = nodes
	id := n.create(0, twoPictures)
	n.upload(id, twoPictures)
	n.ended(id)
	select {
	case r := <-reports:
		if r.TaskID != id || r.Uploaded.IsZero() {
			t.Errorf("reported %+v", r)
		}
	case <-n.ctx.Done():
		t.Fatal("no report")
	}
	nodes.Close()
	if len(reports) > 0 {
		t.Errorf("reported again: %+v", <-reports)
	}
}

// TestNodes_go_on_after_a_restart stops the nodes between commitment and upload.
func TestNodes_go_on_after_a_restart(t *testing.T) {
	n := startNetwork(t)
	n.nodes.SetFaults(NodeFaults{LateResults: time.Hour})
	id := n.create(0, twoPictures)
	n.upload(id, twoPictures)
	n.eventually("success", func() bool { r, _ := n.nodes.Report(id); return !r.Succeeded.IsZero() })
	n.nodes.Close()
	nodes, err := StartNodes(n.ctx, NodesOptions{Chain: n.chain, RelayURL: n.relay.URL, GPUs: n.nodes.options.GPUs})
	if err != nil {
		t.Fatal(err)
	}
	defer nodes.Close()
	n.nodes = nodes
	if n.ended(id); n.result(id, 0) == "" {
		t.Error("no results")
	}
}

// TestNodes_begin_anew_after_a_reorganisation: the task comes again in another
// block, from whose parent the nodes are drawn in another order.
func TestNodes_begin_anew_after_a_reorganisation(t *testing.T) {
	n := startNetwork(t)
	n.nodes.SetFaults(NodeFaults{SlowWork: 30 * time.Second})
	id := n.create(0, twoPictures)
	n.upload(id, twoPictures)
	n.eventually("the arguments at the nodes", func() bool { r, _ := n.nodes.Report(id); return !r.Fetched.IsZero() })
	head, err := n.chain.Client().BlockNumber(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	// just deep enough for createTask: what it needs must not be mined after it
	if err := n.chain.Reorg(int(head-n.created)+1, devchain.Remined); err != nil {
		t.Fatal(err)
	}
	if n.ended(id); n.result(id, 1) == "" {
		t.Error("no results")
	}
}

func TestNodes_work_on_two_tasks_at_once(t *testing.T) {
	n := startNetwork(t, DefaultGPUs...)
	text := n.create(1, question)
	pictures := n.create(0, twoPictures)
	n.upload(pictures, twoPictures)
	n.upload(text, question)
	n.ended(text)
	n.ended(pictures)
	if n.result(text, 0) == "" || n.result(pictures, 1) == "" {
		t.Error("results are missing")
	}
}

func TestProduce_refuses_what_real_nodes_cannot_run(t *testing.T) {
	cases := map[string]struct {
		kind uint64
		args string
	}{
		"half_a_surrogate_pair":   {0, `{"prompt":"a \ud83d b","task_config":{"num_images":1}}`},
		"sides_not_of_eight":      {0, `{"prompt":"a","task_config":{"image_width":100}}`},
		"negative_side":           {0, `{"prompt":"a","task_config":{"image_height":-8}}`},
		"control_image_no_url":    {0, `{"prompt":"a","task_config":{},"controlnet":{"model":"x","image_dataurl":"base64,image/png:AA=="}}`},
		"control_image_no_base64": {0, `{"prompt":"a","task_config":{},"controlnet":{"model":"x","image_dataurl":"data:image/png;base64,!"}}`},
		"too_long":                {0, `{"prompt":"` + string(bytes.Repeat([]byte("a"), maxArguments)) + `"}`},
		"seed_of_a_text":          {1, `{"model":"x","messages":[],"seed":1e20}`},
		"too_many_answers":        {1, `{"model":"x","messages":[],"generation_config":{"num_return_sequences":1000}}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if made, err := produce(c.kind, c.args); err == nil {
				t.Errorf("made %d files", len(made.files))
			}
		})
	}
}

func TestProduce_fills_in_the_defaults(t *testing.T) {
	made, err := produce(0, `{"prompt":"\ud83d\ude00","task_config":{"image_width":16.0,"image_height":1.6e1}}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.files) != 6 || len(made.digest) != 48 || made.extension != ".png" {
		t.Errorf("%d files, digest of %d bytes", len(made.files), len(made.digest))
	}
	made, err = produce(1, `{"model":"x","messages":[{"role":"user","content":"hi"}],"generation_config":null,"seed":-5}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.files) != 1 || len(made.digest) != 32 || made.extension != ".json" {
		t.Errorf("%d files, digest of %d bytes", len(made.files), len(made.digest))
	}
	made, err = produce(1, `{"model":"x","messages":[{"role":"user","content":"hi"}],"generation_config":{"num_return_sequences":2}}`)
	if err != nil || bytes.Count(made.files[0], []byte(`"finish_reason":"stop"`)) != 2 {
		t.Errorf("%s, %v", made.files[0], err)
	}
}
