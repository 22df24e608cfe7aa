package relay_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/relay"
)

// otherForms returns one signature in the forms in which wallets give it.
func otherForms(sig []byte) map[string][]byte {
	n := crypto.S256().Params().N
	r, s, v := sig[:32], new(big.Int).SetBytes(sig[32:64]), sig[64]
	join := func(s *big.Int, v byte) []byte {
		return append(append(bytes.Clone(r), s.FillBytes(make([]byte, 32))...), v)
	}
	compact := join(s, 0)[:64]
	compact[32] |= v << 7
	high := new(big.Int).Sub(n, s)
	return map[string][]byte{
		"v 0 or 1":          bytes.Clone(sig),
		"v 27 or 28":        join(s, v+27),
		"high s":            join(high, v^1),
		"high s, v 27 / 28": join(high, (v^1)+27),
		"EIP-2098":          compact,
	}
}

func TestNormalizeSignature_keeps_the_signer(t *testing.T) {
	for _, v := range signingVectors(t) {
		if !v.Valid {
			continue
		}
		want, err := hex.DecodeString(v.Signature[2:])
		if err != nil {
			t.Fatal(err)
		}
		for name, form := range otherForms(want) {
			before := bytes.Clone(form)
			got, err := relay.NormalizeSignature(form)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %s: %x, %v instead of %x", v.Name, name, got, err, want)
			}
			if !bytes.Equal(before, form) {
				t.Errorf("%s, %s: argument was changed", v.Name, name)
			}
			if who, ok := signer(v.Keccak256, got); !ok || who != v.Address {
				t.Errorf("%s, %s: recovers %s instead of %s", v.Name, name, who, v.Address)
			}
		}
	}
}

// TestNormalizeSignature_mends_recorded_mistakes takes the signatures that the
// Relay refused only for their form.
func TestNormalizeSignature_mends_recorded_mistakes(t *testing.T) {
	mended := 0
	for _, v := range signingVectors(t) {
		if v.Name != "v-plus-27" && v.Name != "high-s" {
			continue
		}
		sig, err := hex.DecodeString(v.Signature[2:])
		if err != nil {
			t.Fatal(err)
		}
		got, err := relay.NormalizeSignature(sig)
		if err != nil {
			t.Fatal(err)
		}
		if who, ok := signer(v.Keccak256, got); !ok || who != v.Address {
			t.Errorf("%s recovers %s instead of %s", v.Name, who, v.Address)
		}
		if !crypto.ValidateSignatureValues(got[64], new(big.Int).SetBytes(got[:32]), new(big.Int).SetBytes(got[32:64]), true) {
			t.Errorf("%s is still refused", v.Name)
		}
		mended++
	}
	if mended != 2 {
		t.Errorf("%d instead of 2 vectors", mended)
	}
}

func TestNormalizeSignature_says_what_is_wrong(t *testing.T) {
	n := crypto.S256().Params().N
	one := big.NewInt(1)
	join := func(r, s *big.Int, v byte) []byte {
		return append(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), v)
	}
	for name, c := range map[string]struct {
		sig  []byte
		want relay.SignatureFault
	}{
		"nothing":          {nil, relay.WrongLength},
		"63 bytes":         {make([]byte, 63), relay.WrongLength},
		"66 bytes":         {make([]byte, 66), relay.WrongLength},
		"contract wallet":  {make([]byte, 65*2), relay.WrongLength},
		"ERC-6492":         {append(make([]byte, 320), bytes.Repeat([]byte{0x64, 0x92}, 16)...), relay.UndeployedContract},
		"v 2":              {join(one, one, 2), relay.UnknownV},
		"v 26":             {join(one, one, 26), relay.UnknownV},
		"v of EIP-155":     {join(one, one, 37), relay.UnknownV},
		"all zero":         {make([]byte, 65), relay.ZeroR},
		"all zero compact": {make([]byte, 64), relay.ZeroR},
		"r zero":           {join(new(big.Int), one, 0), relay.ZeroR},
		"s zero":           {join(one, new(big.Int), 0), relay.ZeroS},
		"r is n":           {join(n, one, 0), relay.LargeR},
		"s is n":           {join(one, n, 0), relay.LargeS},
		"all ff":           {bytes.Repeat([]byte{0xff}, 65), relay.UnknownV},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := relay.NormalizeSignature(c.sig)
			e, ok := errors.AsType[*relay.SignatureError](err)
			if !ok || e.Fault != c.want || e.Length != len(c.sig) || got != nil {
				t.Errorf("%x, %v instead of %q", got, err, c.want)
			}
		})
	}
}

func TestNormalizeSignature_at_the_edges(t *testing.T) {
	n := crypto.S256().Params().N
	half := new(big.Int).Rsh(n, 1)
	for name, c := range map[string]struct {
		s     *big.Int
		wantS *big.Int
		wantV byte
	}{
		"smallest s":      {big.NewInt(1), big.NewInt(1), 0},
		"largest low s":   {half, half, 0},
		"smallest high s": {new(big.Int).Add(half, big.NewInt(1)), half, 1},
		"largest s":       {new(big.Int).Sub(n, big.NewInt(1)), big.NewInt(1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			sig := append(append(big.NewInt(7).FillBytes(make([]byte, 32)), c.s.FillBytes(make([]byte, 32))...), 0)
			got, err := relay.NormalizeSignature(sig)
			if err != nil {
				t.Fatal(err)
			}
			if s := new(big.Int).SetBytes(got[32:64]); s.Cmp(c.wantS) != 0 || got[64] != c.wantV {
				t.Errorf("s %x v %d instead of %x and %d", s, got[64], c.wantS, c.wantV)
			}
		})
	}
}
