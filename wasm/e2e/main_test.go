//go:build !js

// Package e2e walks through the page as a person does: a real Chromium, the built
// site, the development network, and a wallet in the page. Pages are driven by
// role and accessible name only.
package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"crynux-dapp/web/site"
)

// dist is the site that this very run has built: a stale one cannot pass.
var dist string

// shots is where screenshots go.
const shots = "screenshots"

// chromium is the browser's path; every visitor starts one.
var chromium string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "crynux-dapp-e2e")
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
	if chromium, err = chrome(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if shared.stop != nil {
			shared.stop()
		}
	}()
	return m.Run()
}

// chrome finds the browser: CHROME, or one of the usual names.
func chrome() (string, error) {
	if path := os.Getenv("CHROME"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("the journeys need Chromium: install it (Debian: apt-get install chromium) or say CHROME=/path/to/browser")
}
