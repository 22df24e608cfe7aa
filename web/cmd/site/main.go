//go:build !js

// Command site writes the static site, or measures one.
//
//	site -out dist     build it
//	site -size dist    print the size of every file, raw and compressed
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"crynux-dapp/web/site"
)

func main() {
	out := flag.String("out", "dist", "directory to write the site to")
	size := flag.String("size", "", "print the sizes of the site in this directory, build nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *size); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, size string) error {
	if size != "" {
		sizes, err := site.Sizes(size)
		if err != nil {
			return err
		}
		return site.PrintSizes(os.Stdout, sizes)
	}
	if err := site.Build(ctx, site.Options{Out: out}); err != nil {
		return err
	}
	fmt.Printf("The site is in %s/: put it on any static host.\n", out)
	return nil
}
