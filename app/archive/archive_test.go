package archive_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/taskwallet"
)

// entry is one entry of a file that a test writes.
type entry struct {
	name    string
	content []byte
}

// written lays entries out, behind the manifest.
func written(t testing.TB, m archive.Manifest, entries ...entry) []byte {
	t.Helper()
	var w archive.Writer
	head, content, err := m.Add(&w)
	if err != nil {
		t.Fatal(err)
	}
	file := append(head, content...)
	for _, e := range entries {
		head, err := w.Add(e.name, e.content)
		if err != nil {
			t.Fatal(err)
		}
		file = append(append(file, head...), e.content...)
	}
	return append(file, w.End()...)
}

func source(file []byte) archive.Source {
	return archive.Source{Size: int64(len(file)), Read: func(at int64, n int) ([]byte, error) {
		return bytes.Clone(file[at : at+int64(n)]), nil
	}}
}

func manifest() archive.Manifest {
	return archive.NewManifest(1_700_000_000_000, []archive.Network{{ID: "dev", Name: "Development", ChainID: 42}})
}

// made is a job that has ended, with files of these contents.
func made(id string, files ...[]byte) (job.State, []entry) {
	args := `{"prompt":"a cat named ` + id + `"}`
	s := job.State{V: job.Version, ID: id, Phase: job.Done, TaskID: 7, Order: job.Order{Network: "dev", ChainID: 42, Kind: task.SD, Args: args, Hash: task.Hash([]byte(args)), Count: len(files)}}
	var entries []entry
	for i, f := range files {
		sum := sha256.Sum256(f)
		s.Files[i] = job.File{SHA256: hex.EncodeToString(sum[:]), Size: len(f), Verified: true}
		entries = append(entries, entry{archive.Name(archive.File, s.Files[i].SHA256, "png"), f})
	}
	return s, entries
}

func of(t testing.TB, s job.State) entry {
	t.Helper()
	record, err := job.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return entry{archive.Name(archive.Job, s.ID, "json"), record}
}

func wallet() taskwallet.Record {
	return taskwallet.Record{Identity: taskwallet.Identity{V: 1, Kind: taskwallet.Derived, Owner: common.Address{1}, Site: "localhost", ChainID: 42, Address: common.Address{2},
		Contracts: taskwallet.Contracts{Token: common.Address{3}, Node: common.Address{4}, Task: common.Address{5}}, Relays: []string{"http://relay"}}}
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRoundTrip writes files of random contents and reads them, here and with an
// archive reader that knows nothing of this page.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		want := archive.Contents{Manifest: manifest(), Files: map[string]archive.Entry{}, Drafts: [2]string{`{"a":1}`, ""}, Network: "dev", Added: []byte(`[]`), Wallets: []taskwallet.Record{wallet()}, Unreadable: 1}
		entries := []entry{
			{archive.Name(archive.Draft, "sd", "json"), []byte(`{"a":1}`)}, {archive.Name(archive.Setting, "network", "txt"), []byte("dev")},
			{archive.Name(archive.Setting, "networks", "txt"), []byte("[]")}, {archive.Name(archive.Setting, "budget-0xab:42", "txt"), []byte("7")}, {archive.Name(archive.Unreadable, "1", "bin"), []byte("\x00broken")},
			{archive.Name(archive.Wallet, wallet().StoreKey(), "json"), encoded(t, wallet())},
		}
		contents := map[string][]byte{}
		for i := range rng.IntN(5) {
			var files [][]byte
			for range rng.IntN(4) {
				f := make([]byte, rng.IntN(3000))
				for i := range f {
					f[i] = byte(rng.Uint32())
				}
				files = append(files, f)
			}
			s, with := made(fmt.Sprint("job-", i), files...)
			want.Jobs = append(want.Jobs, s)
			entries = append(entries, of(t, s))
			for _, e := range with {
				if _, twice := contents[e.name]; !twice {
					contents[e.name] = e.content
					entries = append(entries, e)
				}
			}
		}
		file := written(t, manifest(), entries...)
		got, err := archive.Read(source(file))
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		for sha, e := range got.Files {
			content, err := source(file).Content(e)
			if err != nil || !bytes.Equal(content, contents[e.Name]) {
				t.Errorf("%s: %v", sha, err)
			}
		}
		if len(got.Files) != len(contents) {
			t.Errorf("%d files instead of %d", len(got.Files), len(contents))
		}
		got.Files, want.Files = nil, nil
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		reader, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			f, err := reader.Open(e.name)
			if err != nil {
				t.Fatal(err)
			}
			if content, err := io.ReadAll(f); err != nil || !bytes.Equal(content, e.content) {
				t.Errorf("%s is read as %q, %v", e.name, content, err)
			}
		}
	}
}

