package taskwallet

import (
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// How many tasks to fund at once (§8).
const (
	DefaultTasks = 5
	MostTasks    = 20 // unless raised in Settings
)

// nativeMargin is how many times the native coins are planned, because the
// price of gas moves.
const nativeMargin = 2

// Fund is what to send so that this many tasks can be paid: CNX for their fees,
// and native coins for approving, creating and cancelling each of them, twice
// over. On a chain without a price of gas it needs none. most is MostTasks or
// what Settings say. The error is TooMany or BadAmount.
func Fund(tasks, most uint64, fee uint256.Int, gas Gas, price uint256.Int) (chain.Balances, error) {
	if tasks == 0 || tasks > most {
		return chain.Balances{}, TooMany.Because("%d tasks, %d at most", tasks, most)
	}
	var s sum
	cnx := s.times(fee, tasks)
	native := s.times(gasOfTask(gas, price, &s), tasks)
	native = s.times(native, nativeMargin)
	if s.overflow {
		return chain.Balances{}, BadAmount.Because("beyond 256 bits")
	}
	return chain.Balances{Native: native, CNX: cnx}, nil
}

// TopUp is what to send so that this many more tasks can be paid than the CNX
// that are there already pay for: coins for gas that are left are counted. The
// error is as of Fund.
func TopUp(have chain.Balances, tasks, most uint64, fee uint256.Int, gas Gas, price uint256.Int) (chain.Balances, error) {
	send, err := Fund(tasks, most, fee, gas, price)
	if err != nil {
		return chain.Balances{}, err
	}
	before := min(quotient(have.CNX, fee), topUpReserve)
	var s sum
	native := s.times(s.times(gasOfTask(gas, price, &s), tasks+before), nativeMargin)
	switch {
	case s.overflow:
		return chain.Balances{}, BadAmount.Because("beyond 256 bits")
	case native.Gt(&have.Native):
		send.Native.Sub(&native, &have.Native)
	default:
		send.Native.Clear()
	}
	return send, nil
}

// topUpReserve bounds for how many tasks gas is put by, where somebody keeps more
// CNX than a task wallet is for.
const topUpReserve = 1000

// TasksLeft is how many tasks a balance pays for, with every one of them
// cancelled, at this price of gas.
func TasksLeft(have chain.Balances, fee uint256.Int, gas Gas, price uint256.Int) uint64 {
	var s sum
	left := quotient(have.CNX, fee)
	if each := gasOfTask(gas, price, &s); !s.overflow {
		return min(left, quotient(have.Native, each))
	}
	return 0
}

// gasOfTask is the wei that one task's transactions cost.
func gasOfTask(gas Gas, price uint256.Int, s *sum) uint256.Int {
	total := s.plus(s.plus(*uint256.NewInt(gas.Approve), *uint256.NewInt(gas.Create)), *uint256.NewInt(gas.Cancel))
	return s.product(total, price)
}

// quotient is how often a part fits, at most 2^64-1, which is also how often
// nothing fits.
func quotient(have, part uint256.Int) uint64 {
	if part.IsZero() {
		return 1<<64 - 1
	}
	q, overflow := new(uint256.Int).Div(&have, &part).Uint64WithOverflow()
	if overflow {
		return 1<<64 - 1
	}
	return q
}

// Allowance is what the Task contract may take: the sum of the confirmed fees
// of jobs that are not created yet. createTask has no price limit of its own,
// so this is it (protocol.md G.53). The error is BadAmount.
func Allowance(fees ...uint256.Int) (uint256.Int, error) {
	var s sum
	var total uint256.Int
	for _, fee := range fees {
		total = s.plus(total, fee)
	}
	if s.overflow || unlimited(total) {
		return uint256.Int{}, BadAmount.Because("beyond 256 bits")
	}
	return total, nil
}

// MayCreate wants so many native coins that after a Create of this gas limit
// every running job can still be cancelled, the new one included. running are
// the others. The error is a *ShortError.
func MayCreate(native uint256.Int, create, cancel uint64, running int, price uint256.Int) error {
	var s sum
	cancels := s.times(*uint256.NewInt(cancel), uint64(running)+1)
	need := s.product(s.plus(*uint256.NewInt(create), cancels), price)
	return s.within(native, need)
}

// ShortError is the refusal TooLittle with what is missing.
type ShortError struct {
	Missing uint256.Int // wei
}

func (e *ShortError) Error() string {
	return TooLittle.Error() + ": " + e.Missing.Dec() + " wei missing"
}

// Unwrap shows the refusal to errors.Is.
func (e *ShortError) Unwrap() error { return TooLittle }
