package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
)

// browser is as much of one as a page without a wallet needs.
type browser struct {
	app.Screen
	files map[string][]byte
	jobs  [][]byte
	urls  int
	saved []string
}

var errNone = errors.New("there is none")

func (b *browser) Now() time.Time                                   { return time.Unix(1_700_000_000, 0) }
func (b *browser) Sleep(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }

func (b *browser) PostJSON(context.Context, string, []byte, int) (int, []byte, error) {
	return 0, nil, errNone
}
func (b *browser) Get(context.Context, string, int) (int, []byte, error) { return 0, nil, errNone }

func (b *browser) Recover(context.Context, common.Hash, []byte) (common.Address, error) {
	return common.Address{}, errNone
}
func (b *browser) ImageHash(context.Context, []byte) (uint64, error) { return 0, errNone }

func (b *browser) List() []runner.Wallet {
	return []runner.Wallet{{ID: "1", Name: "Alice's", Icon: "data:"}}
}
func (b *browser) Connect(string) (runner.Connection, bool) { return nil, false }
func (b *browser) Watch(func()) func()                      { return func() {} }

func (b *browser) ObjectURL(file []byte, mime string) (string, error) {
	b.urls++
	return "blob:" + string(file), nil
}

func (b *browser) RevokeURL(string) { b.urls-- }

func (b *browser) Save(name string, file []byte, mime string) error {
	b.saved = append(b.saved, name+" "+mime+" "+string(file))
	return nil
}

// store is the browser's store.
type store struct{ *browser }

func (s store) Get(_ context.Context, store, key string) ([]byte, bool, error) {
	file, ok := s.files[key]
	return file, ok && store == runner.Files, nil
}
func (s store) Save(context.Context, uint64, ...runner.Record) error { return nil }
func (s store) TakeLease(context.Context) (uint64, error)            { return 1, nil }
func (s store) All(context.Context, string) ([][]byte, error)        { return s.jobs, nil }
func (s store) Persistent() bool                                     { return true }

// open opens the page with the shipped config; before is called ahead of its Run.
func open(t *testing.T, b *browser, before ...func(*app.App)) (*app.App, view.State) {
	t.Helper()
	c, err := app.ParseConfig(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	page := app.New(c, app.Ports{
		Ports:  runner.Ports{Clock: b, HTTP: b, Store: store{b}, Worker: b, Wallets: b, NewID: func() string { return "id" }},
		Screen: b,
	})
	for _, f := range before {
		f(page)
	}
	ready := make(chan view.State, 1)
	cancel := page.Subscribe(func(s view.State) {
		if s.Ready {
			select {
			case ready <- s:
			default:
			}
		}
	})
	t.Cleanup(cancel)
	go page.Run(t.Context())
	select {
	case s := <-ready:
		return page, s
	case <-time.After(10 * time.Second):
		t.Fatal("the page is not ready")
	}
	panic("unreachable")
}

func TestPageShowsWhatTheConfigSays(t *testing.T) {
	_, s := open(t, &browser{})
	if s.Network.ID != "dev" || len(s.Networks) != 3 || len(s.Models.Image) == 0 || len(s.Models.Text) == 0 {
		t.Errorf("network %q of %d, %d and %d models", s.Network.ID, len(s.Networks), len(s.Models.Image), len(s.Models.Text))
	}
	if len(s.Wallets) != 1 || s.Wallets[0].Name != "Alice's" || s.Session.Connected {
		t.Errorf("wallets %v, session %+v", s.Wallets, s.Session)
	}
	if s.Notice.Title != "" {
		t.Errorf("a notice for nothing: %+v", s.Notice)
	}
}

func TestPageSaysThatRecordsAreBroken(t *testing.T) {
	_, s := open(t, &browser{jobs: [][]byte{[]byte("{"), []byte("null")}})
	if s.Notice.Title == "" || s.Notice.Remedy == "" {
		t.Errorf("notice %+v", s.Notice)
	}
}

func TestFileHasAnAddressUntilItIsGivenBack(t *testing.T) {
	b := &browser{files: map[string][]byte{"aa": []byte("picture")}}
	page, _ := open(t, b)
	url, err := page.FileURL(t.Context(), "aa", "image/png")
	if err != nil || url != "blob:picture" || b.urls != 1 {
		t.Fatalf("%q, %v, %d addresses", url, err, b.urls)
	}
	page.FreeURL("") // a file that could not be read
	if page.FreeURL(url); b.urls != 0 {
		t.Errorf("%d addresses are left", b.urls)
	}
	if err := page.Download(t.Context(), "aa", "cat.png", "image/png"); err != nil || len(b.saved) != 1 || b.saved[0] != "cat.png image/png picture" {
		t.Errorf("saved %q, %v", b.saved, err)
	}
	if _, err := page.FileURL(t.Context(), "bb", "image/png"); err == nil {
		t.Error("an address for a file that is not there")
	}
	if err := page.Download(t.Context(), "bb", "x", "y"); err == nil {
		t.Error("a file that is not there was saved")
	}
}
