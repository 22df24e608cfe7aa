//go:build !js

package runner_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// past searches for tasks of earlier times and waits for the end.
func (g *page) past(of common.Address) runner.Past {
	g.w.Helper()
	g.until("no search is under way", func(s runner.Snapshot) bool { return s.Past.Step == "" })
	g.FindPast(of)
	g.until("the search has begun", func(s runner.Snapshot) bool { return s.Past.Step != "" })
	return g.until("the search has ended", func(s runner.Snapshot) bool { return s.Past.Step == "" }).Past
}

// of finds the job of a task.
func (g *page) of(id uint64) job.State {
	g.w.Helper()
	s, _ := g.now()
	i := slices.IndexFunc(s.Jobs, func(j job.State) bool { return j.TaskID == id })
	if i < 0 {
		g.w.Fatalf("task %d is not here:\n%s", id, describe(s))
	}
	return s.Jobs[i]
}

// freshBrowser is the same person in a browser that knows nothing.
func (g *page) freshBrowser() *page {
	g.w.Helper()
	g.close()
	again := g.w.reopen(g.person, onDisk(newDisk()))
	again.connect()
	return again
}

// same compares what was found with what the browser knew that paid for it.
func (w *world) same(name string, was, found job.State) {
	w.Helper()
	if found.TaskID != was.TaskID || found.Order.Hash != was.Order.Hash || found.Order.Account != was.Order.Account || found.Order.VRAM != was.Order.VRAM ||
		found.Create.Hash != was.Create.Hash || found.Create.Gas != was.Create.Gas || found.Create.Fee != was.Create.Fee || found.Nodes != was.Nodes || found.Order.Kind != was.Order.Kind {
		w.Errorf("%s: found %+v\nwas %+v", name, found, was)
	}
	if found.Order.Args != "" {
		w.Errorf("%s: arguments out of nothing: %q", name, found.Order.Args)
	}
	if found.Create.In != was.Create.In || found.Outcome.Block != was.Outcome.Block || found.Newest() != was.Newest() || found.Seen.Number < was.Create.Mined {
		w.Errorf("%s: told by the blocks %+v, in %s; was %+v, in %s", name, found.Seen, found.Create.In, was.Seen, was.Create.In)
	}
	a, b := was.Ledger, found.Ledger
	if a.Returned() != b.Returned() || a.ToNodes() != b.ToNodes() || was.Held() != found.Held() || found.Unseen() != (cnx(0)) {
		w.Errorf("%s: the ledger is %+v, was %+v", name, b, a)
	}
}

