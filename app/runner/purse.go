package runner

import (
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
	// Budget is the CNX that was confirmed at the last funding, Spent the part of it
	// that was signed away since unlocking.
	Budget, Spent uint256.Int
	// Charge is what the thing that met Fault may have cost.
	Charge job.Charge
	// Stranger is a transaction that somebody else signed with the key and the person
	// has not answered for; "" = none.
	Stranger string
	// MostTasks is how many tasks may be funded at once.
	MostTasks uint64
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
	// price of gas that was shown when the person last confirmed something.
	price uint256.Int
	// stranger is a transaction that this browser did not sign; nil = none. mine tells
	// that the person said such transactions are their own.
	stranger *hash
	mine     bool
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
	r.purse, r.snap.Purse = purse{}, Purse{Step: r.snap.Purse.Step, Fault: r.snap.Purse.Fault, Charge: r.snap.Purse.Charge}
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
				r.followTransfers(n, *found)
			}
		})
	}()
}
