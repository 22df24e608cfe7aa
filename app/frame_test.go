package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crynux-dapp/app"
	"crynux-dapp/app/election"
	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
)

const (
	ownOrigin  = "https://crynux.example"
	hostOrigin = "https://shop.example"
)

// otherWindow is a window that a page speaks to.
type otherWindow struct {
	mu      sync.Mutex
	posted  []string
	files   [][][]byte
	hear    func(app.Mail)
	closed  bool
	focused int
}

func (w *otherWindow) Post(text string, files ...[]byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.posted, w.files = append(w.posted, text), append(w.files, files)
	return nil
}
func (w *otherWindow) Listen(f func(app.Mail)) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hear = f
	return func() {}
}
func (w *otherWindow) Closed() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.closed }
func (w *otherWindow) Focus()       { w.mu.Lock(); defer w.mu.Unlock(); w.focused++ }

// says has the window say something; origin is what the browser calls it.
func (w *otherWindow) says(origin, text string, data ...app.Buffer) {
	w.mu.Lock()
	hear := w.hear
	w.mu.Unlock()
	hear(app.Mail{Origin: origin, Text: text, Data: data})
}

// got are the messages of a type that were posted to the window.
func (w *otherWindow) got(t widget.Type) (list []widget.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range w.posted {
		var m widget.Message
		if json.Unmarshal([]byte(text), &m) == nil && m.Type == t {
			list = append(list, m)
		}
	}
	return list
}

// buffer is binary data of another window.
type buffer []byte

func (b buffer) Bytes() ([]byte, error) { return b, nil }

// framed is a frame in the page of a host.
type framed struct {
	t      *testing.T
	frame  *app.Frame
	parent *otherWindow
	tab    *otherWindow // the tab that is opened next; nil = the browser forbids it
	opened []string
	states chan view.State
	now    view.State
}

// inFrame starts a frame with the shipped config and a list of hosts.
func inFrame(t *testing.T, hosts string, change ...func(*app.FramePorts)) *framed {
	t.Helper()
	var raw map[string]any
	if err := json.Unmarshal(shipped(t), &raw); err != nil {
		t.Fatal(err)
	}
	raw["widget"] = map[string]any{"hosts": strings.Fields(hosts)}
	text, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	c, err := app.ParseConfig(text)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{}
	f := &framed{t: t, parent: &otherWindow{}, states: make(chan view.State, 1000)}
	ids := 0
	ports := app.FramePorts{
		Around: widget.Around{Own: ownOrigin, Host: hostOrigin, Top: true, Ancestors: []string{hostOrigin}},
		Parent: f.parent,
		Open: func(path, name string) (app.Window, bool) {
			f.opened = append(f.opened, path+" "+name)
			return f.tab, f.tab != nil
		},
		Theme: func(string) {}, WatchHeight: func(tell func(int)) { tell(300) },
	}
	for _, ch := range change {
		ch(&ports)
	}
	f.frame = app.NewFrame(c, app.Ports{
		Ports:  runner.Ports{Clock: b, HTTP: b, Store: store{b}, Worker: b, NewID: func() string { ids++; return fmt.Sprintf("id-%d", ids) }},
		Screen: b,
	}, ports)
	cancel := f.frame.Subscribe(func(s view.State) { f.states <- s })
	t.Cleanup(cancel)
	go f.frame.Run(t.Context())
	f.until("the frame to be ready", func(s view.State) bool { return s.Ready })
	return f
}

// until waits for a state.
func (f *framed) until(what string, ok func(view.State) bool) view.State {
	f.t.Helper()
	for deadline := time.After(10 * time.Second); ; {
		if f.now.Frame != nil && ok(f.now) {
			return f.now
		}
		select {
		case f.now = <-f.states:
		case <-deadline:
			f.t.Fatalf("waited for %s; the state is %+v", what, f.now.Frame)
		}
	}
}

// greet answers the frame as widget.js does.
func (f *framed) greet(form widget.Form) (nonce string) {
	f.t.Helper()
	awake := f.parent.got(widget.Awake)
	if len(awake) != 1 {
		f.t.Fatalf("%d times awake", len(awake))
	}
	f.parent.says(hostOrigin, widget.Encode(widget.Hello, awake[0].Nonce, form))
	f.until("the handshake", func(s view.State) bool { return s.Frame.Ready })
	return awake[0].Nonce
}

