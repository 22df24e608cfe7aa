package runner

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
)

// Snapshot is a copy of everything the runner owns.
type Snapshot struct {
	// Ready is false until the store was read.
	Ready bool
	// Elsewhere tells that the jobs run in another tab and are only shown here: there
	// is no session and no task wallet, and everything that acts does nothing.
	Elsewhere bool
	// Network is that of the page; its Fee is what the next task costs.
	Network profile.Network
	// Own are the networks that the person added, Trial is the one that is being added;
	// nil = none.
	Own     []OwnNetwork
	Trial   *Trial
	Wallets []Wallet
	Session Session
	Purse   Purse
	// Direct tells that the connected wallet signs every request itself.
	Direct bool
	// Barred tells that Direct mode is off for the connected wallet, because its
	// eth_sign was found to sign something else than the bare hash.
	Barred   bool
	Approval Approval
	Ahead    Ahead
	// Signing are the signatures that the wallet is asked for now, by job.
	Signing map[string]Signing
	// Jobs of all networks, newest first. Imported came here from another browser: they
	// are records, for which nothing is done.
	Jobs     []job.State
	Imported []job.State
	Stored   Stored
	// Queue are the ids of those that wait to be paid, in their order.
	Queue      []string
	Past       Past
	Drafts     [2]string
	Persistent bool
	// ChainDown and RelayDown tell that the last call there failed: at all endpoints of
	// the chain, at all Relays.
	ChainDown, RelayDown bool
	// Renewable tells that a newer version of the page is there; Renewing that it is
	// loaded as soon as nothing is lost by it.
	Renewable, Renewing bool
	// Unreadable counts stored records that could not be read and were set aside, Newer
	// those that a newer version of this page has written.
	Unreadable, Newer int
}

// Ahead is what the chain says before anything is asked of anybody.
type Ahead struct {
	Known     bool
	Kind      task.Kind
	Account   common.Address
	Preflight chain.Preflight
	Fee       uint256.Int
	Skew      int64 // the chain's clock minus ours, in seconds
}

// Session is the connected wallet.
type Session struct {
	Connected  bool
	Connecting string // id of the wallet that is asked
	Wallet     Wallet
	Account    common.Address
	ChainID    uint64
	Known      bool // Native, CNX and Allowance were read
	Native     uint256.Int
	CNX        uint256.Int
	Allowance  uint256.Int // CNX that the Task contract may take
	Revocation Revocation
	Listing    Listing
	// Foreign tells that the wallet was found on another chain with the id of ours.
	Foreign bool
	// Fault of the last try to connect or switch.
	Fault job.Fault
}
