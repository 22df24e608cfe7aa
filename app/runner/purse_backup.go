package runner

import (
	"context"

	"crynux-dapp/chain/taskwallet"
)

// OpenBackup opens the task wallet from its backup file, or proves that the file
// of the open one opens.
func (t *Tab) OpenBackup(file []byte, password string) {
	t.purseWork("Opening the backup", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		at, err := r.Vault.OpenBackup(ctx, file, password)
		if err != nil {
			return err
		}
		record := taskwallet.Record{Identity: r.identity(taskwallet.Imported, taskwallet.Message{Owner: r.account(), Site: r.Home.Site, ChainID: n.ChainID}, at, n)}
		if known := r.recordAt(ctx, at, n); known != nil {
			record = *known
		}
		record.BackupProvenAt = r.Clock.Now().Unix()
		return r.openPurse(ctx, record, n)
	})
}

// Backup writes the open key as a keystore file for the person to keep.
func (t *Tab) Backup(ctx context.Context, password string) ([]byte, error) {
	r, err := t.running()
	if err != nil {
		return nil, err
	}
	if r.Vault == nil {
		return nil, errNoVault
	}
	if p := r.purseNow(); !p.open && !p.held {
		return nil, taskwallet.Locked.Because("there is no key to back up")
	}
	return r.Vault.Backup(ctx, password)
}
