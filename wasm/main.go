//go:build js && wasm

// Command wasm is the page: it builds the ports of the browser and runs the app.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	goapp "github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/wasm/browser"
)

// configLimit bounds config.json, in bytes.
const configLimit = 1 << 20

func main() {
	ctx := context.Background()
	port, err := start(ctx)
	if err != nil {
		browser.Broken()
	}
	goapp.RouteWithRegexpFunc(".*", func() goapp.Composer {
		if err != nil {
			return view.NewBroken(err.Error())
		}
		return view.NewPage(port)
	})
	goapp.RunWhenOnBrowser()
}

// start reads the configuration and puts the page together.
func start(ctx context.Context) (*app.App, error) {
	status, text, err := browser.Fetch{}.Get(ctx, "config.json", configLimit)
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
	store, err := browser.Open(ctx, "crynux-dapp:"+browser.ServedFrom(), runner.Stores())
	if err != nil {
		return nil, fmt.Errorf("storage cannot be opened: %w", err)
	}
	wallets, err := browser.Discover()
	if err != nil {
		return nil, fmt.Errorf("wallets cannot be looked for: %w", err)
	}
	second := &browser.Worker{}
	page := app.New(config, app.Ports{
		Ports: runner.Ports{
			Clock: clock{}, HTTP: browser.Fetch{}, Store: storage{store}, Worker: worker{second},
			Wallets: announced{wallets, second}, NewID: browser.NewID, Locks: locks{}, Vault: &browser.Vault{Worker: second}, Reload: browser.Reload, Renewal: browser.Renewal{},
			Chance: rand.Float64,
		},
		Screen: screen{},
		Href:   goapp.Window().URL().String(),
	})
	if _, err := browser.WatchInput(page.Touch); err != nil {
		return nil, fmt.Errorf("input cannot be watched: %w", err)
	}
	go page.Run(ctx)
	return page, nil
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
