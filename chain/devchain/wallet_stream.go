//go:build !js

package devchain

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// maxPages is how many pages are remembered; the oldest are forgotten.
const maxPages = 64

// maxLetters is how many messages a page may miss while it reconnects.
const maxLetters = 256

// walletPage is the mailbox of one loaded page. It outlives a broken stream,
// so that a page that reconnects misses nothing.
type walletPage struct {
	origin string
	stops  []func() // of the listeners

	mu      sync.Mutex
	letters []letter
	last    int           // number of the newest letter
	news    chan struct{} // closed when a letter comes
}

// letter is a server-sent event.
type letter struct {
	number int
	event  string // "response", "event" or "prompts"
	data   []byte // nil for "prompts": the list is made when it is sent
}

// page returns the mailbox of a page, new if need be. An id counts within its
// origin only, so that no page reads what is meant for another origin.
func (h *walletPages) page(id, origin string) *walletPage {
	key := origin + " " + id
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.pages[key]; p != nil {
		return p
	}
	p := &walletPage{origin: origin, news: make(chan struct{})}
	for _, walletID := range h.order {
		p.stops = append(p.stops, h.wallets[walletID].listen(func(to string, e WalletEvent) {
			switch {
			case e.Name == "":
				p.post("prompts", nil)
			case to == "" || to == origin:
				p.post("event", struct {
					Wallet string `json:"wallet"`
					WalletEvent
				}{walletID, e})
			}
		}))
	}
	h.pages[key] = p
	h.ages = append(h.ages, key)
	if len(h.ages) > maxPages {
		for _, stop := range h.pages[h.ages[0]].stops {
			stop()
		}
		delete(h.pages, h.ages[0])
		h.ages = h.ages[1:]
	}
	return p
}

// post puts a message into the mailbox.
func (p *walletPage) post(event string, value any) {
	var data []byte
	if value != nil {
		var err error
		if data, err = json.Marshal(value); err != nil {
			panic(err) // answers and events hold JSON already
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	p.letters = append(p.letters, letter{p.last, event, data})
	if len(p.letters) > maxLetters {
		p.letters = p.letters[1:]
	}
	close(p.news)
	p.news = make(chan struct{})
}

// after returns the letters after number, and what tells of the next one.
func (p *walletPage) after(number int) ([]letter, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := slices.IndexFunc(p.letters, func(l letter) bool { return l.number > number })
	if from < 0 {
		return nil, p.news
	}
	return slices.Clone(p.letters[from:]), p.news
}

// stream sends a page its answers, events and prompts as server-sent events.
func (h *walletPages) stream(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("page")
	if id == "" {
		http.Error(w, "which page?", http.StatusBadRequest)
		return
	}
	page := h.page(id, pageOrigin(r))
	// Missing on the first connection; then everything is new.
	sent, _ := strconv.Atoi(r.Header.Get("Last-Event-ID"))

	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "event: hello\ndata: %q\n\n", h.boot)
	h.sendPrompts(w, page)
	out := http.NewResponseController(w)
	closed := h.closed()
	for {
		letters, news := page.after(sent)
		for _, l := range letters {
			sent = l.number
			fmt.Fprintf(w, "id: %d\n", l.number)
			if l.event == "prompts" {
				h.sendPrompts(w, page)
				continue
			}
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", l.event, l.data)
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-news:
		case <-closed:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (h *walletPages) sendPrompts(w http.ResponseWriter, page *walletPage) {
	data, err := json.Marshal(h.openPrompts(page.origin))
	if err != nil {
		panic(err) // strings and numbers only
	}
	fmt.Fprintf(w, "event: prompts\ndata: %s\n\n", data)
}

// closed is done when the first wallet is closed; wallets end together.
func (h *walletPages) closed() <-chan struct{} {
	if len(h.order) == 0 {
		return nil
	}
	return h.wallets[h.order[0]].ctx.Done()
}
