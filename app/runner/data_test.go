//go:build !js

package runner_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/relay/devrelay"
)

// TestExportAndImport moves everything to another browser: a task that is done, one
// that runs, and one that waits for the person.
func TestExportAndImport(t *testing.T) {
	for _, passphrase := range []string{"", "correct horse battery"} {
		t.Run("passphrase "+passphrase, func(t *testing.T) {
			w := begin(t, setup{})
			g := w.open(w.rich())
			done := g.order(task.SD, sd(t, 2))
			g.finish(done)
			finished := g.settles(done)
			answer := g.order(task.GPT, gpt(t))
			g.finish(answer)
			w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			running := g.order(task.SD, sd(t, 1))
			g.reaches(running, job.Running)
			g.SaveDraft(task.GPT, `{"model":"gpt2","messages":[{"role":"user","content":"not asked yet"}]}`)
			g.until("drafts are shown", func(s runner.Snapshot) bool { return s.Drafts[task.GPT] != "" })
			g.leavesStored(running)
			file := g.export(passphrase)
			g.close()

			b := w.reopen(w.stranger(), onDisk(newDisk()))
			var asked atomic.Int64
			b.http.setBefore(func(url string, _ []byte) []byte { asked.Add(1); return nil })
			s := b.choose(file)
			if passphrase != "" {
				if !s.Locked || s.Offer != nil {
					t.Fatalf("it is not locked: %+v", s)
				}
				b.fails(b.done("another passphrase", func() { b.UnlockImport("another passphrase") }), job.ExportPassphrase, "")
				s = b.done("the passphrase", func() { b.UnlockImport(passphrase) })
			}
			if o := s.Offer; o == nil || s.Locked || o.Jobs != 3 || o.Known != 0 || o.Files != 3 || o.Drafts != 1 || len(o.Foreign) != 0 {
				t.Fatalf("offered %+v, fault %+v", s.Offer, s.Fault)
			}
			if now, _ := b.now(); len(now.Imported) != 0 || len(b.store.jobs()) != 0 {
				t.Error("something was taken before the click")
			}
			s = b.done("it is taken", b.TakeImport)
			if s.Taken == nil || *s.Taken != (runner.Taken{Jobs: 3, Files: 3, Drafts: 1}) || s.Offer != nil {
				t.Fatalf("taken %+v, fault %+v", s.Taken, s.Fault)
			}
			b.close()
			b = w.reopen(w.stranger(), onDisk(b.store.disk)) // and after a reload
			b.http.setBefore(func(url string, _ []byte) []byte { asked.Add(1); return nil })
			now, _ := b.now()
			if len(now.Imported) != 3 || len(now.Jobs) != 0 || !strings.Contains(now.Drafts[task.GPT], "not asked yet") {
				t.Fatalf("%d imported, %d own, drafts %q", len(now.Imported), len(now.Jobs), now.Drafts)
			}
			for _, s := range now.Imported {
				b.Send(s.ID, job.Retry{})
				b.Send(s.ID, job.Cancel{})
				if s.ID != done {
					continue
				}
				want := finished
				want.Imported = s.Imported
				if want.Approve.Raw, want.Create.Raw = "", ""; s != want || s.Imported == 0 {
					t.Errorf("it became\n%+v\nof\n%+v", s, want)
				}
				for _, f := range s.Files[:2] {
					if content, err := b.File(t.Context(), f.SHA256); err != nil || len(content) != f.Size {
						t.Errorf("%s: %v", f.SHA256, err)
					}
				}
			}
			w.nodes.SetFaults(devrelay.NodeFaults{})
			w.must(w.chain.Mine(3))
			after := b.settled(`{"model":"gpt2","messages":[{"role":"user","content":"mine"}]}`)
			if n := asked.Load(); n != 0 || len(after.Jobs) != 0 || after.Imported[0] != now.Imported[0] || after.Imported[2] != now.Imported[2] {
				t.Errorf("%d requests were made for imported tasks", n)
			}
			// The same file once more: what is here wins.
			s = b.choose(file)
			if passphrase != "" {
				s = b.done("the passphrase", func() { b.UnlockImport(passphrase) })
			}
			if s.Offer == nil || s.Offer.Known != 3 || s.Offer.Files != 0 || s.Offer.Drafts != 0 {
				t.Errorf("offered again: %+v", s.Offer)
			}
			if s = b.done("it is taken again", b.TakeImport); s.Taken == nil || s.Taken.Jobs != 0 {
				t.Errorf("taken again: %+v %+v", s.Taken, s.Fault)
			}
		})
	}
}

