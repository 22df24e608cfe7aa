package chain

import (
	"errors"
	"strings"

	"github.com/holiman/uint256"
)

// ErrAmount is the error of ParseUnits.
var ErrAmount = errors.New("an amount is a number like 30 or 0.5, with no more decimal places than the coin has")

// FormatUnits writes base units as an exact decimal number without trailing
// zeros: 1500000000000000000 with 18 decimals is "1.5".
func FormatUnits(v uint256.Int, decimals int) string {
	text := v.Dec()
	if decimals <= 0 {
		return text
	}
	if short := decimals + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	whole, fraction := text[:len(text)-decimals], strings.TrimRight(text[len(text)-decimals:], "0")
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// ParseUnits is the way back: digits with at most one point between them, no
// sign, no exponent, no grouping. It never rounds. The error is ErrAmount.
func ParseUnits(text string, decimals int) (uint256.Int, error) {
	whole, fraction, pointed := strings.Cut(text, ".")
	if whole == "" || (pointed && fraction == "") || len(fraction) > max(decimals, 0) || !onlyDigits(whole+fraction) {
		return uint256.Int{}, ErrAmount
	}
	all := strings.TrimLeft(whole+fraction+strings.Repeat("0", decimals-len(fraction)), "0")
	if all == "" {
		return uint256.Int{}, nil
	}
	v, err := uint256.FromDecimal(all)
	if err != nil { // more than 256 bits
		return uint256.Int{}, ErrAmount
	}
	return *v, nil
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
