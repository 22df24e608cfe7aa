package taskwallet

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"
)

func amountOf(v uint64) uint256.Int { return *uint256.NewInt(v) }

func legacy(max, shown uint64) Price {
	return Price{Max: *uint256.NewInt(max), Shown: *uint256.NewInt(shown)}
}

func dynamic(max, tip, shown uint64) Price {
	return Price{Max: *uint256.NewInt(max), Dynamic: true, Tip: *uint256.NewInt(tip), Shown: *uint256.NewInt(shown)}
}

func TestPriceCheck(t *testing.T) {
	all := *new(uint256.Int).SetAllOne()
	for name, c := range map[string]struct {
		price Price
		want  error
	}{
		"as shown":                  {legacy(10, 10), nil},
		"three times":               {legacy(30, 10), nil},
		"a wei above three times":   {legacy(31, 10), PriceTooHigh},
		"dynamic three times":       {dynamic(30, 2, 10), nil},
		"dynamic above three times": {dynamic(31, 2, 10), PriceTooHigh},
		"free chain":                {legacy(0, 0), nil},
		"chain that was free":       {legacy(1, 0), PriceTooHigh},
		"tip is all":                {dynamic(10, 10, 10), nil},
		"tip above all":             {dynamic(10, 11, 10), BadPrice},
		"tip of a legacy one":       {Price{Max: *uint256.NewInt(10), Tip: *uint256.NewInt(1), Shown: *uint256.NewInt(10)}, BadPrice},
		"three times overflows":     {Price{Max: all, Shown: all}, nil},
	} {
		if err := c.price.Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOffer(t *testing.T) {
	const gas = 1_000_000
	rich := *new(uint256.Int).SetAllOne()
	for name, c := range map[string]struct {
		suggested, base, shown uint64
		native                 uint256.Int
		want                   Price
	}{
		"no base fee":                   {10, 0, 10, rich, legacy(10, 10)},
		"free chain":                    {0, 0, 0, rich, legacy(0, 0)},
		"twice the base fee":            {12, 10, 12, rich, dynamic(22, 2, 12)},
		"as far as it was confirmed":    {12, 10, 5, rich, dynamic(15, 2, 5)},
		"as far as the balance reaches": {12, 10, 12, amountOf(13 * gas), dynamic(13, 2, 12)},
		"never less than is suggested":  {12, 10, 3, amountOf(gas), dynamic(12, 2, 3)},
		"a node that is behind":         {5, 10, 10, rich, dynamic(20, 0, 10)},
	} {
		if got := Offer(amountOf(c.suggested), amountOf(c.base), amountOf(c.shown), c.native, gas); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	all := *new(uint256.Int).SetAllOne()
	if got := Offer(all, all, all, all, gas); got.Max != all || got.Tip.Gt(&got.Max) {
		t.Errorf("beyond 256 bits: %+v", got)
	}
}

func TestSweepPriceReachesTheNextBlock(t *testing.T) {
	for _, c := range []struct{ suggested, base, want uint64 }{
		{0, 0, 0}, {10, 0, 10}, {20, 10, 20}, {10, 10, 12}, {81, 80, 90}, {1, 1_000_000_000, 1_125_000_000},
	} {
		if got := SweepPrice(amountOf(c.suggested), amountOf(c.base)); got != legacy(c.want, c.want) {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// go-ethereum's pool wants a tenth more of both prices, and more than before.
func TestFasterReplaces(t *testing.T) {
	enough := func(old, new uint256.Int) bool {
		tenth := new10(old)
		return new.Gt(&old) && new.ToBig().Cmp(tenth) >= 0
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, v := range []uint64{0, 1, 2, 7, 8, 9, 1e9, math.MaxUint64, r.Uint64(), r.Uint64() >> 20} {
		p := legacy(v, 5)
		if f := p.Faster(); !enough(p.Max, f.Max) || !f.Tip.IsZero() || f.Shown != p.Shown {
			t.Errorf("%d: %+v", v, f)
		}
		for _, tip := range []uint64{0, v / 2, v} {
			p := dynamic(v, tip, 5)
			f := p.Faster()
			if !enough(p.Max, f.Max) || !enough(p.Tip, f.Tip) || errors.Is(f.Check(), BadPrice) || f.Shown != p.Shown {
				t.Errorf("%d, tip %d: %+v", v, tip, f)
			}
		}
	}
	for v, want := range map[uint64]uint64{0: 1, 1: 2, 8: 9, 9: 11, 16: 18, 1_000_000_000: 1_125_000_000} {
		if f := legacy(v, 0).Faster(); f.Max != *uint256.NewInt(want) {
			t.Errorf("%d becomes %s, not %d", v, f.Max.Dec(), want)
		}
	}
	all := Price{Max: *new(uint256.Int).SetAllOne()}
	if f := all.Faster(); f.Max != all.Max {
		t.Errorf("the highest becomes %s", f.Max.Dec())
	}
}

// new10 is a price and a tenth, rounded down as the pool does it.
func new10(v uint256.Int) *big.Int {
	x := new(big.Int).Mul(v.ToBig(), big.NewInt(110))
	return x.Div(x, big.NewInt(100))
}

func TestPriceAsJSON(t *testing.T) {
	for _, in := range []Price{{}, legacy(10, 10), dynamic(math.MaxUint64, 2, 10)} {
		text, err := json.Marshal(in) // by value: uint256 alone would write a list of words
		if err != nil {
			t.Fatal(err)
		}
		var out Price
		if err := json.Unmarshal(text, &out); err != nil || !cmp.Equal(in, out) {
			t.Errorf("%s: %+v, %v", text, out, err)
		}
	}
	for _, text := range []string{`{}`, `[]`, `{"max":"1","tip":"1"}`, `{"max":"-1","tip":"0","shown":"0"}`} {
		if err := json.Unmarshal([]byte(text), new(Price)); !errors.Is(err, BadPrice) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestCeilings(t *testing.T) {
	raised := Ceilings(Gas{Create: 9_000_000, Approve: 1})
	for _, c := range []struct {
		name   string
		of     Gas
		intent Intent
		most   uint64
	}{
		{"approve", Ceilings(Gas{}), Approve{}, 100_000},
		{"create", Ceilings(Gas{}), Create{}, 1_500_000},
		{"cancel", Ceilings(Gas{}), Cancel{}, 1_200_000},
		{"sweep", Ceilings(Gas{}), SweepToken{}, 150_000},
		{"sweep of coins", Ceilings(Gas{}), SweepNative{}, 150_000},
		{"host", Ceilings(Gas{}), HostToken{}, 150_000},
		{"raised by the profile", raised, Create{}, 9_000_000},
		{"not lowered by the profile", raised, Approve{}, 100_000},
		{"left as it was", raised, Cancel{}, 1_200_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.of.Check(c.intent, c.most); err != nil {
				t.Error(err)
			}
			if err := c.of.Check(c.intent, c.most+1); !errors.Is(err, GasTooHigh) {
				t.Error(err)
			}
		})
	}
}
