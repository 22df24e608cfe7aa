package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/taskwallet"
)

// scalarOf looks at a key as only a test may.
func scalarOf(t testing.TB, k Key) []byte {
	t.Helper()
	if k.secret == nil || k.secret().scalar == nil {
		t.Fatal("locked")
	}
	return k.secret().scalar
}

func TestDeriveMakesTheVectors(t *testing.T) {
	all := readVectors(t)
	o := newOwner(t, all.OwnerPhrase)
	for _, v := range all.Vectors {
		t.Run(v.Site+" "+strconv.Itoa(int(v.ChainID))+" "+strconv.Itoa(int(v.Number)), func(t *testing.T) {
			m := taskwallet.Message{Owner: all.Owner, Site: v.Site, ChainID: v.ChainID, Number: v.Number}
			key, err := Derive(m, o.sign(t, m), o.sign(t, m))
			if err != nil {
				t.Fatal(err)
			}
			if key.Address() != v.Address || !bytes.Equal(scalarOf(t, key), v.Key) {
				t.Errorf("address %s", key.Address())
			}
		})
	}
}

// forms are all spellings of one signature that wallets use.
func forms(sig []byte) map[string][]byte {
	n := crypto.S256().Params().N
	low := bytes.Clone(sig)
	low[64] -= 27
	high := bytes.Clone(sig)
	new(big.Int).Sub(n, new(big.Int).SetBytes(sig[32:64])).FillBytes(high[32:64])
	high[64] = 27 + 28 - sig[64]
	highLow := bytes.Clone(high)
	highLow[64] -= 27
	short := bytes.Clone(sig[:64])
	short[32] |= (sig[64] - 27) << 7
	return map[string][]byte{"v 27 or 28": sig, "v 0 or 1": low, "EIP-2098": short, "s in the upper half": high, "s in the upper half, v 0 or 1": highLow}
}

