//go:build !js

package chain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// stopwatch is a clock that only the test moves.
type stopwatch struct {
	mu  sync.Mutex
	now time.Time
}

func (s *stopwatch) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stopwatch) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// paced is a Transport that reads Retry-After and has little patience.
type paced struct {
	lose func(url string) bool // the answer is lost on its way; nil = never
}

const patience = 300 * time.Millisecond

func (p paced) PostJSON(ctx context.Context, url string, body []byte, limit int) (int, []byte, error) {
	status, answer, _, err := p.PostJSONPaced(ctx, url, body, limit)
	return status, answer, err
}

func (p paced) PostJSONPaced(ctx context.Context, url string, body []byte, limit int) (int, []byte, string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, "", err
	}
	q.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, nil, "", err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err == nil && p.lose != nil && p.lose(url) {
		err = errors.New("the line is cut")
	}
	return r.StatusCode, answer, r.Header.Get("Retry-After"), err
}

// pair is a chain with two endpoints, and a reader of both.
type pair struct {
	*chain.Endpoints
	*testing.T
	dev    *devchain.Chain
	first  *devchain.Endpoint
	second *devchain.Endpoint
	urls   []string
	clock  *stopwatch
	client *chain.Client
	lost   bool // the next answer of the first endpoint
}

func newPair(t *testing.T) *pair {
	t.Helper()
	n := newNetwork(t, devchain.Options{})
	n.dev.Pause()
	n.must(t, n.dev.Mine(30))
	p := &pair{T: t, dev: n.dev, first: n.dev.Endpoint(), second: n.dev.Endpoint(), clock: &stopwatch{now: time.Unix(1e9, 0)}}
	for _, e := range []http.Handler{p.first, p.second} {
		server := httptest.NewServer(e)
		t.Cleanup(server.Close)
		p.urls = append(p.urls, server.URL)
	}
	p.Endpoints = p.reader(p.urls...)
	p.client = chain.NewClient(p.Endpoints, n.contracts)
	return p
}

func (p *pair) reader(urls ...string) *chain.Endpoints {
	lose := func(url string) bool {
		lost := p.lost && url == p.urls[0]
		p.lost = p.lost && !lost
		return lost
	}
	return chain.NewEndpoints(p.dev.ChainID().Uint64(), urls, paced{lose}, p.clock, nil)
}

// heads asks for the newest block and the price of gas.
var heads = []chain.Call{{Method: "eth_blockNumber"}, {Method: "eth_gasPrice"}}

// answers makes a Batch, and says how many requests each endpoint got for it.
func (p *pair) answers() (first, second int, results []chain.Result, err error) {
	a, b := p.first.Stats().Requests, p.second.Stats().Requests
	results, err = p.Batch(p.Context(), heads)
	return p.first.Stats().Requests - a, p.second.Stats().Requests - b, results, err
}

// asks fails unless a Batch is answered after so many requests of each endpoint.
func (p *pair) asks(when string, first, second int) []chain.Result {
	p.Helper()
	a, b, results, err := p.answers()
	if err != nil || len(results) != len(heads) {
		p.Fatalf("%s: %v %v", when, results, err)
	}
	for i, r := range results {
		if r.Err != nil {
			p.Errorf("%s: %s: %v", when, heads[i].Method, r.Err)
		}
	}
	if a != first || b != second {
		p.Errorf("%s: %d requests of the first and %d of the second, want %d and %d", when, a, b, first, second)
	}
	return results
}

var wholeFaults = map[string]devchain.RPCFaults{
	"down":              {Down: true},
	"hanging":           {Hang: true},
	"internal error":    {Status: 500},
	"bad gateway":       {Status: 502},
	"too many requests": {Status: 429},
	"a page in HTML":    {Garbage: true},
	"late":              {Lag: 20},
	"a call too many":   {Refuse: map[string]devchain.RPCError{"eth_gasPrice": {Code: -32005, Message: "limit exceeded"}}},
	"429 of a call":     {Refuse: map[string]devchain.RPCError{"eth_gasPrice": {Code: 429, Message: "compute units"}}},
}

func TestFirstEndpointThatFailsRestsAndIsTriedAgain(t *testing.T) {
	for name, faults := range wholeFaults {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			p.asks("at first", 1, 0)
			p.first.SetFaults(faults)
			p.asks("when it fails", 1, 1)
			p.asks("while it rests", 0, 1)
			p.clock.advance(2 * time.Second)
			p.asks("after its rest", 1, 1)
			p.clock.advance(3 * time.Second)
			p.asks("the second rest is longer", 0, 1)
			p.clock.advance(time.Second)
			p.first.SetFaults(devchain.RPCFaults{})
			p.asks("when it is well again", 1, 0)
			p.asks("from then on", 1, 0)
		})
	}
}

