//go:build !js

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// patience is how long anything may take to appear, in real time.
const patience = 40 * time.Second

// visitor is a person with a browser profile of their own.
type visitor struct {
	t     *testing.T
	ctx   context.Context
	net   *devnet.Network
	mu    sync.Mutex
	log   []string // console and exceptions
	close func()   // of a tab opened by another; nil otherwise
}

// visit opens the page of a network in a new profile. The page's clock is the
// network's: Date, performance.now and timers are replaced before anything loads.
func visit(t *testing.T, n *devnet.Network) *visitor {
	t.Helper()
	return browse(t).visit(n)
}

// visit opens the page of a network, on the network's clock.
func (v *visitor) visit(n *devnet.Network) *visitor {
	v.t.Helper()
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.open(n.Page)
	return v
}

// browse opens an empty page with storage of its own: in the browser that all journeys
// share, as a private window is. It is thrifty: nobody looks at a journey, and there are
// two cores for all of them.
func browse(t *testing.T) *visitor {
	t.Helper()
	return newVisitor(t, private)
}

// alone is browse in a browser that is not shared: what a page keeps is kept on the disk,
// as it is for people.
func alone(t *testing.T) *visitor {
	t.Helper()
	return newVisitor(t, func(t *testing.T) (context.Context, func()) { return started(t, thrifty...) })
}

// measured starts a browser as people have it, for what takes the time.
func measured(t *testing.T) *visitor {
	t.Helper()
	return newVisitor(t, func(t *testing.T) (context.Context, func()) { return started(t) })
}

func newVisitor(t *testing.T, opened func(*testing.T) (context.Context, func())) *visitor {
	t.Helper()
	ctx, cancel := opened(t)
	v := &visitor{t: t, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			v.shot("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
			for _, line := range v.said() {
				t.Log("console:", line)
			}
			t.Log("page:", v.outline())
		}
		cancel()
	})
	chromedp.ListenTarget(ctx, v.listen)
	v.size(1440, 900, false)
	return v
}

// before runs a script ahead of everything else in pages opened from now on.
func (v *visitor) before(script string) {
	v.t.Helper()
	v.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}))
}

// thrifty has the browser move nothing by itself, and optimise later: the first is much
// to draw for software, and a page that lives for seconds pays for the second more than
// it gains. Nor does it prepare pages that nobody opens: the last two of the features; the
// others are chromedp's own, which this flag replaces.
var thrifty = []chromedp.ExecAllocatorOption{
	chromedp.Flag("force-prefers-reduced-motion", true),
	chromedp.Flag("js-flags", "--wasm-tiering-budget=200000000"),
	chromedp.Flag("disable-features", "site-per-process,Translate,BlinkGenPropertyTrees,PreloadTopChromeWebUI,SpareRendererForSitePerProcess"),
}

// shared is the browser of all journeys: to start one takes as long as to load the page.
var shared struct {
	sync.Mutex
	browser context.Context
	stop    func()
}

// private opens a page of the shared browser with storage of its own.
func private(t *testing.T) (context.Context, func()) {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.browser == nil || shared.browser.Err() != nil { // none yet, or it has crashed
		shared.browser, shared.stop = started(t, thrifty...)
	}
	browser := cdp.WithExecutor(shared.browser, chromedp.FromContext(shared.browser).Browser)
	id, err := target.CreateBrowserContext().Do(browser)
	if err != nil {
		t.Fatal("no new storage: ", err)
	}
	window, err := target.CreateTarget("about:blank").WithBrowserContextID(id).WithNewWindow(true).Do(browser)
	if err != nil {
		t.Fatal("no new window: ", err)
	}
	ctx, cancel := chromedp.NewContext(shared.browser, chromedp.WithTargetID(window))
	chromedp.FromContext(ctx).BrowserContextID = id // of the tabs that it opens, too
	if err := chromedp.Run(ctx); err != nil {
		t.Fatal("no new page: ", err)
	}
	return ctx, func() {
		cancel()
		_ = target.DisposeBrowserContext(id).Do(browser) // gone with a browser that has crashed
	}
}

// started starts a browser with an empty page in it.
func started(t *testing.T, more ...chromedp.ExecAllocatorOption) (context.Context, func()) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium),
		chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-color-profile", "srgb"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {})) // events newer than the library
	if err := chromedp.Run(ctx); err != nil {
		stop()
		t.Fatal("Chromium does not start: ", err)
	}
	return ctx, func() { cancel(); stop() }
}

