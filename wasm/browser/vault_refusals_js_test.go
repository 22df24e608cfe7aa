//go:build js && wasm

package browser_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

func TestVault_refusals_arrive_as_they_are(t *testing.T) {
	v, id, ctx := opened(t), testIdentity(t), t.Context()
	m, o := id.Message(), testOwner(t)
	derive := func(m taskwallet.Message, first, again []byte) error {
		_, err := v.Derive(ctx, m, first, again)
		return err
	}
	open := func(file string) error {
		_, err := v.OpenBackup(ctx, []byte(file), "password")
		return err
	}
	unseal := func(r taskwallet.Record, passphrase string) error {
		_, err := v.Unseal(ctx, r, passphrase)
		return err
	}
	signTx := func(i taskwallet.Intent, gas uint64, p taskwallet.Price) error {
		signed, err := v.SignTx(ctx, i, 0, gas, p)
		if err != nil && signed.Raw != nil {
			t.Errorf("%v, and %x", err, signed.Raw)
		}
		return err
	}
	signText := func(text []byte) error {
		signature, err := v.SignText(ctx, text)
		if err != nil && signature != nil {
			t.Errorf("%v, and %x", err, signature)
		}
		return err
	}
	badSite, badNumber, other, broken := m, m, m, id
	badSite.Site, badNumber.Number, other.Number, broken.Site = "Evil.example", 100, 1, "\xff"
	stranger := id
	stranger.Address = common.Address{9}
	everything := *new(uint256.Int).SetAllOne()
	_, sealed := v.Seal(ctx, stranger, "passphrase")

	for name, c := range map[string]struct {
		got  error
		want taskwallet.Refusal
	}{
		"a site with capitals":          {derive(badSite, o.sign(t, m), nil), taskwallet.BadSite},
		"a number above 99":             {derive(badNumber, o.sign(t, m), nil), taskwallet.BadMessage},
		"no signature":                  {derive(m, nil, nil), taskwallet.BadSignature},
		"an empty second signature":     {derive(m, o.sign(t, m), []byte{}), taskwallet.BadSignature},
		"a contract's signature":        {derive(m, make([]byte, 96), nil), taskwallet.BadSignature},
		"signature of another message":  {derive(m, o.sign(t, other), nil), taskwallet.ForeignSigner},
		"another second signature":      {derive(m, o.sign(t, m), o.sign(t, other)), taskwallet.NotDeterministic},
		"a file that is none":           {open("<html>"), taskwallet.BrokenFile},
		"a file that is too big":        {open(string(make([]byte, 1<<20))), taskwallet.HostileFile},
		"a keystore that wants 1 TB":    {open(scryptFile(1 << 33)), taskwallet.HostileFile},
		"a keystore of zero":            {open(keystoreOf("password", make([]byte, 32))), taskwallet.BadKey},
		"a keystore above the order":    {open(keystoreOf("password", bytes.Repeat([]byte{255}, 32))), taskwallet.BadKey},
		"the keystore's wrong password": {open(keystoreOf("another", make([]byte, 32))), taskwallet.WrongPassword},
		"a record without cipher text":  {unseal(taskwallet.Record{Identity: id}, ""), taskwallet.BrokenFile},
		"a record that is none":         {unseal(taskwallet.Record{}, ""), taskwallet.BrokenFile},
		"another box's cipher text":     {unseal(taskwallet.Record{Identity: id, Cipher: &taskwallet.Cipher{By: taskwallet.ByPassphrase}}, ""), taskwallet.BrokenFile},
		"a cut cipher text":             {unseal(taskwallet.Record{Identity: id, Cipher: &taskwallet.Cipher{By: taskwallet.ByBrowser}}, ""), taskwallet.BrokenFile},
		"sealing for a stranger":        {sealed, taskwallet.OtherKey},
		"opening a stranger's":          {v.Open(ctx, stranger, taskwallet.Gas{}, amount(1)), taskwallet.OtherKey},
		"opening nothing":               {v.Open(ctx, broken, taskwallet.Gas{}, amount(1)), taskwallet.BrokenFile},
		"sweeping to half an address":   {v.SweepTo(ctx, "0x12\"<&>\x00"), taskwallet.ForeignTarget},
		"sweeping without checksum":     {v.SweepTo(ctx, "0x7ae8335324d9934fc701819dcf6575b72e5f830f"), taskwallet.ForeignTarget},
		"no intent":                     {signTx(nil, 1, fair), taskwallet.NotAnIntent},
		"a task of no kind":             {signTx(taskwallet.Create{Kind: 2, Fee: amount(1)}, 1, fair), taskwallet.NotAnIntent},
		"sweeping to a stranger":        {signTx(taskwallet.SweepNative{To: stranger.Address, Amount: amount(1)}, 1, fair), taskwallet.ForeignTarget},
		"a stranger as host":            {signTx(taskwallet.HostToken{Origin: "https://example.org", Host: stranger.Address, Amount: amount(1)}, 1, fair), taskwallet.ForeignTarget},
		"a host that is none":           {signTx(taskwallet.HostToken{Origin: "example", Host: stranger.Address, Amount: amount(1)}, 1, fair), taskwallet.BadSite},
		"an allowance without limit":    {signTx(taskwallet.Approve{Amount: everything}, 1, fair), taskwallet.BadAmount},
		"a task without fee":            {signTx(taskwallet.Create{}, 1, fair), taskwallet.BadAmount},
		"an allowance above the budget": {signTx(taskwallet.Approve{Amount: amount(101)}, 1, fair), taskwallet.OverBudget},
		"a fee above the budget":        {signTx(taskwallet.Create{Fee: amount(101)}, 1, fair), taskwallet.OverBudget},
		"a tip above the price":         {signTx(taskwallet.Cancel{}, 1, taskwallet.Price{Tip: amount(1), Dynamic: true}), taskwallet.BadPrice},
		"four times the price":          {signTx(taskwallet.Cancel{}, 1, taskwallet.Price{Max: amount(40), Shown: amount(10)}), taskwallet.PriceTooHigh},
		"too much gas":                  {signTx(taskwallet.Cancel{}, 1_200_001, fair), taskwallet.GasTooHigh},
		"a text that is none":           {signText([]byte("Sign in to example.org")), taskwallet.NotAText},
		"no text":                       {signText(nil), taskwallet.NotAText},
		"a text of tomorrow":            {signText(statusText(time.Now().Add(24 * time.Hour))), taskwallet.OutOfTime},
	} {
		var refused *taskwallet.Error
		if !errors.Is(c.got, c.want) || !errors.As(c.got, &refused) || errors.Is(c.got, browser.ErrWorkerDown) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if err := signText(statusText(time.Now())); err != nil {
		t.Errorf("after all that the key does not sign: %v", err)
	}
}

func TestVault_budget_is_counted_until_it_is_allowed_anew(t *testing.T) {
	v := opened(t)
	create := func(nonce uint64) error {
		_, err := v.SignTx(t.Context(), taskwallet.Create{Fee: amount(60)}, nonce, 90_000, fair)
		return err
	}
	must(t, create(0))
	must(t, create(0)) // the same one, faster
	if err := create(1); !errors.Is(err, taskwallet.OverBudget) {
		t.Errorf("error %v", err)
	}
	must(t, v.Allow(t.Context(), amount(60)))
	must(t, create(1))
}

// scryptFile is a keystore with this work factor.
func scryptFile(n uint64) string {
	return fmt.Sprintf(`{"version":3,"crypto":{"cipher":"aes-128-ctr","ciphertext":"%064x","cipherparams":{"iv":"%032x"},"mac":"%064x",
		"kdf":"scrypt","kdfparams":{"n":%d,"r":8,"p":1,"dklen":32,"salt":"00"}}}`, 0, 0, 0, n)
}

// keystoreOf is a keystore of a key that need not be one, with little work in it.
func keystoreOf(password string, key []byte) string {
	derived, err := pbkdf2.Key(sha256.New, password, []byte{1}, 1, 32)
	if err != nil {
		panic(err) // the parameters are fixed
	}
	block, err := aes.NewCipher(derived[:16])
	if err != nil {
		panic(err)
	}
	text := make([]byte, len(key))
	cipher.NewCTR(block, make([]byte, 16)).XORKeyStream(text, key)
	return fmt.Sprintf(`{"version":3,"crypto":{"cipher":"aes-128-ctr","ciphertext":"%x","cipherparams":{"iv":"%032x"},"mac":"%x",
		"kdf":"pbkdf2","kdfparams":{"c":1,"prf":"hmac-sha256","dklen":32,"salt":"01"}}}`, text, 0, crypto.Keccak256(derived[16:], text))
}