func TestChainIDIsAskedForOnceAndWithTheFirstCalls(t *testing.T) {
	p := newPair(t)
	for range 3 {
		p.asks("all is well", 1, 0)
	}
	stats := p.first.Stats()
	if stats.Requests != 3 || stats.Calls["eth_chainId"] != 1 || stats.Calls["eth_blockNumber"] != 3 {
		t.Errorf("%+v", stats)
	}
	if _, err := p.Batch(t.Context(), []chain.Call{{Method: "eth_chainId"}}); err != nil || p.first.Stats().Calls["eth_chainId"] != 2 {
		t.Errorf("the caller's own: %v %+v", err, p.first.Stats())
	}
	if results, err := p.Batch(t.Context(), nil); results != nil || err != nil || p.first.Stats().Requests != 4 {
		t.Errorf("nothing is asked: %v %v", results, err)
	}
}

func TestEndpointOfAnotherChainIsNeverAskedAgain(t *testing.T) {
	p := newPair(t)
	p.first.SetFaults(devchain.RPCFaults{ChainID: 5})
	p.asks("the first is of another chain", 1, 1)
	p.first.SetFaults(devchain.RPCFaults{})
	p.clock.advance(time.Hour)
	p.asks("an hour later", 0, 1)

	var foreign *chain.ForeignError
	p.second.SetFaults(devchain.RPCFaults{Status: 503})
	if _, _, _, err := p.answers(); !errors.Is(err, chain.ErrUnavailable) || errors.As(err, &foreign) || !strings.Contains(err.Error(), "of chain 5") {
		t.Errorf("the other one may come back, and the error is %v", err)
	}
	p.second.SetFaults(devchain.RPCFaults{ChainID: 6})
	alone := p.reader(p.urls[1])
	for range 2 {
		if results, err := alone.Batch(t.Context(), heads); !errors.As(err, &foreign) || results != nil {
			t.Fatalf("%v %v", results, err)
		}
	}
	p.second.SetFaults(devchain.RPCFaults{})
	if _, err := alone.Batch(t.Context(), heads); err != nil {
		t.Errorf("put right: %v", err)
	}
	if foreign.Want != p.dev.ChainID().Uint64() || foreign.Got != 6 || !strings.HasPrefix("http://"+foreign.Host, p.urls[1]) {
		t.Errorf("%+v", foreign)
	}
}

func TestEndpointThatHidesItsChainIsNotBelieved(t *testing.T) {
	p := newPair(t)
	p.first.SetFaults(devchain.RPCFaults{Refuse: map[string]devchain.RPCError{"eth_chainId": {Code: -32601, Message: "no such method"}}})
	p.asks("the first does not tell", 1, 1)
}

