//go:build !js

package site_test

import (
	"os"
	"path/filepath"
	"testing"

	"crynux-dapp/web/site"
)

// TestCID_is_that_of_other_implementations compares with what the JavaScript
// implementation of IPFS (ipfs-unixfs-importer 15) gives for the same folder. One
// file is longer than a block can have links to.
func TestCID_is_that_of_other_implementations(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"a.txt":      []byte("hello\n"),
		"big.bin":    make([]byte, 175*256<<10),
		"empty":      nil,
		"sub/b.html": []byte("<p>x"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const want = "bafybeiadtkcf5c5d7mhnu2nijxyseopl5cgfl5bqabreodmswgncdlkj3u"
	if got, err := site.CID(t.Context(), dir); err != nil || got != want {
		t.Errorf("%s, error %v, want %s", got, err, want)
	}
}
