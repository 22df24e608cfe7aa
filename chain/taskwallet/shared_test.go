package taskwallet

import "testing"

func TestShared(t *testing.T) {
	for _, c := range []struct {
		name, href string
		want       bool
	}{
		{"host of its own", "https://crynux.example.org/", false},
		{"directory of a host of its own", "https://example.org/crynux/", false},
		{"this machine", "http://127.0.0.1:8080/", false},
		{"gateway with subdomains", "https://" + newID + ".ipfs.dweb.link/", false},
		{"path gateway", "https://ipfs.io/ipfs/" + newID + "/", true},
		{"path gateway of this machine", "http://127.0.0.1:8080/ipfs/" + newID + "/", true},
		{"projects of one person", "https://somebody.github.io/crynux/", true},
		{"the root of them", "https://somebody.github.io/", true},
		{"in capitals", "https://Somebody.GitHub.io/crynux/", true},
		{"with a final point", "https://somebody.github.io./crynux/", true},
		{"name that ends alike", "https://notgithub.io/", false},
		{"name that begins alike", "https://github.io.example.org/", false},
		{"directory of a person", "https://www.example.edu/~ada/crynux/", true},
		{"hidden by an escape", "https://www.example.edu/%7Eada/", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := place(t, c.href).Shared(); got != c.want {
				t.Error(got)
			}
		})
	}
}
