package view

import (
	"fmt"
	"slices"
	"testing"

	"crynux-dapp/app/job"
)

// TestFilesAreHereWhileTheyAreInView: a library of any size takes the memory of what is
// on the page, and of a few more.
func TestFilesAreHereWhileTheyAreInView(t *testing.T) {
	const all = 60
	var jobs []job.State
	named := func(i int) job.State {
		s := drawn(fmt.Sprintf("fox %d", i), 4)
		s.ID = fmt.Sprintf("job-%d", i)
		for k := range s.Order.Count {
			s.Files[k].SHA256 = fmt.Sprintf("%d-%d", i, k)
		}
		return s
	}
	b := open(t, connected(), func(b *browser) {
		for i := range all {
			for k := range 4 {
				b.files[fmt.Sprintf("%d-%d", i, k)] = []byte("png")
			}
		}
	})
	seen := func(i int) {
		t.Helper()
		for k := range 4 {
			if name := fmt.Sprintf("fox %d (%d of 4)", i, k+1); b.find("image", name) == nil {
				t.Fatalf("%s is not shown", name)
			}
		}
	}
	for i := range all { // one after the other, the newest first
		jobs = slices.Insert(jobs, 0, named(i))
		b.become(func(s *State) { s.Jobs = slices.Clone(jobs) })
		seen(i)
		if n := len(b.urls); n > keptFiles {
			t.Fatalf("%d files are held after %d tasks", n, i+1)
		}
	}
	for i := all - pageLength; i < all; i++ {
		seen(i)
	}

	b.run(b.page.onMore)
	seen(all - 2*pageLength)
	if n := len(b.urls); n != 2*pageLength*4 {
		t.Errorf("%d files are held for %d", n, 2*pageLength*4)
	}

	b.run(b.page.openBox("job-59", 3))
	b.nav("/activity")
	if n := len(b.urls); n > keptFiles {
		t.Errorf("%d files are held where none is shown", n)
	}
	if img := b.find("image", "fox 59 (4 of 4)"); img == nil || !b.urls[img.attr["src"]] {
		t.Error("the picture of the lightbox was given back")
	}
	b.run(b.page.unfolds("job-50"))
	seen(50)
	b.nav("/")
	for i := all - pageLength; i < all; i++ {
		seen(i)
	}
	for k := range 4 {
		if img := b.find("image", fmt.Sprintf("fox 59 (%d of 4)", k+1)); !b.urls[img.attr["src"]] {
			t.Error("a picture with an address that was given back")
		}
	}
}
