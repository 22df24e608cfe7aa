package view

import (
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
)

// Past is the search for tasks of earlier times on the chain.
type Past struct {
	// Step is what is being done now; "" when nothing is.
	Step string
	// Of is the account that was typed; zero = the person's own.
	Of common.Address
	// Left of All blocks were not searched yet.
	Left, All uint64
	// Done tells that there was a search, Whole that it saw every block.
	Done, Whole bool
	// Found are jobs now, Known were there already.
	Found, Known int
	// Others are tasks of accounts that this page cannot act for.
	Others []job.State
	// Problem ended the last search.
	Problem job.Problem
}

// QueuePort is the part of Port about what waits, and what was paid in earlier times.
type QueuePort interface {
	// Move puts a job that waits one place earlier in the queue, or later.
	Move(id string, earlier bool)
	// PauseQueue keeps everything that is not paid yet from being paid; GoOnQueue ends
	// that, and is called only from a click that named the price.
	PauseQueue()
	GoOnQueue()
	// FindPast looks on the chain for the tasks of an account; zero = the person's own.
	// Nobody is asked for anything.
	FindPast(of common.Address)
	StopPast()
}
