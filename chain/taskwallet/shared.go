package taskwallet

import "strings"

// sharing are hosts where projects of different people, or different projects of
// one person, are told apart by the path only. They have one origin, and so one
// storage: what a browser keeps for one of them, the scripts of all can use.
// Names are matched with everything below them.
var sharing = []string{
	"github.io",      // user.github.io/project
	"gitlab.io",      // group.gitlab.io/project
	"bitbucket.io",   // user.bitbucket.io/repository
	"codeberg.page",  // user.codeberg.page/repository
	"sourceforge.io", // project.sourceforge.io/directory
	"githack.com",    // raw.githack.com/user/repository
	"jsdelivr.net",   // cdn.jsdelivr.net/gh/user/repository
	"unpkg.com",      // unpkg.com/package
	"amazonaws.com",  // s3.amazonaws.com/bucket
	"googleapis.com", // storage.googleapis.com/bucket
	"windows.net",    // account.blob.core.windows.net/container
	"archive.org",    // web.archive.org/web/time/address
}

// Shared tells that others may have pages under this origin: on a gateway that
// keeps its copies apart by path, on a host of projects, or in a person's directory
// (/~name/). A key must not stay in such a browser storage without a passphrase
// (§6).
func (p Place) Shared() bool {
	if p.gateway.found || strings.HasPrefix(p.path, "/~") {
		return true
	}
	for _, host := range sharing {
		if p.hostname == host || strings.HasSuffix(p.hostname, "."+host) {
			return true
		}
	}
	return false
}
