package runner

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/taskwallet"
)

// Export hands the person one file with everything that this browser keeps, under a
// passphrase, or in the open where that is "". There is no key in it, in no form, and
// no transaction that was signed: whoever had the file could send it.
func (t *Tab) Export(passphrase string) {
	t.dataWork("Writing the file", func(ctx context.Context, r *Runner) error {
		file, err := r.exported(ctx)
		if err != nil {
			return err
		}
		name := "crynux-export-" + r.Clock.Now().UTC().Format("2006-01-02")
		if passphrase == "" {
			name += ".zip"
		} else {
			name += ".crynux"
			r.dataStep("Locking the file with the passphrase")
			if file, err = r.Data.Lock(ctx, file, passphrase); err != nil {
				return err
			}
		}
		if err := r.Data.Save(file, name); err != nil {
			return err
		}
		r.post(func() { r.snap.Stored.Exported = true })
		return nil
	})
}

// exporter writes one file.
type exporter struct {
	archive.Writer
	out FileWriter
}

func (x *exporter) add(name string, content []byte) error {
	head, err := x.Add(name, content)
	if err == nil {
		err = x.out.Write(head)
	}
	if err == nil {
		err = x.out.Write(content)
	}
	return err
}

func (r *Runner) exported(ctx context.Context) (File, error) {
	x := &exporter{out: r.Data.NewFile()}
	records, err := r.Store.All(ctx, Jobs)
	if err != nil {
		return nil, err
	}
	var jobs []job.State
	var broken [][]byte
	for _, record := range records {
		if s, err := job.Decode(record); err == nil {
			jobs = append(jobs, unsigned(s))
		} else {
			broken = append(broken, record)
		}
	}
	head, manifest, err := archive.NewManifest(r.now(), r.networksOf(jobs)).Add(&x.Writer)
	if err == nil {
		err = errors.Join(x.out.Write(head), x.out.Write(manifest))
	}
	if err != nil {
		return nil, err
	}
	for i, record := range broken {
		if err := x.add(archive.Name(archive.Unreadable, strconv.Itoa(i+1), "bin"), record); err != nil {
			return nil, err
		}
	}
	for _, part := range []func(context.Context, *exporter) error{r.exportSettings, r.exportWallets} {
		if err := part(ctx, x); err != nil {
			return nil, err
		}
	}
	written := map[string]bool{}
	for i, s := range jobs {
		r.dataStep("Writing task " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(jobs)))
		if err := r.exportJob(ctx, x, s, written); err != nil {
			return nil, err
		}
	}
	if err := x.out.Write(x.End()); err != nil {
		return nil, err
	}
	return x.out.File()
}

// exportJob writes a job and those of its files that are here.
func (r *Runner) exportJob(ctx context.Context, x *exporter, s job.State, written map[string]bool) error {
	record, err := job.Encode(s)
	if err != nil {
		return err
	}
	if err := x.add(archive.Name(archive.Job, s.ID, "json"), record); err != nil {
		return err
	}
	extension := "png"
	if s.Order.Kind == task.GPT {
		extension = "json"
	}
	for _, f := range s.Files {
		if f.SHA256 == "" || written[f.SHA256] {
			continue
		}
		content, ok, err := r.Store.Get(ctx, Files, f.SHA256)
		if err != nil {
			return err
		}
		if !ok || len(content) != f.Size { // it is shown as lost here, too
			continue
		}
		written[f.SHA256] = true
		if err := x.add(archive.Name(archive.File, f.SHA256, extension), content); err != nil {
			return err
		}
	}
	return nil
}

// unsigned is a job without its signed transactions.
func unsigned(s job.State) job.State {
	s.Approve.Raw, s.Create.Raw, s.Cancel.Raw = "", "", ""
	return s
}

// exportable are the settings that an export may hold, or how their names begin. What
// is new has to be named here, after a thought about whether it is secret. (An address
// of an own network may have a provider's key in it: docs/export.md says so.)
var exportable = []string{networkKey, ownKey, "wallet", directKey, barredKey, mostTasksKey, keepAskedKey, "purse-", "budget-", "swept-", "activity-", "transfers-"}

func (r *Runner) exportSettings(ctx context.Context, x *exporter) error {
	keys, err := r.Data.Keys(ctx, Settings)
	if err != nil {
		return err
	}
	for _, k := range []task.Kind{task.SD, task.GPT} {
		text, ok, err := r.Store.Get(ctx, Settings, draftKey(int(k)))
		if err != nil {
			return err
		}
		if ok && json.Valid(text) {
			if err := x.add(archive.Name(archive.Draft, k.String(), "json"), text); err != nil {
				return err
			}
		}
	}
	for _, key := range keys {
		if !slices.ContainsFunc(exportable, func(name string) bool {
			return key == name || strings.HasSuffix(name, "-") && strings.HasPrefix(key, name)
		}) {
			continue
		}
		value, ok, err := r.Store.Get(ctx, Settings, key)
		if err != nil {
			return err
		}
		if ok {
			if err := x.add(archive.Name(archive.Setting, key, "txt"), value); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportWallets writes the public part of the task wallets' records. One that cannot
// be read stays here: nobody knows whether there is a key in it.
func (r *Runner) exportWallets(ctx context.Context, x *exporter) error {
	all, err := r.Store.All(ctx, Keys)
	if err != nil {
		return err
	}
	for _, text := range all {
		record, err := taskwallet.DecodeRecord(text)
		if err != nil {
			continue
		}
		public, err := json.Marshal(record.Public())
		if err != nil {
			return err
		}
		if err := x.add(archive.Name(archive.Wallet, record.StoreKey(), "json"), public); err != nil {
			return err
		}
	}
	return nil
}

// networksOf are the networks that jobs ran on, as this page knows them.
func (r *Runner) networksOf(jobs []job.State) (list []archive.Network) {
	seen := map[string]bool{}
	for _, s := range jobs {
		if id := s.Order.Network; !seen[id] {
			seen[id] = true
			list = append(list, archive.Network{ID: id, Name: r.network(id).Name, ChainID: s.Order.ChainID})
		}
	}
	return list
}
