package taskwallet

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

var seenGas = Gas{Approve: 46_000, Create: 755_000, Cancel: 199_000}

func units(t *testing.T, text string) uint256.Int {
	t.Helper()
	v, err := chain.ParseUnits(text, 18)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFund(t *testing.T) {
	fee, gwei := units(t, "30"), *uint256.NewInt(1e9)
	all := *new(uint256.Int).SetAllOne()
	for _, c := range []struct {
		name        string
		tasks, most uint64
		fee, price  uint256.Int
		cnx, native string
		want        error
	}{
		{"five tasks", 5, MostTasks, fee, gwei, "150", "0.01", nil},
		{"one task", 1, MostTasks, fee, gwei, "30", "0.002", nil},
		{"chain without a price", 5, MostTasks, fee, uint256.Int{}, "150", "0", nil},
		{"the most", 20, MostTasks, fee, gwei, "600", "0.04", nil},
		{"above the most", 21, MostTasks, fee, gwei, "", "", TooMany},
		{"raised in Settings", 21, 50, fee, gwei, "630", "0.042", nil},
		{"none", 0, MostTasks, fee, gwei, "", "", TooMany},
		{"fee beyond 256 bits", 2, MostTasks, all, gwei, "", "", BadAmount},
		{"price beyond 256 bits", 1, MostTasks, fee, all, "", "", BadAmount},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Fund(c.tasks, c.most, c.fee, seenGas, c.price)
			if !errors.Is(err, c.want) {
				t.Fatal(err)
			}
			if err == nil && (got.CNX != units(t, c.cnx) || got.Native != units(t, c.native)) {
				t.Errorf("%s CNX, %s wei", got.CNX.Dec(), got.Native.Dec())
			}
		})
	}
}

func TestTopUp(t *testing.T) {
	fee, gwei := units(t, "30"), *uint256.NewInt(1e9)
	all := *new(uint256.Int).SetAllOne()
	for _, c := range []struct {
		name        string
		cnx, native string // that are there
		price       uint256.Int
		wantCNX     string
		wantNative  string
	}{
		{"nothing is there", "0", "0", gwei, "60", "0.004"},
		{"coins of earlier tasks are counted", "0", "0.001", gwei, "60", "0.003"},
		{"coins enough", "0", "0.5", gwei, "60", "0"},
		{"CNX that are there need gas as well", "30", "0.004", gwei, "60", "0.002"},
		{"chain without a price", "90", "0", uint256.Int{}, "60", "0"},
		{"far more CNX than a task wallet is for", "300000", "0", gwei, "60", "2.004"},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := chain.Balances{CNX: units(t, c.cnx), Native: units(t, c.native)}
			got, err := TopUp(have, 2, MostTasks, fee, seenGas, c.price)
			if err != nil || got.CNX != units(t, c.wantCNX) || got.Native != units(t, c.wantNative) {
				t.Errorf("%s CNX, %s wei, %v", got.CNX.Dec(), got.Native.Dec(), err)
			}
		})
	}
	if _, err := TopUp(chain.Balances{}, 21, MostTasks, fee, seenGas, gwei); !errors.Is(err, TooMany) {
		t.Error(err)
	}
	if _, err := TopUp(chain.Balances{}, 1, MostTasks, fee, seenGas, all); !errors.Is(err, BadAmount) {
		t.Error(err)
	}
}

func TestTasksLeft(t *testing.T) {
	fee, gwei := units(t, "30"), *uint256.NewInt(1e9)
	for _, c := range []struct {
		name        string
		cnx, native string
		price       uint256.Int
		want        uint64
	}{
		{"nothing", "0", "0", gwei, 0},
		{"CNX decides", "89.9", "1", gwei, 2},
		{"coins decide", "300", "0.003", gwei, 3},
		{"free chain", "300", "0", uint256.Int{}, 10},
		{"a wei short", "30", "0.000999999999999999", gwei, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			have := chain.Balances{CNX: units(t, c.cnx), Native: units(t, c.native)}
			if got := TasksLeft(have, fee, seenGas, c.price); got != c.want {
				t.Error(got)
			}
		})
	}
	if got := TasksLeft(chain.Balances{CNX: fee, Native: fee}, fee, seenGas, *new(uint256.Int).SetAllOne()); got != 0 {
		t.Errorf("at a price beyond all money: %d", got)
	}
}

