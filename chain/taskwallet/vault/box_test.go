package vault

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/taskwallet"
)

// webcryptoPassphrase opened the record that WebCrypto made in
// testdata/webcrypto.json, with the key of the first vector.
const webcryptoPassphrase = "correct horse bättery staple"

func webcryptoRecord(t *testing.T) taskwallet.Record {
	t.Helper()
	text, err := os.ReadFile("testdata/webcrypto.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := taskwallet.DecodeRecord(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPassphraseReadsWhatWebCryptoWrote(t *testing.T) {
	key, err := Unseal(webcryptoRecord(t), Passphrase(webcryptoPassphrase))
	if err != nil || !bytes.Equal(scalarOf(t, key), readVectors(t).Vectors[0].Key) {
		t.Error(err)
	}
}

func TestPassphraseOpensWhatItSealed(t *testing.T) {
	key := testKey(t)
	r := taskwallet.Record{Identity: testIdentity(t)}
	sealed, err := key.Seal(r.Identity, Passphrase("x"))
	if err != nil {
		t.Fatal(err)
	}
	if sealed.By != taskwallet.ByPassphrase || sealed.Iterations != 600_000 || len(sealed.Salt) != 16 || len(sealed.IV) != 12 || len(sealed.Data) != 48 {
		t.Errorf("%+v", sealed)
	}
	r.Cipher = &sealed
	// What changes in a record later does not lock the key away.
	nonce := uint64(9)
	r.HighestNonce, r.BackupProvenAt = &nonce, 1
	opened, err := Unseal(r, Passphrase("x"))
	if err != nil || opened.Address() != key.Address() {
		t.Error(err)
	}
	again, err := key.Seal(r.Identity, Passphrase("x"))
	if err != nil || bytes.Equal(again.Salt, sealed.Salt) || bytes.Equal(again.IV, sealed.IV) {
		t.Errorf("salt or iv used twice: %v", err)
	}
}

func TestUnsealRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*taskwallet.Record)
		phrase string
		want   taskwallet.Refusal
	}{
		"other passphrase":    {nil, "x", taskwallet.WrongPassword},
		"other owner":         {func(r *taskwallet.Record) { r.Owner = common.Address{1} }, "", taskwallet.WrongPassword},
		"other Task contract": {func(r *taskwallet.Record) { r.Contracts.Task = common.Address{1} }, "", taskwallet.WrongPassword},
		"other chain":         {func(r *taskwallet.Record) { r.ChainID = 1 }, "", taskwallet.WrongPassword},
		"other Relay":         {func(r *taskwallet.Record) { r.Relays[0] += "/" }, "", taskwallet.WrongPassword},
		"one bit":             {func(r *taskwallet.Record) { r.Cipher.Data[0] ^= 1 }, "", taskwallet.WrongPassword},
		"not remembered":      {func(r *taskwallet.Record) { r.Cipher = nil }, "", taskwallet.BrokenFile},
		"the other kind":      {func(r *taskwallet.Record) { r.Cipher.By = taskwallet.ByBrowser }, "", taskwallet.BrokenFile},
		"cut":                 {func(r *taskwallet.Record) { r.Cipher.Data = r.Cipher.Data[:47] }, "", taskwallet.BrokenFile},
		"empty iv":            {func(r *taskwallet.Record) { r.Cipher.IV = nil }, "", taskwallet.BrokenFile},
		"empty salt":          {func(r *taskwallet.Record) { r.Cipher.Salt = nil }, "", taskwallet.BrokenFile},
		"few rounds":          {func(r *taskwallet.Record) { r.Cipher.Iterations = 1 }, "", taskwallet.BrokenFile},
		"rounds for hours":    {func(r *taskwallet.Record) { r.Cipher.Iterations = 1 << 30 }, "", taskwallet.BrokenFile},
		"no record":           {func(r *taskwallet.Record) { r.V = 0 }, "", taskwallet.BrokenFile},
	} {
		t.Run(name, func(t *testing.T) {
			r := webcryptoRecord(t)
			phrase := webcryptoPassphrase
			if c.change != nil {
				c.change(&r)
			} else {
				phrase = c.phrase
			}
			if key, err := Unseal(r, Passphrase(phrase)); !errors.Is(err, c.want) || key.secret != nil {
				t.Error(err)
			}
		})
	}
}

func TestSealIsForTheOwnRecordOnly(t *testing.T) {
	id := testIdentity(t)
	id.Address = common.Address{1}
	if _, err := testKey(t).Seal(id, Passphrase("x")); !errors.Is(err, taskwallet.OtherKey) {
		t.Error(err)
	}
}

// An honest passphrase over another key: the address in the record decides.
func TestUnsealWantsTheKeyOfTheRecord(t *testing.T) {
	r := taskwallet.Record{Identity: testIdentity(t)}
	another, err := Random()
	if err != nil {
		t.Fatal(err)
	}
	box := Passphrase("x")
	sealed, err := box.seal(bytes.Clone(scalarOf(t, another)), r.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	r.Cipher = &sealed
	if key, err := Unseal(r, box); !errors.Is(err, taskwallet.OtherKey) || key.secret != nil {
		t.Error(err)
	}
}

// The browser's part is played by a cipher that only looks like one.
func TestBrowserBox(t *testing.T) {
	flip := func(iv, text, additional []byte) []byte {
		out := bytes.Clone(text)
		for i := range out[:32] {
			out[i] ^= iv[i%12] ^ byte(len(additional))
		}
		return out
	}
	works := Browser(
		func(iv, plain, additional []byte) ([]byte, error) {
			return append(flip(iv, plain, additional), make([]byte, 16)...), nil
		},
		func(iv, text, additional []byte) ([]byte, error) { return flip(iv, text, additional)[:32], nil },
	)
	fails := func(_, _, _ []byte) ([]byte, error) { return nil, errors.New("OperationError") }
	short := func(_, _, _ []byte) ([]byte, error) { return []byte{1}, nil }

	key := testKey(t)
	r := taskwallet.Record{Identity: testIdentity(t)}
	sealed, err := key.Seal(r.Identity, works)
	if err != nil || sealed.By != taskwallet.ByBrowser || sealed.Salt != nil {
		t.Fatalf("%+v, %v", sealed, err)
	}
	r.Cipher = &sealed
	opened, err := Unseal(r, works)
	if err != nil || opened.Address() != key.Address() {
		t.Error(err)
	}
	if len(scalarOf(t, key)) != 32 || bytes.Equal(scalarOf(t, key), make([]byte, 32)) {
		t.Error("sealing took the key away")
	}
	for name, box := range map[string]Box{"that fails": Browser(fails, fails), "that answers nonsense": Browser(short, fails)} {
		if _, err := key.Seal(r.Identity, box); !errors.Is(err, taskwallet.BrokenFile) {
			t.Errorf("seal with a browser %s: %v", name, err)
		}
		if _, err := Unseal(r, box); !errors.Is(err, taskwallet.BrokenFile) {
			t.Errorf("unseal with a browser %s: %v", name, err)
		}
	}
	if _, err := Unseal(r, Browser(short, short)); !errors.Is(err, taskwallet.BadKey) {
		t.Errorf("a key of one byte: %v", err)
	}
}
