//go:build !js

package vault

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	gethkeystore "github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/taskwallet"
)

// The two examples of the format's specification.
const (
	published         = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
	publishedPassword = "testpassword"
	publishedPBKDF2   = `{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}`
	publishedScrypt   = `{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}`
)

func TestOpenKeystoreReadsThePublishedExamples(t *testing.T) {
	for name, file := range map[string]string{
		"PBKDF2": publishedPBKDF2,
		"scrypt": publishedScrypt,
		"with prefixes and upper case, as some wallets write": strings.NewReplacer(`"crypto"`, `"Crypto"`, `"iv":"6087`, `"iv":"0x6087`).Replace(publishedPBKDF2),
		"with its address":         strings.Replace(publishedPBKDF2, `{`, `{"address":"0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b",`, 1),
		"with members of a wallet": strings.Replace(publishedPBKDF2, `{`, `{"x-ethers":{"client":"x"},`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			key, err := OpenKeystore([]byte(file), publishedPassword)
			if err != nil || hex.EncodeToString(scalarOf(t, key)) != published {
				t.Error(err)
			}
		})
	}
}

func TestKeystoreOpensInGoEthereum(t *testing.T) {
	const password = "pässword 猫"
	key := testKey(t)
	file, err := key.Keystore(password)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := gethkeystore.DecryptKey(file, password)
	if err != nil || theirs.Address != key.Address() || !bytes.Equal(crypto.FromECDSA(theirs.PrivateKey), scalarOf(t, key)) {
		t.Errorf("%v", err)
	}
	ours, err := OpenKeystore(file, password)
	if err != nil || ours.Address() != key.Address() {
		t.Errorf("%v", err)
	}
	if again, err := key.Keystore(password); err != nil || bytes.Equal(file, again) {
		t.Errorf("twice the same file: %v", err)
	}
	var form struct {
		Version int
		Crypto  struct {
			KDF       string
			KDFParams struct{ N, R, P, DKLen int }
		}
	}
	if err := json.Unmarshal(file, &form); err != nil || form.Version != 3 || form.Crypto.KDF != "scrypt" || form.Crypto.KDFParams != struct{ N, R, P, DKLen int }{1 << 15, 8, 3, 32} {
		t.Errorf("%s: %v", file, err)
	}
	wantHidden(t, "keystore", string(file), scalarOf(t, key), []byte(password))
}

func TestOpenKeystoreReadsGoEthereums(t *testing.T) {
	private, err := crypto.ToECDSA(crypto.Keccak256([]byte("some key")))
	if err != nil {
		t.Fatal(err)
	}
	for name, work := range map[string]struct{ n, p int }{
		"standard, 256 MB": {gethkeystore.StandardScryptN, gethkeystore.StandardScryptP},
		"light":            {gethkeystore.LightScryptN, gethkeystore.LightScryptP},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := gethkeystore.EncryptKey(&gethkeystore.Key{Address: crypto.PubkeyToAddress(private.PublicKey), PrivateKey: private}, "x", work.n, work.p)
			if err != nil {
				t.Fatal(err)
			}
			key, err := OpenKeystore(file, "x")
			if err != nil || !bytes.Equal(scalarOf(t, key), crypto.FromECDSA(private)) {
				t.Error(err)
			}
		})
	}
}

// cheap is a keystore of a scalar that takes no time, to be changed by tests.
func cheap(t testing.TB, scalar []byte) map[string]any {
	t.Helper()
	params := kdfParams{N: 2, R: 1, P: 1, DKLen: 32, Salt: "00"}
	derived, err := params.derive(kdfScrypt, "x")
	if err != nil {
		t.Fatal(err)
	}
	iv := make([]byte, 16)
	text := counterMode(derived[:16], iv, scalar)
	return map[string]any{"version": 3, "crypto": map[string]any{
		"cipher": "aes-128-ctr", "ciphertext": hex.EncodeToString(text), "cipherparams": map[string]any{"iv": hex.EncodeToString(iv)},
		"kdf": "scrypt", "kdfparams": map[string]any{"n": 2, "r": 1, "p": 1, "dklen": 32, "salt": "00"},
		"mac": hex.EncodeToString(crypto.Keccak256(derived[16:], text)),
	}}
}