func TestPastTasksOfTheTaskWalletComeBack(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	made := g.purse()
	g.fund(3)
	picture := g.settles(g.order(task.SD, sd(t, 2)))
	answer := g.settles(g.order(task.GPT, gpt(t)))
	w.nodes.SetFaults(devrelay.NodeFaults{Cheats: 3})
	third := g.order(task.SD, sd(t, 1))
	aborted := g.settles(third)
	w.nodes.SetFaults(devrelay.NodeFaults{})

	w.vault = &keyRoom{w: w}
	g = g.freshBrowser()
	before := len(p.Prompts())
	// Before the key is here, its tasks are those of somebody: shown, and nothing else.
	if past := g.past(common.Address{}); past.Found != 0 || len(past.Others) != 3 || !past.Whole || !past.Fault.Zero() {
		t.Errorf("before it is opened: %+v", past)
	}
	if s, _ := g.now(); len(s.Jobs) != 0 {
		t.Errorf("%d jobs", len(s.Jobs))
	}
	if got := g.purse(); got.Address != made.Address {
		t.Fatalf("another task wallet: %s", got.Address)
	}
	if past := g.past(common.Address{}); past.Found != 3 || past.Known != 0 || len(past.Others) != 0 || !past.Whole || !past.Fault.Zero() {
		t.Errorf("%+v", past)
	}
	if n := len(p.Prompts()) - before; n != 1 {
		t.Errorf("%d prompts, want the one signature that opens the task wallet", n)
	}
	w.same("picture", picture, g.of(picture.TaskID))
	w.same("answer", answer, g.of(answer.TaskID))
	w.same("aborted", aborted, g.of(aborted.TaskID))
	if s := g.of(aborted.TaskID); s.Phase != job.Aborted || s.Outcome != aborted.Outcome {
		t.Errorf("%s, %+v, was %+v", s.Phase, s.Outcome, aborted.Outcome)
	}
	for _, was := range []job.State{picture, answer} {
		s := g.of(was.TaskID)
		if s.Fault.Code != job.Found || s.Order.Hand != job.ByTaskWallet || !strings.HasPrefix(s.Order.Title, "Recovered ") {
			t.Errorf("%+v", s)
		}
		g.retry(s.ID)
		done := g.finish(s.ID)
		if done.Files != was.Files {
			t.Errorf("files %+v, were %+v", done.Files, was.Files)
		}
	}
	// Once more nothing is added, and after a reload neither.
	if past := g.past(common.Address{}); past.Found != 0 || past.Known != 3 {
		t.Errorf("again: %+v", past)
	}
	w.vault = &keyRoom{w: w}
	g = g.again()
	if past := g.past(common.Address{}); past.Found != 0 || past.Known != 3 {
		t.Errorf("after a reload: %+v", past)
	}
	if s, _ := g.now(); len(s.Jobs) != 3 {
		t.Errorf("%d jobs", len(s.Jobs))
	}
	if n := w.created(made.Address); n != 3 {
		t.Errorf("%d tasks on chain", n)
	}
}

func TestPastTasksInDirectMode(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	was := g.settles(g.order(task.SD, sd(t, 2)))
	g = g.freshBrowser()
	before := len(alice.prompts())
	if past := g.past(common.Address{}); past.Found != 1 {
		t.Fatalf("%+v", past)
	}
	s := g.of(was.TaskID)
	if p := job.Explain(s); !strings.Contains(p.Remedy, "2 signatures") {
		t.Errorf("the prompts are not announced: %+v", p)
	}
	if n := len(alice.prompts()) - before; n != 0 {
		t.Errorf("%d prompts before the click", n)
	}
	g.retry(s.ID)
	g.finish(s.ID)
	if got := alice.prompts()[before:]; !slices.Equal(got, []string{"eth_sign", "eth_sign"}) {
		t.Errorf("prompts %q", got)
	}
}

func TestPastTaskThatRunsIsFollowed(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	made := g.purse()
	g.fund(2)
	running := g.reaches(g.order(task.SD, sd(t, 1)), job.Running)
	w.vault = &keyRoom{w: w}
	g = g.freshBrowser()
	g.purse()
	g.past(common.Address{})
	s := g.of(running.TaskID)
	if s.Phase != job.Running || s.Deadline != running.Deadline || s.Overdue || s.Quote.GasPrice.IsZero() {
		t.Errorf("%+v", s)
	}
	if hint := job.Hint(s); !strings.Contains(hint, "not known here") {
		t.Errorf("it says %q", hint)
	}
	w.nodes.SetFaults(devrelay.NodeFaults{})
	done := g.finish(s.ID) // followed like any other, and fetched by itself
	if done.Order.Count != 1 || !done.Outcome.Published {
		t.Errorf("%+v", done)
	}
	if n := w.created(made.Address); n != 1 {
		t.Errorf("%d tasks on chain", n)
	}
}

