package view

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// settings opens the page of settings.
func settings(t *testing.T, s State) *browser {
	t.Helper()
	s.Stored.Possible = true
	b := open(t, s)
	b.nav("/settings")
	return b
}

func submit(b *browser, h func(app.Context, app.Event)) { b.run(h) }

func TestSettingsShowWhatIsStored(t *testing.T) {
	s := State{Ready: true, Network: devnet, Persistent: true, Stored: Stored{Known: true, Used: 12_345_678, Most: 3_000_000_000, Refused: true}}
	b := settings(t, s)
	b.wants("region: Settings", "region: Storage", "region: Export", "region: Import", "region: Delete everything", "link: Settings",
		"button: Ask the browser to keep it", "button: Export everything", "button: Choose a file", "button: Look what would be lost")
	b.reads("region", "Storage", "12.3 MB used of 3.0 GB", "may delete it")
	b.isOrderly()
	if !b.asked("look at storage") {
		t.Error("nobody asked how much is stored")
	}
	b.become(func(s *State) { s.Stored.Promised, s.Stored.Refused, s.Persistent = true, false, false })
	b.reads("region", "Storage", "stores nothing for this page", "keeps it also when")
}

// What stands in a form is not lost by a look at the settings, where it has no fields.
func TestSettingsKeepTheForm(t *testing.T) {
	b := open(t, State{Ready: true, Network: devnet, Persistent: true})
	b.fill(promptID, "half a thought")
	b.nav("/settings")
	b.nav("/")
	if got := b.page.image.args.Prompt; got != "half a thought" || !strings.Contains(b.drafts[task.SD], "half a thought") {
		t.Errorf("the form has %q, the draft is %s", got, b.drafts[task.SD])
	}
}

func TestExportWantsThePassphraseTwice(t *testing.T) {
	b := settings(t, State{Ready: true, Persistent: true})
	for _, c := range []struct{ one, two, fault string }{{"long enough 1", "long enough 2", exportToID}, {"short", "short", exportID}} {
		b.values[exportID], b.values[exportToID] = c.one, c.two
		submit(b, b.page.onExport)
		if b.page.dataFaults[c.fault] == "" || !b.asked("focus "+c.fault) {
			t.Errorf("%q and %q: %v", c.one, c.two, b.page.dataFaults)
		}
	}
	b.values[exportID], b.values[exportToID] = "long enough 1", "long enough 1"
	submit(b, b.page.onExport)
	b.values[exportID], b.values[exportToID] = "", ""
	submit(b, b.page.onExport)
	if !b.asked(`export "long enough 1"`) || !b.asked(`export ""`) {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Stored.Exported = true })
	b.reads("region", "Export", "handed to your browser's downloads")
	b.become(func(s *State) { s.Stored.Step = "Writing the file" })
	if !b.off("Export everything") || !b.off("Choose a file") {
		t.Error("two things at once")
	}
}

func TestImportSaysWhatIsInTheFile(t *testing.T) {
	b := settings(t, State{Ready: true, Persistent: true})
	b.become(func(s *State) { s.Stored.Locked = true })
	b.wants("form: Open the file", "password field: Passphrase of the file")
	submit(b, b.page.onUnlockImport)
	if b.page.dataFaults[importID] == "" {
		t.Error("no passphrase is none")
	}
	b.values[importID] = "the passphrase"
	submit(b, b.page.onUnlockImport)
	if !b.asked(`unlock "the passphrase"`) || b.values[importID] != "" {
		t.Errorf("%v, the field holds %q", b.did, b.values[importID])
	}
	b.become(func(s *State) {
		s.Stored.Locked = false
		s.Stored.Offer = &Offer{Made: now, Jobs: 3, Known: 1, Files: 4, Size: 2_000_000, Drafts: 1, Foreign: []string{"Elsewhere"}, Wallets: []common.Address{{1}}, Unreadable: 2}
	})
	b.reads("article", "What is in the file", "3 tasks, 2 of them new here. With 4 results, 2.0 MB", "1 draft", "“Elsewhere”", "It is not added", "Its key is not in the file", "2 records")
	b.wants("button: Import", "button: Leave it")
	b.isOrderly()
	b.become(func(s *State) { s.Stored.Offer, s.Stored.Taken = nil, &Taken{Jobs: 2, Files: 4} })
	b.reads("region", "Import", "Taken: 2 tasks, 4 results. Nothing of it goes on by itself.")
}