// with changes one member; the path is separated by points.
func with(file map[string]any, path string, value any) map[string]any {
	file = maps.Clone(file)
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		value = with(file[name].(map[string]any), rest, value)
	}
	file[name] = value
	return file
}

func TestOpenKeystoreRefuses(t *testing.T) {
	one := append(make([]byte, 31), 1)
	good := cheap(t, one)
	rounds := func(c any) map[string]any {
		return with(with(good, "crypto.kdf", "pbkdf2"), "crypto.kdfparams", map[string]any{"c": c, "prf": "hmac-sha256", "dklen": 32, "salt": "00"})
	}
	order := crypto.S256().Params().N.Bytes()
	for _, c := range []struct {
		name string
		file any
		want error
	}{
		{"nothing wrong", good, nil},
		{"key of zero", cheap(t, make([]byte, 32)), taskwallet.BadKey},
		{"key of the order", cheap(t, order), taskwallet.BadKey},
		{"key above the order", cheap(t, bytes.Repeat([]byte{0xff}, 32)), taskwallet.BadKey},
		{"short key", cheap(t, one[1:]), taskwallet.BrokenFile},
		{"long key", cheap(t, append(one, 0)), taskwallet.BrokenFile},
		{"address of another key", with(good, "address", "008aeeda4d805471df9b2a5b0f38a0c3bcba786b"), taskwallet.BrokenFile},
		{"address cut", with(good, "address", "008aeeda"), taskwallet.BrokenFile},
		{"changed cipher text", with(good, "crypto.ciphertext", strings.Repeat("00", 32)), taskwallet.WrongPassword},
		{"changed MAC", with(good, "crypto.mac", strings.Repeat("00", 32)), taskwallet.WrongPassword},
		{"no MAC", with(good, "crypto.mac", ""), taskwallet.BrokenFile},
		{"short MAC", with(good, "crypto.mac", "00"), taskwallet.BrokenFile},
		{"no iv", with(good, "crypto.cipherparams.iv", ""), taskwallet.BrokenFile},
		{"no hex", with(good, "crypto.ciphertext", strings.Repeat("zz", 32)), taskwallet.BrokenFile},
		{"version 1", with(good, "version", 1), taskwallet.BrokenFile},
		{"version as text", with(good, "version", "3"), taskwallet.BrokenFile},
		{"other cipher", with(good, "crypto.cipher", "aes-128-cbc"), taskwallet.BrokenFile},
		{"other kdf", with(good, "crypto.kdf", "argon2id"), taskwallet.BrokenFile},
		{"no kdf", with(good, "crypto.kdf", ""), taskwallet.BrokenFile},
		{"other PRF", with(rounds(1), "crypto.kdfparams.prf", "hmac-sha1"), taskwallet.BrokenFile},
		{"no rounds", rounds(0), taskwallet.BrokenFile},
		{"negative rounds", rounds(-1), taskwallet.BrokenFile},
		{"rounds for hours", rounds(10_000_001), taskwallet.HostileFile},
		{"rounds above 64 bits", rounds(json.Number("99999999999999999999")), taskwallet.BrokenFile},
		{"n is no power of two", with(good, "crypto.kdfparams.n", 3), taskwallet.BrokenFile},
		{"n is one", with(good, "crypto.kdfparams.n", 1), taskwallet.BrokenFile},
		{"n is zero", with(good, "crypto.kdfparams.n", 0), taskwallet.BrokenFile},
		{"n is a fraction", with(good, "crypto.kdfparams.n", 2.5), taskwallet.BrokenFile},
		{"n for 512 MB", with(with(good, "crypto.kdfparams.n", 1<<19), "crypto.kdfparams.r", 8), taskwallet.HostileFile},
		{"n for all memory", with(good, "crypto.kdfparams.n", uint64(1)<<63), taskwallet.HostileFile},
		{"r for all memory", with(good, "crypto.kdfparams.r", 1<<40), taskwallet.HostileFile},
		{"n times r around 64 bits", with(with(good, "crypto.kdfparams.n", uint64(1)<<56), "crypto.kdfparams.r", 2), taskwallet.HostileFile},
		{"r is zero", with(good, "crypto.kdfparams.r", 0), taskwallet.BrokenFile},
		{"p for hours", with(good, "crypto.kdfparams.p", 1<<30), taskwallet.HostileFile},
		{"p for minutes", with(with(with(good, "crypto.kdfparams.n", 1<<18), "crypto.kdfparams.r", 8), "crypto.kdfparams.p", 9), taskwallet.HostileFile},
		{"p is zero", with(good, "crypto.kdfparams.p", 0), taskwallet.BrokenFile},
		{"derived key too short for a MAC", with(good, "crypto.kdfparams.dklen", 16), taskwallet.BrokenFile},
		{"derived key without end", with(good, "crypto.kdfparams.dklen", 1<<40), taskwallet.HostileFile},
		{"longer derived key", with(good, "crypto.kdfparams.dklen", 64), nil},
		{"salt without end", with(good, "crypto.kdfparams.salt", strings.Repeat("00", 257)), taskwallet.HostileFile},
		{"salt that is no hex", with(good, "crypto.kdfparams.salt", "xx"), taskwallet.BrokenFile},
		{"file without end", with(good, "x", strings.Repeat("a", 16<<10)), taskwallet.HostileFile},
		{"list", []any{}, taskwallet.BrokenFile},
		{"null", nil, taskwallet.BrokenFile},
		{"text", "hello", taskwallet.BrokenFile},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, err := json.Marshal(c.file)
			if err != nil {
				t.Fatal(err)
			}
			key, err := OpenKeystore(file, "x")
			if !errors.Is(err, c.want) || err != nil && key.secret != nil {
				t.Error(err)
			}
		})
	}
	file, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeystore(file, "y"); !errors.Is(err, taskwallet.WrongPassword) {
		t.Errorf("other password: %v", err)
	}
	for cut := range file {
		if _, err := OpenKeystore(file[:cut], "x"); !errors.Is(err, taskwallet.BrokenFile) {
			t.Errorf("cut after %d bytes: %v", cut, err)
		}
	}
}

