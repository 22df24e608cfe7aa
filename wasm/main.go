//go:build js && wasm

// Command wasm is the page: it builds the ports of the browser and runs the app.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	goapp "github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/wasm/browser"
)

func main() {
	port, err := start(context.Background())
	if err != nil {
		browser.Broken()
	}
	goapp.RouteWithRegexpFunc(".*", func() goapp.Composer {
		if err != nil {
			return view.NewBroken(err.Error())
		}
		return view.NewPage(port)
	})
	breathe()
	goapp.RunWhenOnBrowser()
}

// breathe lets the browser react and draw: the start is too long for one piece.
func breathe() { time.Sleep(time.Millisecond) }

// start reads the configuration and puts the page together: the whole one, or the
// small one in the frame of a host.
func start(ctx context.Context) (view.Port, error) {
	status, text, err := browser.Fetch{}.Get(ctx, "config.json", app.MaxConfig)
	if errors.Is(err, browser.ErrTooLarge) {
		return nil, app.ErrLargeConfig
	}
	if err != nil {
		return nil, fmt.Errorf("config.json cannot be loaded: %w", err)
	}
	if status != 200 {
		return nil, fmt.Errorf("config.json cannot be loaded: the server answers %d", status)
	}
	config, err := app.ParseConfig(text)
	if err != nil {
		return nil, err
	}
	if err := config.Check(goapp.Window().URL().String(), browser.Policy()); err != nil {
		return nil, err
	}
	if browser.Framed() {
		return startFrame(ctx, config)
	}
	ports, err := ports(ctx, browser.ServedFrom())
	if err != nil {
		return nil, err
	}
	wallets, err := browser.Discover()
	if err != nil {
		return nil, fmt.Errorf("wallets cannot be looked for: %w", err)
	}
	second := &browser.Worker{}
	vault := &browser.Vault{Worker: second}
	ports.Worker, ports.Vault, ports.Hosts = worker{second}, vault, vault
	ports.Wallets = announced{wallets, second}
	ports.Data = data{ports.Store.(storage).Store, second}
	breathe()
	page := app.New(config, ports)
	if frame, ok := browser.Opener(); ok {
		page.Serve(app.GuestPorts{
			Frame: window{frame}, Own: browser.Origin(), Name: browser.Name(), Doze: func() { browser.Doze(dozeFor) },
			HandOver: func(ctx context.Context, origin, text string) error { return vault.HandOver(ctx, origin, frame, text) },
		})
	}
	return page, run(ctx, page.Touch, page.Run)
}

// dozeFor is how long a page that was just opened for a frame cannot be pressed
// (taskwallet.md §12).
const dozeFor = 500 * time.Millisecond

// ports are those that page and frame share; kept names what is kept in the browser.
func ports(ctx context.Context, kept string) (app.Ports, error) {
	name := "crynux-dapp:" + kept
	store, err := browser.Open(ctx, name, runner.Stores())
	if err != nil {
		return app.Ports{}, fmt.Errorf("storage cannot be opened: %w", err)
	}
	return app.Ports{
		Ports: runner.Ports{
			Clock: clock{}, HTTP: browser.Fetch{}, Store: storage{store}, NewID: browser.NewID, Locks: locks{}, Tabs: tabs{browser.OpenTabs(name)}, Reload: browser.Reload, Renewal: browser.Renewal{},
			Chance: rand.Float64, View: tab{},
		},
		Screen: screen{},
		Href:   goapp.Window().URL().String(),
		Policy: browser.Policy(),
	}, nil
}

// run lets a page work while the person is there.
func run(ctx context.Context, touch func(), work func(context.Context)) error {
	if _, err := browser.WatchInput(touch); err != nil {
		return fmt.Errorf("input cannot be watched: %w", err)
	}
	go work(ctx)
	return nil
}

// tab tells whether anybody looks at the page.
type tab struct{}

func (tab) Hidden() bool { return browser.Hidden() }

func (tab) Watch(f func()) (cancel func()) {
	cancel, err := browser.WatchHidden(func(bool) { f() })
	if err != nil {
		return func() {} // then the next planned poll sees it
	}
	return cancel
}

// clock is the browser's.
type clock struct{}

func (clock) Now() time.Time { return time.Now() }

func (clock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
