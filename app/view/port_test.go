package view

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// browser is a scripted Port with the page mounted over it.
type browser struct {
	t      *testing.T
	engine app.ClientDispatcher
	page   *Page

	state  State
	told   func(State)
	now    int64
	values map[string]string // what stands in the fields
	files  map[string][]byte
	typed  string
	wrong  NetworkDraft // what is wrong with a network
	fails  error        // what the task wallet's calls answer

	remains  Remains // in the task wallet
	gasThere bool    // enough of it is in the task wallet

	noting    sync.Mutex
	did       []string        // what was asked of the port, in order
	urls      map[string]bool // addresses of files that were not given back
	submitted []string        // arguments
	drafts    [2]string
}

// now is the time of the tests: 14 November 2023 22:13:20 UTC, in milliseconds.
const now = 1_700_000_000_000

// open mounts the page in a state.
func open(t *testing.T, s State, prepare ...func(*browser)) *browser {
	t.Helper()
	b := &browser{t: t, state: s, now: now, values: map[string]string{}, files: map[string][]byte{}, urls: map[string]bool{}}
	for _, f := range prepare {
		f(b)
	}
	b.page = NewPage(b)
	b.engine = app.NewClientTester(b.page)
	t.Cleanup(b.engine.Close)
	b.nav("/")
	return b
}

// nav follows a hash link.
func (b *browser) nav(fragment string) {
	u, err := url.Parse("https://page.example/#" + fragment)
	if err != nil {
		b.t.Fatal(err)
	}
	b.engine.Nav(u)
	b.engine.Consume()
}

// become brings a new state.
func (b *browser) become(change func(*State)) {
	change(&b.state)
	b.told(b.state)
	b.engine.Consume()
}

// run calls a handler as go-app would.
func (b *browser) run(h app.EventHandler) {

	b.engine.Dispatch(app.Dispatch{Source: b.page, Function: func(ctx app.Context) { h(ctx, app.Event{Value: app.ValueOf(nil)}) }})
	b.engine.Consume()
}

// fill types into a field and leaves it.
func (b *browser) fill(id, text string) {
	b.t.Helper()
	if !b.has(id) {
		b.t.Fatalf("there is no field %q", id)
	}
	b.values[id] = text
	switch id {
	case "model":
		b.run(b.page.onImageModel)
	case "chat-model":
		b.run(b.page.onChatModel)
	default:
		b.run(b.page.changed(b.page.form()))
	}
}

func (b *browser) has(id string) bool {
	return b.page == nil || strings.Contains(app.HTMLString(b.page), fmt.Sprintf("id=%q", id))
}

// note may be called from what the page does beside its own goroutine.
func (b *browser) note(format string, a ...any) {
	b.noting.Lock()
	defer b.noting.Unlock()
	b.did = append(b.did, fmt.Sprintf(format, a...))
}

// asked reports whether the port was asked for something.
func (b *browser) asked(what string) bool { return slices.Contains(b.did, what) }

func (b *browser) Subscribe(f func(State)) func() {
	b.told = f
	f(b.state)
	return func() {}
}
func (b *browser) WorkHere()                       { b.note("work here") }
func (b *browser) Connect(id string)               { b.note("connect %s", id) }
func (b *browser) Disconnect()                     { b.note("disconnect") }
func (b *browser) SwitchChain()                    { b.note("switch chain") }
func (b *browser) Renew()                          { b.note("renew") }
func (b *browser) UseNetwork(id string)            { b.note("use %s", id) }
func (b *browser) Send(id string, e job.Event)     { b.note("send %s %T", id, e) }
func (b *browser) Leave(id string)                 { b.note("leave %s", id) }
func (b *browser) Remove(id string)                { b.note("remove %s", id) }
func (b *browser) LookAtStorage()                  { b.note("look at storage") }
func (b *browser) KeepStored()                     { b.note("keep") }
func (b *browser) AddNetwork(relayDown bool)       { b.note("add network %v", relayDown) }
func (b *browser) DropTrial()                      { b.note("drop trial") }
func (b *browser) RemoveNetwork(id string)         { b.note("remove network %s", id) }
func (b *browser) EmptyJob(id string)              { b.note("empty %s", id) }
func (b *browser) Export(passphrase string)        { b.note("export %q", passphrase) }
func (b *browser) ChooseImport()                   { b.note("choose") }
func (b *browser) UnlockImport(passphrase string)  { b.note("unlock %q", passphrase) }
func (b *browser) TakeImport()                     { b.note("take") }
func (b *browser) DropImport()                     { b.note("drop") }
func (b *browser) LookAtLosses()                   { b.note("look at losses") }
func (b *browser) DropLosses()                     { b.note("keep everything") }
func (b *browser) DeleteEverything(typed string)   { b.note("delete everything %q", typed) }
func (b *browser) Move(id string, earlier bool)    { b.note("move %s %v", id, earlier) }
func (b *browser) PauseQueue()                     { b.note("pause") }
func (b *browser) GoOnQueue()                      { b.note("go on") }
func (b *browser) FindPast(of common.Address)      { b.note("find past %s", of.Hex()) }
func (b *browser) StopPast()                       { b.note("stop past") }
func (b *browser) Focus(id string)                 { b.note("focus %s", id) }
func (b *browser) ShowModal(id string)             { b.note("show %s", id) }
func (b *browser) CloseModal(id string)            { b.note("close %s", id) }
func (b *browser) SetCaret(id string, at int)      { b.note("caret %s %d", id, at) }
func (b *browser) Random(n int) int                { return 1234567 }
func (b *browser) NowMillis() int64                { return b.now }
func (b *browser) SaveDraft(k task.Kind, a string) { b.drafts[k] = a }

func (b *browser) Submit(k task.Kind, args []byte) {
	b.note("submit %v", k)
	b.submitted = append(b.submitted, string(args))
}

// Value is empty for an element that is not there, as in a browser.
func (b *browser) TryNetwork(d NetworkDraft) NetworkDraft {
	b.note("try %s on chain %s at %s", d[NetworkName], d[NetworkChain], d[NetworkRPC])
	return b.wrong
}

func (b *browser) Value(id string) string {
	if !b.has(id) {
		return ""
	}
	return b.values[id]
}

// SetValue keeps line breaks as browsers do.
func (b *browser) SetValue(id, text string) {
	if b.has(id) {
		b.values[id] = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
}

func (b *browser) File(_ context.Context, sha string) ([]byte, error) {
	if f, ok := b.files[sha]; ok {
		return f, nil
	}
	return nil, errors.New("no such file")
}

func (b *browser) FileURL(ctx context.Context, sha, _ string) (string, error) {
	if _, err := b.File(ctx, sha); err != nil {
		return "", err
	}
	b.noting.Lock()
	defer b.noting.Unlock()
	b.urls["blob:"+sha] = true
	return "blob:" + sha, nil
}

func (b *browser) FreeURL(url string) {
	b.noting.Lock()
	defer b.noting.Unlock()
	delete(b.urls, url)
}

func (b *browser) Download(ctx context.Context, sha, name, mime string) error {
	b.note("download %s %s", name, mime)
	_, err := b.File(ctx, sha)
	return err
}

func (b *browser) Copy(_ context.Context, text string) error {
	b.note("copy %s", text)
	return nil
}

func (b *browser) Typed() (string, int, bool, bool) {
	return b.typed, 2, b.typed != "", b.typed != ""
}
