package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// Keys is the store of the task wallets' public records (taskwallet.md §6).
const Keys = "keys"

// Vault is the worker's side of the task wallet: the key is there and nowhere
// else. Errors are *taskwallet.Error.
type Vault interface {
	// Derive makes the key from the owner's signature of a message; again is a
	// second signature, nil for a key that was used before.
	Derive(ctx context.Context, m taskwallet.Message, first, again []byte) (address, error)
	Random(ctx context.Context) (address, error)
	OpenBackup(ctx context.Context, file []byte, password string) (address, error)
	Unseal(ctx context.Context, r taskwallet.Record, passphrase string) (address, error)
	// Open begins a session with the key made last.
	Open(ctx context.Context, id taskwallet.Identity, gas taskwallet.Gas, budget uint256.Int) error
	Allow(ctx context.Context, budget uint256.Int) error
	SignTx(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error)
	SignText(ctx context.Context, text []byte) ([]byte, error)
	Backup(ctx context.Context, password string) ([]byte, error)
	Seal(ctx context.Context, id taskwallet.Identity, passphrase string) (taskwallet.Cipher, error)
	Lock(ctx context.Context) error
}

// Home is where the page lives, as far as the task wallet cares (taskwallet.md §2).
type Home struct {
	Place  taskwallet.Place
	Site   string   // the name keys are made for
	Former []string // earlier names
}

// Purse is what the page shows of the task wallet.
type Purse struct {
	// Refused tells that there can be none here: a path gateway. Elsewhere is the
	// address of the same copy where there can, "" if unknown.
	Refused   bool
	Elsewhere string
	// Foreign tells that this copy is on another host than the site it names.
	Foreign bool
	Site    string
	// Made tells that there is a record; Open that it signs now.
	Made, Open bool
	Address    address
	Owner      address
	Kind       taskwallet.Kind
	BackedUp   bool
	Remembered bool
	Known      bool // balances were read
	Native     uint256.Int
	CNX        uint256.Int
	Tasks      uint64 // that the balance pays for
	// Step is what is being done now, in words; "" when nothing is.
	Step string
	// Fault of the last thing that was tried.
	Fault job.Fault
	// Payments that the owner's wallet made to it and that are not confirmed yet.
	Payments []Payment
}

// Payment is one transfer into the task wallet.
type Payment struct {
	CNX    bool // else native coins
	Amount uint256.Int
	Hash   hash
}

// purse is the task wallet as the owner goroutine keeps it.
type purse struct {
	record taskwallet.Record
	made   bool
	open   bool
	// price of gas that was shown when the person last confirmed something.
	price uint256.Int
}

// errNoVault is a page without the second program.
var errNoVault = errors.New("runner: there is no place for a key")

// MakePurse makes the task wallet of the connected account: the wallet is asked
// for one signature, and for a second one if the key was never used. Call it only
// from a click, after W1 (and W2 where Foreign) were shown.
func (r *Runner) MakePurse() {
	r.purseWork("Waiting for your wallet", func(ctx context.Context, n network, w Connection) error {
		owner := r.account()
		if err := n.chain.Prove(ctx, w); err != nil {
			return err
		}
		number, record := r.recordOf(ctx, owner, n)
		m := taskwallet.Message{Owner: owner, Site: r.Home.Site, ChainID: n.ChainID, Number: number}
		first, err := r.askTyped(ctx, w, m)
		if err != nil {
			return err
		}
		kept := append([]byte(nil), first...)
		defer clear(kept) // it is the key
		at, err := r.Vault.Derive(ctx, m, first, nil)
		if err != nil {
			return err
		}
		if record != nil && record.Address != at {
			return &taskwallet.Error{Refusal: taskwallet.OtherKey, Detail: "the wallet signs differently than before"}
		}
		if record == nil {
			standing, err := n.chain.Standing(ctx, at)
			if err != nil {
				return err
			}
			if standing.Nonce == 0 && standing.Native.IsZero() && standing.CNX.IsZero() {
				r.purseStep("Waiting for the same signature once more")
				again, err := r.askTyped(ctx, w, m)
				if err != nil {
					return err
				}
				if at, err = r.Vault.Derive(ctx, m, kept, again); err != nil {
					return err
				}
			}
			record = &taskwallet.Record{Identity: r.identity(taskwallet.Derived, m, at, n)}
		}
		return r.openPurse(ctx, *record, n)
	})
}

