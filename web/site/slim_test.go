//go:build !js

package site

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestPageIsBuiltWithoutAServer looks at what the page is made of, and shows that with
// the whole of go-app it would be more.
func TestPageIsBuiltWithoutAServer(t *testing.T) {
	root, err := moduleRoot(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	modfile, err := withoutServer(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags []string
		holds bool
	}{{[]string{"-modfile=" + modfile}, false}, {nil, true}} {
		cmd := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"list", "-deps"}, c.flags, []string{"./wasm"})...)
		cmd.Dir = root
		cmd.Env = append(cmd.Environ(), "GOOS=js", "GOARCH=wasm")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		deps := strings.Fields(string(out))
		for _, unwanted := range []string{"net/http", "crypto/tls"} {
			if slices.Contains(deps, unwanted) != c.holds {
				t.Errorf("with %v the page is made of %s: %v", c.flags, unwanted, !c.holds)
			}
		}
	}
	again, err := withoutServer(t.Context(), root)
	if err != nil || again != modfile {
		t.Errorf("the second time it is in %s and not in %s (%v)", again, modfile, err)
	}
}
