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
)

// GuestPorts is what a page has that was opened by a frame of ours in a host's page.
type GuestPorts struct {
	// Frame is the window that opened this one, Own our origin, Name what this window is called.
	Frame     Window
	Own, Name string
	// Doze keeps the page from being pressed for a moment.
	Doze func()
}

// guest is the frame that this page works for.
type guest struct {
	app   *App
	ports GuestPorts
	nonce string

	mu    sync.Mutex
	order widget.Order // the zero Order: none yet, or the person does not want it
	fill  view.Fill
	job   string    // id of the task that was made of the order
	sent  job.State // what the frame knows of it
	left  bool
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
	a.Runner.Subscribe(a.guest.follow)
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
	var order widget.Order
	if message.Into(&order) != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.order, g.left, g.job, g.sent = order, false, order.Job, job.State{}
	g.app.UseNetwork(order.Network)
	if order.Job == "" && order.Args != "" {
		g.ports.Doze()
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
	s.Guest = view.Guest{Host: g.order.Host, Waits: g.waits(), Job: g.job}
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

// Submit starts a paid task with exactly these arguments (view.Port).
func (a *App) Submit(kind task.Kind, args []byte) { a.guest.took(kind, a.Runner.Submit(kind, args)) }