// inside is the storage that a page of the shared browser has of its own; "" for that of
// the browser.
func (v *visitor) inside() cdp.BrowserContextID {
	return chromedp.FromContext(v.ctx).BrowserContextID
}

func (v *visitor) listen(e any) {
	switch e := e.(type) {
	case *runtime.EventConsoleAPICalled:
		var parts []string
		for _, a := range e.Args {
			parts = append(parts, string(a.Value)+a.Description)
		}
		v.hear(string(e.Type) + ": " + strings.Join(parts, " "))
	case *runtime.EventExceptionThrown:
		v.hear("exception: " + e.ExceptionDetails.Error())
	}
}

func (v *visitor) hear(line string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.log = append(v.log, line)
}

// said is what console and exceptions told so far.
func (v *visitor) said() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.log)
}

// clockScript makes the page live on the network's clock.
func clockScript(c *devchain.Clock) string {
	return fmt.Sprintf(`(() => {
	const rate = %g, realBase = %d, netBase = %d;
	const RealDate = Date, realNow = Date.now.bind(Date);
	const now = () => Math.floor(netBase + (realNow() - realBase) * rate);
	globalThis.Date = class extends RealDate {
		constructor(...a) { if (a.length) super(...a); else super(now()); }
		static now() { return now(); }
	};
	const perf = performance.now.bind(performance), perfBase = perf();
	performance.now = () => perfBase + (perf() - perfBase) * rate;
	const st = setTimeout, si = setInterval;
	globalThis.setTimeout = (f, ms, ...a) => st(f, (ms || 0) / rate, ...a);
	globalThis.setInterval = (f, ms, ...a) => si(f, (ms || 0) / rate, ...a);
})();`, c.Rate(), time.Now().UnixMilli(), c.Now().UnixMilli())
}

// part is a part of the journey, with a name and verdict of its own.
func (v *visitor) part(name string, f func(t *testing.T)) {
	v.t.Helper()
	v.t.Run(name, func(t *testing.T) {
		whole := v.t
		v.t = t
		defer func() { v.t = whole }()
		f(t)
	})
}

func (v *visitor) run(actions ...chromedp.Action) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		v.t.Fatal(err)
	}
}

// size sets the window; touch makes it a phone.
func (v *visitor) size(width, height int64, touch bool) {
	v.t.Helper()
	v.run(emulation.SetDeviceMetricsOverride(width, height, 1, touch), emulation.SetTouchEmulationEnabled(touch))
}

func (v *visitor) dark(on bool) {
	v.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	v.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

func (v *visitor) open(url string) {
	v.t.Helper()
	v.run(chromedp.Navigate(url))
}

func (v *visitor) reload() {
	v.t.Helper()
	v.run(chromedp.Reload())
}

// anew does what has the page load itself anew, and waits for the new one. Chromium
// 156 crashes at times if it is asked for the accessible elements in between.
func (v *visitor) anew(do func()) {
	v.t.Helper()
	since := func() (origin float64) {
		ctx, cancel := context.WithTimeout(v.ctx, patience)
		defer cancel()
		_ = chromedp.Run(ctx, chromedp.Evaluate("performance.timeOrigin", &origin)) // 0 on its way to the new one
		return origin
	}
	before := since()
	do()
	v.until("the page to load anew", func() bool { now := since(); return now != 0 && now != before })
}

// found is one element of the accessibility tree.
type found struct {
	id   cdp.BackendNodeID
	name string
}

// axNodes is the part of an answer that is needed. The library's type refuses
// words that browsers newer than it use.
type axNodes struct {
	Nodes []struct {
		Ignored bool              `json:"ignored"`
		Role    axValue           `json:"role"`
		Name    axValue           `json:"name"`
		ID      cdp.BackendNodeID `json:"backendDOMNodeId"`
	} `json:"nodes"`
}

type axValue struct {
	Value string `json:"value"`
}

// disclosure is the role of a <summary>. It is Chromium's own and cannot be asked
// for, only looked for.
const disclosure = "DisclosureTriangle"

// all returns the elements of a role whose name matches now.
func (v *visitor) all(role string, match func(name string) bool) []found {
	var out []found
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		root, err := dom.GetDocument().WithDepth(0).Do(ctx)
		if err != nil {
			return err
		}
		query := accessibility.QueryAXTree().WithBackendNodeID(root.BackendNodeID)
		if role != disclosure {
			query = query.WithRole(role)
		}
		var answer axNodes
		if err := cdp.Execute(ctx, accessibility.CommandQueryAXTree, query, &answer); err != nil {
			return err // the page is on its way to another one: asked again
		}
		for _, n := range answer.Nodes {
			if !n.Ignored && n.Role.Value == role && match(n.Name.Value) {
				out = append(out, found{id: n.ID, name: n.Name.Value})
			}
		}
		return nil
	}))
	return out
}

