package runner

import (
	"context"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// Why a key does not stay in a browser.
const (
	whyShared   = "Other pages have the same origin as this one, so each of them could use what this browser keeps."
	whyNoBackup = "It exists only here until its backup is proven."
	whyNoKeys   = "This browser keeps no keys, as in a private window."
)

// RememberPurse chooses how the key of the open task wallet stays in this browser,
// in place of an earlier choice: under a passphrase, or in this browser, where
// passphrase is not looked at. Call it only from a click, the second one after W3
// was shown. A key in this browser is refused where other pages share the origin,
// and for a key that has no way back.
func (t *Tab) RememberPurse(by taskwallet.Remembered, passphrase string) {
	t.purseWork("Locking the key for this browser", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		p := r.purseNow()
		switch {
		case !p.open:
			return taskwallet.Locked.Because("nothing to remember")
		case by == taskwallet.ByPassphrase && passphrase == "":
			return saying{job.Fault{Code: job.PursePassphrase}}
		case by == taskwallet.ByPassphrase:
		case r.Home.Place.Shared():
			return saying{job.Fault{Code: job.PurseNotKeepable, Reason: whyShared}}
		case !p.record.HasWayBack():
			return saying{job.Fault{Code: job.PurseNotKeepable, Reason: whyNoBackup}}
		default:
			passphrase = ""
		}
		sealed, err := r.Vault.Seal(ctx, p.record.Identity, passphrase)
		if by == taskwallet.ByBrowser && err != nil {
			return saying{job.Fault{Code: job.PurseNotKeepable, Reason: whyNoKeys, Detail: err.Error()}}
		}
		if err != nil {
			return err
		}
		return r.changeRecord(ctx, n, func(record *taskwallet.Record) { record.Cipher = &sealed })
	})
}

// ForgetPurse has this browser forget the key; an open one stays open. It is
// refused where that would be the last copy of a key.
func (t *Tab) ForgetPurse() {
	t.purseWork("Forgetting what this browser keeps", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		if p := r.purseNow(); !p.record.HasWayBack() {
			return saying{job.Fault{Code: job.PurseUnsafe, Reason: whyNoBackup}}
		}
		return r.changeRecord(ctx, n, func(record *taskwallet.Record) { record.Cipher = nil })
	})
}
