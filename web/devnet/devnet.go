//go:build !js

// Package devnet is the whole development network in one process: chain, Relay,
// worker nodes, demo wallets and the page, each on an address of its own on this
// machine.
//
//	net, err := devnet.Start(ctx, devnet.Options{Site: "dist"})
//	fmt.Println(net.Page) // http://127.0.0.1:8080/
//
// The commands of the README start it in real time; the end-to-end tests start it
// with a fast clock.
package devnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// Options say what to start. The zero value of each field is a good choice.
type Options struct {
	// Site is the folder of the built site.
	Site string
	// Dir keeps chain and Relay over a restart; "" = in memory.
	Dir string
	// Rate of the network's clock against the machine's; 0 = 1.
	Rate float64
	// GasPrice is the least price of gas in wei; nil = 1 gwei, 0 = free.
	GasPrice *big.Int
	// Ports of page, RPC and Relay; the next free one is taken. 0 = any free one.
	PagePort, RPCPort, RelayPort int
	// EIP191 lets the Relay accept personal_sign signatures.
	EIP191 bool
	// GPUs are the worker nodes; nil = devrelay.DefaultGPUs.
	GPUs []devrelay.GPU
	// WorkTime is how long a node works on a task, at least.
	WorkTime time.Duration
	// Log receives what Relay and nodes complain about; nil = nobody.
	Log *slog.Logger
	// OnReport is told the times of each task.
	OnReport func(devrelay.TaskReport)
	// Wallets are announced in the page; nil = the two demo wallets.
	Wallets func(*devchain.Chain) []*devchain.Wallet
	// Offline lets the browser keep the page for times without a network. Otherwise
	// what it kept is removed, and a page that was built anew is seen at once.
	Offline bool
	// Hosts are the origins that may embed the widget, besides this page by its name localhost.
	Hosts []string
	// NoWallets announces none: for a real wallet.
	NoWallets bool
}

// Network is a running development network.
type Network struct {
	Chain   *devchain.Chain
	Relay   *devrelay.Relay
	Nodes   *devrelay.Nodes
	Wallets []*devchain.Wallet
	// Page, RPC and RelayURL are the addresses.
	Page, RPC, RelayURL string

	board   switchboard
	closers []func()
}

// Start starts everything and returns when the page can be opened: contracts are
// deployed, the demo accounts are funded, the nodes have joined. Close ends it.
func Start(ctx context.Context, o Options) (n *Network, err error) {
	n = &Network{board: switchboard{on: map[string]bool{}}}
	defer func() {
		if err != nil {
			n.Close()
		}
	}()
	rate := o.Rate
	if rate == 0 {
		rate = 1
	}
	clock := devchain.NewClock(rate)
	n.Chain, err = devchain.Start(ctx, devchain.Options{Dir: under(o.Dir, "chain"), Clock: clock, GasPrice: o.GasPrice})
	if err != nil {
		return n, fmt.Errorf("the chain does not start: %w", err)
	}
	n.closers = append(n.closers, func() { n.Chain.Close() })

	n.Relay, err = devrelay.New(devrelay.Options{
		Chain: n.Chain.Client(), Clock: clock, Contracts: n.Chain.Contracts(), Dir: under(o.Dir, "relay"), EIP191: o.EIP191, Log: o.Log,
	})
	if err != nil {
		return n, fmt.Errorf("the Relay does not start: %w", err)
	}
	running, stop := context.WithCancel(ctx)
	n.closers = append(n.closers, stop)
	go n.Relay.Run(running)

	if n.RPC, err = n.serve(o.RPCPort, n.Chain); err != nil {
		return n, err
	}
	if n.RelayURL, err = n.serve(o.RelayPort, n.Relay); err != nil {
		return n, err
	}
	n.Nodes, err = devrelay.StartNodes(running, devrelay.NodesOptions{
		Chain: n.Chain, RelayURL: n.RelayURL, GPUs: o.GPUs, WorkTime: o.WorkTime, OnReport: o.OnReport, Log: o.Log,
	})
	if err != nil {
		return n, fmt.Errorf("the nodes do not start: %w", err)
	}
	n.closers = append(n.closers, func() { n.Nodes.Close() })

	if !o.NoWallets {
		make := o.Wallets
		if make == nil {
			make = devchain.DemoWallets
		}
		n.Wallets = make(n.Chain)
		for _, w := range n.Wallets {
			n.closers = append(n.closers, w.Close)
			if err := n.Chain.Fund(ctx, w.Address(), ether(1), ether(300)); err != nil {
				return n, fmt.Errorf("the demo account cannot be funded: %w", err)
			}
		}
	}
	page, err := n.page(o)
	if err != nil {
		return n, err
	}
	n.Page, err = n.serve(o.PagePort, page)
	n.Page += "/"
	return n, err
}

// Close ends everything, in the opposite order of its start.
func (n *Network) Close() {
	for i := len(n.closers) - 1; i >= 0; i-- {
		n.closers[i]()
	}
	n.closers = nil
}

// serve listens on loopback, on the port or the next free one, and returns the address.
func (n *Network) serve(port int, h http.Handler) (string, error) {
	const tries = 20
	var listener net.Listener
	var err error
	for p := port; p < port+tries; p++ {
		if listener, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("no free port from %d on: %w", port, err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	n.closers = append(n.closers, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			server.Close()
		}
	})
	return "http://" + listener.Addr().String(), nil
}

func under(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// ether is n units of 18 decimals.
func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
