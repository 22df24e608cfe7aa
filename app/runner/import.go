package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/proof"
	"crynux-dapp/app/task"
)

// Offer is what is in a file that may be imported.
type Offer struct {
	// Made is when it was written, in unix milliseconds.
	Made int64
	// Jobs counts the tasks in it, Known those of them that are here already and stay
	// as they are.
	Jobs, Known int
	// Files counts the results that are new here, Size is their bytes.
	Files int
	Size  int64
	// Drafts counts those for forms that are empty here.
	Drafts int
	// Foreign are the networks of its tasks that this page does not know. They are not added.
	Foreign []string
	// Wallets are the addresses of task wallets that it names. They are not taken: such a
	// record says to whom money goes back, and a file may lie.
	Wallets []address
	// Unreadable counts records that the other browser could not read. They are not taken.
	Unreadable int
}

// Taken is what was imported.
type Taken struct{ Jobs, Files, Drafts int }

// offered is a file that was read and not taken yet.
type offered struct {
	file     File
	read     bool // what follows is known
	contents archive.Contents
	jobs     []job.State // new here
	drafts   [2]string   // for forms that are empty here
}

func sourceOf(ctx context.Context, f File) archive.Source {
	return archive.Source{Size: f.Size(), Read: func(at int64, n int) ([]byte, error) { return f.Read(ctx, at, n) }}
}

// ChooseImport asks the person for a file and reads what is in it. Nothing is taken yet.
func (t *Tab) ChooseImport() {
	t.dataWork("Reading the file", func(ctx context.Context, r *Runner) error {
		file, ok, err := r.Data.Pick(ctx)
		if err != nil || !ok {
			return err
		}
		r.post(func() {
			r.offer = offered{file: file}
			s := &r.snap.Stored
			s.Offer, s.Taken, s.Proposed, s.Locked = nil, nil, nil, false
		})
		_, locked, err := archive.Open(sourceOf(ctx, file))
		if err != nil {
			return err
		}
		if locked {
			r.post(func() { r.snap.Stored.Locked = true })
			return nil
		}
		return r.lookInto(ctx, file)
	})
}

// UnlockImport opens the chosen file with its passphrase.
func (t *Tab) UnlockImport(passphrase string) {
	t.dataWork("Opening the file", func(ctx context.Context, r *Runner) error {
		file := r.offeredNow().file
		if file == nil {
			return nil
		}
		envelope, locked, err := archive.Open(sourceOf(ctx, file))
		if err != nil || !locked {
			return err
		}
		inside, err := r.Data.Unlock(ctx, file, envelope, passphrase)
		if err != nil {
			return err
		}
		if err := r.lookInto(ctx, inside); err != nil {
			return err
		}
		r.post(func() { r.snap.Stored.Locked = false })
		return nil
	})
}

// DropImport forgets the chosen file.
func (t *Tab) DropImport() {
	t.act(func(r *Runner) {
		s := &r.snap.Stored
		if s.Step == "" {
			r.offer, s.Offer, s.Taken, s.Proposed, s.Locked, s.Fault = offered{}, nil, nil, nil, false, job.Fault{}
		}
	})
}

// offeredNow is the chosen file, for any goroutine but the owner's.
func (r *Runner) offeredNow() offered {
	got := make(chan offered, 1)
	r.post(func() { got <- r.offer })
	select {
	case o := <-got:
		return o
	case <-r.ctx.Done():
		return offered{}
	}
}

// lookInto reads a file and says what is in it.
func (r *Runner) lookInto(ctx context.Context, file File) error {
	c, err := archive.Read(sourceOf(ctx, file))
	if err != nil {
		return err
	}
	here, err := r.here(ctx)
	if err != nil {
		return err
	}
	o := offered{file: file, read: true, contents: c}
	offer := &Offer{Made: c.Made, Jobs: len(c.Jobs), Unreadable: c.Unreadable}
	counted := map[string]bool{}
	for _, s := range c.Jobs {
		if here.jobs[s.ID] {
			offer.Known++
			continue
		}
		o.jobs = append(o.jobs, s)
		for _, f := range s.Files {
			if f.SHA256 != "" && !f.Gone && !here.files[f.SHA256] && !counted[f.SHA256] {
				counted[f.SHA256] = true
				offer.Files++
				offer.Size += int64(f.Size)
			}
		}
		if name := foreignName(c, s); r.network(s.Order.Network).chain == nil && !slices.Contains(offer.Foreign, name) {
			offer.Foreign = append(offer.Foreign, name)
		}
	}
	for k, draft := range c.Drafts {
		if draft != "" && !here.drafts[k] {
			o.drafts[k] = draft
			offer.Drafts++
		}
	}
	for _, w := range c.Wallets {
		offer.Wallets = append(offer.Wallets, w.Address)
	}
	proposed, broken := readOwn(c.Added)
	proposed = slices.DeleteFunc(proposed, func(n profile.Network) bool { return r.network(n.ID).chain != nil })
	offer.Unreadable += broken
	r.post(func() { r.offer, r.snap.Stored.Offer, r.snap.Stored.Proposed = o, offer, proposed })
	return nil
}

