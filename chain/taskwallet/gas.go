package taskwallet

// Gas is an amount of gas for each kind of transaction.
type Gas struct {
	Approve, Create, Cancel uint64
	// Transfer is for what moves coins: sweeps and the purses of hosts.
	Transfer uint64
}

// defaultCeilings are the highest gas limits that are signed (§5). createTask
// takes about 630 000, up to 760 000 (protocol.md A.1).
var defaultCeilings = Gas{Approve: 100_000, Create: 1_500_000, Cancel: 1_200_000, Transfer: 150_000}

// Ceilings are the highest gas limits that are signed: the shipped ones, or the
// profile's where they are higher. Chains that count the cost of another chain
// in gas need that.
func Ceilings(profile Gas) Gas {
	return Gas{
		Approve:  max(defaultCeilings.Approve, profile.Approve),
		Create:   max(defaultCeilings.Create, profile.Create),
		Cancel:   max(defaultCeilings.Cancel, profile.Cancel),
		Transfer: max(defaultCeilings.Transfer, profile.Transfer),
	}
}

// Check wants a gas limit that is not above the ceiling of the intent's kind.
// The error is GasTooHigh.
func (g Gas) Check(i Intent, limit uint64) error {
	ceiling := g.Transfer
	switch i.(type) {
	case Approve:
		ceiling = g.Approve
	case Create:
		ceiling = g.Create
	case Cancel:
		ceiling = g.Cancel
	}
	if limit > ceiling {
		return GasTooHigh.Because("%d for %T, %d at most", limit, i, ceiling)
	}
	return nil
}
