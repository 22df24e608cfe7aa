package app

import (
	"context"
	"fmt"
	"net/url"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
)

// Ports is what the browser offers. Networks and the home's site come from the Config.
type Ports struct {
	runner.Ports
	// Href is the address of the page, Policy its Content-Security-Policy; "" where
	// there is none.
	Href, Policy string
	Screen       Screen
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
	// ObjectURL names a copy of a file for <img>, until RevokeURL.
	ObjectURL(file []byte, mime string) (string, error)
	RevokeURL(url string)
	// Pick asks the person for a file; ok is false when they chose none.
	Pick(ctx context.Context, accept string, limit int) (file []byte, ok bool, err error)
	// Save hands the person a file under a name.
	Save(name string, file []byte, mime string) error
	Random(n int) int
}

// App is one page. It is the view.Port of its view.
type App struct {
	Screen
	*runner.Tab
	clock  runner.Clock
	models view.Models
	host   string // that serves the page
	reach  reach

	shipped []profile.Network // of config.json
	changed []bool            // and whether its contracts were changed

	guest *guest // whom the page works for; nil = nobody
}

var _ view.Port = (*App)(nil)

// New puts a page together. It does nothing before Run.
func New(c Config, p Ports) *App {
	p.Networks = c.profiles()
	p.Home = c.home(p.Href)
	a := &App{Screen: p.Screen, Tab: runner.New(p.Ports), clock: p.Clock, models: c.Models.view()}
	if u, err := url.Parse(p.Href); err == nil {
		a.host = u.Host
	}
	a.reach, a.shipped = newReach(p.Href, p.Policy), p.Networks
	for _, n := range c.Networks {
		a.changed = append(a.changed, n.Changed())
	}
	return a
}

// Subscribe has f called with every new state of the page (view.Port).
func (a *App) Subscribe(f func(view.State)) (cancel func()) {
	return a.Tab.Subscribe(func(s runner.Snapshot) { f(a.state(s)) })
}

func (a *App) state(s runner.Snapshot) view.State {
	nets := a.networks(s.Own)
	out := view.State{
		Ready: s.Ready, Elsewhere: s.Elsewhere, Network: present(s.Network, nets), Networks: nets, Trial: a.trial(s.Trial, s.Own), Models: a.models, Jobs: runner.NewestFirst(s.Jobs, s.Imported),
		Persistent: s.Persistent, ChainDown: s.ChainDown, RelayDown: s.RelayDown, Drafts: s.Drafts,
		Session: session(s.Session), Barred: s.Barred, Approval: view.Approval(s.Approval), Signing: signing(s.Signing),
	}
	out.Renewable, out.Renewing = s.Renewable, s.Renewing
	out.Purse, out.Direct, out.Preflight = a.purse(s), s.Direct, ahead(s.Ahead)
	out.Queue, out.Past = s.Queue, past(s.Past)
	for _, w := range s.Wallets {
		out.Wallets = append(out.Wallets, wallet(w))
	}
	out.Stored = a.stored(s.Stored, s.Own)
	if s.Newer > 0 {
		out.Notice = job.Problem{
			Title:  "Something stored here is from a newer version",
			Detail: fmt.Sprintf("%d records were written by a newer version of this page. They were set aside; nothing was changed or charged.", s.Newer),
			Remedy: "Reload to get the newer version.", Quiet: true,
		}
	} else if s.Unreadable > 0 {
		out.Notice = job.Problem{
			Title:  "Something stored here cannot be read",
			Detail: fmt.Sprintf("%d records were set aside; nothing was deleted or charged.", s.Unreadable),
			Remedy: "Tasks among them are part of an export, for whoever can repair them.", Quiet: true,
		}
	}
	a.guest.show(&out)
	return out
}

// past is the search for tasks of earlier times as the page shows it.
func past(s runner.Past) view.Past {
	out := view.Past{Step: s.Step, Of: s.Of, Left: s.Left, All: s.All, Done: s.Done, Whole: s.Whole, Found: s.Found, Known: s.Known, Others: s.Others}
	if !s.Fault.Zero() {
		out.Problem = job.ExplainPurse(s.Fault, job.ChargedNothing)
	}
	return out
}

// present is the network of the page.
func present(n profile.Network, nets []view.Network) view.Network {
	for _, shown := range nets {
		if shown.ID == n.ID {
			return shown
		}
	}
	return network(n)
}

func wallet(w runner.Wallet) view.Wallet { return view.Wallet{ID: w.ID, Name: w.Name, Icon: w.Icon} }

func network(n profile.Network) view.Network {
	return view.Network{ID: n.ID, Name: n.Name, ChainID: n.ChainID, Fee: n.Fee, Token: n.Contracts.Token, Coin: n.Coin, EIP191: n.EIP191, Explorer: n.Explorer, Hosts: hosts(n), Development: n.Development, Historical: n.Historical}
}

// FileURL makes an address for a stored file.
func (a *App) FileURL(ctx context.Context, sha256, mime string) (string, error) {
	return a.fileURL(ctx, sha256, mime, a.File)
}

func (a *App) fileURL(ctx context.Context, sha256, mime string, read func(context.Context, string) ([]byte, error)) (string, error) {
	file, err := read(ctx, sha256)
	if err != nil {
		return "", err
	}
	return a.ObjectURL(file, mime)
}

// FreeURL gives back an address of FileURL.
func (a *App) FreeURL(url string) {
	if url != "" {
		a.RevokeURL(url)
	}
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
