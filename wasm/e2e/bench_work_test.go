//go:build !js && bench

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/heapprofiler"
	wire "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"crynux-dapp/web/devnet"
)

// gaps notes the longest time for which the main thread did nothing else.
const gaps = `(() => {
	window.longest = 0;
	const channel = new MessageChannel();
	let last = performance.now();
	channel.port1.onmessage = () => {
		const now = performance.now();
		window.longest = Math.max(window.longest, now - last);
		last = now;
		setTimeout(() => { last = performance.now(); channel.port2.postMessage(0); }, 2);
	};
	channel.port2.postMessage(0);
})()`

// asksOf counts the requests of a page to an address since the call. Questions whether
// it may ask at all (CORS) are left out, as performance.md says.
func (v *visitor) asksOf(addresses ...string) (count func() int) {
	var n atomic.Int64
	ctx, cancel := context.WithCancel(v.ctx)
	chromedp.ListenTarget(ctx, func(e any) {
		if e, ok := e.(*wire.EventRequestWillBeSent); ok && e.Request.Method != http.MethodOptions &&
			slices.ContainsFunc(addresses, func(a string) bool { return strings.HasPrefix(e.Request.URL, a) }) {
			n.Add(1)
		}
	})
	return func() int {
		cancel()
		return int(n.Load())
	}
}

// benchWork runs one task of nine pictures from the task wallet, in real time.
func benchWork(t *testing.T, b *table) {
	n := network(t, func(o *devnet.Options) { o.Rate, o.WorkTime = 1, 15*time.Second })
	v := measured(t).visit(n)
	v.connect(modern)
	v.setUp(3)
	v.fill("spinbutton", "Pictures", "9")
	v.fill("spinbutton", "Width", "1024")
	v.fill("spinbutton", "Height", "1024")
	v.fill("textbox", "Prompt", "nine ships at sea")
	v.run(chromedp.Evaluate(gaps, nil))
	requests := v.asksOf(n.RPC, n.RelayURL)
	began := time.Now()
	v.click("button", "Generate")
	v.until("nine pictures", func() bool { return v.has("image", "nine ships at sea (9 of 9)") })
	v.find("button", "verified")
	took := time.Since(began)
	b.add(row{What: "requests for a task of nine pictures, task wallet", Unit: "requests", Value: float64(requests()), Budget: 40, Aim: 25, Note: fmt.Sprintf("to RPC and Relay, a job of %.0f s", took.Seconds())})
	var longest float64
	v.run(chromedp.Evaluate("longest", &longest))
	b.add(row{What: "longest time the page does not react, nine pictures of 1024² paid, verified, shown", Unit: "ms", Value: longest, Budget: 50, Aim: 16, Note: "thumbnails come with the library"})

	// The largest arguments that the network runs.
	args := strings.Replace(everySD(), pixel, "data:image/png;base64,"+strings.Repeat("A", 110_000), 1)
	v.click("button", "Arguments")
	v.fill("textbox", "Arguments", args)
	v.run(chromedp.Evaluate("window.longest = 0", nil))
	v.click("button", "Generate")
	v.until("the task runs", func() bool { return v.tasks() == 2 })
	v.run(chromedp.Evaluate("longest", &longest))
	b.add(row{What: "longest time the page does not react, arguments of 110 KB checked, hashed, paid", Unit: "ms", Value: longest, Budget: 50, Aim: 16, Note: "the network runs no task of more than 120 KB"})
}

