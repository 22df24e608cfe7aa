//go:build !js

package e2e

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// downloads puts the files that the page hands over into a folder.
func (v *visitor) downloads() (dir string) {
	v.t.Helper()
	dir = v.t.TempDir()
	v.run(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithBrowserContextID(v.inside()).WithDownloadPath(dir))
	return dir
}

// exports writes a file with everything, under a passphrase unless that is "".
func (v *visitor) exports(passphrase, dir string) (file string) {
	v.t.Helper()
	v.click("link", "Settings")
	if passphrase != "" {
		v.fill("textbox", "Passphrase of the file (may stay empty)", passphrase)
		v.fill("textbox", "The same passphrase again", passphrase)
	}
	v.click("button", "Export everything")
	v.sees("The file was handed to your browser's downloads.")
	v.until("the file", func() bool {
		list, err := filepath.Glob(filepath.Join(dir, "crynux-export-*"))
		if err != nil || len(list) != 1 || strings.HasSuffix(list[0], ".crdownload") {
			return false
		}
		file = list[0]
		return true
	})
	return file
}

func TestExportInOneBrowserImportInAnother(t *testing.T) {
	t.Parallel()
	n := network(t)
	a := visit(t, n)
	a.connect(digests)
	const prompt, passphrase = "a suitcase on a pier", "correct horse battery"
	a.order(prompt, 2)
	a.done(prompt, 2)
	file := a.exports(passphrase, a.downloads())
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), "suitcase") || !strings.HasPrefix(string(text), "crynux-dapp export") {
		t.Errorf("the file is not locked: %v %.60q", err, text)
	}
	a.whole()

	b := visit(t, n)
	b.ready()
	before := n.Relay.Stats()
	b.click("link", "Settings")
	b.sees("used of")
	b.chooses(file)
	b.click("button", "Choose a file")
	b.fill("textbox", "Passphrase of the file", "something else entirely")
	b.click("button", "Open the file")
	b.problem("The passphrase does not open the file", "Nothing was taken.")
	b.fill("textbox", "Passphrase of the file", passphrase)
	b.click("button", "Open the file")
	b.find("article", "What is in the file")
	for _, says := range []string{"1 task, 1 of them new here", "With 2 results"} {
		b.sees(says)
	}
	b.shot("settings-import")
	b.click("button", "Import")
	b.sees("Taken: 1 task, 2 results")
	b.click("link", "Images")
	for _, reloaded := range []bool{false, true} {
		b.shown(prompt, 2)
		b.find("button", "imported, matches")
		if b.verdicts() != 0 {
			t.Error("what a file says is called verified")
		}
		if !reloaded {
			b.reload()
		}
	}
	if now := n.Relay.Stats(); !maps.Equal(before, now) {
		t.Errorf("the Relay was asked: %v, then %v", before, now)
	}
	b.whole()
}

// attic is how much the page may store in the journey of a full storage, in bytes: two
// tasks of four pictures and no more. The browser looks at it anew only after a while, so
// it is set before anything is stored.
const attic = 1_100_000

func TestFullStorageIsToldAndMadeRoomIn(t *testing.T) {
	t.Parallel()
	n := network(t)
	page, err := url.Parse(n.Page)
	if err != nil {
		t.Fatal(err)
	}
	v := browse(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.run(storage.OverrideQuotaForOrigin(page.Scheme + "://" + page.Host).WithQuotaSize(attic))
	v.open(n.Page)
	v.connect(digests)
	const full = "The browser's storage is full"
	is := func(title string) bool { return v.has("alert", title) || v.has("group", title) }
	var last string
	tasks := int64(0)
	for !is(full) && tasks < 6 {
		tasks++
		last = fmt.Sprintf("box %d of the attic", tasks)
		v.order(last, 4)
		v.until("its end", func() bool { return is(full) || v.has("image", ofFour(last, 3)) })
	}
	v.problem(full, "Nothing of it is lost.")
	v.find("region", "Make room")
	v.shot("storage-full")
	v.click("button", v.begins("button", "Remove 4 files").name)
	v.gone("image", ofFour("box 1 of the attic", 0))
	v.until("the last task is done", func() bool { // browsers need a while to know of room that was made
		if v.has("button", "Go on") {
			v.click("button", "Go on")
		}
		return v.has("image", ofFour(last, 3))
	})
	if paid := v.tasks(); paid != tasks {
		t.Errorf("%d tasks were paid for instead of %d", paid, tasks)
	}
	v.whole()
}

func TestDeleteEverythingLeavesNothing(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	const prompt = "an empty room"
	v.order(prompt, 1)
	v.done(prompt, 1)
	v.click("link", "Settings")
	v.click("button", "Look what would be lost")
	form := v.find("form", "Delete everything")
	v.shot("settings-delete")
	if strings.Contains(v.call(form.id, "function() { return this.innerText }"), "Paid and not finished") { // a part of the fee may still come back
		v.fill("textbox", "Type “delete” to go on", "delete")
	}
	v.anew(func() { v.click("button", "Delete everything") })
	v.click("button", v.begins("button", "Connect wallet").name) // nobody is connected
	v.press("\x1b")
	v.click("link", "Images")
	if v.has("image", prompt) {
		t.Error("the picture is still there")
	}
	var kept int
	v.run(chromedp.Evaluate(`new Promise((ok, no) => {
		const open = indexedDB.open("crynux-dapp:/");
		open.onerror = () => no(open.error);
		open.onsuccess = async () => {
			const count = (s) => new Promise(ok => { const r = open.result.transaction(s).objectStore(s).count(); r.onsuccess = () => ok(r.result) });
			let n = 0;
			for (const s of ["jobs", "files", "keys"]) n += await count(s);
			open.result.close();
			ok(n);
		};
	})`, &kept, awaited))
	if kept != 0 {
		t.Errorf("%d records are left", kept)
	}
	v.whole()
}

func TestSettingsOnEveryScreen(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.ready()
	v.click("link", "Settings")
	v.sees("used of")
	for _, dark := range []bool{false, true} {
		v.dark(dark)
		for _, width := range []int64{1440, 390} {
			v.size(width, 900, width < 600)
			v.fits()
			v.legible(t)
			v.shot(fmt.Sprintf("settings-%d-%t", width, dark))
			if width == 390 {
				v.touchable(t)
			}
		}
	}
	v.size(1440, 900, false)
	v.tabs("Export everything")
	v.whole()
}
