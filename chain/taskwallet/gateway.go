package taskwallet

import "strings"

// Gateways to IPFS show a copy under its content id, in one of two ways: as
// part of the path, where all copies share the gateway's origin, or as part of
// the host, where each has its own.
// https://specs.ipfs.tech/http-gateways/

// gatewayPath is the part of a path that a gateway reads.
type gatewayPath struct {
	found bool
	space string // ipfs or ipns
	id    string
	rest  string // of the path, inside the copy
}

// findGatewayPath looks for /ipfs/… and /ipns/…: at the start of the path
// whatever follows, and deeper, for a gateway that is not at the root of its
// host, where an id follows.
func findGatewayPath(path string) gatewayPath {
	parts := strings.Split(strings.TrimLeft(path, "/"), "/")
	for i, part := range parts {
		if part != "ipfs" && part != "ipns" || i+1 == len(parts) || parts[i+1] == "" {
			continue
		}
		g := gatewayPath{found: true, space: part, id: parts[i+1], rest: strings.Join(parts[i+2:], "/")}
		if i == 0 || g.label() != "" {
			return g
		}
	}
	return gatewayPath{}
}

// label is the id as part of a host name, "" if it is not one. A host's path
// before the gateway's is lost: gateways with subdomains have none.
func (g gatewayPath) label() string {
	switch {
	case g.space == "ipfs":
		return hostLabel(g.id, codecDirectory)
	case strings.Contains(g.id, "."):
		return domainLabel(g.id)
	case g.space == "ipns":
		return hostLabel(g.id, codecKey)
	}
	return ""
}

// domainLabel writes the name of a domain as one label, as gateways do it.
func domainLabel(domain string) string {
	label := strings.NewReplacer("-", "--", ".", "-").Replace(strings.ToLower(domain))
	if CheckSite(domain) != nil || len(label) > maxLabel {
		return ""
	}
	return label
}

// isGatewayHost recognises <id>.ipfs.<gateway> and <id>.ipns.<gateway>. The id
// is looked at, because docs.ipfs.tech is a site like any other. A domain's
// name, written as a label, has at least one hyphen.
func isGatewayHost(hostname string) bool {
	id, rest, _ := strings.Cut(hostname, ".")
	space, gateway, _ := strings.Cut(rest, ".")
	switch {
	case gateway == "":
		return false
	case space == "ipfs":
		return hostLabel(id, codecDirectory) == id
	case space == "ipns":
		return hostLabel(id, codecKey) == id || strings.Contains(id, "-")
	}
	return false
}
