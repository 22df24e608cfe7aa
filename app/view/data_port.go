package view

import (
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
)

// DataPort is what the page asks of the world about the data that this browser keeps.
// All calls return at once; what they change arrives as a new State.
type DataPort interface {
	// LookAtStorage reads how much is stored; KeepStored asks the browser to keep it.
	LookAtStorage()
	KeepStored()
	// EmptyJob removes the result files of a job from this browser. Call it only from a
	// click that named their size.
	EmptyJob(id string)
	// Export hands over one file with everything; passphrase "" leaves it open.
	Export(passphrase string)
	// ChooseImport asks for a file, UnlockImport opens one that has a passphrase.
	// TakeImport takes what was offered, DropImport forgets the file.
	ChooseImport()
	UnlockImport(passphrase string)
	TakeImport()
	DropImport()
	// LookAtLosses looks what deleting everything would lose; DropLosses forgets that.
	// DeleteEverything wants what the losses ask to be typed.
	LookAtLosses()
	DropLosses()
	DeleteEverything(typed string)
}

// Stored is what this browser keeps for the page.
type Stored struct {
	// Possible is false where it can be neither exported nor deleted.
	Possible bool
	// Known tells that Used of Most bytes are stored.
	Known      bool
	Used, Most int64
	// Promised tells that the browser keeps it when it needs room, Refused that it was
	// asked and does not say so; neither: not known.
	Promised, Refused bool
	// Step is what is being done now; "" when nothing is.
	Step string
	// Exported tells that a file was handed over.
	Exported bool
	// Locked tells that the chosen file asks for its passphrase.
	Locked bool
	Offer  *Offer // what is in the chosen file; nil = not known
	Taken  *Taken // what was taken; nil = nothing
	// Proposed are networks that were added in the browser that the file is from.
	Proposed []Proposal
	Losses   *Losses // what deleting everything would lose; nil = not known
	// Problem of the last thing that was tried; zero when there was none.
	Problem job.Problem
}

// Offer is what is in a file that may be imported.
type Offer struct {
	Made        int64 // unix milliseconds
	Jobs, Known int   // tasks in it, and those of them that are here already
	Files       int   // results that are new here
	Size        int64 // their bytes
	Drafts      int
	Foreign     []string // networks that this page does not know
	Wallets     []common.Address
	Unreadable  int
}

// Proposal is a network of a file that this page does not know. Draft is what would be
// typed for it.
type Proposal struct {
	Name    string
	ChainID uint64
	Hosts   string
	Draft   NetworkDraft
}

// Taken is what was imported.
type Taken struct{ Jobs, Files, Drafts int }

// Losses are what would be lost with everything.
type Losses struct {
	Jobs       int
	Unfinished []string // titles
	Wallets    []WalletLoss
	Type       string // what has to be typed; "" = nothing
}

// WalletLoss is a task wallet with which money could be lost.
type WalletLoss struct {
	Address common.Address
	Remains
}
