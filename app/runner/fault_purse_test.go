//go:build !js

package runner_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
)

// modern opens the page of a person with today's MetaMask and a place for the
// key of a task wallet.
func (w *world) modern() (*page, person) {
	w.Helper()
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	return w.open(p), p
}

// acts asks something of the task wallet and waits until that is over.
func (g *page) acts(ask func()) runner.Purse {
	g.w.Helper()
	g.mu.Lock()
	before := g.works
	g.mu.Unlock()
	ask()
	return g.until("the task wallet is done with it", func(s runner.Snapshot) bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.works > before && s.Purse.Step == ""
	}).Purse
}

// refuses asks something of the task wallet and waits until it says why not.
func (g *page) refuses(c job.Code, ask func()) job.Problem {
	g.w.Helper()
	s := g.acts(ask)
	if s.Fault.Code != c {
		g.w.Fatalf("it says %+v, want %s", s.Fault, c)
	}
	return job.Explain(job.State{Phase: job.Failed, Fault: s.Fault})
}

// nothingMoved checks that an account has what it had: nobody sent anything.
func (w *world) nothingMoved(p person) {
	w.Helper()
	native, tokens := w.holds(p.account)
	if native != *uint256.MustFromBig(coins(1)) || tokens != cnx(300) {
		w.Errorf("the account has %s wei and %s CNX", native.Dec(), tokens.Dec())
	}
	if n := p.asked("eth_sendTransaction"); n != 0 {
		w.Errorf("the person was asked to send %d times", n)
	}
}

// differently signs typed data with a nonce from chance, as some wallets do: each
// signature is good, and none is like another.
func differently(key *ecdsa.PrivateKey, params any) (json.RawMessage, error) {
	list, _ := params.([]any)
	if len(list) != 2 {
		return nil, fmt.Errorf("parameters %T", params)
	}
	text, err := json.Marshal(list[1])
	if err != nil {
		return nil, err
	}
	var inner string
	var typed apitypes.TypedData
	if err := json.Unmarshal(text, &inner); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(inner), &typed); err != nil {
		return nil, err
	}
	digest, _, err := apitypes.TypedDataAndHash(typed)
	if err != nil {
		return nil, err
	}
	sig, err := signedByChance(key, digest)
	return json.RawMessage(`"` + hexutil.Encode(sig) + `"`), err
}

// signedByChance is r‖s‖v of a signature whose nonce is random, s low, v 27 or 28.
func signedByChance(key *ecdsa.PrivateKey, digest []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, key, digest)
	if err != nil {
		return nil, err
	}
	if n := crypto.S256().Params().N; s.Cmp(new(uint256.Int).Rsh(uint256.MustFromBig(n), 1).ToBig()) > 0 {
		s = s.Sub(n, s)
	}
	sig := make([]byte, 65)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:64])
	for v := range byte(2) {
		sig[64] = v
		if who, err := crypto.SigToPub(digest, sig); err == nil && crypto.PubkeyToAddress(*who) == addressOf(key) {
			sig[64] += 27
			return sig, nil
		}
	}
	return nil, fmt.Errorf("no v recovers the signer")
}

// chancy makes a wallet sign typed data differently each time.
func (g *page) chancy() {
	g.conn.stand(func(_ context.Context, method string, params any, ask asking) (json.RawMessage, error) {
		if method != "eth_signTypedData_v4" {
			return ask()
		}
		return differently(g.person.key(g.w), params)
	})
}

func TestWalletThatNeverSignsTheSameTwiceMakesNoKey(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	g.chancy()
	g.refuses(job.PurseNotDerivable, func() { g.MakePurse() })
	if s, _ := g.now(); s.Purse.Made || s.Purse.Open {
		t.Errorf("a task wallet was made: %+v", s.Purse)
	}
	if n := len(g.store.records[runner.Keys]); n != 0 {
		t.Errorf("%d records", n)
	}
	w.nothingMoved(p)

	g.MakeRandomPurse() // the way that is left
	g.until("it is open", func(s runner.Snapshot) bool { return s.Purse.Open })
	g.idle("making a key from chance")
	if said := g.refuses(job.PurseUnproven, func() { g.FundPurse(1) }); !strings.Contains(said.Remedy, "backup") {
		t.Errorf("it says %+v", said)
	}
	w.nothingMoved(p)
}