func TestFrameGreetsItsHost(t *testing.T) {
	f := inFrame(t, hostOrigin)
	f.greet(widget.Form{Mode: "chat", Prompt: "why?", Pay: widget.ByPurse, Lang: "pt-BR", Wallet: true})
	s := f.until("the form", func(s view.State) bool { return s.Fill.Prompt == "why?" && len(s.Wallets) == 1 })
	if s.Frame.Kind != task.GPT || s.Frame.Host != hostOrigin || s.Frame.Lang != "pt-BR" {
		t.Errorf("%+v", s.Frame)
	}
	if s.Frame.Pay != view.PayByPurse || !slices.Equal(s.Frame.Pays, []string{view.PayInTab, view.PayByPurse}) { // its Relay wants bare digests: no bridge
		t.Errorf("paid %s of %q", s.Frame.Pay, s.Frame.Pays)
	}
	if len(f.parent.got(widget.ReadyNow)) != 1 || len(f.parent.got(widget.ResizeNow)) != 1 {
		t.Errorf("the host heard %q", f.parent.posted)
	}
	s = f.until("the wallet of the host", func(s view.State) bool { return len(s.Wallets) == 1 })
	if s.Session.Connected {
		t.Error("it is connected by itself")
	}
}

func TestFrameBelievesNobody(t *testing.T) {
	for name, c := range map[string]struct {
		hosts  string
		change func(*app.FramePorts)
		title  string
	}{
		"a host that nobody has allowed": {"https://other.example", nil, "This site may not show the widget"},
		"no host is allowed":             {"", nil, "This site may not show the widget"},
		"the browser knows another host": {hostOrigin, func(p *app.FramePorts) { p.Around.Ancestors = []string{"https://evil.example"} }, "The page around this frame is not the one it says"},
		"there is no host":               {hostOrigin, func(p *app.FramePorts) { p.Parent = nil }, "This page is part of other pages"},
	} {
		t.Run(name, func(t *testing.T) {
			f := inFrame(t, c.hosts, func(p *app.FramePorts) {
				if c.change != nil {
					c.change(p)
				}
			})
			s := f.until("the refusal", func(s view.State) bool { return s.Frame.Refused.Title != "" })
			if s.Frame.Refused.Title != c.title || s.Frame.Ready || !strings.Contains(s.Frame.Refused.Detail, "othing was charged") {
				t.Errorf("%+v", s.Frame)
			}
			if len(f.parent.got(widget.Awake)) != 0 {
				t.Error("it speaks to the host")
			}
		})
	}
	t.Run("a message of another origin in the host's window", func(t *testing.T) {
		f := inFrame(t, hostOrigin)
		nonce := f.parent.got(widget.Awake)[0].Nonce
		f.parent.says("https://evil.example", widget.Encode(widget.Hello, nonce, widget.Form{Prompt: "x"}))
		if s := f.until("the refusal", func(s view.State) bool { return s.Frame.Refused.Title != "" }); s.Frame.Ready || s.Fill.N != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("another nonce", func(t *testing.T) {
		f := inFrame(t, hostOrigin)
		f.parent.says(hostOrigin, widget.Encode(widget.Hello, "guessed", widget.Form{Prompt: "x"}))
		if f.now.Frame.Ready || len(f.parent.got(widget.ErrorNow)) != 1 {
			t.Errorf("%q", f.parent.posted)
		}
	})
}

func TestFrameTellsAFloodingHostOnce(t *testing.T) {
	f := inFrame(t, hostOrigin)
	nonce := f.greet(widget.Form{})
	for range 1000 {
		f.parent.says(hostOrigin, widget.Encode(widget.Fill, nonce, widget.Form{Prompt: "again"}))
	}
	f.until("the note", func(s view.State) bool {
		return s.Frame.Note.Title == "This site sends too many messages"
	})
	fills := f.now.Fill.N
	f.parent.says(hostOrigin, widget.Encode(widget.Fill, nonce, widget.Form{Prompt: "bought"}))
	floods := 0
	for _, m := range f.parent.got(widget.ErrorNow) {
		if strings.Contains(string(m.Body), `"flood"`) {
			floods++
		}
	}
	if floods != 1 || fills > 60 {
		t.Errorf("told %d times, filled %d times", floods, fills)
	}
}

// working makes a frame whose tab has a task.
func working(t *testing.T) (f *framed, tab *otherWindow, nonce string) {
	t.Helper()
	f = inFrame(t, hostOrigin)
	f.greet(widget.Form{})
	tab = &otherWindow{}
	f.tab = tab
	f.frame.OpenTab(task.SD, []byte(`{"a":1}`))
	if len(f.opened) != 1 || !strings.HasPrefix(f.opened[0], "index.html crynux-widget-") {
		t.Fatalf("opened %q", f.opened)
	}
	nonce = strings.TrimPrefix(f.opened[0], "index.html crynux-widget-")
	tab.says(ownOrigin, widget.Encode(widget.Hello, nonce, nil))
	return f, tab, nonce
}

func TestFrameOrdersInATab(t *testing.T) {
	f, tab, nonce := working(t)
	orders := tab.got(widget.Ordered)
	var order widget.Order
	if len(orders) != 1 || orders[0].Into(&order) != nil || order != (widget.Order{Host: hostOrigin, Args: `{"a":1}`, Network: "dev"}) {
		t.Fatalf("ordered %q", tab.posted)
	}
	j := job.State{V: job.Version, ID: "j", Phase: job.Running, Order: job.Order{Network: "dev", Kind: task.SD, Count: 1, Title: "cat"}, Files: [job.MaxFiles]job.File{{SHA256: "aa", Verified: true}}}
	say := func(origin, nonce string, j job.State, data ...app.Buffer) {
		record, err := job.Encode(j)
		if err != nil {
			t.Fatal(err)
		}
		tab.says(origin, widget.Encode(widget.Job, nonce, json.RawMessage(record)), data...)
	}
	say("https://evil.example", nonce, j)
	say(ownOrigin, "guessed", j)
	if len(f.parent.got(widget.ProgressNow)) != 0 {
		t.Fatal("a stranger's task is shown")
	}
	say(ownOrigin, nonce, j)
	if s := f.until("the task", func(s view.State) bool { return len(s.Jobs) == 1 }); s.Jobs[0].Files[0].SHA256 != "" {
		t.Error("a result is shown that is not here yet")
	}
	j.Phase = job.Done
	say(ownOrigin, nonce, j, buffer("picture"))
	f.until("the result", func(s view.State) bool { return len(s.Jobs) == 1 && s.Jobs[0].Phase == job.Done })
	if content, err := f.frame.File(t.Context(), "aa"); err != nil || string(content) != "picture" {
		t.Errorf("the file is %q, %v", content, err)
	}
	for deadline := time.Now().Add(10 * time.Second); len(f.parent.got(widget.ResultNow)) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the host heard %q", f.parent.posted)
		}
	}
	if got := f.parent.got(widget.ProgressNow); len(got) != 1 || !strings.Contains(string(got[0].Body), `"running"`) {
		t.Errorf("progress %v", got)
	}

	f.frame.Send("j", job.Retry{})
	if tab.focused != 1 {
		t.Error("what can be done about a task of the tab is done there")
	}
	f.frame.OpenTab(task.SD, []byte(`{"a":2}`))
	if len(f.opened) != 1 || len(tab.got(widget.Ordered)) != 2 {
		t.Error("a second tab was opened")
	}
	tab.says(ownOrigin, widget.Encode(widget.Left, nonce, nil))
	f.until("the note", func(s view.State) bool { return s.Frame.Note.Title == "Nothing is sent here" })
}

