//go:build js && wasm

package main

import (
	"context"

	"crynux-dapp/app"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
	"crynux-dapp/wasm/browser"
)

// startFrame puts the page together that a host has in a frame. It keeps its tasks
// apart from ours and from those of other hosts, sees no wallet of the browser, and
// has no key of an owner.
func startFrame(ctx context.Context, config app.Config) (view.Port, error) {
	around := widget.Around{Own: browser.Origin(), Host: browser.Route()}
	around.Ancestors, around.Top = browser.Ancestors()
	ports, err := ports(ctx, browser.ServedFrom()+"widget:"+around.Host)
	if err != nil {
		return nil, err
	}
	second := &browser.Worker{}
	ports.Worker, ports.Wallets = worker{second}, noWallets{}
	framed := app.FramePorts{Around: around, Open: openTab, Theme: browser.Theme, WatchHeight: browser.WatchHeight}
	if parent, ok := browser.Parent(around.Host); ok {
		framed.Parent = window{parent}
	}
	page := app.NewFrame(config, ports, framed)
	return page, run(ctx, page.Touch, page.Run)
}

func openTab(path, name string) (app.Window, bool) {
	tab, ok := browser.OpenTab(path, name)
	return window{tab}, ok
}

// window is another window of the browser.
type window struct{ *browser.Peer }

func (w window) Listen(f func(app.Mail)) (cancel func()) {
	return w.Peer.Listen(func(m browser.Mail) {
		mail := app.Mail{Origin: m.Origin, Text: m.Text}
		for _, b := range m.Data {
			mail.Data = append(mail.Data, b)
		}
		f(mail)
	})
}

// noWallets is what a frame sees of the wallets in the browser.
type noWallets struct{}

func (noWallets) List() []runner.Wallet                    { return nil }
func (noWallets) Connect(string) (runner.Connection, bool) { return nil, false }
func (noWallets) Watch(func()) (cancel func())             { return func() {} }