// MakeRandomPurse makes a key from chance, for wallets that cannot make the same
// signature twice. It has to be backed up before money goes in.
func (r *Runner) MakeRandomPurse() {
	r.purseWork("Making a key", func(ctx context.Context, n network, _ Connection) error {
		at, err := r.Vault.Random(ctx)
		if err != nil {
			return err
		}
		m := taskwallet.Message{Owner: r.account(), Site: r.Home.Site, ChainID: n.ChainID}
		return r.openPurse(ctx, taskwallet.Record{Identity: r.identity(taskwallet.Random, m, at, n)}, n)
	})
}

// OpenBackup opens the task wallet from its backup file, or proves that the file
// of the open one opens.
func (r *Runner) OpenBackup(file []byte, password string) {
	r.purseWork("Opening the backup", func(ctx context.Context, n network, _ Connection) error {
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
func (r *Runner) Backup(ctx context.Context, password string) ([]byte, error) {
	if r.Vault == nil {
		return nil, errNoVault
	}
	return r.Vault.Backup(ctx, password)
}

// LockPurse ends the session: the key is overwritten and its program ended.
func (r *Runner) LockPurse() {
	r.post(func() {
		if r.Vault == nil {
			return
		}
		r.purse.open, r.snap.Purse.Open = false, false
		go func() { _ = r.Vault.Lock(r.ctx) }() // the program that held it is ended anyway
	})
}

// openPurse begins a session and saves the public record.
func (r *Runner) openPurse(ctx context.Context, record taskwallet.Record, n network) error {
	if err := record.SameNetwork(n.Contracts, []string{n.Relay}); err != nil {
		return err
	}
	standing, err := n.chain.Standing(ctx, record.Address)
	if err != nil {
		return err
	}
	if err := r.Vault.Open(ctx, record.Identity, taskwallet.Gas{}, r.budget(ctx, record, standing.CNX)); err != nil {
		return err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	if err := r.Store.Put(ctx, Keys, record.StoreKey(), text); err != nil {
		return err
	}
	r.post(func() {
		r.purse = purse{record: record, made: true, open: true, price: standing.GasPrice}
		r.showPurse(n)
		r.pursed(standing, n)
	})
	return nil
}

func (r *Runner) identity(kind taskwallet.Kind, m taskwallet.Message, at address, n network) taskwallet.Identity {
	return taskwallet.Identity{
		V: taskwallet.Version, Kind: kind, Owner: m.Owner, Site: m.Site, ChainID: m.ChainID, Number: m.Number, Address: at,
		Contracts: taskwallet.Contracts(n.Contracts), Relays: []string{n.Relay}, CreatedAt: r.Clock.Now().Unix(),
	}
}

// askTyped asks the wallet to sign the message of taskwallet.md §3.
func (r *Runner) askTyped(ctx context.Context, w Connection, m taskwallet.Message) ([]byte, error) {
	params, err := m.Params()
	if err != nil {
		return nil, err
	}
	return signature(ctx, w, "eth_signTypedData_v4", params...)
}

// recordOf finds the newest record of an owner on a network, and its number.
func (r *Runner) recordOf(ctx context.Context, owner address, n network) (number uint8, found *taskwallet.Record) {
	for _, record := range r.records(ctx, n) {
		if record.Owner == owner && record.Site == r.Home.Site && record.Kind == taskwallet.Derived && (found == nil || record.Number > number) {
			number, found = record.Number, &record
		}
	}
	return number, found
}

func (r *Runner) recordAt(ctx context.Context, at address, n network) *taskwallet.Record {
	for _, record := range r.records(ctx, n) {
		if record.Address == at {
			return &record
		}
	}
	return nil
}

func (r *Runner) records(ctx context.Context, n network) (list []taskwallet.Record) {
	all, err := r.Store.All(ctx, Keys)
	if err != nil {
		return nil // as on a first visit; the key can be made again
	}
	for _, text := range all {
		if record, err := taskwallet.DecodeRecord(text); err == nil && record.ChainID == n.ChainID {
			list = append(list, record)
		}
	}
	return list
}

// purseWork does one thing with the task wallet at a time, and notes how it ended.
func (r *Runner) purseWork(step string, do func(ctx context.Context, n network, w Connection) error) {
	r.post(func() {
		p, n, w := &r.snap.Purse, r.networks[r.snap.Network.ID], r.wallet
		switch {
		case p.Step != "" || r.Vault == nil || n.Historical:
			return
		case p.Refused:
			p.Fault = job.Fault{Code: job.NoPurseHere}
			return
		case w == nil:
			p.Fault = job.Fault{Code: job.WalletLocked}
			return
		}
		p.Step, p.Fault = step, job.Fault{}
		go func() {
			err := do(r.ctx, n, w)
			r.post(func() {
				r.snap.Purse.Step = ""
				if err != nil {
					r.snap.Purse.Fault = purseFault(err)
				}
				r.refreshPurse()
				r.refreshBalances()
			})
		}()
	})
}

func (r *Runner) purseStep(step string) { r.post(func() { r.snap.Purse.Step = step }) }

// account is the connected account; zero without one. It may be asked from any goroutine.
func (r *Runner) account() address {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.published.Session.Account
}

// refreshPurse reads the task wallet's balances, in one request.
func (r *Runner) refreshPurse() {
	n := r.networks[r.snap.Network.ID]
	if !r.purse.made || n.Historical {
		return
	}
	at := r.purse.record.Address
	go func() {
		standing, err := n.chain.Standing(r.ctx, at)
		r.chainReached(err)
		if err == nil {
			r.post(func() { r.pursed(standing, n) })
		}
	}()
}

func (r *Runner) pursed(s chain.Standing, n network) {
	p := &r.snap.Purse
	p.Known, p.Native, p.CNX = true, s.Native, s.CNX
	p.Tasks = taskwallet.TasksLeft(s.Balances, n.Fee, taskwallet.Ceilings(taskwallet.Gas{}), s.GasPrice)
}

// showPurse copies what the page may know.
func (r *Runner) showPurse(n network) {
	p := &r.snap.Purse
	p.Site = r.Home.Site
	p.Refused, p.Elsewhere = r.Home.Place.Refused(n.Development), r.Home.Place.Subdomain()
	p.Foreign = r.Home.Place.Foreign(r.Home.Site)
	p.Made, p.Open = r.purse.made, r.purse.open
	record := r.purse.record
	p.Address, p.Owner, p.Kind = record.Address, record.Owner, record.Kind
	p.BackedUp, p.Remembered = record.BackupProvenAt != 0, record.Cipher != nil
}

// findPurse looks for the record of the connected account after a connection or a
// change of account or network.
func (r *Runner) findPurse() {
	n, owner := r.networks[r.snap.Network.ID], r.snap.Session.Account
	if r.purse.open && r.purse.record.ChainID == n.ChainID {
		r.showPurse(n) // an open one stays open, whatever the owner's wallet shows
		return
	}
	r.purse, r.snap.Purse = purse{}, Purse{Step: r.snap.Purse.Step, Fault: r.snap.Purse.Fault}
	r.showPurse(n)
	if r.Vault == nil || !r.snap.Session.Connected {
		return
	}
	go func() {
		var found *taskwallet.Record
		for _, record := range r.records(r.ctx, n) {
			if record.Owner == owner && (found == nil || record.CreatedAt > found.CreatedAt) {
				found = &record
			}
		}
		if found == nil {
			return
		}
		r.post(func() {
			if !r.purse.made && r.snap.Session.Account == owner {
				r.purse = purse{record: *found, made: true}
				r.showPurse(n)
				r.refreshPurse()
			}
		})
	}()
}

// purseFault turns what kept the task wallet from something into a value.
func purseFault(err error) job.Fault {
	f := job.Fault{Detail: err.Error()}
	var short *taskwallet.ShortError
	var poor *shortOfCNX
	switch {
	case errors.As(err, &poor):
		f.Code, f.Need, f.Have = job.NotEnoughCNX, poor.need, poor.have
	case errors.As(err, &short):
		f.Code, f.Need = job.PurseShort, short.Missing
	case errors.Is(err, taskwallet.NotDeterministic), errors.Is(err, taskwallet.ForeignSigner), errors.Is(err, taskwallet.BadSignature):
		f.Code = job.PurseNotDerivable
	case errors.Is(err, taskwallet.OtherKey):
		f.Code = job.PurseOtherKey
	case errors.Is(err, taskwallet.Moved):
		f.Code = job.PurseMoved
	case errors.Is(err, taskwallet.Locked):
		f.Code = job.PurseLocked
	case errors.Is(err, taskwallet.OverBudget):
		f.Code = job.PurseOverBudget
	case errors.Is(err, taskwallet.PriceTooHigh):
		f.Code = job.GasPriceRaised
	case errors.Is(err, taskwallet.WrongPassword):
		f.Code = job.PurseWrongPassword
	case errors.Is(err, taskwallet.BrokenFile), errors.Is(err, taskwallet.HostileFile), errors.Is(err, taskwallet.BadKey):
		f.Code, f.Reason = job.PurseBadFile, fmt.Sprint(err)
	case errors.Is(err, taskwallet.TooMany), errors.Is(err, taskwallet.TooLittle), errors.Is(err, taskwallet.BadAmount):
		f.Code = job.PurseBadAmount
	default:
		return walletFault(err)
	}
	return f
}
