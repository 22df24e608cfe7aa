//go:build !js

// Command site writes the static site, or measures one.
//
//	site -out dist                  build it
//	site -out dist -config my.json  with the networks, models and names of a file
//	site -size dist                 print the size of every file, raw and compressed
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"crynux-dapp/app"
	"crynux-dapp/web/site"
)

func main() {
	var o site.Options
	flag.StringVar(&o.Out, "out", "dist", "directory to write the site to")
	flag.StringVar(&o.Config, "config", "", "file to ship as config.json (web/config.json if none is given)")
	flag.BoolVar(&o.AnyNetwork, "any-network", false, "let the page connect to any https address: for networks that people add themselves")
	flag.BoolVar(&o.Quick, "quick", false, "leave out the .br files, which take most of the time")
	size := flag.String("size", "", "print the sizes of the site in this directory, build nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, *size); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o site.Options, size string) error {
	if size != "" {
		sizes, err := site.Sizes(size)
		if err != nil {
			return err
		}
		return site.PrintSizes(os.Stdout, sizes)
	}
	if err := site.Build(ctx, o); err != nil {
		return err
	}
	cid, err := site.CID(ctx, o.Out)
	if err != nil {
		return err
	}
	fmt.Printf(`The site is in %[1]s/, built with %[2]s: put it on any static host, at any path.
docs/hosting.md tells how.

IPFS content id  %[3]s
which comes from %[4]s %[1]s
`, o.Out, runtime.Version(), cid, site.IPFSAdd)
	return warn(filepath.Join(o.Out, "config.json"))
}

// warn tells what a host should settle before anybody puts money into a task wallet.
func warn(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	c, err := app.ParseConfig(text)
	if err != nil {
		return err
	}
	if c.TaskWallet.Site == "" {
		fmt.Print(`
Warning: config.json has no taskWallet.site. Task wallets are then made for the name
of the host, and nobody finds theirs again when the site moves. Choose a name that
stays for ever before the first visitor puts money into one: see docs/hosting.md.
`)
	}
	return nil
}
