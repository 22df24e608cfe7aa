//go:build js && wasm

package main

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
	"crynux-dapp/chain/taskwallet"
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
	vault := &browser.Vault{Worker: second}
	ports.Worker, ports.Vault = worker{second}, frameVault{vault}
	framed := app.FramePorts{
		Around: around, Open: openTab,
		Adopt: func(ctx context.Context, key app.Buffer) (common.Address, error) {
			buffer, ok := key.(browser.Buffer)
			if !ok {
				return common.Address{}, taskwallet.BadKey.Because("%T", key)
			}
			return vault.Adopt(ctx, buffer)
		},
		Theme: browser.Theme, WatchHeight: browser.WatchHeight,
	}
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

// frameVault has no way to a key of an owner: in a frame nobody is asked for the
// signature that one is made from, for a passphrase or for a backup
// (taskwallet.md §12). What it signs with was handed over by a tab.
type frameVault struct{ *browser.Vault }

var errFrame = taskwallet.Locked.Because("there is no task wallet in a frame")

func (frameVault) Derive(_ context.Context, _ taskwallet.Message, first, again []byte) (common.Address, error) {
	clear(first)
	clear(again)
	return common.Address{}, errFrame
}
func (frameVault) Random(context.Context) (common.Address, error) { return common.Address{}, errFrame }
func (frameVault) OpenBackup(context.Context, []byte, string) (common.Address, error) {
	return common.Address{}, errFrame
}
func (frameVault) Unseal(context.Context, taskwallet.Record, string) (common.Address, error) {
	return common.Address{}, errFrame
}
func (frameVault) Seal(context.Context, taskwallet.Identity, string) (taskwallet.Cipher, error) {
	return taskwallet.Cipher{}, errFrame
}
func (frameVault) Backup(context.Context, string) ([]byte, error) { return nil, errFrame }