func TestAllowanceIsTheSumOfConfirmedFees(t *testing.T) {
	all := *new(uint256.Int).SetAllOne()
	if got, err := Allowance(units(t, "30"), units(t, "33"), units(t, "30.5")); err != nil || got != units(t, "93.5") {
		t.Errorf("%s, %v", got.Dec(), err)
	}
	if got, err := Allowance(); err != nil || !got.IsZero() {
		t.Errorf("no jobs: %s, %v", got.Dec(), err)
	}
	for name, fees := range map[string][]uint256.Int{"unlimited": {all}, "above": {all, all}} {
		if _, err := Allowance(fees...); !errors.Is(err, BadAmount) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// After a Create whatever runs can be cancelled.
func TestMayCreate(t *testing.T) {
	const create, cancel = 1_000_000, 200_000
	gwei := *uint256.NewInt(1e9)
	for _, c := range []struct {
		name    string
		native  string
		running int
		price   uint256.Int
		missing string
	}{
		{"enough for the only job", "0.0012", 0, gwei, "0"},
		{"a wei short", "0.001199999999999999", 0, gwei, "0.000000000000000001"},
		{"enough for the new one only", "0.0012", 2, gwei, "0.0004"},
		{"enough for all", "0.0016", 2, gwei, "0"},
		{"nothing", "0", 0, gwei, "0.0012"},
		{"chain without a price", "0", 5, uint256.Int{}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkShort(t, MayCreate(units(t, c.native), create, cancel, c.running, c.price), c.missing)
		})
	}
	if err := MayCreate(gwei, create, cancel, 0, *new(uint256.Int).SetAllOne()); !errors.Is(err, TooLittle) {
		t.Errorf("at a price beyond 256 bits: %v", err)
	}
}

func TestSweepValue(t *testing.T) {
	gwei := *uint256.NewInt(1e9)
	for _, c := range []struct {
		name, balance        string
		gas                  uint64
		price                uint256.Int
		l1Fee, want, missing string
	}{
		{"plain chain", "1", 21_000, gwei, "0", "0.999979", "0"},
		{"owner with code", "1", 55_000, gwei, "0", "0.999945", "0"},
		{"fee of the chain below", "1", 21_000, gwei, "0.0001", "0.999879", "0"},
		{"chain without a price", "1", 21_000, uint256.Int{}, "0", "1", "0"},
		{"just its gas", "0.000021", 21_000, gwei, "0", "0", "0"},
		{"a wei short", "0.000020999999999999", 21_000, gwei, "0", "", "0.000000000000000001"},
		{"nothing", "0", 21_000, gwei, "0.0001", "", "0.000121"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := SweepValue(units(t, c.balance), c.gas, c.price, units(t, c.l1Fee))
			checkShort(t, err, c.missing)
			if err == nil && got != units(t, c.want) {
				t.Error(got.Dec())
			}
		})
	}
}

// checkShort wants the error to say how much is missing, "0" for no error.
func checkShort(t *testing.T, err error, missing string) {
	t.Helper()
	var short *ShortError
	switch {
	case missing == "0" && err != nil:
		t.Error(err)
	case missing != "0" && (!errors.Is(err, TooLittle) || !errors.As(err, &short) || short.Missing != units(t, missing)):
		t.Errorf("%v instead of %s missing", err, missing)
	}
}

// Oracle: big.Int. What is left after value, gas and fee is exactly nothing.
func TestSweepLeavesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		balance, price, l1 := *uint256.NewInt(r.Uint64()), *uint256.NewInt(r.Uint64() >> 30), *uint256.NewInt(r.Uint64() >> r.IntN(64))
		gas := 21_000 + r.Uint64N(100_000)
		value, err := SweepValue(balance, gas, price, l1)
		left := balance.ToBig()
		left.Sub(left, new(big.Int).Mul(price.ToBig(), new(big.Int).SetUint64(gas)))
		left.Sub(left, l1.ToBig())
		if (err == nil) != (left.Sign() >= 0) || err == nil && left.Cmp(value.ToBig()) != 0 {
			t.Fatalf("%s - %d·%s - %s: %s, %v", balance.Dec(), gas, price.Dec(), l1.Dec(), value.Dec(), err)
		}
	}
}