// stranger is a person with an empty account.
func (w *world) stranger() person { return w.person(coins(0), coins(0), devchain.WalletModern) }

// leavesStored waits until the store has a job as it is shown.
func (g *page) leavesStored(id string) {
	g.w.Helper()
	s := g.when(id, "is there", func(job.State) bool { return true })
	g.store.until(g.w, "it is stored", func(map[string][]byte) bool {
		stored, err := job.Decode(g.store.records[runner.Jobs][id])
		return err == nil && stored.Phase == s.Phase
	})
}

// rewritten is an export with some of its jobs changed.
func rewritten(t *testing.T, file []byte, change func(*job.State), content func(sha string, file []byte) []byte) []byte {
	t.Helper()
	src := archive.Source{Size: int64(len(file)), Read: func(at int64, n int) ([]byte, error) { return file[at : at+int64(n)], nil }}
	c, err := archive.Read(src)
	if err != nil {
		t.Fatal(err)
	}
	var w archive.Writer
	head, manifest, err := c.Manifest.Add(&w)
	if err != nil {
		t.Fatal(err)
	}
	out := append(head, manifest...)
	add := func(name string, content []byte) {
		head, err := w.Add(name, content)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, head...), content...)
	}
	for _, s := range c.Jobs {
		change(&s)
		record, err := job.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		add(archive.Name(archive.Job, s.ID, "json"), record)
	}
	for sha, e := range c.Files {
		bytes, err := src.Content(e)
		if err != nil {
			t.Fatal(err)
		}
		add(archive.Name(archive.File, sha, "png"), content(sha, bytes))
	}
	return append(out, w.End()...)
}

// TestHostileImportsTakeNothing offers files that lie.
func TestHostileImportsTakeNothing(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	g.finish(g.order(task.SD, sd(t, 2)))
	file := g.export("")
	b := w.reopen(w.stranger(), onDisk(newDisk()))
	same := func(_ string, file []byte) []byte { return file }
	none := func(*job.State) {}
	nothing := func(name string) {
		b.store.mu.Lock()
		defer b.store.mu.Unlock()
		if n, m := len(b.store.records[runner.Jobs]), len(b.store.records[runner.Files]); n+m != 0 {
			t.Errorf("%s: %d jobs and %d files were taken", name, n, m)
		}
	}
	for name, c := range map[string]struct {
		file   []byte
		code   job.Code
		reason archive.Reason
	}{
		"cut off":       {file[:len(file)-5], job.BadExport, archive.Damaged},
		"a picture":     {[]byte("\x89PNG"), job.BadExport, archive.NotOurs},
		"of the future": {archive.NewEnvelope(1, make([]byte, 16)).Head(), job.BadExport, archive.Damaged},
	} {
		b.fails(b.choose(c.file), c.code, c.reason)
		nothing(name)
	}
	newer := bytes.Replace(archive.NewEnvelope(1, make([]byte, 16)).Head(), []byte(`"v":1`), []byte(`"v":7`), 1)
	b.fails(b.choose(newer), job.NewerExport, archive.Newer)
	for name, lie := range map[string][]byte{
		"another content":   rewritten(t, file, none, func(_ string, file []byte) []byte { return append(bytes.Clone(file[:len(file)-1]), 'x') }),
		"another result":    rewritten(t, file, func(s *job.State) { s.Outcome.Result = job.Bytes(strings.Repeat("\x55", 16)) }, same),
		"the second of two": rewritten(t, file, func(s *job.State) { s.Outcome.Result = s.Outcome.Result[:8] + job.Bytes(strings.Repeat("\x55", 8)) }, same),
	} {
		if s := b.choose(lie); s.Offer == nil {
			t.Fatalf("%s: %+v", name, s.Fault)
		}
		s := b.done(name, b.TakeImport)
		if s.Taken != nil {
			t.Errorf("%s was taken", name)
		}
		b.fails(s, job.BadExport, archive.Invalid)
		nothing(name)
	}
	// What is refused when it is read cannot be taken.
	b.fails(b.choose(rewritten(t, file, func(s *job.State) { s.Order.Args += " " }, same)), job.BadExport, archive.Invalid)
	b.done("nothing is taken", b.TakeImport)
	nothing("other arguments")
	// A store that is full in the middle takes nothing either.
	b.store.setRefuse(func(store, _ string, _ []byte) bool { return store == runner.Jobs })
	b.store.full = true
	b.choose(file)
	b.fails(b.done("full", b.TakeImport), job.StorageFull, "")
	nothing("full")
	b.store.setRefuse(nil)
	// A network that this page does not know is named, and not added.
	b.choose(rewritten(t, file, func(s *job.State) { s.Order.Network = "elsewhere" }, same))
	s, _ := b.now()
	if o := s.Stored.Offer; o == nil || fmt.Sprint(o.Foreign) != "[elsewhere]" {
		t.Errorf("offered %+v", o)
	}
	if s := b.done("it is taken", b.TakeImport); s.Taken == nil || s.Taken.Jobs != 1 {
		t.Errorf("%+v", s)
	}
}

