//go:build !js

package taskwallet_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The package is linked into the page, which must hold no curve: its tables
// are 0.6 MB compressed, and the key must not be made where the view runs.
func TestPageCanLinkThisPackage(t *testing.T) {
	forWasm := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	forWasm("vet", "./...")

	allowed := map[string]bool{
		"github.com/ethereum/go-ethereum/common":         true,
		"github.com/ethereum/go-ethereum/common/hexutil": true,
		"github.com/ethereum/go-ethereum/crypto/keccak":  true,
		"github.com/holiman/uint256":                     true,
		"golang.org/x/sys/cpu":                           true,
		"crynux-dapp/chain":                              true,
		"crynux-dapp/chain/taskwallet":                   true,
	}
	for path := range strings.FieldsSeq(forWasm("list", "-deps", ".")) {
		domain, _, _ := strings.Cut(path, "/")
		foreign := strings.ContainsAny(domain, ".-") && !strings.HasPrefix(path, "vendor/")
		if foreign && !allowed[path] || path == "net/http" {
			t.Errorf("taskwallet links %s into the page", path)
		}
	}
}