// TestWalletThatSignsDifferentlyThanBeforeOpensNothing: between two visits.
func TestWalletThatSignsDifferentlyThanBeforeOpensNothing(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	made := g.purse()
	g.fund(1)
	file, err := g.Backup(t.Context(), "a long password")
	w.must(err)
	native, tokens := w.holds(made.Address)

	w.vault = &keyRoom{w: w}
	again := w.reopen(p, g.store)
	again.connect()
	again.chancy()
	again.until("the locked one is shown", func(s runner.Snapshot) bool { return s.Purse.Made })
	before := p.asked("eth_sendTransaction")
	if said := again.refuses(job.PurseOtherKey, func() { again.MakePurse() }); !strings.Contains(said.Remedy, "backup") {
		t.Errorf("it says %+v", said)
	}
	if s, _ := again.now(); s.Purse.Open || s.Purse.Address != made.Address {
		t.Errorf("shown is %+v", s.Purse)
	}
	nativeNow, tokensNow := w.holds(made.Address)
	if nativeNow != native || tokensNow != tokens || p.asked("eth_sendTransaction") != before {
		t.Error("money moved")
	}

	again.refuses(job.PurseWrongPassword, func() { again.OpenBackup(file, "another password") })
	again.OpenBackup(file, "a long password")
	again.until("the backup opens it", func(s runner.Snapshot) bool { return s.Purse.Open })
	if got := again.idle("opening the backup"); got.Address != made.Address {
		t.Errorf("%s, was %s", got.Address, made.Address)
	}
}

func TestBackupsThatAreNoneAreRefused(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	made := g.purse()
	good, err := g.Backup(t.Context(), "a long password")
	w.must(err)
	change := func(from, to string) []byte {
		text := strings.Replace(string(good), from, to, 1)
		if text == string(good) {
			t.Fatalf("%q is not in the backup %s", from, good)
		}
		return []byte(text)
	}
	for name, tt := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":                  {nil, "damaged"},
		"no JSON":                  {[]byte("PNG"), "damaged"},
		"cut":                      {good[:len(good)/2], "damaged"},
		"another version":          {change(`"version":3`, `"version":1`), "damaged"},
		"of all memory there is":   {change(`"n":32768`, `"n":1073741824`), "memory"},
		"of a number that is none": {change(`"n":32768`, `"n":32767`), "damaged"},
	} {
		if said := g.refuses(job.PurseBadFile, func() { g.OpenBackup(tt.file, "a long password") }); !strings.Contains(said.Detail, tt.says) {
			t.Errorf("%s: it says %+v", name, said)
		}
		if s, _ := g.now(); !s.Purse.Open || s.Purse.Address != made.Address || s.Purse.BackedUp {
			t.Errorf("%s: shown is %+v", name, s.Purse)
		}
	}
	w.nothingMoved(p)
}

func TestAmountsThatAreNoneAreRefusedBeforeAnyPrompt(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	g.purse()
	for _, tasks := range []uint64{0, taskwallet.MostTasks + 1, 1 << 63} {
		g.refuses(job.PurseBadAmount, func() { g.FundPurse(tasks) })
	}
	w.nothingMoved(p)
}

func TestOwnerWithoutGasSendsNothing(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(nil, coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	if said := g.refuses(job.PurseShort, func() { g.FundPurse(1) }); !strings.Contains(said.Detail, "missing") {
		t.Errorf("it says %+v", said)
	}
	if n := p.asked("eth_sendTransaction"); n != 0 {
		t.Errorf("the person was asked to send %d times", n)
	}
}

func TestPathGatewayHasNoTaskWallet(t *testing.T) {
	w := begin(t, setup{})
	w.href = "https://gateway.example/ipfs/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/"
	g, p := w.modern()
	before := len(p.Prompts())
	for _, try := range []func(){g.MakePurse, g.MakeRandomPurse, func() { g.OpenBackup([]byte("{}"), "x") }} {
		try()
		g.until("it says why not", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.NoPurseHere && s.Purse.Step == "" })
	}
	s, _ := g.now()
	if !s.Purse.Refused || !strings.HasPrefix(s.Purse.Elsewhere, "https://bafy") || len(p.Prompts()) != before {
		t.Errorf("purse %+v, %d prompts more", s.Purse, len(p.Prompts())-before)
	}
}

// noRoom is the second program of a browser that refuses workers.
type noRoom struct{ runner.Vault }

var errNoWorker = taskwallet.NoWorker.Because("workers are refused")

func (noRoom) Ready(context.Context) error { return errNoWorker }
func (noRoom) Random(context.Context) (common.Address, error) {
	return common.Address{}, errNoWorker
}
func (noRoom) OpenBackup(context.Context, []byte, string) (common.Address, error) {
	return common.Address{}, errNoWorker
}

func TestBrowserWithoutWorkersHasNoTaskWallet(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = noRoom{}
	g := w.open(p)
	for _, try := range []func(){g.MakePurse, g.MakeRandomPurse, func() { g.OpenBackup([]byte("{}"), "x") }, func() { g.OpenFound(common.Address{}, "", 0) }} {
		g.refuses(job.PurseNoWorker, try)
	}
	if n := p.asked("eth_signTypedData_v4"); n != 0 {
		t.Errorf("the person was asked to sign %d times", n)
	}
	w.nothingMoved(p)
}

