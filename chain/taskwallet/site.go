package taskwallet

import "strings"

// Names of sites that are no host's.
const (
	// IPFSCopy is the site of every copy on an IPFS or IPNS gateway whose
	// config.json names none: a new version has a new CID, and so a new host.
	IPFSCopy = "ipfs copy"
	// Localhost is the site on this machine.
	Localhost = "localhost"
)

const maxSite = 80

// CheckSite wants the form of §2: 1 to 80 lower-case letters, digits, blanks,
// points and hyphens, with a letter or digit at both ends. Names of domains are
// in their ASCII form. The error is BadSite.
func CheckSite(name string) error {
	ok := 0 < len(name) && len(name) <= maxSite && isLetterOrDigit(name[0]) && isLetterOrDigit(name[len(name)-1])
	for i := 0; ok && i < len(name); i++ {
		ok = isLetterOrDigit(name[i]) || name[i] == ' ' || name[i] == '.' || name[i] == '-'
	}
	if !ok {
		return BadSite.Because("%.100q", name)
	}
	return nil
}

// MaxFormerSites is how many earlier names a config.json may list.
const MaxFormerSites = 5

// Candidates are the names that recovery tries (§11): the site, its earlier
// names, and that of a copy on IPFS, each once. The error is BadSite.
func Candidates(site string, former []string) ([]string, error) {
	if len(former) > MaxFormerSites {
		return nil, BadSite.Because("%d former sites", len(former))
	}
	var names []string
	seen := make(map[string]bool)
	for _, name := range append(append([]string{site}, former...), IPFSCopy) {
		if err := CheckSite(name); err != nil {
			return nil, err
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names, nil
}

// isDomain tells names that belong to one owner of a domain from names that
// anybody may use.
func isDomain(site string) bool {
	return strings.Contains(site, ".") && !strings.Contains(site, " ")
}

func isLetterOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