func TestFrameAsksTheHostsWalletAsWalletsWantIt(t *testing.T) {
	f := inFrame(t, hostOrigin)
	nonce := f.greet(widget.Form{Wallet: true})
	f.until("the wallet of the host", func(s view.State) bool { return len(s.Wallets) == 1 })
	f.frame.Connect("host")
	var asked []widget.Message
	for deadline := time.Now().Add(10 * time.Second); len(asked) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the host heard %q", f.parent.posted)
		}
		asked = f.parent.got(widget.Ask)
	}
	var call widget.Call
	if err := asked[0].Into(&call); err != nil || call.Method != "eth_requestAccounts" {
		t.Fatalf("asked %s, %v", asked[0].Body, err)
	}
	if call.Params != nil {
		t.Errorf("params are %s: wallets refuse what is no list", call.Params)
	}
	const account = "0x52908400098527886E0F7030069857D2E4169EE7"
	f.parent.says(hostOrigin, widget.Encode(widget.Answer, nonce, widget.Reply{ID: call.ID, Result: json.RawMessage(`["` + account + `"]`)}))
	f.until("the account", func(s view.State) bool { return s.Session.Connected && s.Session.Account.Hex() == account })
}

func TestFrameSaysThatATabIsBlocked(t *testing.T) {
	f := inFrame(t, hostOrigin)
	f.greet(widget.Form{})
	f.frame.OpenTab(task.SD, []byte(`{}`))
	f.until("the note", func(s view.State) bool { return s.Frame.Note.Title == "The browser did not open the tab" })
}

// served is a page that a frame has opened.
func served(t *testing.T, name string) (page *app.App, frame *otherWindow, states func(what string, ok func(view.State) bool) view.State) {
	t.Helper()
	frame = &otherWindow{}
	dozed := 0
	page, _ = open(t, &browser{}, func(a *app.App) {
		a.Serve(app.GuestPorts{Frame: frame, Own: ownOrigin, Name: name, Doze: func() { dozed++ },
			HandOver: func(context.Context, string, string) error { return nil }})
	})
	told := make(chan view.State, 1000)
	t.Cleanup(page.Subscribe(func(s view.State) { told <- s }))
	return page, frame, func(what string, ok func(view.State) bool) view.State {
		t.Helper()
		for deadline := time.After(10 * time.Second); ; {
			select {
			case s := <-told:
				if ok(s) {
					if dozed == 0 {
						t.Error("the page can be pressed at once")
					}
					return s
				}
			case <-deadline:
				t.Fatalf("waited for %s", what)
			}
		}
	}
}