func TestFeeOfAPastTaskComesBack(t *testing.T) {
	for _, c := range []struct {
		name   string
		during bool // the deadline passes while the page is open
	}{{"overdue when it is found", false}, {"overdue later", true}} {
		t.Run(c.name, func(t *testing.T) {
			w := begin(t, setup{})
			w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			alice := w.rich()
			native, _ := w.holds(alice.account)
			g := w.open(alice)
			id := g.order(task.SD, sd(t, 1))
			was := g.reaches(id, job.Running)
			spent := was.Approve.Gas // of which the chain does not tell that it was for this task
			native.Sub(&native, &spent)
			if !c.during {
				g.expire(id)
			}
			g = g.freshBrowser()
			g.past(common.Address{})
			s := g.of(was.TaskID)
			if c.during {
				s = g.expire(s.ID)
			}
			if !s.Refundable() {
				t.Fatalf("%+v", s)
			}
			g.claim(s.ID)
			s = g.settles(s.ID)
			if s.Phase != job.Aborted || s.Ledger.Returned() != cnx(30) {
				t.Errorf("%s, %+v", s.Phase, s.Ledger)
			}
			w.balances(s, native)
			if _, has := w.holds(alice.account); has != cnx(300) {
				t.Errorf("%s are there", job.CNX(has))
			}
		})
	}
}

// TestPastLedgerBalances: what the chain tells later is what a page that was there saw.
func TestPastLedgerBalances(t *testing.T) {
	for name, faults := range map[string]devrelay.NodeFaults{"one cheat": {Cheats: 1}, "one error": {Errors: 1}, "two errors": {Errors: 2}} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			w.nodes.SetFaults(faults)
			alice := w.rich()
			native, _ := w.holds(alice.account)
			g := w.open(alice)
			was := g.settles(g.order(task.SD, sd(t, 1)))
			native.Sub(&native, &was.Approve.Gas)
			g = g.freshBrowser()
			g.past(common.Address{})
			s := g.of(was.TaskID)
			w.same(name, was, s)
			w.balances(s, native)
		})
	}
}

// TestPastTasksAreThePersonsOwn is test 12 of taskwallet.md: what others can write into
// the logs adds nothing.
func TestPastTasksAreThePersonsOwn(t *testing.T) {
	w := begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 7}}})
	alice := w.rich()
	g := w.open(alice)
	was := g.settles(g.order(task.SD, sd(t, 1)))
	w.pays("stranger", 30) // a task of somebody else
	// Somebody moves nothing from alice to an account that creates tasks: anybody may.
	thief := w.chain.Key("stranger")
	data, err := devchain.TokenABI().Pack("transferFrom", alice.account, addressOf(thief), coins(0))
	w.must(err)
	_, err = w.chain.Transact(t.Context(), thief, w.net.Contracts.Token, nil, data)
	w.must(err)
	g = g.freshBrowser()
	g.http.setAlter(func(url string, answer []byte) []byte { return poisoned(w, answer, alice.account) })
	past := g.past(common.Address{})
	if past.Found != 1 || len(past.Others) != 0 || !past.Fault.Zero() {
		t.Errorf("%+v", past)
	}
	if s, _ := g.now(); len(s.Jobs) != 1 || s.Jobs[0].TaskID != was.TaskID {
		t.Errorf("%s", describe(s))
	}
	t.Run("a stranger's are only shown", func(t *testing.T) {
		past := g.past(addressOf(thief))
		if past.Found != 0 || len(past.Others) != 1 || past.Others[0].Order.Account != addressOf(thief) {
			t.Errorf("%+v", past)
		}
		if s, _ := g.now(); len(s.Jobs) != 1 {
			t.Error("they became jobs")
		}
	})
}

// poisoned adds to every list of logs a TaskCreated by another contract, one with
// another creator than was asked for, and one whose transaction created no task.
func poisoned(w *world, answer []byte, creator common.Address) []byte {
	var batch []map[string]json.RawMessage
	if json.Unmarshal(answer, &batch) != nil {
		return answer
	}
	event := devchain.TaskABI().Events["TaskCreated"]
	log := func(contract, by common.Address) map[string]any {
		return map[string]any{"address": contract, "topics": []common.Hash{event.ID, common.BytesToHash(by[:]), common.BytesToHash(by[:])},
			"data": hexutil.Encode(make([]byte, 5*32)), "blockNumber": "0x1", "blockHash": common.Hash{1}, "transactionHash": common.Hash{2}, "logIndex": "0x0"}
	}
	for _, a := range batch {
		var logs []map[string]any
		if json.Unmarshal(a["result"], &logs) != nil || len(logs) == 0 || logs[0]["topics"] == nil {
			continue
		}
		logs = append(logs, log(common.Address{0xba}, creator), log(w.net.Contracts.Task, common.Address{0xbb}), log(w.net.Contracts.Task, creator))
		a["result"], _ = json.Marshal(logs)
	}
	answer, _ = json.Marshal(batch)
	return answer
}