// TestProfileThatChangedAfterTheFundingIsNotServed: the contracts or the Relay of
// the profile are no longer those that the task wallet was made for.
func TestProfileThatChangedAfterTheFundingIsNotServed(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	made := g.purse()
	g.fund(1)
	w.net.Relays = []string{w.net.Relays[0] + "/other"}
	w.vault = &keyRoom{w: w}
	again := w.reopen(p, g.store)
	again.connect()
	again.refuses(job.PurseMoved, func() { again.MakePurse() })
	again.Submit(task.SD, sd(t, 1))
	s := again.until("it says that it is locked", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.PurseLocked })
	if s.Purse.Open || len(s.Jobs) != 0 || w.created(made.Address) != 0 {
		t.Errorf("purse %+v, %d jobs", s.Purse, len(s.Jobs))
	}
}

func TestBudgetThatIsSpentAsksAgain(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	made := g.purse()
	g.fund(1)
	w.must(w.chain.Fund(t.Context(), made.Address, coins(1), coins(60))) // money that nobody confirmed here
	g.finish(g.order(task.SD, sd(t, 1)))
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.PurseOverBudget)
	if said := job.Explain(s); said.Retry != "Allow 60 CNX" || !strings.Contains(said.Detail, "60 CNX") {
		t.Errorf("it says %+v", said)
	}
	if n := w.created(made.Address); n != 1 {
		t.Errorf("%d tasks before the click", n)
	}
	before := len(p.Prompts())
	g.retry(id)
	g.finish(id)
	if n := w.created(made.Address); n != 2 || len(p.Prompts()) != before {
		t.Errorf("%d tasks, %d prompts", n, len(p.Prompts())-before)
	}
}

// TestGasPriceFarAboveTheConfirmedOneSendsNothing is an endpoint that wants the
// task wallet to burn its coins (taskwallet.md test 6).
func TestGasPriceFarAboveTheConfirmedOneSendsNothing(t *testing.T) {
	w := begin(t, setup{})
	g, _ := w.modern()
	made := g.purse()
	g.fund(1)
	w.must(w.chain.Fund(t.Context(), made.Address, coins(100), nil)) // it could be paid
	native, _ := w.holds(made.Address)
	w.chain.SetRPCFaults(devchain.RPCFaults{GasPriceTimes: 100})
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.GasPriceRaised)
	if said := job.Explain(s); !strings.Contains(said.Detail, "Nothing was sent") {
		t.Errorf("it says %+v", said)
	}
	if now, _ := w.holds(made.Address); now != native {
		t.Error("gas was burnt")
	}
	w.chain.SetRPCFaults(devchain.RPCFaults{})
	g.retry(id)
	g.finish(id)
}

// TestCoinsForARefundAlwaysStay: enough to create a task, too little to cancel it.
func TestCoinsForARefundAlwaysStay(t *testing.T) {
	w := begin(t, setup{})
	g, _ := w.modern()
	made := g.purse()
	price, err := w.chain.Client().SuggestGasPrice(t.Context())
	w.must(err)
	enough := new(uint256.Int).Mul(uint256.MustFromBig(price), uint256.NewInt(2*(job.CreateGasHint+job.ApproveGasHint)))
	w.must(w.chain.Fund(t.Context(), made.Address, enough.ToBig(), coins(30)))
	g.LockPurse()
	g.until("it is locked", func(s runner.Snapshot) bool { return !s.Purse.Open })
	g.purse() // with what is there as budget
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.PurseShort)
	if s.From != job.AwaitCreate || s.Fault.Need.IsZero() {
		t.Errorf("from %s, %s missing", s.From, s.Fault.Need.Dec())
	}
	if n := w.created(made.Address); n != 0 {
		t.Error("it was created")
	}
	need := s.Fault.Need.Add(&s.Fault.Need, enough) // gas is estimated anew each time
	w.must(w.chain.Fund(t.Context(), made.Address, need.ToBig(), nil))
	g.retry(id)
	g.finish(id)
}

func TestBrowserThatKeepsNoRecordMakesNoTaskWallet(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	g.store.setRefuse(func(store, _ string, _ []byte) bool { return store == runner.Keys })
	g.refuses(job.Storage, func() { g.MakePurse() })
	if s, _ := g.now(); s.Purse.Open || s.Purse.Made {
		t.Errorf("shown is %+v", s.Purse)
	}
	w.nothingMoved(p)
}

// TestPriceThatNoNodeTakesIsRaisedAndPaidOnce: the nonce is free, so it is the price.
func TestPriceThatNoNodeTakesIsRaisedAndPaidOnce(t *testing.T) {
	w := begin(t, setup{})
	g, _ := w.modern()
	made := g.purse()
	g.fund(1)
	met := g.troubles()
	cheap := devchain.RPCError{Code: -32000, Message: "transaction underpriced: gas tip cap 1, minimum needed 2"}
	w.chain.SetRPCFaults(devchain.RPCFaults{Refuse: map[string]devchain.RPCError{"eth_sendRawTransaction": cheap}})
	id := g.order(task.SD, sd(t, 1))
	g.when(id, "hears of it", func(s job.State) bool { return met(job.TxUnderpriced) || s.Phase.Ended() })
	w.chain.SetRPCFaults(devchain.RPCFaults{})
	g.finish(id)
	if n := w.created(made.Address); n != 1 {
		t.Errorf("%d tasks", n)
	}
}