func named(name string) func(string) bool { return func(n string) bool { return n == name } }

func anything(string) bool { return true }

func starting(prefix string) func(string) bool {
	return func(n string) bool { return strings.HasPrefix(n, prefix) }
}

// until polls until ok, and fails with what it waited for. It looks less often with
// time: each look at the accessible elements is work for the page.
func (v *visitor) until(what string, ok func() bool) {
	v.t.Helper()
	deadline := time.Now().Add(patience)
	for pause := 20 * time.Millisecond; !ok(); pause = min(pause*5/4, 150*time.Millisecond) {
		if time.Now().After(deadline) {
			v.t.Fatalf("waited %v for %s", patience, what)
		}
		time.Sleep(pause)
	}
}

// find waits for an element of a role and name.
func (v *visitor) find(role, name string) found {
	v.t.Helper()
	var at []found
	v.until(fmt.Sprintf("%s %q", role, name), func() bool { at = v.all(role, named(name)); return len(at) > 0 })
	return at[0]
}

// begins waits for an element of a role whose name begins so.
func (v *visitor) begins(role, prefix string) found {
	v.t.Helper()
	var at []found
	v.until(fmt.Sprintf("%s %q…", role, prefix), func() bool { at = v.all(role, starting(prefix)); return len(at) > 0 })
	return at[0]
}

// gone waits until there is no such element any more.
func (v *visitor) gone(role, name string) {
	v.t.Helper()
	v.until(fmt.Sprintf("the end of %s %q", role, name), func() bool { return !v.has(role, name) })
}

func (v *visitor) has(role, name string) bool { return len(v.all(role, named(name))) > 0 }

// click presses the mouse on an element, as a person does: one that is disabled
// is waited for.
func (v *visitor) click(role, name string) {
	v.t.Helper()
	v.until(fmt.Sprintf("a click on %s %q", role, name), func() bool {
		at := v.all(role, named(name))
		if len(at) == 0 || v.call(at[0].id, "function() { return String(this.matches(':disabled')) }") != "false" {
			return false
		}
		ctx, cancel := context.WithTimeout(v.ctx, patience)
		defer cancel()
		return chromedp.Run(ctx, clickOn(at[0].id)) == nil // drawn anew in between: again
	})
}

// twoFrames lets what was just changed be drawn.
const twoFrames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"

func clickOn(id cdp.BackendNodeID) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		if err := dom.ScrollIntoViewIfNeeded().WithBackendNodeID(id).Do(ctx); err != nil {
			return err
		}
		before, err := dom.GetContentQuads().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return err
		}
		if err := chromedp.Evaluate(twoFrames, nil, awaited).Do(ctx); err != nil {
			return err
		}
		quads, err := dom.GetContentQuads().WithBackendNodeID(id).Do(ctx)
		switch {
		case err != nil:
			return err
		case len(quads) == 0:
			return fmt.Errorf("not visible")
		case !slices.EqualFunc(before, quads, slices.Equal[dom.Quad]):
			return fmt.Errorf("it moves") // a person waits until it stands still
		}
		object, err := dom.ResolveNode().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return err
		}
		if _, _, err := runtime.CallFunctionOn(listenForPress).WithObjectID(object.ObjectID).Do(ctx); err != nil {
			return err
		}
		q := quads[0]
		x, y := (q[0]+q[2]+q[4]+q[6])/4, (q[1]+q[3]+q[5]+q[7])/4
		if err := chromedp.MouseClickXY(x, y).Do(ctx); err != nil {
			return err
		}
		pressed, _, err := runtime.CallFunctionOn("function() { return this.wasPressed }").WithObjectID(object.ObjectID).WithReturnByValue(true).Do(ctx)
		if err == nil && string(pressed.Value) == "false" {
			return fmt.Errorf("it moved away under the press")
		}
		return nil // without an answer the press has led to another page
	})
}

