package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/chain/taskwallet"
)

// maxBackup bounds a backup file, in bytes.
const maxBackup = 64 << 10

// purse is the task wallet as the page shows it.
func (a *App) purse(s runner.Snapshot) view.Purse {
	p := s.Purse
	out := view.Purse{
		Possible: a.Vault != nil, Refused: p.Refused, Elsewhere: p.Elsewhere, Foreign: p.Foreign, Site: p.Site, Host: a.host,
		Made: p.Made, Open: p.Open, Address: p.Address, Owner: p.Owner,
		Random: p.Made && p.Kind != taskwallet.Derived, BackedUp: p.BackedUp,
		Remembered: view.Remembered(p.Remembered), Shared: p.Shared, Held: p.Held, Retired: p.Retired, Number: p.Number, Taken: p.Taken, Used: p.Used, Older: p.Older,
		Idle: p.Idle, Leaving: p.Leaving,
		Known: p.Known, Native: p.Native, CNX: p.CNX, Tasks: p.Tasks, Step: p.Step, Asking: p.Asking,
		Underivable: p.Fault.Code == job.PurseNotDerivable,
	}
	out.Budget, out.Spent, out.CameBack, out.Stranger, out.MostTasks = p.Budget, p.Spent, p.CameBack, p.Stranger, p.MostTasks
	out.Names, out.Search = p.Names, view.Search{Done: p.Search.Done, Whole: p.Search.Whole}
	for _, s := range p.Activity {
		out.Activity = append(out.Activity, view.Signature{At: s.At, What: view.What(s.What), Title: s.Title, Amount: s.Amount, Task: s.Task, File: s.File, Tx: s.Tx})
	}
	for _, f := range p.Search.Found {
		out.Search.Found = append(out.Search.Found, view.Found(f))
	}
	for _, h := range p.Hosts {
		out.Hosts = append(out.Hosts, view.HostPurse{Origin: h.Origin, Address: h.Address, Known: h.Known, Native: h.Native, CNX: h.CNX})
	}
	if m := p.Moved; m != nil {
		out.Moved = &view.Moved{Then: side(m.Record), Now: side(m.Now)}
	}
	for _, payment := range p.Payments {
		out.Payments = append(out.Payments, view.Payment(payment))
	}
	stop := p.Held && (p.Fault.Code == job.PurseMoved || p.Fault.Code == job.PurseTaken || p.Fault.Code == job.PurseRetired) // which is shown, and no news
	if !p.Fault.Zero() && !stop {
		out.Problem = job.ExplainPurse(p.Fault, p.Charge)
	}
	return out
}

// side is one of two networks that should be the same.
func side(n taskwallet.Network) view.NetworkSide {
	return view.NetworkSide{Token: n.Contracts.Token, Node: n.Contracts.Node, Task: n.Contracts.Task, Relays: n.Relays}
}

// RememberPurse chooses how the key stays in this browser (view.PursePort).
func (a *App) RememberPurse(how view.Remembered, passphrase string) {
	if how == view.NotRemembered {
		a.ForgetPurse()
		return
	}
	a.Tab.RememberPurse(taskwallet.Remembered(how), passphrase)
}

func ahead(a runner.Ahead) view.Preflight {
	p := a.Preflight
	out := view.Preflight{
		Known: a.Known, Kind: a.Kind, Account: a.Account, Fee: a.Fee, Native: p.Native, CNX: p.CNX, Allowance: p.Allowance,
		Nodes: p.FreeNodes, Skew: a.Skew,
	}
	out.Gas.Mul(&p.GasPrice, uint256.NewInt(job.CreateGasHint+job.ApproveGasHint))
	return out
}

// Funding says what a number of tasks costs now.
func (a *App) Funding(ctx context.Context, tasks uint64) (view.Funding, error) {
	f, err := a.Tab.Funding(ctx, tasks)
	return view.Funding(f), err
}

// PurseRemains looks what would be lost with the key.
func (a *App) PurseRemains(ctx context.Context) (view.Remains, error) {
	left, err := a.Tab.PurseRemains(ctx)
	return view.Remains(left), err
}

// SaveBackup writes the backup of the open task wallet and hands it to the person.
func (a *App) SaveBackup(ctx context.Context, password string) error {
	file, err := a.Backup(ctx, password)
	if err != nil {
		return err
	}
	return a.Save(backupName(file), file, "application/json")
}

// backupName is the file name of a backup: it tells whose key is in it.
func backupName(file []byte) string {
	var keystore struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(file, &keystore); err != nil || !common.IsHexAddress(keystore.Address) {
		return "crynux-task-wallet.json"
	}
	return "crynux-task-wallet-" + common.HexToAddress(keystore.Address).Hex() + ".json"
}

// OpenBackup asks the person for a backup file and opens it.
func (a *App) OpenBackup(ctx context.Context, password string) error {
	file, ok, err := a.Pick(ctx, "application/json,.json", maxBackup)
	if err != nil {
		return fmt.Errorf("the file cannot be read: %w", err)
	}
	if !ok {
		return errors.New("no file was chosen")
	}
	a.Tab.OpenBackup(file, password)
	return nil
}