func TestTabIsFilledByItsFrame(t *testing.T) {
	page, frame, until := served(t, "crynux-widget-n1")
	if hello := frame.got(widget.Hello); len(hello) != 1 || hello[0].Nonce != "n1" {
		t.Fatalf("it said %q", frame.posted)
	}
	order := widget.Order{Host: hostOrigin, Kind: task.SD, Args: `{"a":1}`, Network: "dev"}
	frame.says("https://evil.example", widget.Encode(widget.Ordered, "n1", order))
	frame.says(ownOrigin, widget.Encode(widget.Ordered, "n2", order))
	frame.says(ownOrigin, widget.Encode(widget.Ordered, "n1", order))
	s := until("the order", func(s view.State) bool { return s.Guest.Waits })
	if s.Fill != (view.Fill{N: 1, Args: `{"a":1}`}) || s.Guest.Host != hostOrigin || len(s.Jobs) != 0 {
		t.Errorf("filled %+v, guest %+v, %d tasks", s.Fill, s.Guest, len(s.Jobs))
	}
	page.LeaveHost()
	until("the end", func(s view.State) bool { return s.Guest.Host == "" })
	if len(frame.got(widget.Left)) != 1 {
		t.Errorf("it said %q", frame.posted)
	}
}

func TestTabOfNobodyIsAPage(t *testing.T) {
	for _, name := range []string{"", "crynux-widget-", "another"} {
		_, frame, _ := served(t, name)
		if frame.hear != nil || len(frame.posted) != 0 {
			t.Errorf("a window called %q talks to whoever opened it", name)
		}
	}
}

func TestTabShowsThatAPurseIsWanted(t *testing.T) {
	_, frame, until := served(t, "crynux-widget-n1")
	frame.says(ownOrigin, widget.Encode(widget.Ordered, "n1", widget.Order{Host: hostOrigin, Network: "dev"}))
	if s := until("the card", func(s view.State) bool { return s.Guest.Purse }); s.Fill.N != 0 || s.Guest.Waits {
		t.Errorf("%+v", s.Guest)
	}
	frame.says(ownOrigin, widget.Encode(widget.Taken, "n1", nil))
	until("the answer", func(s view.State) bool { return s.Guest.Handed })
}

// places are the tabs of a browser in which another one runs the tasks, and does not
// answer when it is asked for its place.
type places struct{}

func (places) Elect(ctx context.Context, how election.Claim, f func(context.Context)) error {
	switch how {
	case election.IfFree:
		return election.ErrPlaceTaken
	case election.Wait:
		<-ctx.Done()
		return ctx.Err()
	}
	f(ctx)
	return nil
}
func (places) Tell(string)                       {}
func (places) Hear(func(string)) (cancel func()) { return func() {} }

func TestTabOfAFrameTakesItsNetworkOnceItRunsTheTasks(t *testing.T) {
	c, err := app.ParseConfig(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{}
	page := app.New(c, app.Ports{
		Ports:  runner.Ports{Clock: hasty{b}, HTTP: b, Store: store{b}, Worker: b, Wallets: b, Tabs: places{}, NewID: func() string { return "id" }},
		Screen: b,
	})
	frame := &otherWindow{}
	page.Serve(app.GuestPorts{Frame: frame, Own: ownOrigin, Name: "crynux-widget-n1", Doze: func() {}})
	told := make(chan view.State, 1000)
	t.Cleanup(page.Subscribe(func(s view.State) { told <- s }))
	go page.Run(t.Context())
	until := func(what string, ok func(view.State) bool) {
		t.Helper()
		for deadline := time.After(10 * time.Second); ; {
			select {
			case s := <-told:
				if ok(s) {
					return
				}
			case <-deadline:
				t.Fatalf("waited for %s", what)
			}
		}
	}
	until("what the other tab does", func(s view.State) bool { return s.Ready && s.Elsewhere })
	other := c.Networks[len(c.Networks)-1].ID
	frame.says(ownOrigin, widget.Encode(widget.Ordered, "n1", widget.Order{Host: hostOrigin, Kind: task.SD, Args: `{"a":1}`, Network: other}))
	until("the order", func(s view.State) bool { return s.Guest.Waits && s.Elsewhere && s.Network.ID != other })
	page.WorkHere()
	until("the network of the order", func(s view.State) bool { return !s.Elsewhere && s.Guest.Waits && s.Network.ID == other })
}

// hasty is a browser in which all waiting is over at once.
type hasty struct{ *browser }

func (hasty) Sleep(ctx context.Context, _ time.Duration) error {
	time.Sleep(time.Millisecond) // other work comes in between
	return ctx.Err()
}