func TestDeletionNamesTheLossesAndWantsThemTyped(t *testing.T) {
	b := settings(t, State{Ready: true, Persistent: true, Network: devnet})
	b.become(func(s *State) {
		s.Stored.Losses = &Losses{Jobs: 4, Unfinished: []string{"a castle"}, Type: "ed1A", Wallets: []WalletLoss{{Address: me, Remains: Remains{WayBack: true, CNX: units(60)}}}}
	})
	b.reads("form", "Delete everything", "4 tasks with their results", "Paid and not finished: a castle", "it holds 60 CNX", me.Hex())
	b.isOrderly()
	submit(b, b.page.onErase)
	if b.page.dataFaults[eraseID] == "" {
		t.Error("nothing was typed")
	}
	b.values[eraseID] = "ed1A"
	submit(b, b.page.onErase)
	if !b.asked(`delete everything "ed1A"`) {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Stored.Losses = &Losses{Jobs: 1} })
	b.reads("form", "Delete everything", "1 task with their results", "No money can be lost by it.")
	submit(b, b.page.onErase)
	if !b.asked(`delete everything ""`) {
		t.Error(b.did)
	}
}

func withFile(id string, phase job.Phase, size int) job.State {
	s := job.State{ID: id, Phase: phase, Since: now, TaskID: 1, Order: job.Order{Network: "dev", Kind: task.SD, Count: 1, Title: "prompt of " + id}}
	s.Files[0] = job.File{SHA256: "sha-" + id, Size: size, Verified: true}
	return s
}

func TestRoomIsMadeByThePersonOnly(t *testing.T) {
	waits := withFile("waits", job.Failed, 0)
	waits.From, waits.Fault, waits.Files = job.Fetching, job.Fault{Code: job.StorageFull}, [job.MaxFiles]job.File{}
	s := State{Ready: true, Network: devnet, Persistent: true, Jobs: []job.State{waits, withFile("young", job.Done, 3_000_000), withFile("runs", job.Fetching, 9), withFile("old", job.Done, 2_100_000)}}
	b := open(t, s)
	b.reads("region", "Make room", "prompt of old", "Remove 1 file, 2.1 MB", "removed from this browser for good")
	b.wants("button: Remove 1 file, 2.1 MB of prompt of old", "button: Remove 1 file, 3.0 MB of prompt of young", "button: Go on")
	if words := b.find("region", "Make room").words(); strings.Contains(words, "prompt of runs") || strings.Index(words, "prompt of old") > strings.Index(words, "prompt of young") {
		t.Errorf("offered: %s", words)
	}
	for _, did := range b.did {
		if strings.HasPrefix(did, "empty") {
			t.Error("something was removed without a click")
		}
	}
	b.become(func(s *State) { s.Jobs = s.Jobs[:1] })
	b.reads("region", "Make room", "no finished task")
}

func TestImportedTasksAreRecords(t *testing.T) {
	running := withFile("ran", job.AwaitCreate, 0)
	running.Files, running.Imported = [job.MaxFiles]job.File{}, now
	failed := withFile("failed", job.Failed, 0)
	failed.Files, failed.Imported, failed.Fault, failed.From = [job.MaxFiles]job.File{}, now, job.Fault{Code: job.ChainDown}, job.Running
	done := withFile("was done", job.Done, 5)
	done.Imported = now
	b := open(t, State{Ready: true, Network: devnet, Persistent: true, Jobs: []job.State{running, failed, done}}, func(b *browser) { b.files["sha-was done"] = []byte("png") })
	b.wants("button: imported, matches", "button: imported", "button: Remove")
	b.hides("Try again", "Stop waiting", "verified")
	b.reads("article", "Task: prompt of ran", "It goes on only in the browser that made it")
	b.isOrderly()
}

// Where nothing is stored, that is said before a payment as well.
func TestPaymentWithoutStorageIsWarnedOf(t *testing.T) {
	s := State{Ready: true, Network: devnet, Session: Session{Connected: true, Account: me, ChainID: devnet.ChainID}, Preflight: Preflight{Known: true, Account: me, Nodes: 5}}
	b := open(t, s)
	b.reads("region", "Before you pay", "a paid task and its result are forgotten")
	b.reads("status", "This browser stores nothing for this page", "before you pay for anything")
	b.become(func(s *State) { s.Persistent = true })
	b.hides("are forgotten")
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 kB", 1: "1 kB", 999: "1 kB", 1001: "2 kB", 1_500_000: "1.5 MB", 2_000_000_000: "2.0 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
