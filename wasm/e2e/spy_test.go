//go:build !js

package e2e

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	wire "github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// spy records everything by which a secret could leave the page or stay behind.
type spy struct {
	v  *visitor
	mu sync.Mutex
	// heard is what was recorded so far, by channel.
	heard map[string][]string
}

// The channels.
const (
	spyConsole    = "the console"
	spyExceptions = "an exception"
	spyAddresses  = "the address of a request"
	spyBodies     = "the body of a request"
	spyDOM        = "the page" // attributes and texts, at every moment
	spyMessages   = "a message of the window"
	spyStorage    = "localStorage, sessionStorage or a cookie"
	spyDatabase   = "IndexedDB"
	spyClipboard  = "the clipboard"
	spyHistory    = "the address of the page"
)

var spyChannels = []string{spyConsole, spyExceptions, spyAddresses, spyBodies, spyDOM, spyMessages, spyStorage, spyDatabase, spyClipboard, spyHistory}

// spyScript notes what changes in the page, and what its window says. Only the
// worker's own messages are left out: they carry the secrets to where they belong.
const spyScript = `(() => {
	const spied = window.spied = { dom: new Set(), messages: [], clipboard: [], history: new Set() };
	const show = (v) => { try { return typeof v === "string" ? v : JSON.stringify(v, (_, x) => ArrayBuffer.isView(x) ? [...x] : x) } catch (e) { return String(v) } };
	const note = (node) => {
		if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.COMMENT_NODE) spied.dom.add(node.data);
		else if (node.outerHTML) spied.dom.add(node.outerHTML);
		spied.history.add(location.href);
	};
	new MutationObserver((list) => {
		for (const m of list) {
			if (m.type === "attributes") spied.dom.add(m.attributeName + "=" + m.target.getAttribute(m.attributeName));
			else if (m.type === "characterData") spied.dom.add(m.target.data);
			else m.addedNodes.forEach(note);
		}
	}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
	window.addEventListener("message", (e) => spied.messages.push(show(e.data)), true);
	const post = window.postMessage.bind(window);
	window.postMessage = (...said) => { spied.messages.push(show(said[0])); return post(...said); };
	const broadcast = BroadcastChannel.prototype.postMessage;
	BroadcastChannel.prototype.postMessage = function (data) { spied.messages.push(show(data)); return broadcast.call(this, data); };
	const copy = (text) => { spied.clipboard.push(show(text)); return Promise.resolve(); };
	if (navigator.clipboard) navigator.clipboard.writeText = copy;
})();`

// spies begins to record. Call it before the page is opened.
func spies(v *visitor) *spy {
	v.t.Helper()
	s := &spy{v: v, heard: map[string][]string{}}
	v.before(spyScript)
	chromedp.ListenTarget(v.ctx, s.listen)
	v.run(wire.Enable().WithMaxPostDataSize(16 << 20))
	return s
}

func (s *spy) note(channel string, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard[channel] = append(s.heard[channel], texts...)
}

func (s *spy) listen(e any) {
	switch e := e.(type) {
	case *runtime.EventConsoleAPICalled:
		for _, a := range e.Args {
			s.note(spyConsole, string(a.Value), a.Description, fmt.Sprint(a.Preview))
		}
	case *runtime.EventExceptionThrown:
		s.note(spyExceptions, e.ExceptionDetails.Error(), fmt.Sprint(e.ExceptionDetails.Exception))
		if x := e.ExceptionDetails.Exception; x != nil {
			s.note(spyExceptions, x.Description, string(x.Value))
		}
	case *wire.EventRequestWillBeSent:
		s.note(spyAddresses, e.Request.URL+e.Request.URLFragment)
		for _, part := range e.Request.PostDataEntries {
			body, err := base64.StdEncoding.DecodeString(part.Bytes)
			if err != nil {
				s.v.hear("spy: " + err.Error())
			}
			s.note(spyBodies, string(body))
		}
		for name, value := range e.Request.Headers {
			s.note(spyAddresses, fmt.Sprint(name, ": ", value))
		}
	}
}

