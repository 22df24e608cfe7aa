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
	Random, BackedUp bool
	// Remembered is how the key stays in this browser. Shared tells that others
	// have pages under this origin: then it must not stay without a passphrase.
	Remembered Remembered
	Shared     bool
	// Names are those under which an earlier task wallet may have been made; Search is
	// what the chain knows of such.
	Names  []string
	Search Search
	// Activity is what it has signed in this browser, the newest first.
	Activity []Signature
	// Number is the key's, from 0; of the next key where none is made.
	Number uint8
	// Held tells that the key is here and signs nothing: its backup can be written.
	// Retired tells that the person went on with another key.
	Held, Retired bool
	// Moved is what the network was when the key was made, beside what it is now;
	// nil while they are the same.
	Moved *Moved
	// Used tells that the key is new here, was used elsewhere and holds no CNX: it may
	// have been retired there.
	Used bool
	// Older tells that the key is new here and was used before.
	Older bool
	// Taken tells that somebody else has the key.
	Taken bool
	// Idle tells that it was locked because nobody was there. Leaving tells that the
	// page is loaded anew as soon as nothing is lost by it.
	Idle, Leaving bool

	// Known tells that the balances were read.
	Known       bool
	Native, CNX uint256.Int
	// Tasks is how many tasks the balance pays for.
	Tasks uint64
	// Step is what is being done now, in words; "" when nothing is.
	Step string
	// Asking tells that the person's wallet is being asked, which may never answer.
	Asking bool
	// Problem of the last thing that was tried; zero when it worked.
	Problem job.Problem
	// Underivable tells that this wallet cannot make the key: offer a random one.
	Underivable bool
	// Payments into it that are not mined yet.
	Payments []Payment
	// Budget is the CNX that was confirmed at the last funding; Spent what of it was
	// signed away since unlocking.
	Budget, Spent uint256.Int
	// CameBack is the CNX that came after everything had been taken out.
	CameBack uint256.Int
	// Stranger is a transaction that somebody else signed with the key and that the
	// person has not answered for (text W5); "" = none.
	Stranger string
	// MostTasks is how many tasks may be paid for in advance.
	MostTasks uint64
	// Hosts are the purses of pages that embed this one, the newest first.
	Hosts []HostPurse
}

// HostPurse is the purse of a page that embeds this one.
type HostPurse struct {
	Origin      string
	Address     common.Address
	Known       bool // balances were read
	Native, CNX uint256.Int
}

// Remembered is how a key stays in the browser.
type Remembered string

// The three ways.
const (
	NotRemembered Remembered = ""
	ByPassphrase  Remembered = "passphrase"
	ByBrowser     Remembered = "browser"
)

// Moved are the two sides of a network whose addresses have changed.
type Moved struct{ Then, Now NetworkSide }

// NetworkSide is whom a task wallet deals with.
type NetworkSide struct {
	Token, Node, Task common.Address
	Relays            []string
}

// Payment is one transfer into the task wallet.
type Payment struct {
	CNX    bool // else coins for gas
	Amount uint256.Int
	Hash   common.Hash // zero while the wallet has not told it
}

// Funding is what a number of tasks costs.
type Funding struct {
	Tasks       uint64
	Native, CNX uint256.Int
}

// Search is what was found of earlier task wallets.
type Search struct {
	// Done tells that the chain was asked; Whole that it told all of its blocks.
	Done, Whole bool
	Found       []Found
}

// Found is an account that the owner sent CNX to, and that may be a task wallet.
type Found struct {
	Address common.Address
	// CNX and Native are what it has now, Received the CNX that it got.
	CNX, Native, Received uint256.Int
	Tasks                 uint64 // that it created
}

// Signature is one signature that the task wallet made.
type Signature struct {
	At   int64 // unix milliseconds
	What What
	// Title names the task it was for; "" for none.
	Title string
	// Amount is CNX in base units; wei for SignedCoins.
	Amount uint256.Int
	Task   uint64 // id on chain; 0 where it had none yet
	File   string // number of a result, from 0
	Tx     common.Hash
}

// What was signed.
type What string

// All that a task wallet signs.
const (
	SignedApprove What = "approve"
	SignedCreate  What = "create"
	SignedCancel  What = "cancel"
	SignedSweep   What = "sweep"
	SignedCoins   What = "sweep-coins"
	SignedHost    What = "host"
	SignedUpload  What = "upload"
	SignedStatus  What = "status"
	SignedResult  What = "result"
)

// Remains is what would be lost with the key.
type Remains struct {
	// Free tells that nothing would be: nothing has to be typed.
	Free bool
	// WayBack tells that the key can be made again, or that its backup was proven.
	WayBack bool
	// Refundable counts what can still come to it: fees, and transfers on their way.
	Refundable int
	// Endpoints counts the nodes that said what is left, at most Native and CNX; two are wanted.
	Endpoints   int
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
	// LeavePurse waits no longer for the wallet's answer.
	LeavePurse()
	// MakeRandomPurse makes a key from chance, for wallets that cannot make one.
	MakeRandomPurse()
	// UnlockPurse opens it with what this browser keeps; passphrase is "" where that
	// is kept without one.
	UnlockPurse(passphrase string)
	// RememberPurse chooses how the key stays in this browser; NotRemembered forgets it.
	RememberPurse(how Remembered, passphrase string)
	// LockPurse forgets the key and loads the page anew.
	LockPurse()
	// Funding says what a number of tasks costs now; FundPurse has the wallet send it.
	Funding(ctx context.Context, tasks uint64) (Funding, error)
	FundPurse(tasks uint64)
	// SetMostTasks changes how many tasks may be paid for in advance.
	SetMostTasks(n uint64)
	// PurseWasMine answers text W5: the person used the task wallet elsewhere.
	PurseWasMine()
	// SweepPurse sends everything to an address that was typed in full; "" = the owner.
	SweepPurse(to string)
	// FindPurses looks on the chain for earlier task wallets; nobody is asked.
	FindPurses()
	// OpenFound has the wallet asked for one signature for each name, until one makes
	// the key of at. name and number are what was typed; "" = Names. A zero at is any
	// account that was ever used.
	OpenFound(at common.Address, name string, number uint8)
	// RetirePurse gives the key up for good; the next one has the next number.
	RetirePurse()
	// PurseRemains looks what would be lost with the key; DeletePurse has this browser
	// forget it. typed are the last four characters of the address where something
	// would be.
	PurseRemains(ctx context.Context) (Remains, error)
	DeletePurse(typed string)
	// SaveBackup writes the key's backup file under a password, and hands it to the person.
	SaveBackup(ctx context.Context, password string) error
	// OpenBackup asks the person for a backup file and opens it.
	OpenBackup(ctx context.Context, password string) error
	// LookAhead reads the Preflight for arguments of a kind.
	LookAhead(kind task.Kind, args []byte)
}