// TestNoSecretsInAnExport plants secrets wherever the page keeps something.
func TestNoSecretsInAnExport(t *testing.T) {
	w, _, g := keeper(t, 1)
	g.fund(1)
	id := g.order(task.SD, sd(t, 1))
	g.finish(id)
	s, _ := g.now()
	identity := taskwallet.Identity{Address: s.Purse.Address, ChainID: w.net.ChainID}
	text, _, err := g.store.Get(t.Context(), runner.Keys, identity.StoreKey())
	w.must(err)
	record, err := taskwallet.DecodeRecord(text)
	w.must(err)
	secret := []byte("0123456789abcdef0123456789ABCDEFfedcba9876543210")
	record.Cipher = &taskwallet.Cipher{By: taskwallet.ByBrowser, IV: secret[:12], Data: secret}
	text, err = json.Marshal(record)
	w.must(err)
	w.must(g.store.Put(t.Context(), runner.Keys, identity.StoreKey(), text))
	w.must(g.store.Put(t.Context(), runner.Keys, "broken", append([]byte(`{"v":1,`), text...)))
	w.must(g.store.Put(t.Context(), runner.Settings, "of-another-time", secret))
	w.must(g.store.Put(t.Context(), runner.Jobs, "broken", []byte("a record that is broken")))
	stored := g.store.jobs()
	if len(stored) != 1 || stored[0].Create.Raw == "" {
		t.Fatal("there is no signed transaction to look for")
	}
	file := g.export("")
	for name, what := range map[string][]byte{
		"the cipher in hex": []byte(hex.EncodeToString(secret)), "the cipher": secret, "its IV": []byte(hex.EncodeToString(secret[:12])),
		"a signed transaction": []byte(hex.EncodeToString([]byte(stored[0].Create.Raw))), "cipher": []byte(`"cipher"`),
	} {
		if bytes.Contains(bytes.ToLower(file), bytes.ToLower(what)) {
			t.Errorf("the export holds %s", name)
		}
	}
	for _, what := range []string{strings.ToLower(s.Purse.Address.Hex()), `"backupProvenAt"`, "a record that is broken", stored[0].Order.Title[:5]} {
		if !bytes.Contains(bytes.ToLower(file), []byte(strings.ToLower(what))) {
			t.Errorf("the export does not hold %q", what)
		}
	}
	b := w.reopen(w.stranger(), onDisk(newDisk()))
	offered := b.choose(file)
	if o := offered.Offer; o == nil || len(o.Wallets) != 1 || o.Wallets[0] != s.Purse.Address || o.Unreadable != 1 {
		t.Fatalf("%+v %+v", offered.Offer, offered.Fault)
	}
	b.done("it is taken", b.TakeImport)
	if keys, _ := b.data.Keys(t.Context(), runner.Keys); len(keys) != 0 {
		t.Errorf("a record of a task wallet was taken: %v", keys)
	}
}

