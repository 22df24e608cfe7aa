package runner

import (
	"errors"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

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
	// Remembered is how the key stays in this browser; "" = it does not. Shared
	// tells that others have pages under this origin, so that it must not stay in
	// "this browser".
	Remembered taskwallet.Remembered
	Shared     bool
	// Names are those under which an earlier task wallet may have been made; Search is
	// what the chain knows of such.
	Names  []string
	Search Search
	// Activity is what it has signed in this browser, the newest first.
	Activity []Signature
	// Number is the key's, counted from 0; of the next key where none is made.
	Number uint8
	// Held tells that the key is here and signs nothing: only its backup can be
	// written. That is so where the network has Moved, and where it is Taken or
	// Retired.
	Held, Retired bool
	// Moved is what the network was when the key was made, and what it is now;
	// nil while they are the same.
	Moved *taskwallet.MovedError
	// Idle tells that it was locked because nobody was there. Leaving tells that it
	// was locked and the page is to be loaded anew, as soon as nothing is lost by it.
	Idle, Leaving bool
	// Used tells that the key is new to this browser, was used elsewhere, and holds no
	// CNX: it may have been retired there.
	Used bool
	// Older tells that the key is new to this browser and was used before: it may have
	// tasks that no job here knows of.
	Older bool
	// Taken tells that there is code at its address: somebody else has the key.
	Taken  bool
	Known  bool // balances were read
	Native uint256.Int
	CNX    uint256.Int
	Tasks  uint64 // that the balance pays for
	// Step is what is being done now, in words; "" when nothing is.
	Step string
	// Asking tells that it waits for the person's wallet, so that it can be left.
	Asking bool
	// Fault of the last thing that was tried.
	Fault job.Fault
	// Payments that the owner's wallet made to it and that are not confirmed yet.
	Payments []Payment
	// Budget is the CNX that was confirmed at the last funding, Spent the part of it
	// that was signed away since unlocking.
	Budget, Spent uint256.Int
	// Charge is what the thing that met Fault may have cost.
	Charge job.Charge
	// Stranger is a transaction that somebody else signed with the key and the person
	// has not answered for; "" = none.
	Stranger string
	// CameBack is the CNX that came after all had been taken out.
	CameBack uint256.Int
	// MostTasks is how many tasks may be funded at once.
	MostTasks uint64
	// Hosts are the purses of pages that embed this one, the newest first.
	Hosts []Host
}

// Payment is one transfer into the task wallet.
type Payment struct {
	CNX    bool // else native coins
	Amount uint256.Int
	Hash   hash // zero while the wallet has not told it
}

// purse is the task wallet as the owner goroutine keeps it.
type purse struct {
	record taskwallet.Record
	made   bool
	open   bool
	held   bool // the key is made, and no session is open: nothing is signed
	// price of gas that was shown when the person last confirmed something.
	price uint256.Int
	// stranger is a transaction that this browser did not sign; nil = none. mine tells
	// that the person said such transactions are their own.
	stranger *hash
	mine     bool
	// swept tells that the CNX were taken out, and none were put in since.
	swept bool
}

// refreshPurse reads the task wallet's balances, in one request.
func (r *Runner) refreshPurse() {
	n := r.network(r.snap.Network.ID)
	if !r.purse.made || n.Historical {
		return
	}
	record := r.purse.record
	go func() {
		standing, err := r.clientOf(record, n).Standing(r.ctx, record.Address)
		r.chainReached(err)
		if err == nil {
			r.post(func() {
				if r.purse.record.Address == record.Address {
					r.pursed(standing, n)
				}
			})
		}
	}()
}

// clientOf reads the network as it was when the key was made: what is in a task
// wallet is in the token of that time.
func (r *Runner) clientOf(record taskwallet.Record, n network) *chain.Client {
	if moved(record, n) == nil {
		return n.chain
	}
	return chain.NewClient(n.endpoints, chain.Contracts(record.Contracts))
}