// TestPastOnANodeWithALimit: ranges above 500 blocks are refused.
func TestPastOnANodeWithALimit(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	was := g.settles(g.order(task.SD, sd(t, 1)))
	w.must(w.chain.Mine(4200))
	g = g.freshBrowser()
	var refused, asked atomic.Int64
	g.http.setAlter(func(url string, answer []byte) []byte { return answer })
	g.http.setMeddle(func(url string, body []byte) []byte {
		var batch []map[string]any
		if json.Unmarshal(body, &batch) != nil {
			return body
		}
		for _, call := range batch {
			if call["method"] != "eth_getLogs" {
				continue
			}
			asked.Add(1)
			filter := call["params"].([]any)[0].(map[string]any)
			to, err := hexutil.DecodeUint64(filter["toBlock"].(string))
			if err != nil {
				continue // "latest"
			}
			if to-hexutil.MustDecodeUint64(filter["fromBlock"].(string)) >= 500 {
				refused.Add(1)
				call["method"] = "eth_noSuchMethod"
			}
		}
		changed, _ := json.Marshal(batch)
		return changed
	})
	past := g.past(common.Address{})
	if past.Found != 1 || !past.Whole || past.Left != 0 || past.All < 4200 || refused.Load() == 0 {
		t.Errorf("%+v; %d asked, %d refused", past, asked.Load(), refused.Load())
	}
	s := g.of(was.TaskID)
	w.same("the task", was, s)
	g.retry(s.ID)
	g.finish(s.ID)
}

func TestPastSearchIsStopped(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.settles(g.order(task.SD, sd(t, 1)))
	g = g.freshBrowser()
	release := make(chan struct{})
	g.http.setBefore(func(url string, body []byte) []byte {
		if strings.Contains(string(body), "eth_getLogs") {
			<-release
		}
		return nil
	})
	g.FindPast(common.Address{})
	g.until("it is under way", func(s runner.Snapshot) bool { return s.Past.Step != "" })
	g.StopPast()
	close(release)
	s := g.until("it has stopped", func(s runner.Snapshot) bool { return s.Past.Step == "" })
	if s.Past.Whole || !s.Past.Done || !s.Past.Fault.Zero() || len(s.Jobs) != 0 {
		t.Errorf("%+v", s.Past)
	}
	g.http.setBefore(nil)
	if past := g.past(common.Address{}); past.Found != 1 {
		t.Errorf("again: %+v", past)
	}
}

func TestPastSearchThatFails(t *testing.T) {
	w := begin(t, setup{})
	g := w.reopen(w.rich(), onDisk(newDisk()))
	g.FindPast(common.Address{})
	if s := g.until("it says so", func(s runner.Snapshot) bool { return !s.Past.Fault.Zero() }); s.Past.Fault.Code != job.WalletLocked {
		t.Errorf("%+v", s.Past)
	}
	g.connect()
	w.chain.SetRPCFaults(devchain.RPCFaults{Down: true})
	if past := g.past(common.Address{}); past.Fault.Code != job.ChainDown || past.Whole {
		t.Errorf("%+v", past)
	}
}