func TestAllEndpointsFail(t *testing.T) {
	p := newPair(t)
	p.asks("at first", 1, 0)
	p.first.SetFaults(devchain.RPCFaults{Down: true})
	p.second.SetFaults(devchain.RPCFaults{Garbage: true})
	for range 2 { // also while both rest: there is nobody else
		a, b, results, err := p.answers()
		if results != nil || !errors.Is(err, chain.ErrUnavailable) || !errors.Is(err, chain.ErrMalformed) || a != 1 || b != 1 {
			t.Errorf("%v %v, %d and %d requests", results, err, a, b)
		}
	}
	p.second.SetFaults(devchain.RPCFaults{})
	p.asks("one comes back", 1, 1)
	p.first.SetFaults(devchain.RPCFaults{})
	p.clock.advance(time.Hour)
	p.asks("both are back", 1, 0)
	if _, err := p.reader().Batch(t.Context(), heads); !errors.Is(err, chain.ErrUnavailable) {
		t.Errorf("without any endpoint: %v", err)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	p := newPair(t)
	p.asks("at first", 1, 0)
	busy := devchain.RPCFaults{Status: 429, RetryAfter: 40 * time.Second}
	p.first.SetFaults(busy)
	p.second.SetFaults(busy)
	if a, b, _, err := p.answers(); !errors.Is(err, chain.ErrRateLimited) || a != 1 || b != 1 {
		t.Fatalf("%v, %d and %d requests", err, a, b)
	}
	p.first.SetFaults(devchain.RPCFaults{})
	p.second.SetFaults(devchain.RPCFaults{})
	p.clock.advance(39 * time.Second)
	if a, b, _, err := p.answers(); !errors.Is(err, chain.ErrRateLimited) || a+b != 0 {
		t.Errorf("before the time: %v, %d and %d requests", err, a, b)
	}
	p.clock.advance(time.Second)
	p.asks("after it", 1, 0)
}

func TestErrorOfOneCallIsAnAnswer(t *testing.T) {
	p := newPair(t)
	p.first.SetFaults(devchain.RPCFaults{Refuse: map[string]devchain.RPCError{
		"eth_gasPrice": {Code: -32000, Message: "header not found"},
		"eth_getLogs":  {Code: -32005, Message: "query returned more than 10000 results"},
	}})
	results, err := p.Batch(t.Context(), append(slices.Clip(heads), chain.Call{Method: "eth_getLogs", Params: []any{map[string]any{}}}))
	if err != nil || results[0].Err != nil || results[1].Err == nil || results[2].Err == nil {
		t.Fatalf("%v %v", results, err)
	}
	if n := p.second.Stats().Requests; n != 0 {
		t.Errorf("%d requests of the second endpoint", n)
	}
}

func TestAnswersThatAreNotCompleteAreBetterThanNone(t *testing.T) {
	p := newPair(t)
	p.first.SetFaults(wholeFaults["429 of a call"])
	alone := p.reader(p.urls[0])
	results, err := alone.Batch(t.Context(), heads)
	if err != nil || results[0].Err != nil || !errors.Is(results[1].Err, chain.ErrRateLimited) {
		t.Errorf("%v %v", results, err)
	}
}

func TestChainThatLostBlocksIsReadAsItIs(t *testing.T) {
	p := newPair(t)
	p.asks("at first", 1, 0)
	p.first.SetFaults(devchain.RPCFaults{Lag: 20})
	p.second.SetFaults(devchain.RPCFaults{Lag: 19})
	results := p.asks("both are late", 1, 1)
	if head, err := p.dev.Client().BlockNumber(t.Context()); err != nil || string(results[0].Value) != fmt.Sprintf(`"0x%x"`, head-19) {
		t.Errorf("the older answer was taken: %s of %d, %v", results[0].Value, head, err)
	}
	p.asks("the newest that there is counts from now on", 0, 1)
	p.clock.advance(time.Hour)
	p.asks("and the first is not late by more than it", 1, 0)
}

func TestEndpointThatIsLateServesOnlyWhileNoOtherDoes(t *testing.T) {
	p := newPair(t)
	p.asks("at first", 1, 0)
	p.first.SetFaults(devchain.RPCFaults{Lag: 20})
	p.second.SetFaults(devchain.RPCFaults{Down: true})
	for range 2 {
		results := p.asks("the other is down", 1, 1)
		if want := fmt.Sprintf(`"0x%x"`, p.head()-20); string(results[0].Value) != want {
			t.Errorf("head %s, want %s", results[0].Value, want)
		}
	}
	p.second.SetFaults(devchain.RPCFaults{})
	results := p.asks("the other is back", 1, 1)
	if want := fmt.Sprintf(`"0x%x"`, p.head()); string(results[0].Value) != want {
		t.Errorf("head %s, want %s", results[0].Value, want)
	}
	p.asks("from then on", 0, 1)
}

func TestManyCallersAtOnceAreAllAnswered(t *testing.T) {
	p := newPair(t)
	e := chain.NewEndpoints(p.dev.ChainID().Uint64(), p.urls, paced{}, p.clock, nil)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 10 {
				results, err := e.Batch(t.Context(), heads)
				if err != nil || len(results) != len(heads) {
					t.Errorf("%v %v", results, err)
				}
			}
		})
	}
	for _, faults := range []devchain.RPCFaults{{Status: 503}, {}, {Garbage: true}, {}, {Down: true}, {ChainID: 5}} {
		p.first.SetFaults(faults)
		p.clock.advance(time.Second)
	}
	callers.Wait()
}

