package job

import (
	"strings"

	"github.com/holiman/uint256"
)

// Decimal writes an amount of 18 decimals as a person reads it: at most places
// digits behind the point, cut and not rounded (never more than there is), no
// trailing zeros. An amount too small to show is "<0.01" and not 0.
func Decimal(v uint256.Int, places int) string {
	const decimals = 18
	digits := v.Dec()
	if len(digits) <= decimals {
		digits = strings.Repeat("0", decimals-len(digits)+1) + digits
	}
	whole, fraction := digits[:len(digits)-decimals], digits[len(digits)-decimals:]
	fraction = strings.TrimRight(fraction[:min(places, decimals)], "0")
	switch {
	case fraction != "":
		return whole + "." + fraction
	case whole == "0" && !v.IsZero() && places > 0:
		return "<0." + strings.Repeat("0", places-1) + "1"
	}
	return whole
}

// CNX writes an amount of the token with its symbol.
func CNX(v uint256.Int) string { return Decimal(v, 4) + " CNX" }

// Unlimited is an allowance that never runs out: the token does not lower it (protocol.md A.2).
func Unlimited() uint256.Int { return *new(uint256.Int).SetAllOne() }

// Allowance writes an amount that may be taken.
func Allowance(v uint256.Int) string {
	if v == Unlimited() {
		return "an unlimited amount"
	}
	return CNX(v)
}