// collect takes over what the page has noted, and what is stored now. Call it
// before the page is left, too.
func (s *spy) collect() {
	s.v.t.Helper()
	var page struct{ DOM, Messages, Clipboard, History, Storage, Database []string }
	s.v.run(chromedp.Evaluate(spyDump, &page, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	s.note(spyDOM, page.DOM...)
	s.note(spyMessages, page.Messages...)
	s.note(spyClipboard, page.Clipboard...)
	s.note(spyHistory, page.History...)
	s.note(spyStorage, page.Storage...)
	s.note(spyDatabase, page.Database...)
}

// spyDump is everything that the page keeps: bytes as text and as hex.
const spyDump = `(async () => {
	const bytes = (v) => new TextDecoder().decode(v) + " " + [...v].map((b) => b.toString(16).padStart(2, "0")).join("");
	const show = (v) => v instanceof Uint8Array ? bytes(v) : v instanceof ArrayBuffer ? bytes(new Uint8Array(v))
		: v instanceof CryptoKey ? "CryptoKey, extractable: " + v.extractable : JSON.stringify(v);
	const done = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
	const all = [];
	for (const { name } of await indexedDB.databases()) {
		const db = await done(indexedDB.open(name));
		for (const store of db.objectStoreNames) {
			const s = db.transaction(store).objectStore(store);
			const [keys, values] = await Promise.all([done(s.getAllKeys()), done(s.getAll())]);
			values.forEach((v, i) => all.push(name + " " + store + " " + keys[i] + ": " + show(v)));
		}
		db.close();
	}
	return {
		DOM: [...spied.dom, document.documentElement.outerHTML, document.title],
		Messages: spied.messages, Clipboard: spied.clipboard, History: [...spied.history, location.href],
		Storage: [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie],
		Database: all,
	};
})()`

// finds returns the channels in which a secret was seen, with its spelling.
func (s *spy) finds(secret []byte) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]string{}
	for form, spelt := range spellings(secret) {
		for channel, texts := range s.heard {
			for _, text := range texts {
				if strings.Contains(text, spelt) {
					found[channel] = form
				}
			}
		}
	}
	return found
}

// saw reports whether a channel holds a text.
func (s *spy) saw(channel, text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.heard[channel], func(said string) bool { return strings.Contains(said, text) })
}

// spellings are the forms in which a secret could show.
func spellings(secret []byte) map[string]string {
	numbers, _ := json.Marshal(func() (list []int) {
		for _, b := range secret {
			list = append(list, int(b))
		}
		return list
	}())
	list := strings.Trim(string(numbers), "[]")
	return map[string]string{
		"text": string(secret), "hex": hex.EncodeToString(secret), "HEX": strings.ToUpper(hex.EncodeToString(secret)),
		"base64":    strings.TrimRight(base64.StdEncoding.EncodeToString(secret), "="),
		"base64url": base64.RawURLEncoding.EncodeToString(secret),
		"numbers":   list, "numbers with spaces": strings.ReplaceAll(list, ",", " "), "numbers with both": strings.ReplaceAll(list, ",", ", "),
	}
}

// plant puts a secret into every channel.
func (s *spy) plant(secret string) {
	s.v.t.Helper()
	text, err := json.Marshal(secret)
	if err != nil {
		s.v.t.Fatal(err)
	}
	s.v.run(chromedp.Evaluate(`(async (secret) => {
		console.log("oops", secret);
		setTimeout(() => { throw new Error(secret) }, 0);
		await fetch("/?" + secret).catch(() => {});
		await fetch("/", { method: "POST", body: secret }).catch(() => {});
		const p = document.createElement("p");
		document.body.append(p);
		p.setAttribute("data-secret", secret);
		await new Promise((ok) => setTimeout(ok, 0));
		p.remove(); // only a moment
		window.postMessage({ inside: secret }, "*");
		localStorage.setItem("planted", secret);
		await navigator.clipboard.writeText(secret);
		history.replaceState(null, "", "#" + secret);
		await new Promise((ok, no) => {
			const open = indexedDB.open("planted", 1);
			open.onupgradeneeded = () => open.result.createObjectStore("s");
			open.onerror = () => no(open.error);
			open.onsuccess = () => {
				const t = open.result.transaction("s", "readwrite");
				t.objectStore("s").put(new TextEncoder().encode(secret), "k");
				t.oncomplete = () => { open.result.close(); ok() };
			};
		});
	})(`+string(text)+`)`, nil, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
}
