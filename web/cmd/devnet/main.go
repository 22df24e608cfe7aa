//go:build !js

// Command devnet is "make run": it builds the site, starts the development
// network and serves the page.
//
//	devnet               everything in memory
//	devnet -dir state    go on next time where it ended
//	devnet -fund 0x…     give test coins to an account of your own wallet
package main

import (
	"context"
	"flag"
	"fmt"
	"math/big"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"crynux-dapp/chain"
	"crynux-dapp/web/devnet"
	"crynux-dapp/web/site"
)

func main() {
	o := devnet.Options{Site: "dist"}
	flag.StringVar(&o.Dir, "dir", "", "keep the network's state in this folder")
	flag.Float64Var(&o.Rate, "rate", 1, "how fast the network's clock runs")
	flag.IntVar(&o.PagePort, "port", 8080, "port of the page; the next free one is taken")
	flag.IntVar(&o.RPCPort, "rpc", 8545, "port of the chain's RPC")
	flag.IntVar(&o.RelayPort, "relay", 8546, "port of the Relay")
	flag.DurationVar(&o.WorkTime, "work", 3*time.Second, "how long a node works on a task, at least")
	flag.BoolVar(&o.EIP191, "eip191", false, "let the Relay accept personal_sign signatures")
	flag.BoolVar(&o.NoWallets, "no-demo-wallets", false, "announce no demo wallets")
	free := flag.Bool("free-gas", false, "gas costs nothing")
	fund := flag.String("fund", "", "give 1 coin and 1000 CNX to this account")
	var broken []string
	flag.Func("faults", "begin with these faults, as rpc-429,relay-hang; all are in the panel and in docs/development.md", func(list string) error {
		for _, id := range strings.Split(list, ",") {
			if !slices.ContainsFunc(devnet.Faults(), func(f devnet.Fault) bool { return f.ID == id }) {
				return fmt.Errorf("there is no fault %q", id)
			}
			broken = append(broken, id)
		}
		return nil
	})
	built := flag.Bool("built", false, "serve dist/ as it is, build nothing")
	flag.Parse()
	if *free {
		o.GasPrice = new(big.Int)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second Ctrl+C ends it at once
	if err := run(ctx, o, *fund, *built, broken); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "devnet:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o devnet.Options, fund string, built bool, faults []string) error {
	if !built {
		fmt.Println("Building the page: two programs for the browser (the first time takes a minute or two) …")
		if err := site.Build(ctx, site.Options{Out: o.Site, Quick: true}); err != nil {
			return err
		}
	}
	fmt.Println("Starting chain, Relay and nodes …")
	n, err := devnet.Start(ctx, o)
	if err != nil {
		return err
	}
	defer n.Close()
	if fund != "" {
		if err := give(ctx, n, fund); err != nil {
			return err
		}
	}
	for _, id := range faults {
		if err := n.Set(ctx, id, true); err != nil {
			return fmt.Errorf("-faults: %s: %w", id, err)
		}
	}
	fmt.Printf(`
  Open      %s

  1. Press "Connect wallet" and choose "Demo (like today's MetaMask)".
  2. Press "Set up task wallet": two signatures make a small purse in the page,
     two transfers fill it. From then on nothing is asked.
  3. Describe a picture and press "Generate".

  Or choose "Demo (signs digests)" and, in its dialog under "Advanced", let it
  sign every request itself: two transactions, then a signature for the arguments
  and one for each picture.

  With a wallet of your own: RPC %s, chain id %d, coin ETH
     test coins: open "Development network" at the bottom left of the page and press
     "Test coins", or start with make run ARGS="-fund 0xYourAccount"

  Relay     %s
  Contracts token %s, node %s, task %s
`, n.Page, n.RPC, n.Chain.ChainID(), n.RelayURL, n.Chain.Contracts().Token, n.Chain.Contracts().Node, n.Chain.Contracts().Task)
	if o.Rate > 1 {
		fmt.Printf(`
  Warning: -rate %v lets the network's clock run ahead of this computer's. The page
  signs with the computer's time, and the Relay takes a signature within a minute of
  its own: after about %v it refuses the page's requests.
`, o.Rate, (time.Duration(float64(time.Minute) / (o.Rate - 1))).Round(time.Second))
	}
	fmt.Println("\n  Ctrl+C ends it.")
	<-ctx.Done()
	fmt.Println("\nEnding …")
	return nil
}

func give(ctx context.Context, n *devnet.Network, to string) error {
	account, err := chain.ParseAddress(to)
	if err != nil {
		return fmt.Errorf("-fund: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	unit := big.NewInt(1e18)
	return n.Chain.Fund(ctx, account, unit, new(big.Int).Mul(unit, big.NewInt(1000)))
}
