//go:build !js

package site

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// notInlined are packages whose calls are not worth inlining: nothing that a
// person waits for is spent in them. It saves 0.3 MB of gzip -9.
var notInlined = []string{
	"crynux-dapp/app/...",
	"crynux-dapp/chain/...",
	"crynux-dapp/relay/...",
	"crynux-dapp/wasm/...",
	"github.com/google/uuid",
	"github.com/hack-pad/...",
	"github.com/maxence-charriere/go-app/v9/pkg/app",
	"encoding/json", "fmt", "math/big", "net/url", "os", "reflect", "regexp", "regexp/syntax", "time",
}

// compile builds one wasm program so that its bytes depend on the source and
// the toolchain only: no paths, no version control state, no build id.
func compile(ctx context.Context, root, pkg string) ([]byte, error) {
	linked, err := link(ctx, root, pkg)
	if err != nil {
		return nil, err
	}
	program, err := mergeSegments(linked)
	if err != nil {
		return nil, fmt.Errorf("merging the data of %s: %w", pkg, err)
	}
	return program, nil
}

// link is what the Go toolchain makes of it.
func link(ctx context.Context, root, pkg string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "site-wasm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "program.wasm")
	modfile, err := withoutServer(ctx, root)
	if err != nil {
		return nil, err
	}
	args := []string{"build", "-modfile=" + modfile, "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", out}
	for _, p := range notInlined {
		args = append(args, "-gcflags="+p+"=-l")
	}
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWASM=", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building %s: %w\n%s", pkg, err, said)
	}
	return os.ReadFile(out)
}
