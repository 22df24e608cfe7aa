package taskwallet

import (
	"errors"
	"strings"
	"testing"
)

// The same directory's id in its three spellings, from the documentation of
// IPFS (https://docs.ipfs.tech/concepts/content-addressing/).
const (
	oldID   = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR"
	newID   = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
	otherID = "bafybeibwzifw52ttrkqlikfzext5akxu7lz4xiwjgwzmqcpdzmp3n5vnbe"
)

func place(t *testing.T, href string) Place {
	t.Helper()
	p, err := PlaceOf(href)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSite(t *testing.T) {
	for _, c := range []struct{ name, configured, href, want string }{
		{"configured name wins over everything", "crynux.example.org", "https://" + newID + ".ipfs.dweb.link/", "crynux.example.org"},
		{"hostname", "", "https://crynux.example.org/app/#/image", "crynux.example.org"},
		{"hostname without port", "", "https://crynux.example.org:8443/", "crynux.example.org"},
		{"hostname in lower case", "", "https://Crynux.Example.ORG/", "crynux.example.org"},
		{"final point is the same host", "", "https://crynux.example.org./", "crynux.example.org"},
		{"A-label", "", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"},
		{"copy on a gateway with subdomains", "", "https://" + newID + ".ipfs.dweb.link/", "ipfs copy"},
		{"second copy has the same name", "", "https://" + otherID + ".ipfs.cf-ipfs.com/", "ipfs copy"},
		{"copy under a key", "", "https://k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8.ipns.dweb.link/", "ipfs copy"},
		{"copy under a domain's name", "", "https://crynux-example-org.ipns.dweb.link/", "ipfs copy"},
		{"copy on a gateway of this machine", "", "http://" + newID + ".ipfs.localhost:8080/", "ipfs copy"},
		{"copy on a path gateway", "", "https://ipfs.io/ipfs/" + newID + "/", "ipfs copy"},
		{"site that only sounds like a gateway", "", "https://docs.ipfs.tech/", "docs.ipfs.tech"},
		{"site below ipns", "", "https://docs.ipns.tech/", "docs.ipns.tech"},
		{"gateway itself", "", "https://ipfs.io/", "ipfs.io"},
		{"this machine", "", "http://localhost:8080/", "localhost"},
		{"name on this machine", "", "http://page.localhost:8080/", "localhost"},
		{"address of this machine", "", "http://127.0.0.1:8080/", "localhost"},
		{"another address of this machine", "", "http://127.8.8.8/", "localhost"},
		{"IPv6 of this machine", "", "http://[::1]:8080/", "localhost"},
		{"address in the house", "", "http://192.168.1.5/", "192.168.1.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := place(t, c.href).Site(c.configured)
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestSiteThatHasNoName(t *testing.T) {
	if site, err := place(t, "http://[2001:db8::1]/").Site(""); !errors.Is(err, BadSite) {
		t.Errorf("%q, %v", site, err)
	}
	if site, err := place(t, "https://example.org/").Site("https://example.org"); !errors.Is(err, BadSite) {
		t.Errorf("an address as configured name: %q, %v", site, err)
	}
	for _, href := range []string{"file:///home/x/index.html", "about:blank", "", "https:///x", "://", "https://a b/"} {
		if _, err := PlaceOf(href); !errors.Is(err, BadSite) {
			t.Errorf("%q: %v", href, err)
		}
	}
}

func TestForeign(t *testing.T) {
	const site = "crynux.example.org"
	for _, c := range []struct {
		name, href, site string
		want             bool
	}{
		{"the site", "https://crynux.example.org/", site, false},
		{"below the site", "https://beta.crynux.example.org/", site, false},
		{"above the site", "https://example.org/", site, true},
		{"name that ends alike", "https://notcrynux.example.org/", site, true},
		{"name that begins alike", "https://crynux.example.org.evil.example/", site, true},
		{"copy on IPFS", "https://" + newID + ".ipfs.dweb.link/", site, true},
		{"this machine", "http://127.0.0.1:8080/", site, true},
		{"copy without a name", "https://" + newID + ".ipfs.dweb.link/", IPFSCopy, false},
		{"this machine as itself", "http://127.0.0.1:8080/", Localhost, false},
		{"this machine's name elsewhere", "https://example.org/", Localhost, true},
		{"a word that nobody owns", "https://example.org/", "crynux", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := place(t, c.href).Foreign(c.site); got != c.want {
				t.Error(got)
			}
		})
	}
}

func TestPathGatewayIsRefused(t *testing.T) {
	const cid, key = "/ipfs/" + newID, "/ipns/k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8"
	for _, c := range []struct {
		name, href           string
		hosted, onDevNetwork bool
	}{
		{"content", "https://ipfs.io" + cid + "/", true, true},
		{"old id", "https://ipfs.io/ipfs/" + oldID + "/index.html", true, true},
		{"key", "https://ipfs.io" + key, true, true},
		{"domain's name", "https://ipfs.io/ipns/crynux.example.org/", true, true},
		{"anything at the start of the path", "https://example.org/ipfs/x", true, true},
		{"gateway in a directory", "https://example.org/gateway" + cid, true, true},
		{"hidden by escapes", "https://ipfs.io/%69pfs/" + newID, true, true},
		{"hidden by a second stroke", "https://ipfs.io//ipfs/" + newID, true, true},
		{"this machine", "http://127.0.0.1:8080" + cid + "/", true, false},
		{"gateway with subdomains", "https://" + newID + ".ipfs.dweb.link/", false, false},
		{"directory of that name", "https://example.org/docs/ipfs/intro/", false, false},
		{"file of that name", "https://example.org/ipfs", false, false},
		{"in the fragment only", "https://example.org/#/ipfs/" + newID, false, false},
		{"in the query only", "https://example.org/?/ipfs/" + newID, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := place(t, c.href)
			if p.Refused(false) != c.hosted || p.Refused(true) != c.onDevNetwork {
				t.Errorf("refused %v, on the development network %v", p.Refused(false), p.Refused(true))
			}
		})
	}
}

func TestSubdomainIsTheSameCopyUnderItsOwnOrigin(t *testing.T) {
	const key36 = "k2k4r8jl0yz8qjgqbmc2cdu5hkqek5rj6flgnlkyywynci20j0iuyfuj"
	for _, c := range []struct{ name, href, want string }{
		{"new id", "https://ipfs.io/ipfs/" + newID + "/", "https://" + newID + ".ipfs.ipfs.io/"},
		{"old id", "https://ipfs.io/ipfs/" + oldID + "/", "https://" + newID + ".ipfs.ipfs.io/"},
		{"the rest stays", "https://dweb.link/ipfs/" + newID + "/a b/index.html", "https://" + newID + ".ipfs.dweb.link/a%20b/index.html"},
		{"upper case", "https://dweb.link/ipfs/" + strings.ToUpper(newID), "https://" + newID + ".ipfs.dweb.link/"},
		{"this machine", "http://127.0.0.1:8080/ipfs/" + newID + "/", "http://" + newID + ".ipfs.localhost:8080/"},
		{"domain's name", "https://ipfs.io/ipns/en.wikipedia-on-ipfs.org/wiki", "https://en-wikipedia--on--ipfs-org.ipns.ipfs.io/wiki"},
		// A key in base58 and base36, from
		// https://docs.ipfs.tech/how-to/address-ipfs-on-web/
		{"old key", "https://dweb.link/ipns/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN", "https://" + key36 + ".ipns.dweb.link/"},
		{"new key", "https://dweb.link/ipns/" + key36, "https://" + key36 + ".ipns.dweb.link/"},
		{"no gateway", "https://example.org/", ""},
		{"gateway without a name", "https://192.0.2.1/ipfs/" + newID, ""},
		{"no id", "https://ipfs.io/ipfs/hello/", ""},
		{"broken id", "https://ipfs.io/ipfs/" + newID[:58] + "/", ""},
		{"wrong digit", "https://ipfs.io/ipfs/" + strings.Replace(oldID, "W", "0", 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := place(t, c.href).Subdomain(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func FuzzPlaceOf(f *testing.F) {
	for _, href := range []string{"https://ipfs.io/ipfs/" + oldID, "https://ipfs.io/ipns/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", "http://[::1]/ipfs/z" + oldID, "https://a.b/ipfs/f01701220"} {
		f.Add(href)
	}
	f.Fuzz(func(t *testing.T, href string) {
		p, err := PlaceOf(href)
		if err != nil {
			return
		}
		if site, err := p.Site(""); err == nil && CheckSite(site) != nil {
			t.Errorf("site %q", site)
		}
		if to := p.Subdomain(); to != "" {
			own, err := PlaceOf(to)
			if err != nil || !isGatewayHost(own.hostname) {
				t.Errorf("%q leads to %q, which is no copy: %v", href, to, err)
			}
		}
	})
}

func TestCheckOrigin(t *testing.T) {
	for _, origin := range []string{"https://example.org", "https://example.org:8443", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:1"} {
		if err := CheckOrigin(origin); err != nil {
			t.Errorf("%q: %v", origin, err)
		}
	}
	for _, origin := range []string{"", "null", "example.org", "https://example.org/", "https://Example.org", "https://example.org:443", "http://example.org:80", "https://u@example.org", "https://example.org?x", "ftp://example.org", "https://bücher.example"} {
		if err := CheckOrigin(origin); !errors.Is(err, BadSite) {
			t.Errorf("%q: %v", origin, err)
		}
	}
}

func TestLocal(t *testing.T) {
	const cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
	for href, want := range map[string]bool{
		"http://127.0.0.1:8080/": true, "http://localhost/repo/": true, "http://[::1]:8080/": true,
		"https://crynux.example.org/": false, "https://example.github.io/repo/": false,
		"http://127.0.0.1:8080/ipfs/" + cid + "/": false, "http://" + cid + ".ipfs.localhost:8080/": false,
	} {
		p, err := PlaceOf(href)
		if err != nil {
			t.Fatal(err)
		}
		if p.Local() != want {
			t.Errorf("%s: %t", href, !want)
		}
	}
}
