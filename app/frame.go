package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
)

// FramePorts is what a frame in a host's page has besides the ports of a page.
type FramePorts struct {
	Around widget.Around
	// Parent is the window of the host's page; nil where there is none.
	Parent Window
	// Open opens a page of ours in a tab with a name; false where the browser forbids it.
	Open func(path, name string) (Window, bool)
	// Adopt puts the key of this host's purse into the vault.
	Adopt       func(ctx context.Context, key Buffer) (common.Address, error)
	Theme       func(name string)
	WatchHeight func(f func(int))
}

// Frame is the page as a widget in a host's page. It is the view.Port of its view.
//
// A host only fills the form and hears what came of it. What pays starts with a
// press in the frame, which frame.js lets through, or in a tab of ours.
type Frame struct {
	*App
	ports  FramePorts
	hosts  widget.Hosts
	nonce  string // of the handshake with the host
	opened int64  // unix milliseconds

	bridge *bridge

	mu      sync.Mutex
	network profile.Network // the page's
	trusts  []widget.Pay    // what this host may do at most
	wish    widget.Pay      // what was chosen last
	gate    widget.Gate
	hello   bool // the host has answered
	height  int
	view    view.Frame
	fill    view.Fill
	told    map[string]job.Phase // what the host knows of each task
	tab     tab
}

var (
	_ view.Port      = (*Frame)(nil)
	_ view.FramePort = (*Frame)(nil)
)

// NewFrame puts a frame together. Nothing happens before Run.
func NewFrame(c Config, p Ports, f FramePorts) *Frame {
	host := &bridge{host: f.Around.Host, now: p.Clock.Now, waiting: map[int]chan widget.Reply{}, handlers: map[int]handler{}}
	p.Wallets = host
	frame := &Frame{
		App: New(c, p), bridge: host, ports: f, hosts: c.Widget.Hosts, nonce: p.NewID(), opened: p.Clock.Now().UnixMilli(), told: map[string]job.Phase{},
		view: view.Frame{Host: f.Around.Host}, trusts: []widget.Pay{widget.ByTab}, wish: widget.ByTab,
	}
	host.ask = func(c widget.Call) { frame.post(widget.Ask, c) }
	frame.tab.files = map[string][]byte{}
	switch {
	case f.Parent == nil:
		frame.view.Refused = nakedProblem
	case f.Around.Lies():
		frame.view.Refused = liesProblem(f.Around)
	case !frame.hosts.Welcome(f.Around):
		frame.view.Refused = unwelcomeProblem(f.Around)
	}
	return frame
}

// Run speaks to the host, if it may be spoken to, and owns the tasks until ctx ends.
func (f *Frame) Run(ctx context.Context) {
	switch {
	case f.ports.Parent == nil:
	case f.view.Refused.Title != "":
		f.post(widget.ErrorNow, widget.Failure{Code: "origin", Text: f.view.Refused.Title}) // for whoever listens without our script
	default:
		defer f.ports.Parent.Listen(f.heard)()
		f.post(widget.Awake, nil)
		f.ports.WatchHeight(f.resized)
		defer f.Tab.Subscribe(f.report)()
	}
	f.App.Run(ctx)
}

// Subscribe has tell called with every new state of the frame (view.Port).
func (f *Frame) Subscribe(tell func(view.State)) (cancel func()) {
	return f.Tab.Subscribe(func(s runner.Snapshot) { tell(f.dress(f.state(s))) })
}

// dress adds what only a frame has.
func (f *Frame) dress(s view.State) view.State {
	f.mu.Lock()
	defer f.mu.Unlock()
	framed := f.view
	for _, pay := range f.pays() {
		framed.Pays = append(framed.Pays, string(pay))
	}
	framed.Pay = string(widget.ByTab)
	if slices.Contains(f.pays(), f.wish) {
		framed.Pay = string(f.wish)
	}
	s.Frame, s.Fill = &framed, f.fill
	s.Jobs = append(slices.Clone(f.tab.jobs), s.Jobs...)
	return s
}

// pays are the ways of paying on this network: wallets sign for some Relays only.
func (f *Frame) pays() []widget.Pay {
	if f.network.EIP191 {
		return f.trusts
	}
	return slices.DeleteFunc(slices.Clone(f.trusts), func(p widget.Pay) bool { return p == widget.ByBridge })
}

// post tells the host something. What does not arrive is not missed: the host's
// page may have gone.
func (f *Frame) post(t widget.Type, body any, files ...[]byte) {
	_ = f.ports.Parent.Post(widget.Encode(t, f.nonce, body), files...)
}

