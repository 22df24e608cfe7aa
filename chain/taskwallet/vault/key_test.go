package vault

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/go-cmp/cmp"

	"crynux-dapp/chain/taskwallet"
)

// spellings are how the bytes of a secret could show in a text.
func spellings(secret []byte) []string {
	list := fmt.Sprint(secret)
	return []string{
		hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)), string(secret),
		strings.Trim(list, "[]"), strings.ReplaceAll(strings.Trim(list, "[]"), " ", ","),
		new(big.Int).SetBytes(secret).String(), fmt.Sprintf("% x", secret), fmt.Sprintf("%#v", secret)[8:40],
	}
}

func wantHidden(t *testing.T, how, text string, secrets ...[]byte) {
	t.Helper()
	for _, secret := range secrets {
		for _, s := range spellings(secret) {
			if strings.Contains(text, s) {
				t.Errorf("%s shows the secret as %s", how, s)
			}
		}
	}
}

var verbs = []string{"%v", "%+v", "%#v", "%x", "%X", "%q", "%s", "%d", "%o", "%b", "%c", "%U", "%t", "% x", "%#x", "%10v", "%08b"}

func TestPrintedKeyIsSecret(t *testing.T) {
	key := testKey(t)
	for _, verb := range verbs {
		for _, v := range []any{key, &key} {
			if got := fmt.Sprintf(verb, v); got != "[secret]" {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
	if text, err := json.Marshal(key); err != nil || string(text) != `"[secret]"` {
		t.Errorf("JSON: %s, %v", text, err)
	}
	if text, err := json.Marshal(map[string]any{"a": &key, "b": []Key{key}}); err != nil || string(text) != `{"a":"[secret]","b":["[secret]"]}` {
		t.Errorf("JSON: %s, %v", text, err)
	}
	if got := fmt.Sprint(key); got != "[secret]" {
		t.Error(got)
	}
	if got := fmt.Errorf("with %w", taskwallet.BadKey.Because("%v", key)).Error(); strings.Contains(got, "0x") {
		t.Error(got)
	}
}

// Where package fmt may not ask, it must find nothing either.
func TestSecretsInsideOtherValuesDoNotPrint(t *testing.T) {
	key := testKey(t)
	scalar := slices.Clone(scalarOf(t, key))
	signer, err := Open(key, Session{Record: testIdentity(t)})
	if err != nil {
		t.Fatal(err)
	}
	raw := testOwner(t).sign(t, testMessage(t))
	sig, err := parseSignature(raw)
	if err != nil {
		t.Fatal(err)
	}
	const words = "correct horse battery staple"
	type hiding struct {
		key    Key
		inside struct{ key *Key }
		list   []Key
	}
	nested := hiding{key: key, list: []Key{key}}
	nested.inside.key = &key
	for _, verb := range verbs {
		for name, v := range map[string]any{
			"signer": signer, "unexported fields": nested, "pointer": &nested,
			"signature": sig, "map": map[string]Key{"a": key}, "box": Passphrase(words), "list": []any{key, Passphrase(words)},
		} {
			wantHidden(t, verb+" of "+name, fmt.Sprintf(verb, v), scalar, raw[:64], []byte(words))
		}
	}
	for name, v := range map[string]any{"signer": signer, "nested": nested, "box": Passphrase(words)} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		wantHidden(t, "JSON of "+name, string(text), scalar, raw[:64], []byte(words))
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	key := testKey(t)
	scalar := slices.Clone(scalarOf(t, key))
	const password = "correct horse battery staple"
	file, err := key.Keystore(password)
	if err != nil {
		t.Fatal(err)
	}
	sig := newOwner(t, "somebody else").sign(t, testMessage(t))
	rs := slices.Clone(sig[:64])
	var errs []error
	_, err = Derive(testMessage(t), sig, nil)
	errs = append(errs, err)
	_, err = OpenKeystore(file, password+"!")
	errs = append(errs, err)
	_, err = OpenKeystore(file[1:], password)
	errs = append(errs, err)
	other := testIdentity(t)
	other.Address = common.Address{1}
	_, err = Open(key, Session{Record: other})
	errs = append(errs, err)
	_, err = key.Seal(other, Passphrase(password))
	errs = append(errs, err)
	_, err = newKey(append(slices.Clone(scalar), 0))
	errs = append(errs, err)
	key.Lock()
	_, err = key.Keystore(password)
	errs = append(errs, err)
	for _, err := range errs {
		var known *taskwallet.Error
		if !errors.As(err, &known) {
			t.Errorf("%v is no refusal", err)
			continue
		}
		wantHidden(t, "error", fmt.Sprintf("%+v %#v %s", err, known, known.Detail), scalar, rs, []byte(password))
	}
}

func TestNewKeyRefusesNumbersThatAreNone(t *testing.T) {
	n := crypto.S256().Params().N
	most := new(big.Int).Sub(n, big.NewInt(1)).Bytes()
	for name, scalar := range map[string][]byte{
		"zero": make([]byte, 32), "the order": n.Bytes(), "all ones": new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)).Bytes(),
		"nothing": nil, "31 bytes": make([]byte, 31), "33 bytes": append([]byte{0}, most...),
	} {
		if key, err := newKey(scalar); !errors.Is(err, taskwallet.BadKey) || key.secret != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, scalar := range map[string][]byte{"one": big.NewInt(1).FillBytes(make([]byte, 32)), "the highest": slices.Clone(most)} {
		if _, err := newKey(scalar); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if slices.ContainsFunc(scalar, func(b byte) bool { return b != 0 }) {
			t.Errorf("%s: what was given is still in memory", name)
		}
	}
}

// Step 4 of §4 never makes zero or the order.
func TestReduceStaysBelowTheOrder(t *testing.T) {
	n := crypto.S256().Params().N
	n1 := new(big.Int).Sub(n, big.NewInt(1))
	bytesOf := func(v *big.Int) []byte { return v.FillBytes(make([]byte, materialLength)) }
	for name, c := range map[string]struct{ material, want *big.Int }{
		"zero":              {new(big.Int), big.NewInt(1)},
		"order minus two":   {new(big.Int).Sub(n, big.NewInt(2)), n1},
		"order minus one":   {n1, big.NewInt(1)},
		"order":             {n, big.NewInt(2)},
		"many times around": {new(big.Int).Mul(n1, big.NewInt(1<<40)), big.NewInt(1)},
	} {
		if got := new(big.Int).SetBytes(reduce(bytesOf(c.material))); got.Cmp(c.want) != 0 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestLockOverwritesTheKey(t *testing.T) {
	key := testKey(t)
	same := key
	memory := scalarOf(t, key)
	signer, err := Open(key, Session{Record: testIdentity(t), Now: clockAt(noon)})
	if err != nil {
		t.Fatal(err)
	}
	key.Lock()
	key.Lock()
	if slices.ContainsFunc(memory, func(b byte) bool { return b != 0 }) {
		t.Error("the key is still in memory")
	}
	if _, err := same.Keystore("x"); !errors.Is(err, taskwallet.Locked) {
		t.Errorf("a copy works: %v", err)
	}
	if _, err := signer.SignTx(t.Context(), taskwallet.Cancel{ID: 1}, 0, 1, taskwallet.Price{}); !errors.Is(err, taskwallet.Locked) {
		t.Errorf("transactions are signed: %v", err)
	}
	if _, err := signer.SignText(t.Context(), []byte(statusText)); !errors.Is(err, taskwallet.Locked) {
		t.Errorf("texts are signed: %v", err)
	}
	if key.Address() != testIdentity(t).Address {
		t.Error("the address went as well")
	}
}

func TestZeroKeyIsLocked(t *testing.T) {
	var key Key
	key.Lock()
	if _, err := key.Keystore("x"); !errors.Is(err, taskwallet.Locked) {
		t.Error(err)
	}
	if _, err := Open(key, Session{Record: testIdentity(t)}); !errors.Is(err, taskwallet.Locked) {
		t.Error(err)
	}
	if key.Address() != (common.Address{}) {
		t.Error(key.Address())
	}
}

func TestRandomKeysDiffer(t *testing.T) {
	a, err := Random()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Random()
	if err != nil || a.Address() == b.Address() || a.Address() == (common.Address{}) {
		t.Error(a.Address(), b.Address(), err)
	}
	public, err := crypto.ToECDSA(scalarOf(t, a))
	if err != nil || crypto.PubkeyToAddress(public.PublicKey) != a.Address() {
		t.Error(err)
	}
}

// Whoever adds a way in or out has to come by here: none may return a key (but
// HandOver that of a host, for its frame), or sign a digest or bytes that were not built or read by this package.
func TestNothingElseIsExported(t *testing.T) {
	want := []string{
		"Adopt", "Browser", "Derive", "GCM",
		"Key.Address", "Key.Format", "Key.Host", "Key.Keystore", "Key.Lock", "Key.MarshalText", "Key.Seal", "Key.String",
		"Open", "OpenKeystore", "Passphrase", "Random",
		"Signer.Address", "Signer.Allow", "Signer.HandOver", "Signer.HostAddress", "Signer.Lock", "Signer.SignHostTx", "Signer.SignText", "Signer.SignTx", "Signer.SweepTo",
		"Unseal", "signature.Format",
	}
	if diff := cmp.Diff(want, exported(t)); diff != "" {
		t.Error(diff)
	}
}

func exported(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				of := f.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				name = of.(*ast.Ident).Name + "." + name
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
