package taskwallet

import (
	"net/netip"
	"net/url"
	"strings"
)

// Place is where the page was opened.
type Place struct {
	scheme, hostname, port string
	path                   string // decoded
	gateway                gatewayPath
}

// PlaceOf reads location.href. The error is BadSite: not an http or https
// address of a host.
func PlaceOf(href string) (Place, error) {
	u, err := url.Parse(href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return Place{}, BadSite.Because("opened at %.100q", href)
	}
	p := Place{
		scheme:   u.Scheme,
		hostname: strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), // example.org. is the same host
		port:     u.Port(),
		path:     u.Path,
	}
	p.gateway = findGatewayPath(u.Path)
	return p, nil
}

// Site returns the name that the key of this page is made for (§2). configured
// is taskWallet.site of config.json, "" for none. The error is BadSite.
func (p Place) Site(configured string) (string, error) {
	site := p.hostname
	switch {
	case configured != "":
		site = configured
	case p.gateway.found || isGatewayHost(p.hostname):
		site = IPFSCopy
	case p.loopback():
		site = Localhost
	}
	return site, CheckSite(site)
}

// Foreign tells that this is a copy of a site on somebody else's host, which
// the person has to trust before the wallet is asked (card W2).
func (p Place) Foreign(site string) bool {
	switch {
	case site == Localhost:
		return !p.loopback()
	case !isDomain(site):
		return false
	}
	return p.hostname != site && !strings.HasSuffix(p.hostname, "."+site)
}

// Refused tells that there is no task wallet here: all pages of a gateway that
// keeps them apart by path share one origin, so each could open it. The
// development network on this machine is excepted.
func (p Place) Refused(development bool) bool {
	return p.gateway.found && !(development && p.loopback())
}

// Subdomain returns the address of the same copy under an origin of its own.
// It is "" where there is none: the page is not on a path gateway, or the
// gateway has no name.
func (p Place) Subdomain() string {
	label := p.gateway.label()
	host := p.hostname
	if p.loopback() {
		host = Localhost
	}
	if label == "" || isIP(host) {
		return ""
	}
	host = label + "." + p.gateway.space + "." + host
	if p.port != "" {
		host += ":" + p.port
	}
	return (&url.URL{Scheme: p.scheme, Host: host, Path: "/" + p.gateway.rest}).String()
}

// CheckOrigin wants the origin of a host's page as browsers write it, such as
// https://example.org:8443. The error is BadSite.
func CheckOrigin(origin string) error {
	p, err := PlaceOf(origin)
	if err != nil {
		return err
	}
	if p.origin() != origin || !isIP(p.hostname) && CheckSite(p.hostname) != nil {
		return BadSite.Because("origin %.100q", origin)
	}
	return nil
}

func (p Place) origin() string {
	host := p.hostname
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p.port != "" && !(p.scheme == "https" && p.port == "443") && !(p.scheme == "http" && p.port == "80") {
		host += ":" + p.port
	}
	return p.scheme + "://" + host
}

// Loopback tells that the page comes from this very computer.
func (p Place) Loopback() bool { return p.loopback() }

func (p Place) loopback() bool {
	if p.hostname == Localhost || strings.HasSuffix(p.hostname, "."+Localhost) {
		return true
	}
	ip, err := netip.ParseAddr(p.hostname)
	return err == nil && ip.IsLoopback()
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}
