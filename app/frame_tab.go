package app

import (
	"context"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
	"crynux-dapp/chain/taskwallet"
)

// tab is the tab of ours that this frame has opened, and what it said.
type tab struct {
	window Window // nil = none was opened
	nonce  string
	met    bool // it has answered
	order  widget.Order
	jobs   []job.State // the newest first
	files  map[string][]byte
	cancel func()
}

// tabName begins the name of every tab that a frame opens; the nonce follows. The
// name outlives a reload of the tab.
const tabName = "crynux-widget-"

// OpenTab takes arguments to a tab of ours, where they are paid by a press there
// (view.FramePort). Call it only from a click.
func (f *Frame) OpenTab(kind task.Kind, args []byte) {
	f.order(widget.Order{Host: f.ports.Around.Host, Kind: kind, Args: string(args)})
}

// OpenPurse opens a tab of ours in which a purse for this host can be filled
// (view.FramePort). Call it only from a click.
func (f *Frame) OpenPurse() { f.order(widget.Order{Host: f.ports.Around.Host}) }

func (f *Frame) order(o widget.Order) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.Show()
	f.view.Note = job.Problem{}
	t := &f.tab
	o.Network = f.network.ID
	t.order = o
	if t.met && !t.window.Closed() {
		_ = t.window.Post(widget.Encode(widget.Ordered, t.nonce, o)) // seen by its silence
		t.window.Focus()
		return
	}
	if t.cancel != nil {
		t.cancel()
	}
	nonce := f.NewID()
	window, ok := f.ports.Open("index.html", tabName+nonce)
	if !ok {
		t.window, t.met = nil, false
		f.view.Note = popupProblem
		return
	}
	t.window, t.nonce, t.met = window, nonce, false
	t.cancel = window.Listen(f.tabSaid)
	f.view.Tab = true
	go f.followTab(window)
}

// tabPause is how often the tab is looked after.
const tabPause = time.Second

// followTab notices that a tab was closed.
func (f *Frame) followTab(window Window) {
	for f.clock.Sleep(context.Background(), tabPause) == nil {
		f.mu.Lock()
		mine, closed := f.tab.window == window, window.Closed()
		if mine && closed {
			f.view.Tab = false
			switch {
			case !f.tab.met:
				f.view.Note = silentTabProblem
			case slices.ContainsFunc(f.tab.jobs, func(j job.State) bool { return !j.Phase.Ended() }):
				f.view.Note = closedTabProblem
			}
			f.Show()
		}
		f.mu.Unlock()
		if !mine || closed {
			return
		}
	}
}

// tabSaid takes what the tab has said.
func (f *Frame) tabSaid(m Mail) {
	f.mu.Lock()
	defer f.mu.Unlock()
	message, err := widget.Decode(m.Text, widget.Tab)
	if err != nil || m.Origin != f.ports.Around.Own || message.Nonce != f.tab.nonce {
		return
	}
	switch message.Type {
	case widget.Hello:
		f.tab.met = true
		_ = f.tab.window.Post(widget.Encode(widget.Ordered, f.tab.nonce, f.tab.order)) // the tab asks again when it is loaded anew
	case widget.Job:
		state, err := job.Decode(message.Body)
		if err != nil {
			return
		}
		f.takeJob(state, m.Data)
	case widget.Purse:
		var id taskwallet.Identity
		if message.Into(&id) != nil || len(m.Data) != 1 {
			return
		}
		window, nonce := f.tab.window, f.tab.nonce
		f.TakeHostPurse(id, func(ctx context.Context) (common.Address, error) { return f.ports.Adopt(ctx, m.Data[0]) }, func() {
			_ = window.Post(widget.Encode(widget.Taken, nonce, nil)) // for the words of the tab only
		})
		f.wish, f.view.Note = widget.ByPurse, job.Problem{}
	case widget.Left:
		f.tab.order = widget.Order{}
		f.view.Note = leftProblem
	}
	f.Show()
}

// takeJob notes where a task of the tab is.
func (f *Frame) takeJob(state job.State, data []Buffer) {
	f.tab.order.Job = state.ID
	if len(data) == 0 {
		clear(state.Files[:]) // they come with the last one
	}
	for i, buffer := range data {
		if content, err := buffer.Bytes(); err == nil && i < len(state.Files) {
			f.tab.files[state.Files[i].SHA256] = content
		}
	}
	i := slices.IndexFunc(f.tab.jobs, func(j job.State) bool { return j.ID == state.ID })
	if i < 0 {
		f.tab.jobs = slices.Insert(f.tab.jobs, 0, state)
	} else {
		f.tab.jobs[i] = state
	}
	f.tell(state, f.File)
}

// File reads a result: of the frame's own tasks, or one that the tab has sent.
func (f *Frame) File(ctx context.Context, sha256 string) ([]byte, error) {
	f.mu.Lock()
	content, ok := f.tab.files[sha256]
	f.mu.Unlock()
	if ok {
		return content, nil
	}
	return f.Tab.File(ctx, sha256)
}

// FileURL is App.FileURL over the files of the frame.
func (f *Frame) FileURL(ctx context.Context, sha256, mime string) (string, error) {
	return f.fileURL(ctx, sha256, mime, f.File)
}

// Download is App.Download over the files of the frame.
func (f *Frame) Download(ctx context.Context, sha256, name, mime string) error {
	content, err := f.File(ctx, sha256)
	if err != nil {
		return err
	}
	return f.Save(name, content, mime)
}

// Send hands an event of the person to a task. Those of the tab are there.
func (f *Frame) Send(id string, e job.Event) {
	if f.elsewhere(id) {
		return
	}
	f.Tab.Send(id, e)
}

// Remove takes an ended task from the list.
func (f *Frame) Remove(id string) {
	f.mu.Lock()
	f.tab.jobs = slices.DeleteFunc(f.tab.jobs, func(j job.State) bool { return j.ID == id && j.Phase.Ended() })
	f.mu.Unlock()
	f.Tab.Remove(id)
}

// elsewhere brings the tab of a task to the front.
func (f *Frame) elsewhere(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	theirs := slices.ContainsFunc(f.tab.jobs, func(j job.State) bool { return j.ID == id })
	if theirs && f.tab.window != nil {
		f.tab.window.Focus()
		f.view.Note = inTabProblem
		f.Show()
	}
	return theirs
}

var _ view.FramePort = (*Frame)(nil)