// moved is what has changed since the key was made; nil for nothing.
func moved(record taskwallet.Record, n network) *taskwallet.MovedError {
	var m *taskwallet.MovedError
	errors.As(record.SameNetwork(n.Contracts, n.Relays), &m)
	return m
}

// mayFill wants a task wallet that money may go into: there is a proven way back
// (I6), and it signs for this network.
func (p purse) mayFill(n network) error {
	switch {
	case !p.made || !p.record.HasWayBack():
		return taskwallet.Unsafe.Because("the backup was not proven")
	case p.record.RetiredAt != 0:
		return saying{job.Fault{Code: job.PurseRetired}}
	}
	return p.record.SameNetwork(n.Contracts, n.Relays)
}

// pursed takes note of where the task wallet stands.
func (r *Runner) pursed(s chain.Standing, n network) {
	p := &r.snap.Purse
	p.Known, p.Native, p.CNX = true, s.Native, s.CNX
	p.CameBack.Clear()
	if r.purse.swept {
		p.CameBack = s.CNX
	}
	p.Tasks = taskwallet.TasksLeft(s.Balances, n.Fee, taskwallet.Ceilings(taskwallet.Gas{}), s.GasPrice)
	if p.Taken = s.HasCode; s.HasCode && r.purse.open {
		r.lock()
		p.Fault = job.Fault{Code: job.PurseTaken}
	}
}

// showPurse copies what the page may know.
func (r *Runner) showPurse(n network) {
	p := &r.snap.Purse
	p.Site, p.Names = r.Home.Site, r.names()
	p.Refused, p.Elsewhere = r.Home.Place.Refused(n.Development), r.Home.Place.Subdomain()
	p.Foreign, p.Shared = r.Home.Place.Foreign(r.Home.Site), r.Home.Place.Shared()
	p.Made, p.Open, p.Held = r.purse.made, r.purse.open, r.purse.held
	record := r.purse.record
	p.Address, p.Owner, p.Kind = record.Address, record.Owner, record.Kind
	p.Number, p.Retired = record.Number, record.RetiredAt != 0
	p.BackedUp, p.Remembered, p.Moved = record.BackupProvenAt != 0, "", nil
	if record.Cipher != nil {
		p.Remembered = record.Cipher.By
	}
	if r.purse.made {
		p.Moved = moved(record, n)
	}
}

// findPurse looks for the record of the connected account after a connection or a
// change of account or network.
func (r *Runner) findPurse() {
	n, owner := r.network(r.snap.Network.ID), r.snap.Session.Account
	if r.purse.open && r.purse.record.ChainID == n.ChainID {
		r.showPurse(n) // an open one stays open, whatever the owner's wallet shows
		return
	}
	if r.purse.open || r.purse.held {
		r.lock() // of another network, or without an account that it belongs to
	}
	r.purse, r.snap.Purse = purse{}, Purse{Step: r.snap.Purse.Step, Fault: r.snap.Purse.Fault, Charge: r.snap.Purse.Charge}
	r.showPurse(n)
	if r.Vault == nil || !r.snap.Session.Connected {
		return
	}
	go func() {
		found := r.lastRecord(r.ctx, owner, n)
		var signed []Signature
		if found != nil {
			signed = r.activity(r.ctx, *found)
		}
		number, _ := taskwallet.Next(r.records(r.ctx, n), owner, r.Home.Site, n.ChainID) // 99 is never retired
		r.post(func() {
			switch {
			case r.purse.made || r.snap.Session.Account != owner || r.snap.Network.ID != n.ID:
			case found == nil:
				r.snap.Purse.Number = number
			default:
				r.purse = purse{record: *found, made: true}
				r.snap.Purse.Activity = signed
				r.showPurse(n)
				r.refreshPurse()
				r.followTransfers(n, *found)
			}
		})
	}()
}
