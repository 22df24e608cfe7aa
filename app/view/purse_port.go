package view

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// Purse is the task wallet as the page shows it: the key in this page that pays
// without prompts (taskwallet.md). Nothing of the key itself is in it.
type Purse struct {
	// Possible is false where the page has no second program.
	Possible bool
	// Refused tells that there can be none at this address; Elsewhere is where, "" if unknown.
	Refused   bool
	Elsewhere string
	// Foreign tells that this copy is served by another host than the Site it names (text W2).
	Foreign    bool
	Site, Host string

	// Made tells that there is one for the connected account; Open that it signs now.
	Made, Open bool
	Address    common.Address
	Owner      common.Address
	// Random tells that the key cannot be made again from the wallet (text W4).
	Random, BackedUp, Remembered bool

	// Known tells that the balances were read.
	Known       bool
	Native, CNX uint256.Int
	// Tasks is how many tasks the balance pays for.
	Tasks uint64
	// Step is what is being done now, in words; "" when nothing is.
	Step string
	// Problem of the last thing that was tried; zero when it worked.
	Problem job.Problem
	// Underivable tells that this wallet cannot make the key: offer a random one.
	Underivable bool
	// Payments into it that are not mined yet.
	Payments []Payment
}

// Payment is one transfer into the task wallet.
type Payment struct {
	CNX    bool // else coins for gas
	Amount uint256.Int
	Hash   common.Hash
}

// Funding is what a number of tasks costs.
type Funding struct {
	Tasks       uint64
	Native, CNX uint256.Int
}

// Preflight is what the chain says before anything is asked of anybody.
type Preflight struct {
	// Known is false until it was read, or when it could not be.
	Known bool
	Kind  task.Kind
	// Account pays: the task wallet if it is open, else the connected account. Zero
	// without a wallet: then what belongs to an account is not known.
	Account                     common.Address
	Fee, Native, CNX, Allowance uint256.Int
	// Gas is what approve and createTask cost at most, in wei.
	Gas   uint256.Int
	Nodes uint64
	// Skew is the chain's clock minus ours, in seconds.
	Skew int64
}

// PursePort is the part of Port about the task wallet and what is known before a
// payment. Calls return at once unless they take a context.
type PursePort interface {
	// MakePurse asks the connected wallet for the signature that is the key, twice the
	// first time; it also unlocks one that was made before.
	MakePurse()
	// MakeRandomPurse makes a key from chance, for wallets that cannot make one.
	MakeRandomPurse()
	// LockPurse forgets the key in this page.
	LockPurse()
	// Funding says what a number of tasks costs now; FundPurse has the wallet send it.
	Funding(ctx context.Context, tasks uint64) (Funding, error)
	FundPurse(tasks uint64)
	// SweepPurse sends everything back to the owner.
	SweepPurse()
	// SaveBackup writes the key's backup file under a password, and hands it to the person.
	SaveBackup(ctx context.Context, password string) error
	// OpenBackup asks the person for a backup file and opens it.
	OpenBackup(ctx context.Context, password string) error
	// LookAhead reads the Preflight for arguments of a kind.
	LookAhead(kind task.Kind, args []byte)
}