func TestDeriveMakesOneKeyOfEveryForm(t *testing.T) {
	o := testOwner(t)
	for number := range uint8(20) { // both values of v occur
		m := testMessage(t)
		m.Number = number
		want, err := Derive(m, o.sign(t, m), nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, form := range forms(o.sign(t, m)) {
			key, err := Derive(m, form, o.sign(t, m))
			if err != nil || key.Address() != want.Address() {
				t.Errorf("%s, number %d: %s, %v", name, number, key.Address(), err)
			}
		}
	}
}

func TestDeriveRefusesSignatures(t *testing.T) {
	m, o := testMessage(t), testOwner(t)
	good := o.sign(t, m)
	changed := func(change func([]byte)) []byte {
		sig := bytes.Clone(good)
		change(sig)
		return sig
	}
	n := crypto.S256().Params().N.Bytes()
	other := m
	other.Site = "crynux.example.com"
	for name, c := range map[string]struct {
		sig  []byte
		want taskwallet.Refusal
	}{
		"nothing":             {nil, taskwallet.BadSignature},
		"cut":                 {good[:63], taskwallet.BadSignature},
		"contract (ERC-1271)": {bytes.Repeat([]byte{1}, 130), taskwallet.BadSignature},
		"contract that does not exist yet (ERC-6492)": {append(bytes.Repeat([]byte{1}, 288), erc6492...), taskwallet.BadSignature},
		"r is zero":            {changed(func(s []byte) { clear(s[:32]) }), taskwallet.BadSignature},
		"s is zero":            {changed(func(s []byte) { clear(s[32:64]) }), taskwallet.BadSignature},
		"r is the order":       {changed(func(s []byte) { copy(s, n) }), taskwallet.BadSignature},
		"s is the order":       {changed(func(s []byte) { copy(s[32:], n) }), taskwallet.BadSignature},
		"r of no point":        {changed(func(s []byte) { clear(s[:32]); s[31] = 5 }), taskwallet.BadSignature},
		"v 2":                  {changed(func(s []byte) { s[64] = 2 }), taskwallet.BadSignature},
		"v 29":                 {changed(func(s []byte) { s[64] = 29 }), taskwallet.BadSignature},
		"v 37 (EIP-155)":       {changed(func(s []byte) { s[64] = 37 }), taskwallet.BadSignature},
		"other v":              {changed(func(s []byte) { s[64] = 55 - s[64] }), taskwallet.ForeignSigner},
		"one bit of s":         {changed(func(s []byte) { s[63] ^= 1 }), taskwallet.ForeignSigner},
		"another account":      {newOwner(t, "somebody else").sign(t, m), taskwallet.ForeignSigner},
		"another message":      {o.sign(t, other), taskwallet.ForeignSigner},
		"text instead of data": {personal(t, o, m), taskwallet.ForeignSigner},
	} {
		t.Run(name, func(t *testing.T) {
			if key, err := Derive(m, bytes.Clone(c.sig), nil); !errors.Is(err, c.want) || key.secret != nil {
				t.Errorf("first: %v", err)
			}
			if c.want == taskwallet.ForeignSigner { // a second signature is only compared
				c.want = taskwallet.NotDeterministic
			}
			if name == "other v" || name == "r of no point" || name == "nothing" {
				return
			}
			if key, err := Derive(m, o.sign(t, m), bytes.Clone(c.sig)); !errors.Is(err, c.want) || key.secret != nil {
				t.Errorf("second: %v", err)
			}
		})
	}
}

// personal is personal_sign of the digest, which some wallets would do.
func personal(t *testing.T, o owner, m taskwallet.Message) []byte {
	t.Helper()
	digest, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(crypto.Keccak256([]byte("\x19Ethereum Signed Message:\n32"), digest[:]), o.key)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestWalletWithRandomNoncesMakesNoKey(t *testing.T) {
	m, o := testMessage(t), testOwner(t)
	for range 10 {
		first := o.signRandomly(t, m)
		if _, err := Derive(m, bytes.Clone(first), o.signRandomly(t, m)); !errors.Is(err, taskwallet.NotDeterministic) {
			t.Fatal(err)
		}
		// Each signature by itself is good, or the test would prove nothing.
		if _, err := Derive(m, bytes.Clone(first), bytes.Clone(first)); err != nil {
			t.Fatal(err)
		}
	}
}

// A wallet that signs differently after funding opens another key, which the
// record does not let in.
func TestChangedWalletDoesNotOpenTheRecord(t *testing.T) {
	m, o := testMessage(t), testOwner(t)
	key, err := Derive(m, o.signRandomly(t, m), nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := Open(key, Session{Record: testIdentity(t)})
	if !errors.Is(err, taskwallet.OtherKey) || signer != nil {
		t.Error(err)
	}
}

func TestDeriveRefusesMessages(t *testing.T) {
	m := testMessage(t)
	sig := testOwner(t).sign(t, m)
	m.Number = 100
	if _, err := Derive(m, sig, nil); !errors.Is(err, taskwallet.BadMessage) {
		t.Error(err)
	}
}

func TestDeriveClearsTheSignatures(t *testing.T) {
	m, o := testMessage(t), testOwner(t)
	first, again := o.sign(t, m), o.sign(t, m)
	if _, err := Derive(m, first, again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, make([]byte, 65)) || !bytes.Equal(again, make([]byte, 65)) {
		t.Error("a signature, which is the key, stayed in memory")
	}
}

// Oracle: HKDF written out with HMAC, and numbers by big.Int.
func oracle(secret []byte, salt string, info ...[]byte) *big.Int {
	mac := func(key []byte, parts ...[]byte) []byte {
		h := hmac.New(sha256.New, key)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	prk := mac([]byte(salt), secret)
	all := bytes.Join(info, nil)
	one := mac(prk, all, []byte{1})
	two := mac(prk, one, all, []byte{2})
	okm := new(big.Int).SetBytes(append(one, two[:16]...))
	n1 := new(big.Int).Sub(crypto.S256().Params().N, big.NewInt(1))
	return okm.Add(okm.Mod(okm, n1), big.NewInt(1))
}

func word(v uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24), v) }

func TestDeriveFollowsTheSpecification(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 100 {
		o := newOwner(t, strconv.Itoa(i))
		m := taskwallet.Message{Owner: o.address(), Site: "s" + strconv.Itoa(i), ChainID: r.Uint64()>>r.IntN(63) + 1, Number: uint8(r.IntN(100))}
		sig := o.sign(t, m)
		owner := o.address()
		want := oracle(sig[:64], "crynux-dapp/task-wallet/v1", []byte("key"), owner[:], word(m.ChainID), word(uint64(m.Number)))
		key, err := Derive(m, bytes.Clone(sig), sig)
		if err != nil || new(big.Int).SetBytes(scalarOf(t, key)).Cmp(want) != 0 {
			t.Fatalf("%+v: %v", m, err)
		}
	}
}

func TestHostKeys(t *testing.T) {
	key := testKey(t)
	const origin = "https://host.example:8443"
	want := oracle(scalarOf(t, key), "crynux-dapp/host-key/v1", word(42), []byte(origin))
	host, err := key.Host(42, origin)
	if err != nil || new(big.Int).SetBytes(scalarOf(t, host)).Cmp(want) != 0 {
		t.Error(err)
	}
	seen := map[common.Address]string{key.Address(): "the wallet", host.Address(): origin}
	for _, c := range []struct {
		chainID uint64
		origin  string
	}{{43, origin}, {42, "https://host.example"}, {42, "http://host.example:8443"}} {
		other, err := key.Host(c.chainID, c.origin)
		if err != nil || seen[other.Address()] != "" {
			t.Errorf("%s on %d is %s: %v", c.origin, c.chainID, seen[other.Address()], err)
		}
		seen[other.Address()] = c.origin
	}
	if _, err := key.Host(42, "https://host.example/path"); !errors.Is(err, taskwallet.BadSite) {
		t.Error(err)
	}
	key.Lock()
	if _, err := key.Host(42, origin); !errors.Is(err, taskwallet.Locked) {
		t.Error(err)
	}
	if len(scalarOf(t, host)) != 32 {
		t.Error("locking the wallet locked the purse")
	}
}

// A signature in any form recovers whom go-ethereum recovers.
func FuzzParseSignature(f *testing.F) {
	m := testMessage(f)
	digest, err := m.Digest()
	if err != nil {
		f.Fatal(err)
	}
	for _, form := range forms(testOwner(f).sign(f, m)) {
		f.Add(form)
	}
	f.Add(bytes.Repeat([]byte{0x64, 0x92}, 40))
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		sig, err := parseSignature(raw)
		if !bytes.Equal(raw, before) {
			t.Error("the argument was changed")
		}
		if err != nil {
			if !errors.Is(err, taskwallet.BadSignature) || sig != nil {
				t.Errorf("%v", err)
			}
			return
		}
		r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:64])
		if !crypto.ValidateSignatureValues(sig[64], r, s, true) {
			t.Errorf("go-ethereum refuses %x", sig[:])
		}
		if len(raw) != 65 {
			return
		}
		plain := bytes.Clone(raw)
		if plain[64] >= 27 {
			plain[64] -= 27
		}
		want, wantErr := crypto.SigToPub(digest[:], plain)
		got, err := sig.signer(digest)
		if (err == nil) != (wantErr == nil) || err == nil && got != crypto.PubkeyToAddress(*want) {
			t.Errorf("%s, %v; oracle: %v", got, err, wantErr)
		}
	})
}
