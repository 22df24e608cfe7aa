//go:build !js

package devnet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"crynux-dapp/web/devnet"
	"crynux-dapp/web/site"
)

// dist is the site of this source tree, built once for all tests.
var dist string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "devnet-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	dist = filepath.Join(dir, "dist")
	if err := site.Build(context.Background(), site.Options{Out: dist, Quick: true}); err != nil {
		fmt.Fprintln(os.Stderr, "the site cannot be built:", err)
		return 1
	}
	return m.Run()
}

func start(t *testing.T, o devnet.Options) *devnet.Network {
	t.Helper()
	o.Site = dist
	n, err := devnet.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}
