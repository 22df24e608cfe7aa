package view

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

// Approval is how much the next task of the connected wallet lets the Task contract
// take; the zero value is the price of that task.
type Approval struct {
	Tasks     uint64 // for so many tasks; 0 and 1 are exact
	Unlimited bool
}

// Revocation is the transaction that takes the allowance back.
type Revocation struct {
	// Asking tells that the wallet asks the person; Hash is of the transaction that
	// is waited for, zero when none is.
	Asking bool
	Hash   common.Hash
	// Done tells that it has ended; Left is what is approved since, read again.
	Done bool
	Left uint256.Int
	// Problem that kept it; zero when there was none.
	Problem job.Problem
}

// Listing is how far the wallet is with listing the token: "" (not asked), "asking",
// "listed", "no" or "unable".
type Listing string

// Signing is a signature that the wallet is asked for now.
type Signing struct {
	Text       string      // what is signed
	Digest     common.Hash // keccak256 of it, where the wallet shows that; else zero
	Number, Of int         // of the signatures of the task
}

// WalletPort is the part of Port about what the connected wallet itself signs. All
// calls return at once.
type WalletPort interface {
	// Direct lets the connected wallet sign every request itself, by eth_sign (text
	// W7); for a wallet for which it was switched off it is a new try.
	Direct(on bool)
	// ChooseApproval sets how much the next tasks of the wallet approve.
	ChooseApproval(a Approval)
	// Revoke asks the wallet to set the allowance to nothing.
	Revoke()
	// ListToken asks the wallet to list the token of the network.
	ListToken()
}