// Whatever gets as far as the work is bounded, and what then opens, opens in
// go-ethereum with the same key.
func FuzzOpenKeystore(f *testing.F) {
	scalar := crypto.Keccak256([]byte("some key"))
	file, err := json.Marshal(cheap(f, scalar))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(publishedPBKDF2))
	f.Add([]byte(publishedScrypt))
	f.Fuzz(func(t *testing.T, file []byte) {
		locked, err := readKeystore(file)
		if err != nil {
			if !errors.Is(err, taskwallet.BrokenFile) && !errors.Is(err, taskwallet.HostileFile) {
				t.Error(err)
			}
			return
		}
		p := locked.params
		if p.N > 1<<21 || p.R > 64 || p.P > 128 || 128*p.N*p.R > 256<<20 || p.C > 10_000_000 || len(p.Salt) > 600 {
			t.Fatalf("%+v", p)
		}
		if p.N*p.R*p.P > 1<<12 || p.C > 1<<12 {
			return // too slow to try
		}
		key, err := OpenKeystore(file, "x")
		if err != nil {
			return
		}
		theirs, err := gethkeystore.DecryptKey(file, "x")
		if err == nil && theirs.Address != key.Address() {
			t.Errorf("go-ethereum reads %s, we %s", theirs.Address, key.Address())
		}
	})
}
