//go:build !js

package site_test

import (
	"context"
	"os"
	"testing"
)

// What outlives single tests; both end in TestMain.
var (
	background, stop = context.WithCancel(context.Background())
	temporary        []string
)

func TestMain(m *testing.M) {
	code := m.Run()
	stop()
	for _, dir := range temporary {
		_ = os.RemoveAll(dir) // below the system's directory for such things
	}
	os.Exit(code)
}
