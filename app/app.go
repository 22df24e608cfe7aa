package app

import (
	"context"
	"fmt"
	"net/url"
	"sync"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
)

// Ports is what the browser offers. Networks and the home's site come from the Config.
type Ports struct {
	runner.Ports
	// Href is the address of the page; "" where there is none.
	Href   string
	Screen Screen
}

// Screen is the part of the browser that the person sees or touches.
type Screen interface {
	Value(id string) string
	SetValue(id, text string)
	Focus(id string)
	SetCaret(id string, at int)
	ShowModal(id string)
	CloseModal(id string)
	Typed() (text string, caret int, focused bool, ok bool)
	Copy(ctx context.Context, text string) error
	ObjectURL(file []byte, mime string) (string, error)
	// Pick asks the person for a file; ok is false when they chose none.
	Pick(ctx context.Context, accept string, limit int) (file []byte, ok bool, err error)
	// Save hands the person a file under a name.
	Save(name string, file []byte, mime string) error
	Random(n int) int
}

// App is one page. It is the view.Port of its view.
type App struct {
	Screen
	*runner.Runner
	clock  runner.Clock
	models view.Models
	nets   []view.Network
	host   string // that serves the page

	mu   sync.Mutex
	urls map[string]string // object URLs by SHA-256
}

var _ view.Port = (*App)(nil)

// New puts a page together. It does nothing before Run.
func New(c Config, p Ports) *App {
	p.Networks = c.profiles()
	p.Home = c.home(p.Href)
	a := &App{Screen: p.Screen, Runner: runner.New(p.Ports), clock: p.Clock, models: c.Models.view(), urls: map[string]string{}}
	if u, err := url.Parse(p.Href); err == nil {
		a.host = u.Host
	}
	for _, n := range p.Networks {
		shown := network(n)
		shown.Shares = shares(n, p.Networks)
		a.nets = append(a.nets, shown)
	}
	return a
}

// Subscribe has f called with every new state of the page (view.Port).
func (a *App) Subscribe(f func(view.State)) (cancel func()) {
	return a.Runner.Subscribe(func(s runner.Snapshot) { f(a.state(s)) })
}

func (a *App) state(s runner.Snapshot) view.State {
	out := view.State{
		Ready: s.Ready, Network: a.present(s.Network), Networks: a.nets, Models: a.models, Jobs: s.Jobs,
		Persistent: s.Persistent, ChainDown: s.ChainDown, RelayDown: s.RelayDown, Drafts: s.Drafts,
		Session: session(s.Session), Barred: s.Barred, Approval: view.Approval(s.Approval), Signing: signing(s.Signing),
	}
	out.Renewable, out.Renewing = s.Renewable, s.Renewing
	out.Purse, out.Direct, out.Preflight = a.purse(s), s.Direct, ahead(s.Ahead)
	for _, w := range s.Wallets {
		out.Wallets = append(out.Wallets, wallet(w))
	}
	if s.Unreadable > 0 {
		out.Notice = job.Problem{
			Title:  "Some stored tasks cannot be read",
			Detail: fmt.Sprintf("%d of them were set aside; nothing was deleted or charged.", s.Unreadable),
			Remedy: "They may be from a newer version of this page: reload to get it.", Quiet: true,
		}
	}
	return out
}

// present is the network of the page.
func (a *App) present(n runner.Network) view.Network {
	for _, shown := range a.nets {
		if shown.ID == n.ID {
			return shown
		}
	}
	return network(n)
}

func wallet(w runner.Wallet) view.Wallet { return view.Wallet{ID: w.ID, Name: w.Name, Icon: w.Icon} }

func network(n runner.Network) view.Network {
	return view.Network{ID: n.ID, Name: n.Name, ChainID: n.ChainID, Fee: n.Fee, Token: n.Contracts.Token, Coin: n.Coin, EIP191: n.EIP191, Explorer: n.Explorer, Development: n.Development, Historical: n.Historical}
}

// FileURL makes an address for a stored file, the same one while the page lives.
func (a *App) FileURL(ctx context.Context, sha256, mime string) (string, error) {
	a.mu.Lock()
	address, ok := a.urls[sha256]
	a.mu.Unlock()
	if ok {
		return address, nil
	}
	file, err := a.File(ctx, sha256)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if address, ok := a.urls[sha256]; ok {
		return address, nil
	}
	address, err = a.ObjectURL(file, mime)
	if err == nil {
		a.urls[sha256] = address
	}
	return address, err
}

// Download saves a stored file under a name.
func (a *App) Download(ctx context.Context, sha256, name, mime string) error {
	file, err := a.File(ctx, sha256)
	if err != nil {
		return err
	}
	return a.Save(name, file, mime)
}

// NowMillis is the time, in unix milliseconds.
func (a *App) NowMillis() int64 { return a.clock.Now().UnixMilli() }