// TestFullStorageIsMadeRoomIn: a task waits for room, the person makes it, the task ends.
func TestFullStorageIsMadeRoomIn(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	first := g.order(task.SD, sd(t, 2))
	g.finish(first)
	g.settles(first)
	room := func() bool {
		g.store.mu.Lock()
		defer g.store.mu.Unlock()
		return len(g.store.records[runner.Files]) == 0
	}
	g.store.full = true
	g.store.setRefuse(func(store, _ string, _ []byte) bool {
		return store == runner.Files && len(g.store.records[runner.Files]) >= 2
	})
	id := g.order(task.GPT, gpt(t))
	if s := g.stops(id, job.StorageFull); s.From != job.Fetching || s.TaskID == 0 {
		t.Errorf("stopped in %s", s.From)
	}
	g.EmptyJob(id) // it has not ended: nothing happens
	g.EmptyJob(first)
	s := g.when(first, "is emptied", func(s job.State) bool { return s.Files[0].Gone && s.Files[1].Gone })
	if size, _ := s.Kept(); size != 0 || !s.Verified() {
		t.Errorf("%d bytes are left", size)
	}
	g.until("the files are gone", func(runner.Snapshot) bool { return room() })
	g.retry(id)
	g.finish(id)
	if n := w.created(g.person.account); n != 2 {
		t.Errorf("%d tasks were paid", n)
	}
	g.leavesStored(id)
	g.close()
	again := w.reopen(g.person, onDisk(g.store.disk))
	if s := again.when(first, "is there", func(job.State) bool { return true }); !s.Files[0].Gone {
		t.Error("it is forgotten that the files are gone")
	}
}

func TestBrowserIsAskedOnceToKeepWhatIsStored(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	if g.data.count() != 0 {
		t.Error("asked before anything was paid")
	}
	g.finish(g.order(task.SD, sd(t, 1)))
	g.until("it is asked", func(s runner.Snapshot) bool { return s.Stored.Promise == runner.PromiseGiven })
	last := g.order(task.SD, sd(t, 1))
	g.finish(last)
	g.leaves(g.settles(last))
	again := w.reopen(g.person, onDisk(g.store.disk))
	again.connect()
	again.finish(again.order(task.SD, sd(t, 1)))
	if n, m := g.data.count(), again.data.count(); n != 1 || m != 0 {
		t.Errorf("asked %d times, and %d times after a reload", n, m)
	}
	again.LookAtStorage()
	again.until("room is known", func(s runner.Snapshot) bool {
		return s.Stored.Known && s.Stored.Used > 0 && s.Stored.Most == 1<<30
	})
}

func (d *dataPort) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// TestRecordsOfNewerVersionsAreLeftAlone writes what a later page may have written.
func TestRecordsOfNewerVersionsAreLeftAlone(t *testing.T) {
	w, p, g := keeper(t, 1)
	s, _ := g.now()
	key := taskwallet.Identity{Address: s.Purse.Address, ChainID: w.net.ChainID}.StoreKey()
	g.close()
	newer := map[string]map[string]string{
		runner.Settings: {"draft-sd": `v3 {"a":"new form"}`, "direct": "v99 maybe"},
		runner.Keys:     {key: `{"v":2,"another":"form"}`},
		runner.Jobs:     {"later": `{"v":2,"phase":["new"]}`},
	}
	for store, records := range newer {
		for key, value := range records {
			w.must(g.store.Put(t.Context(), store, key, []byte(value)))
		}
	}
	w.must(g.store.Put(t.Context(), runner.Settings, "draft-gpt", []byte(`{"old":"form"}`))) // version 0
	w.vault = &keyRoom{w: w}
	again := w.reopen(p, onDisk(g.store.disk))
	now, _ := again.now()
	if now.Newer != 4 || now.Unreadable != 0 || now.Drafts != [2]string{"", `{"old":"form"}`} || now.Direct {
		t.Errorf("%d newer, %d unreadable, drafts %q", now.Newer, now.Unreadable, now.Drafts)
	}
	again.connect()
	again.SaveDraft(task.SD, `{"mine":1}`)
	again.settled(`{"mine":2}`)
	if s := again.set("it is not made", again.MakePurse); s.Open || s.Fault.Code == "" {
		t.Errorf("a key of a newer version was opened: %+v", s)
	}
	again.store.until(w, "a draft of mine is stored", func(settings map[string][]byte) bool { return string(settings["draft-gpt"]) == `{"mine":2}` })
	again.store.mu.Lock()
	defer again.store.mu.Unlock()
	for store, records := range newer {
		for key, value := range records {
			if got := string(again.store.records[store][key]); got != value {
				t.Errorf("%s %s became %q", store, key, got)
			}
		}
	}
}

