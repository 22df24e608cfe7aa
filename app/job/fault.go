package job

import "github.com/holiman/uint256"

// Code names what went wrong. Its text is part of the stored record.
type Code string

// Faults that the person answers.
const (
	Rejected           Code = "rejected"             // the person said no in the wallet (EIP-1193 4001)
	WalletPending      Code = "wallet-pending"       // the wallet has an unanswered request (-32002)
	WalletLocked       Code = "wallet-locked"        // locked, or this page is not connected (4100)
	WalletGone         Code = "wallet-gone"          // no wallet, or disconnected (4900, 4901)
	WalletCannot       Code = "wallet-cannot"        // the wallet has no such method (4200, -32601): no raw-digest signature
	WalletGarbage      Code = "wallet-garbage"       // the wallet's answer is not what EIP-1193 says
	WalletSilent       Code = "wallet-silent"        // the person waited no longer for the wallet's answer
	WrongChain         Code = "wrong-chain"          // the wallet is on another chain
	ForeignChain       Code = "foreign-chain"        // the wallet is on another chain that has the same id
	WrongAccount       Code = "wrong-account"        // the wallet has another account active
	SignerMismatch     Code = "signer-mismatch"      // a signature recovers another address
	NotEnoughCNX       Code = "not-enough-cnx"       // balance below the fee
	NotEnoughGas       Code = "not-enough-gas"       // native balance below the gas
	FeeRaised          Code = "fee-raised"           // the contract takes another fee than was shown (Have); Need is the new one, zero if nobody knows it
	AllowanceShort     Code = "allowance-short"      // the approved amount was changed in the wallet
	NoFreeNodes        Code = "no-free-nodes"        // no three free nodes of the kind the task needs
	TxReverted         Code = "tx-reverted"          // mined with status 0
	TxReplaced         Code = "tx-replaced"          // another transaction took its nonce
	TxDropped          Code = "tx-dropped"           // the network forgot it before it was mined
	TxRefused          Code = "tx-refused"           // the node refused the transaction; Reason says why
	Interrupted        Code = "interrupted"          // the wallet was asked and nothing was sent: the page was closed, or the answer unclear
	ArgsRefused        Code = "args-refused"         // the Relay refuses the arguments; Reason is its text
	RelayRefused       Code = "relay-refused"        // the Relay refuses the request; Reason is its text
	NotCreator         Code = "not-creator"          // the Relay says that the signer is not the creator
	RelayOrphan        Code = "relay-orphan"         // the Relay keeps another task under the id: one of a block that is gone
	NonceGap           Code = "nonce-gap"            // Need is the number of the transaction that waits, Have the account's next
	ResultDamaged      Code = "result-damaged"       // a result cannot be read
	ResultMismatch     Code = "result-mismatch"      // a result does not match the chain
	NoPurseHere        Code = "no-purse-here"        // a path gateway: every page of it could open the key
	PurseNoWorker      Code = "purse-no-worker"      // the browser or the host refuses the program that keeps the key
	PurseLocked        Code = "purse-locked"         // the task wallet has to be unlocked
	NodesBusy          Code = "nodes-busy"           // three free nodes are missing while other tasks of the account run
	PayingNow          Code = "paying-now"           // a task of the account is being paid
	SignatureSpent     Code = "signature-spent"      // the signature ran out while the Relay had no answer
	PurseShort         Code = "purse-short"          // too few native coins; Need is what is missing
	PurseNotDerivable  Code = "purse-not-derivable"  // the wallet does not sign the same twice, or is a contract
	PurseOtherKey      Code = "purse-other-key"      // the wallet signs differently than before
	PurseMoved         Code = "purse-moved"          // the profile's contracts or Relays changed
	PurseForeign       Code = "purse-foreign"        // somebody else used the key; Reason is the transaction
	PurseOverBudget    Code = "purse-over-budget"    // more than was confirmed
	GasPriceRaised     Code = "gas-price-raised"     // Need wei per gas, far above Have, which was confirmed
	PurseWrongPassword Code = "purse-wrong-password" // of a backup
	PurseBadFile       Code = "purse-bad-file"       // not a backup, or a hostile one
	PurseBadAmount     Code = "purse-bad-amount"     // none, or more tasks than allowed
	PurseUnproven      Code = "purse-unproven"       // no money goes in before the backup was opened again
	PursePassphrase    Code = "purse-passphrase"     // not the passphrase under which the key is kept
	PurseNotKept       Code = "purse-not-kept"       // what this browser kept does not open any more
	PurseNotKeepable   Code = "purse-not-keepable"   // this browser must not, or cannot, keep the key; Reason says why
	PurseTaken         Code = "purse-taken"          // there is code at the task wallet's address: somebody else has the key
	PurseRetired       Code = "purse-retired"        // this key was retired, and signs nothing more
	PurseUnsafe        Code = "purse-unsafe"         // money could be lost by it; Reason says why
	PurseNotFound      Code = "purse-not-found"      // none of the names made the key that was looked for
	PurseForeignTarget Code = "purse-foreign-target" // the address to send to is not one with its checksum
	NetworkMismatch    Code = "network-mismatch"     // the RPC is of another chain, or has no such contracts
	Storage            Code = "storage"              // the browser refused to store the job
	StorageFull        Code = "storage-full"         // the browser has no more room for this page
	BadExport          Code = "bad-export"           // a file that was not exported here, or is damaged; Reason says which
	NewerExport        Code = "newer-export"         // a file that a newer version of this page has exported
	ExportPassphrase   Code = "export-passphrase"    // not the passphrase of the file
	NotTyped           Code = "not-typed"            // something is deleted only after a text was typed
	Found              Code = "found"                // found on the chain; the person says when it goes on
	Internal           Code = "internal"             // a mistake of this program
)