func TestCallerWhoLeavesIsNobodysFault(t *testing.T) {
	p := newPair(t)
	p.asks("at first", 1, 0)
	p.first.SetFaults(devchain.RPCFaults{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Batch(ctx, heads); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, chain.ErrTimeout) {
		t.Error(err)
	}
	if _, err := p.Batch(ctx, heads); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	p.first.SetFaults(devchain.RPCFaults{})
	p.asks("it has not failed", 1, 0)
}

// transfer signs one of nothing to nobody.
func (p *pair) transfer(nonce uint64) []byte {
	p.Helper()
	tx, err := types.SignNewTx(p.dev.Deployer(), types.LatestSignerForChainID(p.dev.ChainID()), &types.LegacyTx{
		Nonce: nonce, To: &common.Address{1}, Gas: 21000, GasPrice: coins(1).Rsh(coins(1), 25),
	})
	if err != nil {
		p.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		p.Fatal(err)
	}
	return raw
}

func TestSameBytesAreSentToTheNextEndpoint(t *testing.T) {
	p := newPair(t)
	p.asks("at first", 1, 0)
	nonce, err := p.dev.Client().PendingNonceAt(t.Context(), addressOf(p.dev.Deployer()))
	if err != nil {
		t.Fatal(err)
	}
	raw := p.transfer(nonce)
	p.lost = true
	if err := p.client.SendRaw(t.Context(), raw); err != nil { // the second says "already known"
		t.Fatal(err)
	}
	if a, b := p.first.Stats().Calls["eth_sendRawTransaction"], p.second.Stats().Calls["eth_sendRawTransaction"]; a != 1 || b != 1 {
		t.Errorf("sent %d and %d times", a, b)
	}
	if err := p.dev.Mine(1); err != nil {
		t.Fatal(err)
	}
	if n, err := p.dev.Client().NonceAt(t.Context(), addressOf(p.dev.Deployer()), nil); err != nil || n != nonce+1 {
		t.Errorf("nonce %d after it was %d: %v", n, nonce, err)
	}
	p.clock.advance(time.Hour)
	p.lost = true
	if err := p.client.SendRaw(t.Context(), raw); !errors.Is(err, chain.ErrNonceTooLow) {
		t.Errorf("once it is mined: %v", err)
	}
	if a := p.second.Stats().Calls["eth_sendRawTransaction"]; a != 2 {
		t.Errorf("the second was asked %d times", a)
	}
}

// TestEventsAreToldOnceAcrossEndpoints: the cursor of a Poll never goes back, so an
// endpoint that is a little late tells nothing twice, and nothing is left out.
func TestEventsAreToldOnceAcrossEndpoints(t *testing.T) {
	p := newPair(t)
	n := &network{Client: p.client, dev: p.dev, contracts: chain.Contracts(p.dev.Contracts())}
	p.dev.Resume()
	for _, name := range []string{"a", "b", "c"} {
		n.join(t, name, "NVIDIA GeForce RTX 4090", 24)
	}
	me := p.dev.Key("me")
	n.must(t, p.dev.Fund(t.Context(), addressOf(me), coins(1), coins(30)))
	approve := n.contracts.Approve(addressOf(me), base(30))
	_, err := p.dev.Transact(t.Context(), me, approve.To, nil, approve.Data)
	n.must(t, err)
	p.dev.Pause()

	var cursor uint64
	poll := func(when string, head, through uint64, events int) {
		t.Helper()
		tick, err := p.client.Poll(t.Context(), nil, cursor, chain.Block{})
		n.must(t, err)
		if tick.Head.Number != head || tick.Through != through || len(tick.Events) != events {
			t.Errorf("%s: head %d, through %d, %d events; want %d, %d, %d", when, tick.Head.Number, tick.Through, len(tick.Events), head, through, events)
		}
		cursor = tick.Through + 1
	}
	before := p.head()
	cursor = before
	poll("the first tells", before, before, 0)
	p.first.SetFaults(devchain.RPCFaults{Down: true})
	p.second.SetFaults(devchain.RPCFaults{Lag: 3})
	poll("the second is three blocks late", before-3, before, 0)

	p.dev.Resume()
	create := n.contracts.CreateTask(addressOf(me), 0, common.Hash{1}, 0)
	_, err = p.dev.Transact(t.Context(), me, create.To, nil, create.Data)
	n.must(t, err)
	p.dev.Pause()
	after := p.head()
	p.second.SetFaults(devchain.RPCFaults{Lag: after - before})
	poll("it has not seen the task", before, before, 0)
	p.second.SetFaults(devchain.RPCFaults{})
	poll("it has", after, after, 3)
	late := min(after-before, 8) // a busy machine makes more blocks meanwhile, and later than that it would not be asked
	p.first.SetFaults(devchain.RPCFaults{Lag: late})
	p.clock.advance(time.Hour)
	poll("the first is back and late", after-late, after, 0)
	p.first.SetFaults(devchain.RPCFaults{})
	poll("it has caught up", after, after, 0)
}

func (p *pair) head() uint64 {
	p.Helper()
	n, err := p.dev.Client().BlockNumber(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return n
}

// crowded is a Transport that answers nobody before the gate opens.
type crowded struct {
	chain.Transport
	gate chan struct{}
	now  atomic.Int32
}

func (c *crowded) PostJSON(context.Context, string, []byte, int) (int, []byte, error) {
	c.now.Add(1)
	<-c.gate
	return http.StatusOK, []byte(`[{"jsonrpc":"2.0","id":0,"result":"0x1"}]`), nil
}

func TestOnlySoManyRequestsAreUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := &crowded{gate: make(chan struct{})}
		e := chain.NewEndpoints(1, []string{"http://a.example"}, at, &stopwatch{}, nil)
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if _, err := e.Batch(t.Context(), []chain.Call{{Method: "eth_chainId"}}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if n := at.now.Load(); n != 4 {
			t.Errorf("%d requests at once", n)
		}
		close(at.gate)
		all.Wait()
		if n := at.now.Load(); n != 40 {
			t.Errorf("%d requests in all", n)
		}
	})
}