// good is a file with everything in it.
func good(t testing.TB) []byte {
	s, files := made("job-1", []byte("a picture"), []byte("another"))
	return written(t, manifest(), append(files, of(t, s), entry{"drafts/gpt.json", []byte("{}")}, entry{"wallets/x.json", encoded(t, wallet())})...)
}

func reason(err error) archive.Reason {
	var refused *archive.Error
	if errors.As(err, &refused) {
		return refused.Reason
	}
	return ""
}

// TestEveryChangeIsNoticed cuts a file at each place, and changes each byte of it.
func TestEveryChangeIsNoticed(t *testing.T) {
	file := good(t)
	if _, err := archive.Read(source(file)); err != nil {
		t.Fatal(err)
	}
	whole := func(file []byte) error {
		c, err := archive.Read(source(file))
		for _, e := range c.Files {
			if err == nil {
				_, err = source(file).Content(e)
			}
		}
		return err
	}
	for n := range file {
		if err := whole(file[:n]); reason(err) == "" {
			t.Errorf("cut at %d: %v", n, err)
		}
		changed := bytes.Clone(file)
		changed[n] ^= 1 << (n % 8)
		if err := whole(changed); reason(err) == "" {
			t.Errorf("changed at %d: %v", n, err)
		}
	}
	if err := whole(append(bytes.Clone(file), 0)); reason(err) == "" {
		t.Error("something behind it is not noticed")
	}
}

