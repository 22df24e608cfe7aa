//go:build js && wasm

package browser

import (
	"slices"
	"strings"
	"sync"
	"syscall/js"
)

// Wallet is one wallet in this browser, as it describes itself (EIP-6963).
// Everything in it is the wallet's own claim.
type Wallet struct {
	UUID string // changes with every page load
	Name string
	RDNS string // reversed domain name, e.g. "io.metamask"; the same tomorrow
	Icon string // a data: URL of an image, or ""
}

// Injected is the UUID of window.ethereum, which stands in for wallets that do
// not announce themselves.
const Injected = "window.ethereum"

// Limits for what a wallet says about itself.
const (
	maxWallets  = 64
	maxName     = 100     // bytes
	maxIconText = 512_000 // bytes of the data: URL
)

// Wallets collects the wallets of this page, also those that turn up late.
type Wallets struct {
	mu       sync.Mutex
	found    []foundWallet
	watchers map[int]func()
	lastID   int
	stop     []func()
}

type foundWallet struct {
	Wallet
	provider js.Value
}

// Discover starts collecting and asks the wallets to announce themselves. Most
// do so before Discover returns, some later: see Watch.
func Discover() (*Wallets, error) {
	w := &Wallets{watchers: make(map[int]func())}
	window := js.Global()
	for event, f := range map[string]func(js.Value){
		"eip6963:announceProvider": func(e js.Value) { w.announced(property(e, "detail")) },
		"ethereum#initialized":     func(js.Value) { w.changed() }, // MetaMask mobile, late
	} {
		cancel, err := listen(window, event, f)
		if err != nil {
			w.Close()
			return nil, err
		}
		w.stop = append(w.stop, cancel)
	}
	request, err := construct("Event", "eip6963:requestProvider")
	if err == nil {
		_, err = call(window, "dispatchEvent", request)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// List is what is known now, in the order of the announcements. If nobody
// announced anything, window.ethereum is the only one, where it exists.
func (w *Wallets) List() []Wallet {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []Wallet
	for _, f := range w.found {
		list = append(list, f.Wallet)
	}
	if len(list) == 0 && isProvider(injected()) {
		list = append(list, Wallet{UUID: Injected, Name: "Browser wallet", RDNS: Injected})
	}
	return list
}

// Provider connects to a wallet of the list; false if it is not there (any more).
func (w *Wallets) Provider(uuid string) (*Provider, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.found {
		if f.UUID == uuid {
			return &Provider{value: f.provider}, true
		}
	}
	if p := injected(); uuid == Injected && isProvider(p) {
		return &Provider{value: p}, true
	}
	return nil, false
}

// Watch calls f whenever the list may have changed, until cancel is called.
// f must not block.
func (w *Wallets) Watch(f func()) (cancel func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lastID++
	id := w.lastID
	w.watchers[id] = f
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers, id)
	}
}

// Close stops collecting.
func (w *Wallets) Close() {
	for _, stop := range w.stop {
		stop()
	}
}

// announced takes the detail of one announcement. Wallets answer every
// request, also other scripts' ones, so a known UUID is no news.
func (w *Wallets) announced(detail js.Value) {
	info, provider := property(detail, "info"), property(detail, "provider")
	wallet := Wallet{
		UUID: text(info, "uuid"),
		Name: clip(strings.TrimSpace(text(info, "name")), maxName),
		RDNS: clip(text(info, "rdns"), maxName),
		Icon: imageURL(text(info, "icon")),
	}
	if wallet.UUID == "" || wallet.UUID == Injected || !isProvider(provider) {
		return
	}
	if wallet.Name == "" {
		wallet.Name = "Wallet without a name"
	}
	w.mu.Lock()
	known := slices.ContainsFunc(w.found, func(f foundWallet) bool { return f.UUID == wallet.UUID })
	if known || len(w.found) == maxWallets {
		w.mu.Unlock()
		return
	}
	w.found = append(w.found, foundWallet{wallet, provider})
	w.mu.Unlock()
	w.changed()
}

func (w *Wallets) changed() {
	w.mu.Lock()
	watchers := make([]func(), 0, len(w.watchers))
	for _, f := range w.watchers {
		watchers = append(watchers, f)
	}
	w.mu.Unlock()
	for _, f := range watchers {
		f()
	}
}

func injected() js.Value { return property(js.Global(), "ethereum") }

// isProvider reports whether v can be asked anything (EIP-1193).
func isProvider(v js.Value) bool {
	return property(v, "request").Type() == js.TypeFunction
}

// imageURL lets only images inside the text through: any other address would
// tell a stranger that this page was opened. In an <img> an SVG runs no script.
func imageURL(icon string) string {
	if len(icon) > maxIconText {
		return ""
	}
	for _, kind := range []string{"png", "svg+xml", "webp", "jpeg", "gif", "x-icon", "avif"} {
		if rest, ok := strings.CutPrefix(icon, "data:image/"+kind); ok && strings.IndexAny(rest, ",;") == 0 {
			return icon
		}
	}
	return ""
}

// clip shortens s to at most n bytes without cutting a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
