package app

import (
	"context"
	"strings"
	"sync"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
	"crynux-dapp/chain/taskwallet"
)

// GuestPorts is what a page has that was opened by a frame of ours in a host's page.
type GuestPorts struct {
	// Frame is the window that opened this one, Own our origin, Name what this window is called.
	Frame     Window
	Own, Name string
	// Doze keeps the page from being pressed for a moment.
	Doze func()
	// HandOver gives the frame the key of a host's purse beside a message.
	HandOver func(ctx context.Context, origin, text string) error
}

// guest is the frame that this page works for.
type guest struct {
	app   *App
	ports GuestPorts
	nonce string

	mu    sync.Mutex
	order widget.Order // the zero Order: none yet, or the person does not want it
	// network is that of the order until this tab runs the tasks and has changed to it.
	network string
	fill    view.Fill
	job     string    // id of the task that was made of the order
	sent    job.State // what the frame knows of it
	left    bool
	// sentKey tells that the key of its purse was sent to the frame, handed that the
	// frame has it.
	sentKey, handed bool
}

// Serve works for the frame that has opened this page, if one has: it fills the form
// from there and sends back what becomes of it. Call it once, before Run.
func (a *App) Serve(p GuestPorts) {
	nonce, ok := strings.CutPrefix(p.Name, tabName)
	if !ok || nonce == "" {
		return
	}
	a.guest = &guest{app: a, ports: p, nonce: nonce}
	p.Frame.Listen(a.guest.heard)
	a.Tab.Subscribe(a.guest.follow)
	a.guest.post(widget.Hello, nil)
}

func (g *guest) post(t widget.Type, body any, files ...[]byte) {
	_ = g.ports.Frame.Post(widget.Encode(t, g.nonce, body), files...) // a frame that is gone misses nothing: the task is here
}

// heard takes an order of the frame. It fills the form and starts nothing.
func (g *guest) heard(m Mail) {
	if m.Origin != g.ports.Own {
		return
	}
	message, err := widget.Decode(m.Text, widget.Frame)
	if err != nil || message.Nonce != g.nonce {
		return
	}
	if message.Type == widget.Taken {
		g.mu.Lock()
		g.handed = true
		g.mu.Unlock()
		g.app.Show()
		return
	}
	var order widget.Order
	if message.Into(&order) != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.order, g.left, g.sentKey, g.handed, g.job, g.sent = order, false, false, false, order.Job, job.State{}
	g.network = order.Network
	g.ports.Doze()
	if order.Job == "" && order.Args != "" {
		g.fill = view.Fill{N: g.fill.N + 1, Kind: order.Kind, Args: order.Args}
	}
	g.app.Show()
}

// took notes that a press has made a task: the first one of the order's kind is the host's.
func (g *guest) took(kind task.Kind, id string) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waits() && kind == g.order.Kind {
		g.job = id
	}
}

func (g *guest) waits() bool { return g.order.Host != "" && g.order.Args != "" && g.job == "" }

// follow sends the frame what has become of its task.
func (g *guest) follow(s runner.Snapshot) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.network != "" && s.Ready && !s.Elsewhere {
		g.app.UseNetwork(g.network)
		g.network = ""
	}
	if g.job == "" || g.left {
		return
	}
	for _, j := range s.Jobs {
		if j.ID != g.job || j == g.sent || j.Phase == job.Draft {
			continue
		}
		g.sent = j
		if j.Phase == job.Done {
			go g.deliver(j)
			return
		}
		g.send(j)
	}
}

func (g *guest) deliver(j job.State) {
	files, err := results(context.Background(), j, g.app.File)
	if err != nil {
		return // it is shown here that the result cannot be read
	}
	g.send(j, files...)
}

func (g *guest) send(j job.State, files ...[]byte) {
	record, err := job.Encode(j)
	if err != nil {
		return // as when it is saved
	}
	g.post(widget.Job, rawJSON(record), files...)
}

// rawJSON is JSON that is written already.
type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// show is what the page says of it.
func (g *guest) show(s *view.State) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	s.Fill = g.fill
	s.Guest = view.Guest{Host: g.order.Host, Waits: g.waits(), Job: g.job, Purse: g.order.Host != "" && g.order.Args == "", SentKey: g.sentKey, Handed: g.handed}
}

// LeaveHost sends nothing more to the host that has filled the form (view.GuestPort).
func (a *App) LeaveHost() {
	if g := a.guest; g != nil {
		g.mu.Lock()
		g.left, g.order, g.job = true, widget.Order{}, ""
		g.mu.Unlock()
		g.post(widget.Left, nil)
		a.Show()
	}
}

// hostOrigin is that of the page that the frame works for; "" for none.
func (a *App) hostOrigin() string {
	if a.guest == nil {
		return ""
	}
	a.guest.mu.Lock()
	defer a.guest.mu.Unlock()
	return a.guest.order.Host
}

// HostFunding says what a number of tasks costs the purse of the host (view.GuestPort).
func (a *App) HostFunding(ctx context.Context, tasks uint64) (view.Funding, error) {
	f, err := a.Tab.HostFunding(ctx, a.hostOrigin(), tasks)
	return view.Funding(f), err
}

// OpenHostPurse puts in what a number of tasks needs, and hands the purse to the
// frame (view.GuestPort). The key goes to a window of our own origin only.
func (a *App) OpenHostPurse(tasks uint64) {
	g, origin := a.guest, a.hostOrigin()
	if origin == "" {
		return
	}
	a.FundHost(origin, tasks, func(ctx context.Context, id taskwallet.Identity) error {
		g.mu.Lock()
		g.sentKey, g.handed = true, false
		g.mu.Unlock()
		return g.ports.HandOver(ctx, origin, widget.Encode(widget.Purse, g.nonce, id))
	})
}

// Submit starts a paid task with exactly these arguments (view.Port).
func (a *App) Submit(kind task.Kind, args []byte) { a.guest.took(kind, a.Tab.Submit(kind, args)) }