// Faults that are tried again by themselves.
const (
	ChainDown      Code = "chain-down"       // the RPC did not answer properly
	RelayDown      Code = "relay-down"       // the Relay did not answer properly
	NotSynced      Code = "not-synced"       // the Relay has not seen the task yet
	NotUploaded    Code = "not-uploaded"     // the results are not at the Relay yet
	TxWaiting      Code = "tx-waiting"       // a transaction of the account waits in the pool, perhaps this one
	TxUnderpriced  Code = "tx-underpriced"   // no node takes the signed transaction at its price of gas
	SignatureLate  Code = "signature-late"   // the signature is outside the Relay's window
	WorkerRestarts Code = "worker-restarted" // the second thread ended and was started again
)

// Fault is an error as a value: what happened, with the fields a text needs.
type Fault struct {
	Code Code `json:"code,omitempty"`
	// Reason is a text of the chain or the Relay that helps (revert reason, schema text).
	Reason string `json:"reason,omitempty"`
	// Detail is for "copy details" only.
	Detail string `json:"detail,omitempty"`
	// Need and Have are amounts in base units, where the fault is about an amount.
	Need uint256.Int `json:"need,omitzero"`
	Have uint256.Int `json:"have,omitzero"`
}

// Zero reports whether there is no fault.
func (f Fault) Zero() bool { return f.Code == "" }

// Answered reports whether the fault proves that no transaction left the wallet.
func (f Fault) Answered() bool {
	switch f.Code {
	case Rejected, WalletPending, WalletLocked, WalletCannot, WrongChain, ForeignChain, WrongAccount, NotEnoughGas, TxRefused, NoFreeNodes, NotEnoughCNX, AllowanceShort:
		return true
	}
	return false
}

// transient reports whether the step is tried again without asking the person.
func (f Fault) transient() bool {
	switch f.Code {
	case ChainDown, RelayDown, NotSynced, NotUploaded, NodesBusy, TxWaiting, TxUnderpriced, SignatureLate, WorkerRestarts:
		return true
	}
	return false
}

// Codes lists every code, for tests and for the catalogue of texts.
func Codes() []Code {
	return []Code{Rejected, WalletPending, WalletLocked, WalletGone, WalletCannot, WalletGarbage, WalletSilent, WrongChain, ForeignChain, WrongAccount,
		SignerMismatch, NotEnoughCNX, NotEnoughGas, FeeRaised, AllowanceShort, NoFreeNodes, TxReverted, TxReplaced, TxDropped, TxRefused, Interrupted,
		ArgsRefused, RelayRefused, NotCreator, RelayOrphan, NonceGap, ResultDamaged, ResultMismatch, NetworkMismatch, Found, Storage, StorageFull, BadExport, NewerExport, ExportPassphrase, NotTyped, Internal, PayingNow, SignatureSpent,
		NoPurseHere, PurseNoWorker, PurseLocked, PurseShort, PurseNotDerivable, PurseOtherKey, PurseMoved, PurseForeign, PurseOverBudget, GasPriceRaised, PurseWrongPassword, PurseBadFile, PurseBadAmount, PurseUnproven,
		PursePassphrase, PurseNotKept, PurseNotKeepable, PurseTaken, PurseRetired, PurseUnsafe, PurseNotFound, PurseForeignTarget,
		ChainDown, RelayDown, NotSynced, NotUploaded, NodesBusy, TxWaiting, TxUnderpriced, SignatureLate, WorkerRestarts}
}