// listenForPress notes on an element whether a press has reached it: the page may
// move in the moment of it.
const listenForPress = `function() {
	this.wasPressed = false;
	this.addEventListener('click', () => { this.wasPressed = true }, {once: true, capture: true});
}`

// fill replaces the text of a field and leaves it, so that the page takes note.
func (v *visitor) fill(role, name, text string) {
	v.t.Helper()
	at := v.find(role, name)
	v.run(dom.Focus().WithBackendNodeID(at.id), chromedp.KeyEvent("a", chromedp.KeyModifiers(input.ModifierCtrl)), chromedp.KeyEvent(kb.Delete), input.InsertText(text), chromedp.KeyEvent(kb.Tab))
}

// press types a key, such as kb.Escape, where the focus is.
func (v *visitor) press(key string) {
	v.t.Helper()
	v.run(chromedp.KeyEvent(key))
}

// focused is the label of the field that has the focus, or the text of the button.
func (v *visitor) focused() (label string) {
	v.t.Helper()
	v.run(chromedp.Evaluate(`(() => {
		let e = document.activeElement;
		while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; // in a wallet's window
		return e.labels?.length ? e.labels[0].innerText : e.ariaLabel || e.innerText;
	})()`, &label))
	return label
}

// complaint is what stands at a field as wrong with it; "" for nothing.
func (v *visitor) complaint(role, name string) string {
	v.t.Helper()
	return v.call(v.find(role, name).id, `function() {
		return this.ariaInvalid === 'true' ? document.getElementById(this.getAttribute('aria-describedby')).innerText : ''
	}`)
}

// top scrolls to the beginning of the page.
func (v *visitor) top() {
	v.t.Helper()
	v.run(chromedp.Evaluate("scrollTo({top: 0, behavior: 'instant'})", nil))
}

// fits checks that nothing makes the page wider than its window.
func (v *visitor) fits() {
	v.t.Helper()
	var wider int
	v.run(chromedp.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth", &wider)) // innerWidth grows with what is too wide on a phone
	if wider > 0 {
		v.t.Errorf("the page is %d px wider than its window", wider)
	}
}

// whole checks that the program has neither crashed nor thrown anything so far.
func (v *visitor) whole() {
	v.t.Helper()
	for _, line := range v.said() {
		if strings.HasPrefix(line, "exception") || strings.Contains(line, "panic:") {
			v.t.Error(line)
		}
	}
	if len(v.all("alertdialog", anything)) > 0 {
		v.t.Error("the page has crashed")
	}
}

// value is the text of a field.
func (v *visitor) value(role, name string) string {
	v.t.Helper()
	return v.call(v.find(role, name).id, "function() { return this.value }")
}

// text is what stands in an element.
func (v *visitor) text(role, name string) string {
	v.t.Helper()
	return v.call(v.find(role, name).id, "function() { return this.innerText }")
}

func (v *visitor) call(id cdp.BackendNodeID, function string) (out string) {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		object, err := dom.ResolveNode().WithBackendNodeID(id).Do(ctx)
		if err != nil {
			return err
		}
		result, _, err := runtime.CallFunctionOn(function).WithObjectID(object.ObjectID).WithReturnByValue(true).Do(ctx)
		if err != nil {
			return err
		}
		return json.Unmarshal(result.Value, &out)
	}))
	return out
}

// sees waits until the page shows a text anywhere.
func (v *visitor) sees(text string) {
	v.t.Helper()
	v.until(fmt.Sprintf("the text %q", text), func() bool { return strings.Contains(v.body(), text) })
}

func (v *visitor) body() string {
	var text string
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Evaluate("document.body ? document.body.innerText : ''", &text))
	return text
}

// outline is what a failing test prints of the page.
func (v *visitor) outline() string {
	text := v.body()
	if len(text) > 3000 {
		text = text[:3000] + "…"
	}
	return text
}

// shot takes a screenshot into the ignored folder and names it in the output.
func (v *visitor) shot(name string) {
	v.t.Helper()
	v.shotTo(filepath.Join(shots, name+".png"))
}

func (v *visitor) shotTo(path string) {
	v.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		v.t.Log(err)
		return
	}
	var png []byte
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&png)); err != nil {
		v.t.Log("no screenshot:", err)
		return
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		v.t.Log(err)
		return
	}
	v.t.Log("screenshot:", path)
}