// benchIdle counts what a page asks for that has nothing to do.
func benchIdle(t *testing.T, b *table) {
	n := network(t)
	v := measured(t).visit(n)
	v.connect(digests)
	v.order("a lantern", 1)
	v.done("a lantern", 1)
	hidden, cancel := chromedp.NewContext(v.ctx) // another tab in front
	defer cancel()
	if err := chromedp.Run(hidden); err != nil {
		t.Fatal(err)
	}
	v.run(chromedp.Evaluate(`Object.defineProperty(document, "visibilityState", {get: () => "hidden"}); Object.defineProperty(document, "hidden", {get: () => true}); document.dispatchEvent(new Event("visibilitychange"))`, nil))
	clock := n.Chain.Clock()
	// The fee of a task is followed until the contract has given out all of it.
	if err := clock.Sleep(context.Background(), 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	requests := v.asksOf("http")
	if err := clock.Sleep(context.Background(), time.Minute); err != nil {
		t.Fatal(err)
	}
	b.add(row{What: "requests in a minute, nothing to do and hidden", Unit: "requests", Value: float64(requests())})
}

// benchTime is our own share of the time from the click to the last picture.
func benchTime(t *testing.T, b *table) {
	n := network(t, func(o *devnet.Options) { o.Rate, o.WorkTime = 1, 15*time.Second })
	heads := followHeads(t, n.Chain)
	v := measured(t).visit(n)
	v.connect(digests)
	v.run(chromedp.Evaluate(`addEventListener("click", () => { clicked = Date.now() }, true)`, nil))
	v.fill("spinbutton", "Pictures", "9")
	var shares []float64
	for try := range 3 {
		course := v.nineShips(heads, uint64(try+1))
		own := course.of(ours).Seconds()
		shares = append(shares, 100*own/(own+course.of(theirs).Seconds()))
	}
	b.add(row{What: "our own share of the time from click to last picture", Unit: "%", Value: median(shares), Budget: 15, Aim: 5, Note: "direct mode, median of 3 tasks"})
}

// benchPrompts counts what the demo wallets are asked.
func benchPrompts(t *testing.T, b *table) {
	n := network(t)
	v := measured(t).visit(n)
	of := func(wallet string) func() float64 {
		before := len(v.wallet(wallet).Prompts())
		return func() float64 { return float64(len(v.wallet(wallet).Prompts()) - before) }
	}
	v.connect(modern)
	first := of(modern)
	v.setUp(3)
	set := first()
	open := of(modern)
	v.order("a lantern", 1)
	v.shown("a lantern", 1)
	during := open()
	v.reload()
	v.ready()
	again := of(modern)
	v.click("button", "Unlock task wallet")
	v.click("button", "Unlock with one signature")
	v.gone("button", "Unlock with one signature")
	b.add(
		row{What: "wallet prompts, task wallet set up", Unit: "prompts", Value: set, Budget: 4, Aim: 4},
		row{What: "wallet prompts, a task from the open task wallet", Unit: "requests", Value: during},
		row{What: "wallet prompts, task wallet after a reload", Unit: "prompts", Value: again(), Budget: 1, Aim: 1},
	)
}

// benchMemory runs many tasks with four pictures and compares what is held.
func benchMemory(t *testing.T, b *table) {
	n := network(t, func(o *devnet.Options) {
		o.Rate, o.WorkTime = 20, 200*time.Millisecond
		many(o)
	})
	v := measured(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.before(`(() => {
		window.blobs = new Map();
		const make = URL.createObjectURL, free = URL.revokeObjectURL;
		URL.createObjectURL = (b) => { const u = make.call(URL, b); blobs.set(u, b.size ?? 0); return u; };
		URL.revokeObjectURL = (u) => { blobs.delete(u); free.call(URL, u); };
		const start = WebAssembly.instantiate;
		WebAssembly.instantiate = async (...a) => { const made = await start.apply(WebAssembly, a); window.wasmMemory = made.exports.mem; return made; };
	})()`)
	v.open(n.Page)
	v.connect(digests)
	v.fill("spinbutton", "Pictures", "4")
	held := func() float64 {
		var other float64
		v.run(heapprofiler.CollectGarbage(), chromedp.Evaluate("wasmMemory.buffer.byteLength + [...blobs.values()].reduce((a, b) => a + b, 0)", &other))
		var heap float64
		v.run(chromedp.ActionFunc(func(ctx context.Context) error {
			used, _, _, _, err := runtime.GetHeapUsage().Do(ctx)
			heap = used
			return err
		}))
		return heap + other
	}
	const few, all, together = 20, 200, 10 // tasks; they wait for each other's payment only
	var before float64
	for first := 0; first < all; first += together {
		if first == few {
			before = held()
		}
		// The faucet's coins: two hundred tasks are more than a demo account has.
		if err := n.Chain.Fund(t.Context(), v.wallet(digests).Address(), whole(1), whole(500)); err != nil {
			t.Fatal(err)
		}
		prompt := func(i int) string { return fmt.Sprintf("a lighthouse, number %d", first+i) }
		for i := range together {
			v.fill("textbox", "Prompt", prompt(i))
			v.click("button", "Generate")
			v.begins("article", "Task: "+prompt(i))
		}
		for i := range together {
			v.find("image", prompt(i)+" (4 of 4)")
		}
	}
	after := held()
	b.add(row{What: "memory after 200 tasks of four pictures ÷ after 20", Value: after / before, Budget: 1.5, Aim: 1.1, Note: fmt.Sprintf("%.0f MB ÷ %.0f MB: JS heap, wasm memory of the page, blobs held", after/mega, before/mega)})
}

// benchBuild is how long the site takes when everything is in the build cache.
func benchBuild(t *testing.T, b *table) {
	out := t.TempDir()
	for range 2 { // the first one fills the cache
		began := time.Now()
		cmd := exec.Command("go", "run", "./web/cmd/site", "-out", out+"/dist")
		cmd.Dir = "../.."
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if took := time.Since(began); b.rows[len(b.rows)-1].What == buildRow {
			b.rows[len(b.rows)-1].Value = took.Seconds()
		} else {
			b.add(row{What: buildRow, Unit: "s", Value: took.Seconds()})
		}
	}
}

const buildRow = "make site, warm"