// TestBrokenRecordOfAKeyIsKept: the key can be made again, and takes its place.
func TestBrokenRecordOfAKeyIsKept(t *testing.T) {
	w, p, g := keeper(t, 1)
	s, _ := g.now()
	key := taskwallet.Identity{Address: s.Purse.Address, ChainID: w.net.ChainID}.StoreKey()
	g.close()
	w.must(g.store.Put(t.Context(), runner.Keys, key, []byte(`{"v":1,"broken`)))
	w.vault = &keyRoom{w: w}
	again := w.reopen(p, onDisk(g.store.disk))
	again.connect()
	if now, _ := again.now(); now.Unreadable != 1 {
		t.Errorf("%d unreadable", now.Unreadable)
	}
	again.purse()
	again.store.mu.Lock()
	defer again.store.mu.Unlock()
	kept := false
	for k, value := range again.store.records[runner.Keys] {
		kept = kept || strings.HasPrefix(k, "broken-"+key) && string(value) == `{"v":1,"broken`
	}
	if !kept {
		t.Error("the broken record is gone")
	}
}

// TestDeleteEverything names what would be lost, and wants it typed.
func TestDeleteEverything(t *testing.T) {
	w, _, g := keeper(t, 2)
	g.fund(2)
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	id := g.order(task.SD, sd(t, 1))
	title := g.reaches(id, job.Running).Order.Title
	purse, _ := g.now()
	l := g.done("it is looked", g.LookAtLosses).Losses
	if l == nil || l.Jobs != 1 || fmt.Sprint(l.Unfinished) != "["+title+"]" || len(l.Wallets) != 1 || l.Wallets[0].CNX.IsZero() || l.Type != end(purse.Purse) {
		t.Fatalf("%+v", l)
	}
	for _, typed := range []string{"", "delete", "0000", strings.ToUpper(l.Type) + "x"} {
		g.fails(g.done("it is refused", func() { g.DeleteEverything(typed) }), job.NotTyped, "")
	}
	if len(g.store.jobs()) != 1 {
		t.Fatal("something was deleted")
	}
	g.DeleteEverything(" " + l.Type + " ")
	g.until("the page is loaded anew", func(runner.Snapshot) bool { return g.reloads() > 0 })
	g.SaveDraft(task.SD, `{"late":1}`)
	g.settled(`{"late":2}`)
	for _, store := range runner.Stores() {
		if keys, _ := g.data.Keys(t.Context(), store); len(keys) != 0 {
			t.Errorf("%s still has %v", store, keys)
		}
	}
	g.data.mu.Lock()
	defer g.data.mu.Unlock()
	if !g.data.forgot {
		t.Error("the browser's own key is still there")
	}
}

// Where no money can be lost nothing has to be typed.
func TestDeleteEverythingThatIsFinished(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	id := g.order(task.SD, sd(t, 1))
	g.finish(id)
	g.settles(id)
	if l := g.done("it is looked", g.LookAtLosses).Losses; l == nil || l.Type != "" || len(l.Unfinished) != 0 {
		t.Errorf("%+v", l)
	}
	g.DeleteEverything("")
	g.until("the page is loaded anew", func(runner.Snapshot) bool { return g.reloads() > 0 })
	if n := len(g.store.jobs()); n != 0 {
		t.Errorf("%d jobs", n)
	}
}
