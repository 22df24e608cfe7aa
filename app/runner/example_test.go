//go:build !js

package runner_test

import (
	"context"
	"fmt"

	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain/devchain"
)

// A page without a wallet reads what earlier visits left, and shows it.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := runner.New(runner.Ports{
		Clock: devchain.NewClock(1), HTTP: &transport{}, Store: onDisk(newDisk()), Worker: worker{}, Wallets: noWallets{},
		NewID: func() string { return "1" }, Networks: []profile.Network{{ID: "dev", Name: "Development network"}},
	})
	ready := make(chan runner.Snapshot, 1)
	r.Subscribe(func(s runner.Snapshot) {
		if s.Ready {
			select {
			case ready <- s:
			default:
			}
		}
	})
	go r.Run(ctx)
	s := <-ready
	fmt.Println(s.Network.Name, len(s.Jobs), s.Session.Connected)
	// Output: Development network 0 false
}

type noWallets struct{}

func (noWallets) List() []runner.Wallet                    { return nil }
func (noWallets) Connect(string) (runner.Connection, bool) { return nil, false }
func (noWallets) Watch(func()) (cancel func())             { return func() {} }
