package election_test

import (
	"context"
	"fmt"

	"crynux-dapp/app/election"
)

// alone is a tab that ends when it has worked.
type alone struct {
	tab
	end context.CancelFunc
}

func (a *alone) Lead(_ context.Context, lease uint64) (yielded bool) {
	fmt.Println("works with lease", lease)
	a.end()
	return false
}

func Example() {
	ctx, end := context.WithCancel(context.Background())
	seat := election.New(election.Ports{Clock: &tab{}, Store: &browser{}}, &alone{end: end})
	seat.Run(ctx)
	// Output: works with lease 1
}