func TestHostileContentsAreRefused(t *testing.T) {
	s, files := made("job-1", []byte("a picture"))
	change := func(f func(*job.State)) []entry {
		c := s
		f(&c)
		return append([]entry{of(t, c)}, files...)
	}
	sealed := wallet()
	sealed.Cipher = &taskwallet.Cipher{By: taskwallet.ByPassphrase, IV: make([]byte, 12), Data: make([]byte, 48)}
	later := manifest()
	later.V = 2
	foreign := manifest()
	foreign.Format = "something else"
	record := string(of(t, s).content)
	for name, c := range map[string]struct {
		m       archive.Manifest
		entries []entry
		want    archive.Reason
	}{
		"of the future":                 {later, nil, archive.Newer},
		"another program's":             {foreign, nil, archive.NotOurs},
		"an unknown entry":              {manifest(), []entry{{"keys/secret.json", nil}}, archive.Invalid},
		"a path that climbs":            {manifest(), []entry{{"jobs/../../x.json", nil}}, archive.Invalid},
		"a deep record":                 {manifest(), []entry{{"jobs/job-1.json", []byte(`{"v":1,"id":` + strings.Repeat("[", 100_000))}}, archive.Invalid},
		"a huge record":                 {manifest(), []entry{{"jobs/job-1.json", make([]byte, 2<<20)}}, archive.TooBig},
		"wrong types":                   {manifest(), []entry{{"jobs/job-1.json", []byte(strings.Replace(record, `"taskId":7`, `"taskId":"7"`, 1))}}, archive.Invalid},
		"a later version":               {manifest(), []entry{{"jobs/job-1.json", []byte(strings.Replace(record, `"v":1`, `"v":2`, 1))}}, archive.Invalid},
		"another id":                    {manifest(), []entry{{"jobs/job-2.json", []byte(record)}}, archive.Invalid},
		"other arguments":               {manifest(), change(func(s *job.State) { s.Order.Args = "{}" }), archive.Invalid},
		"a kind that is none":           {manifest(), change(func(s *job.State) { s.Order.Kind = 9 }), archive.Invalid},
		"a draft that runs":             {manifest(), change(func(s *job.State) { s.Phase = job.Draft }), archive.Invalid},
		"a file of another size":        {manifest(), change(func(s *job.State) { s.Files[0].Size++ }), archive.Invalid},
		"a file with a path for a name": {manifest(), change(func(s *job.State) { s.Files[0].SHA256 = "../x" }), archive.Invalid},
		"a file beyond the count":       {manifest(), change(func(s *job.State) { s.Files[4] = s.Files[0] }), archive.Invalid},
		"a verified file without bytes": {manifest(), change(func(s *job.State) { s.Files[0] = job.File{Verified: true} }), archive.Invalid},
		"a file without a hash":         {manifest(), []entry{{"files/abc.png", nil}}, archive.Invalid},
		"the same file twice":           {manifest(), append(files, entry{strings.Replace(files[0].name, ".png", ".json", 1), nil}), archive.Invalid},
		"a draft of another kind":       {manifest(), []entry{{"drafts/video.json", []byte("{}")}}, archive.Invalid},
		"a draft that is no JSON":       {manifest(), []entry{{"drafts/sd.json", []byte("{")}}, archive.Invalid},
		"a key":                         {manifest(), []entry{{"wallets/x.json", encoded(t, sealed)}}, archive.Invalid},
		"a wallet that is none":         {manifest(), []entry{{"wallets/x.json", []byte("{}")}}, archive.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := archive.Read(source(written(t, c.m, c.entries...))); reason(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	for name, file := range map[string]string{"nothing": "", "text": "hello, world", "a picture": "\x89PNG\r\n", "an empty archive": "PK\x05\x06" + strings.Repeat("\x00", 18)} {
		if _, err := archive.Read(source([]byte(file))); reason(err) != archive.NotOurs {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	var w archive.Writer
	if _, err := w.Add("a", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Add("a", nil); reason(err) != archive.Invalid {
		t.Errorf("a name that is there already: %v", err)
	}
	if _, err := w.Add("b", make([]byte, archive.MaxEntry+1)); reason(err) != archive.TooBig {
		t.Errorf("too big: %v", err)
	}
}

// A file that the archive lacks is shown as one that is gone.
func TestMissingFilesAreGone(t *testing.T) {
	s, files := made("job-1", []byte("here"), []byte("not here"))
	c, err := archive.Read(source(written(t, manifest(), of(t, s), files[0])))
	if err != nil || c.Jobs[0].Files[0].Gone || !c.Jobs[0].Files[1].Gone {
		t.Errorf("%v %+v", err, c.Jobs)
	}
}

func TestEnvelope(t *testing.T) {
	salt := []byte("0123456789abcdef")
	for _, size := range []int64{1, archive.Segment - 1, archive.Segment, archive.Segment + 1, 5*archive.Segment + 7} {
		e := archive.NewEnvelope(size, salt)
		sum := int64(0)
		ivs := map[string]bool{}
		for i := range e.Segments() {
			sum += int64(e.Length(i))
			ivs[string(e.IV(i))] = true
		}
		if sum != size || len(ivs) != e.Segments() {
			t.Errorf("%d bytes become %d in %d segments with %d IVs", size, sum, e.Segments(), len(ivs))
		}
		file := append(e.Head(), make([]byte, size+int64(archive.Tag*e.Segments()))...)
		back, ok, err := archive.Open(source(file))
		if err != nil || !ok || cmp.Diff(e, back) != "" {
			t.Errorf("%d bytes: %v %v %+v", size, err, ok, back)
		}
		if _, ok, err := archive.Open(source(file[:len(file)-1])); !ok || reason(err) != archive.Damaged {
			t.Errorf("cut off: %v %v", ok, err)
		}
	}
	head := string(archive.NewEnvelope(1, salt).Head())
	for name, c := range map[string]struct {
		head string
		want archive.Reason
	}{
		"few iterations":   {strings.Replace(head, "600000", "1000", 1), archive.Invalid},
		"many iterations":  {strings.Replace(head, "600000", "4000000000", 1), archive.Invalid},
		"a later version":  {strings.Replace(head, `"v":1`, `"v":2`, 1), archive.Newer},
		"a negative size":  {strings.Replace(head, `"size":1`, `"size":-1`, 1), archive.Invalid},
		"an endless size":  {strings.Replace(head, `"size":1`, `"size":9223372036854775807`, 1), archive.Invalid},
		"another spelling": {strings.Replace(head, `{"v":1`, `{ "v":1`, 1), archive.Invalid},
		"no JSON":          {strings.Replace(head, "{", "", 1), archive.Damaged},
	} {
		if _, ok, err := archive.Open(source([]byte(c.head + strings.Repeat("x", 17)))); !ok || reason(err) != c.want {
			t.Errorf("%s: %v %v", name, ok, err)
		}
	}
	if _, ok, err := archive.Open(source(good(t))); ok || err != nil {
		t.Errorf("a file without one: %v %v", ok, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(good(f))
	f.Add(written(f, manifest()))
	f.Add(archive.NewEnvelope(1, []byte("0123456789abcdef")).Head())
	f.Fuzz(func(t *testing.T, file []byte) {
		_, _, _ = archive.Open(source(file))
		c, err := archive.Read(source(file))
		if err != nil {
			if reason(err) == "" {
				t.Fatalf("%v is no *Error", err)
			}
			return
		}
		for _, s := range c.Jobs {
			if s.Order.Args != "" && task.Hash([]byte(s.Order.Args)) != s.Order.Hash {
				t.Fatalf("%s: taken with other arguments", s.ID)
			}
		}
		for _, w := range c.Wallets {
			if w.Cipher != nil {
				t.Fatal("a key was taken")
			}
		}
	})
}

func Example() {
	var w archive.Writer
	head, content, _ := archive.NewManifest(0, nil).Add(&w)
	file := append(append(head, content...), w.End()...)
	c, err := archive.Read(archive.Source{Size: int64(len(file)), Read: func(at int64, n int) ([]byte, error) { return file[at : at+int64(n)], nil }})
	fmt.Println(c.Format, c.V, err)
	// Output: crynux-dapp-export 1 <nil>
}
