//go:build !js

package devchain

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"crynux-dapp/chain"
)

// walletBase is where [WalletHandler] is mounted.
const walletBase = "/_devwallet/"

//go:embed walletjs/wallet.js
var walletScript []byte

//go:embed walletjs/overlay.css
var overlayStyle string

// maxPageBody limits what a page may send in one request.
const maxPageBody = 4 << 20

// WalletHandler brings wallets into the pages of a development server. Mount
// it at /_devwallet/ and add <script src="/_devwallet/wallet.js"></script> to
// the page, before its own scripts: it announces the wallets by EIP-6963 and
// draws their prompts. Requests that do not come from a page of this very
// server on a loopback address are refused. Closing a wallet ends the streams.
func WalletHandler(wallets ...*Wallet) http.Handler {
	h := &walletPages{wallets: map[string]*Wallet{}, pages: map[string]*walletPage{}, boot: randomUUID()}
	config := scriptConfig{Base: walletBase, Boot: h.boot, CSS: overlayStyle, Wallets: []scriptWallet{}}
	for _, w := range wallets {
		id := randomUUID()
		h.wallets[id] = w
		h.order = append(h.order, id)
		config.Wallets = append(config.Wallets, scriptWallet{
			ID: id, Name: w.name, RDNS: w.rdns, Icon: w.icon, WindowEthereum: w.inEthereum, Unannounced: w.unannounced,
		})
	}
	settings, err := json.Marshal(config)
	if err != nil {
		panic(err) // strings and flags only
	}
	h.script = fmt.Appendf(nil, "(%s)(%s);\n", strings.TrimSpace(string(walletScript)), settings)

	mux := http.NewServeMux()
	mux.HandleFunc("GET "+walletBase+"wallet.js", h.serveScript)
	mux.HandleFunc("GET "+walletBase+"stream", h.stream)
	mux.HandleFunc("POST "+walletBase+"request", h.request)
	mux.HandleFunc("POST "+walletBase+"decide", h.decide)
	return guardLoopback(mux)
}

// scriptConfig is what the script is called with.
type scriptConfig struct {
	Base    string         `json:"base"`
	Boot    string         `json:"boot"` // changes with every start of the server
	CSS     string         `json:"css"`
	Wallets []scriptWallet `json:"wallets"`
}

type scriptWallet struct {
	ID             string `json:"id"` // EIP-6963 uuid
	Name           string `json:"name"`
	RDNS           string `json:"rdns"`
	Icon           string `json:"icon"`
	WindowEthereum bool   `json:"windowEthereum"`
	Unannounced    bool   `json:"unannounced"`
}

// randomUUID makes a version-4 UUID.
func randomUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// guardLoopback refuses what does not come from a loopback page of the same
// server, and forbids caching.
func guardLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, "the demo wallets answer on loopback addresses only", http.StatusForbidden)
			return
		}
		origin := r.Header.Get("Origin")
		if origin == "" && r.Method == http.MethodPost || origin != "" && !sameHost(origin, r.Host) {
			http.Error(w, "the demo wallets answer to their own page only", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// isLoopback tells of a Host header whether it names this machine.
func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host == host
}

// pageOrigin is the origin of a request that [guardLoopback] let through.
func pageOrigin(r *http.Request) string {
	if origin := r.Header.Get("Origin"); origin != "" {
		return origin
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// walletPages serves the wallets to all open pages.
type walletPages struct {
	wallets map[string]*Wallet // by the id the script knows
	order   []string
	boot    string
	script  []byte

	mu    sync.Mutex
	pages map[string]*walletPage // by origin and page id
	ages  []string               // keys of pages, oldest first
}

func (h *walletPages) serveScript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Write(h.script)
}

// pageRequest is one provider.request of a page.
type pageRequest struct {
	Page   string          `json:"page"`
	ID     int             `json:"id"`
	Wallet string          `json:"wallet"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// pageAnswer is its outcome: Result, or Error.
type pageAnswer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *pageError      `json:"error,omitempty"`
}

type pageError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// request answers 200 with the outcome, or 202 at once when a person has to
// be asked: then the outcome comes through the page's stream, because a
// browser opens six connections to a host and a few prompts would use them
// up. The request lives on when the page goes away, as in MetaMask.
func (h *walletPages) request(w http.ResponseWriter, r *http.Request) {
	var call pageRequest
	if !readPageJSON(w, r, &call) {
		return
	}
	wallet := h.wallets[call.Wallet]
	if wallet == nil || call.Page == "" {
		http.Error(w, "no such wallet or page", http.StatusNotFound)
		return
	}
	page := h.page(call.Page, pageOrigin(r))

	asked := make(chan struct{})
	var once sync.Once
	site := &Site{wallet: wallet, origin: page.origin, waits: func() { once.Do(func() { close(asked) }) }}
	answered := make(chan pageAnswer, 1)
	go func() { // ends with the request, at the latest with Wallet.Close
		result, err := site.Request(context.Background(), call.Method, call.Params)
		answered <- answerOf(call.ID, result, err)
	}()
	select {
	case a := <-answered:
		writePageJSON(w, http.StatusOK, a)
	case <-asked:
		writePageJSON(w, http.StatusAccepted, struct{}{})
		go func() { page.post("response", <-answered) }()
	case <-r.Context().Done():
	}
}

func answerOf(id int, result json.RawMessage, err error) pageAnswer {
	if err == nil {
		return pageAnswer{ID: id, Result: result}
	}
	var coded *chain.ProviderError
	if !errors.As(err, &coded) {
		errors.As(internalError(err.Error()), &coded)
	}
	return pageAnswer{ID: id, Error: &pageError{coded.Code, coded.Message, coded.Data}}
}

// decide is the overlay's Confirm or Reject.
func (h *walletPages) decide(w http.ResponseWriter, r *http.Request) {
	var answer struct {
		Wallet  string `json:"wallet"`
		ID      int    `json:"id"`
		Confirm bool   `json:"confirm"`
		Cap     string `json:"cap"` // decimal CNX; "" = as asked
	}
	if !readPageJSON(w, r, &answer) {
		return
	}
	wallet := h.wallets[answer.Wallet]
	if wallet == nil {
		http.Error(w, "no such wallet", http.StatusNotFound)
		return
	}
	d := decision{verdict: Reject}
	if answer.Confirm {
		d.verdict = Approve
		if answer.Cap != "" {
			amount, err := parseCNX(answer.Cap)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			d.amount = amount
		}
	}
	if err := wallet.decide(answer.ID, d); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// pagePrompt is a prompt as the overlay draws it.
type pagePrompt struct {
	Prompt
	WalletID string `json:"walletId"`
	Account  string `json:"account"` // EIP-55
	Icon     string `json:"icon"`
}

// openPrompts lists what an origin's person is being asked, wallet by wallet.
func (h *walletPages) openPrompts(origin string) []pagePrompt {
	list := []pagePrompt{}
	for _, id := range h.order {
		wallet := h.wallets[id]
		for _, p := range wallet.Prompts() {
			if p.Verdict == Ask && p.Origin == origin {
				list = append(list, pagePrompt{p, id, p.Account.Hex(), wallet.icon})
			}
		}
	}
	return list
}

func readPageJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPageBody)).Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func writePageJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A page that went away is no error.
	_ = json.NewEncoder(w).Encode(value)
}
