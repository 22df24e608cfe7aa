package app

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"crynux-dapp/app/profile"
)

// Check looks whether the page at href, under its Content-Security-Policy, can
// reach what c names. policy is "" where there is none. Errors are *ConfigError: a
// browser refuses such requests without a word that a person could read.
func (c Config) Check(href, policy string) error {
	page, err := url.Parse(href)
	if err != nil {
		return nil // then nothing is known of it
	}
	allowed, limited := sources(policy, "connect-src")
	for i, n := range c.Networks {
		for field, address := range addresses(n) {
			u, err := url.Parse(address)
			if err != nil {
				continue // ParseConfig has refused it
			}
			where := fmt.Sprintf("networks[%d].%s", i, field)
			if page.Scheme == "https" && u.Scheme == "http" && !isLoopback(u.Hostname()) {
				return &ConfigError{where, "must be an https address: browsers refuse http from a page with https"}
			}
			if limited && !permits(allowed, page, u) {
				return &ConfigError{where, fmt.Sprintf("the page's policy does not let it connect to %s: build the site with this file (make site ARGS=\"-config …\"), or add that address to connect-src in index.html", origin(u))}
			}
		}
	}
	return nil
}

// addresses are what the page connects to, by the name of the field.
func addresses(n profile.Text) map[string]string {
	list := map[string]string{}
	for i, address := range n.Relays {
		list[fmt.Sprintf("relays[%d]", i)] = address
	}
	for i, address := range n.RPC {
		list[fmt.Sprintf("rpc[%d]", i)] = address
	}
	return list
}

// sources are what one directive of a policy allows; ok is false without it.
func sources(policy, directive string) (list []string, ok bool) {
	for part := range strings.SplitSeq(policy, ";") {
		if words := strings.Fields(part); len(words) > 0 && words[0] == directive {
			return words[1:], true
		}
	}
	return nil, false
}

// permits knows the forms that web/site writes.
func permits(allowed []string, page, u *url.URL) bool {
	for _, a := range allowed {
		switch {
		case a == "'self'" && origin(u) == origin(page), a == origin(u), a == u.Scheme+":":
			return true
		case strings.HasSuffix(a, ":*") && strings.TrimSuffix(a, ":*") == u.Scheme+"://"+u.Hostname():
			return true
		}
	}
	return false
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}
