package archive

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/taskwallet"
)

// Version of the format.
const Version = 1

// format tells our files from other ZIP archives.
const format = "crynux-dapp-export"

// manifestName is the first entry of every file.
const manifestName = "crynux-dapp.json"

// Manifest says what a file is.
type Manifest struct {
	Format string `json:"format"`
	V      int    `json:"v"`
	// Made is when it was written, in unix milliseconds.
	Made int64 `json:"made"`
	// Networks are those that the jobs ran on.
	Networks []Network `json:"networks"`
}

// Network is a network as the file names it.
type Network struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	ChainID uint64 `json:"chainId"`
}

// NewManifest is that of a new file.
func NewManifest(made int64, networks []Network) Manifest {
	return Manifest{Format: format, V: Version, Made: made, Networks: networks}
}

// Add adds the manifest, which comes first.
func (m Manifest) Add(w *Writer) (head, content []byte, err error) {
	content, err = json.Marshal(m)
	if err != nil {
		return nil, nil, err
	}
	head, err = w.Add(manifestName, content)
	return head, content, err
}

// Kind is the folder of an entry.
type Kind string

// The kinds of entry.
const (
	Job        Kind = "jobs"       // key: its id
	File       Kind = "files"      // key: SHA-256 in hex
	Draft      Kind = "drafts"     // key: the kind of task
	Setting    Kind = "settings"   // key: its name
	Wallet     Kind = "wallets"    // public record of a task wallet; key: address and chain id
	Unreadable Kind = "unreadable" // a record that was set aside, as it is; key: a number
)

// Name is that of an entry. What a key must not have in it becomes "_".
func Name(k Kind, key, extension string) string {
	key = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, key)
	return string(k) + "/" + key + "." + extension
}

// nameForm is what an entry is called. It is compiled when it is needed: not while the
// page starts.
var nameForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(jobs|files|drafts|settings|wallets|unreadable)/([A-Za-z0-9_-]{1,90})\.(json|png|txt|bin)$`)
})

// Limits of what is in a file, in bytes.
const (
	maxManifest = 64 << 10
	maxRecord   = 1 << 20
	maxNetworks = 100
)

// Contents are what a file holds, but for the bytes of results.
type Contents struct {
	Manifest
	// Jobs are records as the other browser kept them, with the hash of their arguments
	// looked at. What they say of files and chain has still to be compared.
	Jobs []job.State
	// Files are the results that are in the file, by SHA-256; their bytes have still to
	// be compared.
	Files map[string]Entry
	// Drafts by kind of task; "" = none.
	Drafts  [2]string
	Network string // that was chosen there; "" = none
	// Added are the networks that the person had added there, as their browser kept them;
	// nil = none. What they say has still to be looked at.
	Added   []byte
	Wallets []taskwallet.Record
	// Unreadable counts records that the other browser could not read.
	Unreadable int
}

// Read reads a file. The error is an *Error, or that of the source.
func Read(src Source) (Contents, error) {
	c := Contents{Files: map[string]Entry{}}
	entries, err := list(src)
	if err != nil {
		return c, err
	}
	if len(entries) == 0 || entries[0].Name != manifestName || entries[0].Size > maxManifest {
		return c, NotOurs.because("there is no %s", manifestName)
	}
	text, err := src.Content(entries[0])
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c.Manifest); err != nil || c.Format != format {
		return c, NotOurs.because("%s: %v", manifestName, err)
	}
	switch {
	case c.V > Version:
		return c, Newer.because("version %d", c.V)
	case c.V != Version:
		return c, Invalid.because("version %d", c.V)
	case len(c.Networks) > maxNetworks:
		return c, Invalid.because("%d networks", len(c.Networks))
	}
	for _, e := range entries[1:] {
		part := nameForm().FindStringSubmatch(e.Name)
		if part == nil {
			return c, Invalid.because("an entry %q", e.Name)
		}
		if err := c.take(src, Kind(part[1]), part[2], e); err != nil {
			return c, err
		}
	}
	return c, c.compare()
}

// take adds one entry.
func (c *Contents) take(src Source, k Kind, key string, e Entry) error {
	switch k {
	case File:
		if !isSHA256(key) {
			return Invalid.because("%q is named after no SHA-256", e.Name)
		}
		if _, twice := c.Files[key]; twice {
			return Invalid.because("%q is there twice", e.Name)
		}
		c.Files[key] = e
		return nil
	case Unreadable:
		c.Unreadable++
		return nil
	}
	if e.Size > maxRecord {
		return TooBig.because("%q has %d bytes", e.Name, e.Size)
	}
	text, err := src.Content(e)
	if err != nil {
		return err
	}
	switch k {
	case Job:
		return c.addJob(key, text)
	case Draft:
		for kind := range c.Drafts {
			if key == task.Kind(kind).String() && json.Valid(text) {
				c.Drafts[kind] = string(text)
				return nil
			}
		}
		return Invalid.because("%q is no draft", e.Name)
	case Wallet:
		record, err := taskwallet.DecodeRecord(text)
		if err != nil || record.Cipher != nil {
			return Invalid.because("%q is no public record: %v", e.Name, err)
		}
		c.Wallets = append(c.Wallets, record)
	case Setting:
		switch key {
		case "network":
			c.Network = string(text)
		case "networks":
			c.Added = text
		}
	}
	return nil
}

func (c *Contents) addJob(key string, text []byte) error {
	s, err := job.Decode(text)
	switch {
	case err != nil:
		return Invalid.because("job %s: %v", key, err)
	case s.ID != key:
		return Invalid.because("job %s calls itself %.40q", key, s.ID)
	case s.Phase == job.Draft:
		return Invalid.because("job %s was never asked for", key)
	case s.Order.Kind != task.SD && s.Order.Kind != task.GPT:
		return Invalid.because("job %s is of kind %d", key, s.Order.Kind)
	case task.Hash([]byte(s.Order.Args)) != s.Order.Hash && s.Order.Args != "":
		return Invalid.because("job %s: its arguments have another hash", key)
	}
	c.Jobs = append(c.Jobs, s)
	return nil
}

// compare wants the files of all jobs as the jobs say. One that is not in the archive
// was not in the other browser either.
func (c *Contents) compare() error {
	for n := range c.Jobs {
		s := &c.Jobs[n]
		for i := range s.Files {
			f := &s.Files[i]
			e, there := c.Files[f.SHA256]
			switch {
			case f.SHA256 == "" && (f.Verified || f.Size != 0):
				return Invalid.because("job %s has a file without a name", s.ID)
			case f.SHA256 == "":
			case !isSHA256(f.SHA256) || i >= s.Order.Count || f.Size < 0:
				return Invalid.because("job %s: file %d", s.ID, i)
			case !there:
				f.Gone = true
			case e.Size != int64(f.Size):
				return Invalid.because("job %s: file %d has %d bytes", s.ID, i, e.Size)
			default:
				f.Gone = false
			}
		}
	}
	return nil
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
