package taskwallet

import (
	"encoding/json"

	"github.com/holiman/uint256"
)

// Price is what a transaction pays for each unit of gas, in wei.
type Price struct {
	Max uint256.Int // at most, with everything
	// Dynamic makes a transaction of type 2 (EIP-1559), with Tip of Max for the
	// block's maker. Otherwise it is of type 0, and Tip is 0.
	Dynamic bool
	Tip     uint256.Int
	// Shown is the price that the person confirmed. It stays what it was when
	// Max is raised.
	Shown uint256.Int
}

// maxPriceFactor is how many times the confirmed price a transaction may pay.
const maxPriceFactor = 3

// Check wants a price that the person can be said to have confirmed. The error
// is PriceTooHigh or BadPrice.
func (p Price) Check() error {
	if p.Tip.Gt(&p.Max) || !p.Dynamic && !p.Tip.IsZero() {
		return BadPrice.Because("tip %s of %s", p.Tip.Dec(), p.Max.Dec())
	}
	most, overflow := new(uint256.Int).MulOverflow(&p.Shown, uint256.NewInt(maxPriceFactor))
	if !overflow && p.Max.Gt(most) {
		return PriceTooHigh.Because("%s wei, %s confirmed", p.Max.Dec(), p.Shown.Dec())
	}
	return nil
}

// Offer is the price of a new transaction of this gas limit, where the node
// suggests a price, the newest block had this base fee, and the person confirmed
// the shown price. Chains with a base fee (EIP-1559) get a transaction that is
// still good when blocks have been full for a while: up to twice the base fee,
// as far as it was confirmed and the balance reaches. Others, and those without a
// price, get the suggestion as it is.
func Offer(suggested, baseFee, shown, native uint256.Int, gas uint64) Price {
	p := Price{Max: suggested, Shown: shown}
	if baseFee.IsZero() {
		return p
	}
	p.Dynamic = true
	if suggested.Gt(&baseFee) {
		p.Tip.Sub(&suggested, &baseFee)
	}
	var s sum
	most := s.plus(s.times(baseFee, 2), p.Tip)
	confirmed := s.times(shown, maxPriceFactor)
	affordable := new(uint256.Int).Div(&native, uint256.NewInt(gas))
	for _, limit := range []*uint256.Int{&confirmed, affordable} {
		if most.Gt(limit) {
			most = *limit
		}
	}
	if !s.overflow && most.Gt(&p.Max) {
		p.Max = most
	}
	return p
}

// Faster is the price of a transaction that replaces one of this price: an
// eighth more, rounded up, because nodes want at least a tenth. A price of zero
// becomes 1 wei.
func (p Price) Faster() Price {
	p.Max = raise(p.Max)
	if p.Dynamic {
		p.Tip = raise(p.Tip)
		if p.Tip.Gt(&p.Max) {
			p.Max = p.Tip
		}
	}
	return p
}

func raise(v uint256.Int) uint256.Int {
	more := new(uint256.Int).AddUint64(&v, 7)
	more.Rsh(more, 3)
	if more.IsZero() {
		more.SetOne()
	}
	sum, overflow := new(uint256.Int).AddOverflow(&v, more)
	if overflow {
		sum.SetAllOne()
	}
	return *sum
}

// wirePrice is a Price as JSON, with amounts as decimal text.
type wirePrice struct {
	Max     *uint256.Int `json:"max"`
	Dynamic bool         `json:"dynamic,omitempty"`
	Tip     *uint256.Int `json:"tip"`
	Shown   *uint256.Int `json:"shown"`
}

// MarshalJSON writes the amounts as decimal text.
func (p Price) MarshalJSON() ([]byte, error) {
	return json.Marshal(wirePrice{&p.Max, p.Dynamic, &p.Tip, &p.Shown})
}

// UnmarshalJSON reads what MarshalJSON wrote. The error is BadPrice.
func (p *Price) UnmarshalJSON(text []byte) error {
	var w wirePrice
	if err := json.Unmarshal(text, &w); err != nil || w.Max == nil || w.Tip == nil || w.Shown == nil {
		return BadPrice.Because("%.100q", text)
	}
	*p = Price{*w.Max, w.Dynamic, *w.Tip, *w.Shown}
	return nil
}