// heard takes what the window around the frame has said.
func (f *Frame) heard(m Mail) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ok, last := f.gate.Pass(f.NowMillis())
	if last {
		f.view.Note = floodProblem
		f.post(widget.ErrorNow, widget.Failure{Code: "flood", Text: floodProblem.Title})
		f.Show()
	}
	if !ok {
		return
	}
	if m.Origin != f.ports.Around.Host {
		if m.Text != "" { // something for us, from a page that is not the one it says
			f.hello, f.view.Ready = false, false
			f.view.Refused = liesProblem(widget.Around{Host: f.ports.Around.Host, Ancestors: []string{m.Origin}})
			f.Show()
		}
		return
	}
	message, err := widget.Decode(m.Text, widget.Host)
	if err != nil || message.Nonce != f.nonce {
		if m.Text != "" {
			f.post(widget.ErrorNow, widget.Failure{Code: "message", Text: "The widget does not understand a message of this page."})
		}
		return
	}
	switch message.Type {
	case widget.Hello, widget.Fill:
		var form widget.Form
		if err := errors.Join(message.Into(&form), form.Check()); err != nil {
			f.post(widget.ErrorNow, widget.Failure{Code: "message", Text: "The widget cannot show these values."})
			return
		}
		f.filled(message.Type == widget.Hello, form)
	case widget.Answer:
		var reply widget.Reply
		if message.Into(&reply) == nil {
			f.bridge.answered(reply)
		}
	case widget.Told:
		var event widget.Event
		if message.Into(&event) == nil && slices.Contains(bridgeEvents, event.Name) {
			f.bridge.told(event)
		}
	}
}

// bridgeEvents are those of EIP-1193.
var bridgeEvents = []string{"accountsChanged", "chainChanged", "connect", "disconnect"}

// filled takes values of the host for the form.
func (f *Frame) filled(hello bool, form widget.Form) {
	if hello {
		f.trusts = f.hosts.Pays(f.ports.Around, form.Wallet)
		f.hello, f.view.Ready = true, true
		f.bridge.set(slices.Contains(f.trusts, widget.ByBridge))
		f.post(widget.ReadyNow, widget.Modes{Pay: f.pays()})
		if f.height != 0 {
			f.post(widget.ResizeNow, widget.Size{Height: f.height})
		}
	}
	if form.Pay != "" {
		f.wish = form.Pay
	}
	if form.Theme != "" {
		f.ports.Theme(form.Theme)
	}
	if form.Lang != "" {
		f.view.Lang = form.Lang
	}
	if form.Network != "" {
		f.UseNetwork(form.Network) // one that is not in config.json changes nothing
	}
	if form.Mode != "" {
		f.view.Kind = form.Kind()
	}
	f.fill = view.Fill{N: f.fill.N + 1, Kind: f.view.Kind, Prompt: form.Prompt, Model: form.Model}
	f.Show()
}

func (f *Frame) resized(height int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.height = height
	if f.hello {
		f.post(widget.ResizeNow, widget.Size{Height: height})
	}
}

// report tells the host what became of the tasks of the frame.
func (f *Frame) report(s runner.Snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.network.ID != s.Network.ID {
		before := len(f.pays())
		f.network = s.Network
		f.bridge.on(s.Network)
		if f.hello && len(f.pays()) != before {
			f.post(widget.ReadyNow, widget.Modes{Pay: f.pays()})
		}
	}
	for _, j := range s.Jobs {
		if _, known := f.told[j.ID]; !known && j.Marks.Submitted < f.opened {
			f.told[j.ID] = j.Phase // of an earlier visit: no news
		}
		f.tell(j, f.File)
	}
}

// tell has the host hear of a task that has moved; file reads its results.
func (f *Frame) tell(j job.State, file func(context.Context, string) ([]byte, error)) {
	if f.told[j.ID] == j.Phase || !f.hello || j.Phase == job.Draft {
		return
	}
	f.told[j.ID] = j.Phase
	switch j.Phase {
	case job.Done:
		go f.deliver(j, file)
	case job.Failed, job.Aborted:
		f.post(widget.ErrorNow, widget.Failure{Job: j.ID, Code: string(j.Fault.Code), Text: job.Explain(j).Title})
	default:
		f.post(widget.ProgressNow, widget.Progress{Job: j.ID, Phase: string(j.Phase), Waiting: string(j.Waiting())})
	}
}

// deliver hands the result of a task to the host.
func (f *Frame) deliver(j job.State, file func(context.Context, string) ([]byte, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	result := widget.Result{Job: j.ID, Task: j.TaskID, Kind: "image", MIME: "image/png", Verified: j.Verified()}
	files, err := results(ctx, j, file)
	if err != nil {
		f.post(widget.ErrorNow, widget.Failure{Job: j.ID, Code: string(job.Storage), Text: "The result cannot be read from this browser any more."})
		return
	}
	if j.Order.Kind == task.GPT {
		result.Kind, result.MIME = "chat", "application/json"
		if answer, err := task.DecodeAnswer(files[0]); err == nil {
			result.Text = answer.Choices[0].Message.Content
		}
	}
	f.post(widget.ResultNow, result, files...)
}

// results are the files of a task that is done.
func results(ctx context.Context, j job.State, file func(context.Context, string) ([]byte, error)) (files [][]byte, err error) {
	for _, at := range j.Files[:min(j.Order.Count, job.MaxFiles)] {
		content, err := file(ctx, at.SHA256)
		if err != nil {
			return nil, err
		}
		files = append(files, content)
	}
	if len(files) == 0 {
		return nil, errors.New("app: a task without results")
	}
	return files, nil
}

// PayBy chooses how the next task is paid (view.FramePort).
func (f *Frame) PayBy(pay string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wish, f.view.Note = widget.Pay(pay), job.Problem{}
	f.Show()
}