// TestPastTaskWhoseArgumentsAreHere: any job with the same hash tells what was asked for.
func TestPastTaskWhoseArgumentsAreHere(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	was := g.settles(g.order(task.SD, sd(t, 1)))
	g = g.freshBrowser()
	g.finish(g.order(task.SD, sd(t, 1)))
	if past := g.past(common.Address{}); past.Found != 1 || past.Known != 1 {
		t.Errorf("%+v", past)
	}
	s := g.of(was.TaskID)
	if s.Order.Args != was.Order.Args || s.Order.Title != was.Order.Title || s.Order.Count != 1 || task.Hash([]byte(s.Order.Args)) != s.Order.Hash {
		t.Errorf("%+v", s.Order)
	}
	g.retry(s.ID)
	g.finish(s.ID)
}

// TestPastTaskThatAStoppedJobWillFind is not added beside the job that paid for it.
func TestPastTaskThatAStoppedJobWillFind(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	store := onDisk(newDisk())
	store.crash = func(s job.State) crash { // the page ends before it knows that the wallet has sent
		if s.Phase == job.CreatePending {
			return crashBefore
		}
		return goOn
	}
	g := w.reopen(alice, store)
	g.connect()
	id := g.order(task.SD, sd(t, 1))
	g.crashes()
	w.until("it is mined", func() bool { return w.created(alice.account) == 1 })
	g = w.reopen(alice, onDisk(store.disk))
	g.connect()
	past := g.past(common.Address{})
	if s, _ := g.now(); len(s.Jobs) != 1 || past.Found != 0 {
		t.Errorf("%+v\n%s", past, describe(s))
	}
	g.finishAfterAll(id)
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// TestPastTaskTakesThePlaceOfItsImportedRecord: a record never goes on by itself. With
// the task that the chain shows it is a job like any other that was found, and its
// arguments are known.
func TestPastTaskTakesThePlaceOfItsImportedRecord(t *testing.T) {
	tests := []struct {
		name  string
		at    job.Phase // when it was exported
		found int
	}{
		{"before it was known which task it is", job.CreatePending, 1},
		{"while the nodes worked", job.Running, 1},
		{"finished", job.Done, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			a := w.open(alice)
			w.nodes.SetFaults(devrelay.NodeFaults{Silent: tt.at == job.Running})
			if tt.at == job.CreatePending {
				w.chain.Pause()
			}
			id := a.order(task.SD, sd(t, 2))
			a.reaches(id, tt.at)
			file := a.export("")
			w.chain.Resume()
			was := a.when(id, "is paid", func(s job.State) bool { return s.TaskID != 0 })
			if tt.at == job.CreatePending {
				a.finish(id) // in the other browser, which this one does not know
			}
			g := a.freshBrowser()
			g.choose(file)
			g.done("it is taken", g.TakeImport)
			if past := g.past(common.Address{}); past.Found != tt.found || past.Known != 1-tt.found {
				t.Errorf("%+v", past)
			}
			s, _ := g.now()
			if len(s.Jobs) != tt.found || len(s.Imported) != 1-tt.found {
				t.Fatalf("%d imported records and %s", len(s.Imported), describe(s))
			}
			if tt.found == 1 {
				s := g.of(was.TaskID)
				if s.ID != id || s.Imported != 0 || s.Order.Args != was.Order.Args || s.Order.Title != was.Order.Title || s.Order.Count != 2 || s.Fault.Code != job.Found {
					t.Errorf("%+v", s)
				}
				w.nodes.SetFaults(devrelay.NodeFaults{})
				g.retry(id)
				g.finish(id)
			}
			g.choose(file)
			if s, _ := g.now(); s.Stored.Offer == nil || s.Stored.Offer.Known != 1 {
				t.Errorf("offered again: %+v", s.Stored.Offer)
			}
			g.close()
			g = w.reopen(alice, onDisk(g.store.disk))
			g.connect()
			if past := g.past(common.Address{}); past.Found != 0 || past.Known != 1 {
				t.Errorf("once more: %+v", past)
			}
			if s, _ := g.now(); len(s.Jobs) != tt.found || len(s.Imported) != 1-tt.found {
				t.Errorf("after a reload: %d imported records and %s", len(s.Imported), describe(s))
			}
		})
	}
}