// foreignName is a network as the file calls it.
func foreignName(c archive.Contents, s job.State) string {
	for _, n := range c.Networks {
		if n.ID == s.Order.Network && n.Name != "" {
			return n.Name
		}
	}
	return s.Order.Network
}

// kept is what this browser keeps already.
type kept struct {
	jobs, files map[string]bool
	drafts      [2]bool // there is one
}

// blank reports whether a draft asks for nothing yet.
func blank(k task.Kind, draft []byte) bool {
	if k == task.SD {
		a, err := task.DecodeSD(draft)
		return err == nil && a.Prompt == ""
	}
	a, err := task.DecodeGPT(draft)
	return err == nil && !slices.ContainsFunc(a.Messages, func(m task.Message) bool { return m.Role == "user" && m.Content != "" })
}

func (r *Runner) here(ctx context.Context) (kept, error) {
	k := kept{jobs: map[string]bool{}, files: map[string]bool{}}
	jobs, err := r.Data.Keys(ctx, Jobs)
	if err != nil {
		return k, err
	}
	files, err := r.Data.Keys(ctx, Files)
	if err != nil {
		return k, err
	}
	for _, id := range jobs {
		k.jobs[id] = true
	}
	for _, sha := range files {
		k.files[sha] = true
	}
	for i := range k.drafts {
		text, ok, err := r.Store.Get(ctx, Settings, draftKey(i))
		if err != nil {
			return k, err
		}
		all, err := r.Data.Keys(ctx, Settings)
		if err != nil {
			return k, err
		}
		if ok && !blank(task.Kind(i), text) || !ok && slices.Contains(all, draftKey(i)) { // of a newer version: not to be touched
			k.drafts[i] = true
		}
	}
	return k, nil
}

// TakeImport takes what was offered: all of it or nothing. What is here already stays
// as it is; tasks come in as records, which never go on. Call it only from a click
// after the offer was shown.
func (t *Tab) TakeImport() {
	t.dataWork("Taking what is in the file", func(ctx context.Context, r *Runner) error {
		o := r.offeredNow()
		if !o.read {
			return nil
		}
		here, err := r.here(ctx) // it may have changed since it was shown
		if err != nil {
			return err
		}
		var added []Record // to be removed again if anything fails
		taken, err := r.take(ctx, o, here, &added)
		if err != nil {
			return errors.Join(err, r.Store.apply(ctx, added...))
		}
		r.post(func() {
			r.imported.add(taken...)
			for k, draft := range o.drafts {
				if draft != "" && !here.drafts[k] {
					r.snap.Drafts[k] = draft
				}
			}
			files := len(added)
			offer := r.snap.Stored.Offer
			r.snap.Stored.Taken = &Taken{Jobs: len(taken), Files: files, Drafts: offer.Drafts}
			r.offer, r.snap.Stored.Offer = offered{}, nil
		})
		return nil
	})
}

// take stores the files one by one, and then all records at once: until then nobody
// looks for the files.
func (r *Runner) take(ctx context.Context, o offered, here kept, added *[]Record) (taken []job.State, err error) {
	var records []Record
	for i, s := range o.jobs {
		if here.jobs[s.ID] {
			continue
		}
		r.dataStep("Checking task " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(o.jobs)))
		for n := range s.Files {
			f := &s.Files[n]
			if f.SHA256 == "" || f.Gone {
				continue
			}
			content, err := r.checked(ctx, o, s, n)
			if err != nil {
				return nil, err
			}
			if here.files[f.SHA256] {
				continue
			}
			if err := r.Store.Put(ctx, Files, f.SHA256, content); err != nil {
				return nil, err
			}
			here.files[f.SHA256] = true
			*added = append(*added, Record{Store: Files, Key: f.SHA256})
		}
		s = unsigned(s)
		s.Imported = r.now()
		record, err := job.Encode(s)
		if err != nil {
			return nil, err
		}
		records = append(records, Record{Jobs, s.ID, record})
		taken = append(taken, s)
	}
	for k, draft := range o.drafts {
		if draft != "" && !here.drafts[k] {
			records = append(records, Record{Settings, draftKey(k), versionedSetting([]byte(draft))})
		}
	}
	return taken, r.Store.apply(ctx, records...)
}

// checked reads a result, and compares its bytes with its name and with what the record
// says of the chain.
func (r *Runner) checked(ctx context.Context, o offered, s job.State, n int) ([]byte, error) {
	f := s.Files[n]
	content, err := sourceOf(ctx, o.file).Content(o.contents.Files[f.SHA256])
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, &archive.Error{Reason: archive.Invalid, Detail: "the content of " + f.SHA256}
	}
	if !f.Verified {
		return content, nil
	}
	found := proof.Text(content, []byte(s.Outcome.Result))
	if s.Order.Kind == task.SD {
		hash, err := r.Worker.ImageHash(ctx, content)
		if errors.Is(err, ErrDamaged) {
			return nil, &archive.Error{Reason: archive.Invalid, Detail: err.Error()}
		}
		if err != nil {
			return nil, err
		}
		found = proof.Image(n, hash, []byte(s.Outcome.Result))
	}
	if !found.Verified() {
		return nil, &archive.Error{Reason: archive.Invalid, Detail: "job " + s.ID + " calls a file verified that is not"}
	}
	return content, nil
}
