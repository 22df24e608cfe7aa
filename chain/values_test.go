//go:build !js

package chain

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]error{
		mixed:                             nil,
		lower:                             nil,
		"0x" + strings.ToUpper(lower[2:]): nil,
		// EIP-55 examples
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": nil,
		"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359": nil,
		"0x52908400098527886E0F7030069857D2E4169EE7": nil,
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed": ErrChecksum,
		"0x9689a6BF6caea94f2CDD7e265899C0bb99DF3835": ErrChecksum,
		"":               ErrAddress,
		"0x":             ErrAddress,
		lower[2:]:        ErrAddress,
		"0X" + lower[2:]: ErrAddress,
		lower + "0":      ErrAddress,
		lower[:41]:       ErrAddress,
		" " + lower:      ErrAddress,
		lower[:41] + "g": ErrAddress,
		"0x" + lower:     ErrAddress,
		"vitalik.eth":    ErrAddress,
	} {
		got, err := ParseAddress(text)
		if !errors.Is(err, want) || (err == nil) != (got != common.Address{}) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func TestUnits(t *testing.T) {
	most := new(uint256.Int).SetAllOne()
	for text, base := range map[string]string{
		"0": "0", "1": "1000000000000000000", "30": "30000000000000000000", "0.5": "500000000000000000",
		"0.000000000000000001": "1", "1.000000000000000001": "1000000000000000001", "123456789.123": "123456789123000000000000000",
		"115792089237316195423570985008687907853269984665640564039457.584007913129639935": most.Dec(),
	} {
		v := *uint256.MustFromDecimal(base)
		if got := FormatUnits(v, 18); got != text {
			t.Errorf("%s is %q, want %q", base, got, text)
		}
		if got, err := ParseUnits(text, 18); got != v || err != nil {
			t.Errorf("%q is %s, want %s", text, got.Dec(), base)
		}
	}
	for text, want := range map[string]string{"007": "7", "1.50": "1.5", "0.0": "0", "00.10": "0.1"} {
		if got, err := ParseUnits(text, 18); FormatUnits(got, 18) != want || err != nil {
			t.Errorf("%q is %s, want %s", text, FormatUnits(got, 18), want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1 000", "0x10", "1.0000000000000000001", "٣", "1.2.3", "NaN",
		"115792089237316195423570985008687907853269984665640564039457.584007913129639936", strings.Repeat("9", 500)} {
		if got, err := ParseUnits(text, 18); !errors.Is(err, ErrAmount) || !got.IsZero() {
			t.Errorf("%q is %s, %v", text, got.Dec(), err)
		}
	}
	if got := FormatUnits(*uint256.NewInt(15), 0); got != "15" {
		t.Error(got)
	}
	if _, err := ParseUnits("1.5", 0); !errors.Is(err, ErrAmount) {
		t.Error(err)
	}
	r := newRandom()
	for range 1000 {
		v, decimals := r.amount(), r.IntN(30)
		text := FormatUnits(v, decimals)
		if got, err := ParseUnits(text, decimals); got != v || err != nil {
			t.Fatalf("%s with %d decimals became %q and %s", v.Dec(), decimals, text, got.Dec())
		}
		exact, _ := new(big.Rat).SetString(text)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
		if exact.Cmp(new(big.Rat).SetFrac(v.ToBig(), unit)) != 0 {
			t.Fatalf("%s with %d decimals is not %s", v.Dec(), decimals, text)
		}
	}
}

// hexutil reads the same forms, but takes "" for zero, null for no change, and
// 0X for 0x.
func TestHexEqualsTheOracle(t *testing.T) {
	r := newRandom()
	texts := []string{`"0x0"`, `"0x00"`, `"0x"`, `"0"`, `"0x1"`, `"0x01"`, `"0xg"`, `"0xab"`, `"0xAb"`, `"0xabc"`, `1`, `{}`, `"0x1`, `0x1"`, `"`, ``, `"0x-1"`, `"0x\u0031"`,
		`"0x1` + strings.Repeat("0", 64) + `"`, `"0x` + strings.Repeat("f", 64) + `"`, `"0x10000000000000000"`}
	for range 300 {
		v := r.amount()
		texts = append(texts, `"`+v.Hex()+`"`, `"`+data(r.bytes(40))+`"`)
	}
	check := func(kind, text, got, oracle string, err, oracleErr error) {
		t.Helper()
		if (err == nil) != (oracleErr == nil) || err == nil && got != oracle {
			t.Errorf("%s %s: %s %v, oracle %s %v", kind, text, got, err, oracle, oracleErr)
		}
	}
	for _, text := range texts {
		raw := json.RawMessage(text)
		var long hexutil.Big
		var short hexutil.Uint64
		var bytes hexutil.Bytes
		longErr, shortErr, bytesErr := json.Unmarshal(raw, &long), json.Unmarshal(raw, &short), json.Unmarshal(raw, &bytes)
		amount, err := parseAmount(raw)
		check("amount", text, amount.Dec(), long.ToInt().String(), err, longErr)
		number, err := parseUint64(raw)
		check("number", text, quantity(number), short.String(), err, shortErr)
		some, err := parseData(raw)
		check("data", text, data(some), bytes.String(), err, bytesErr)
	}
	for _, text := range []string{`""`, `null`, `"0X1"`} {
		if _, err := parseAmount(json.RawMessage(text)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
