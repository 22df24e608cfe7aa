package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

var noon = time.Unix(1_700_000_000, 0)

const statusText = `{"task_id":7}1700000000`

func clockAt(t time.Time) func() time.Time { return func() time.Time { return t } }

func units(v uint64) uint256.Int { return *uint256.NewInt(v) }

// testSigner may spend 100.
func testSigner(t testing.TB) *Signer {
	t.Helper()
	s, err := Open(testKey(t), Session{Record: testIdentity(t), Budget: units(100), Now: clockAt(noon)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func price(max, shown uint64) taskwallet.Price {
	return taskwallet.Price{Max: units(max), Shown: units(shown)}
}

// Whatever key, chain and parameters: go-ethereum reads back what was meant,
// from whom it was meant.
func TestSignedTransactionsAreTheIntentsOfTheKey(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 200 {
		o := newOwner(t, "owner "+strconv.Itoa(i))
		m := taskwallet.Message{Owner: o.address(), Site: "site", ChainID: r.Uint64()>>r.IntN(63) + 1}
		key, err := Derive(m, o.sign(t, m), nil)
		if err != nil {
			t.Fatal(err)
		}
		id := testIdentity(t)
		id.Owner, id.Site, id.ChainID, id.Address = m.Owner, m.Site, m.ChainID, key.Address()
		s, err := Open(key, Session{Record: id, Budget: units(math.MaxUint64), Now: clockAt(noon)})
		if err != nil {
			t.Fatal(err)
		}
		host, err := key.Host(id.ChainID, "https://host.example")
		if err != nil {
			t.Fatal(err)
		}
		amount := units(r.Uint64()>>r.IntN(63)/200 + 1)
		intents := []taskwallet.Intent{
			taskwallet.Approve{Amount: amount}, taskwallet.Create{Kind: uint8(r.IntN(2)), TaskHash: common.Hash{byte(i)}, VRAM: r.Uint64(), Fee: amount},
			taskwallet.Cancel{ID: r.Uint64()}, taskwallet.SweepToken{Amount: amount}, taskwallet.SweepNative{Amount: amount},
			taskwallet.HostToken{Origin: "https://host.example", Host: host.Address(), Amount: amount},
			taskwallet.HostNative{Origin: "https://host.example", Host: host.Address(), Amount: amount},
		}
		intent := intents[i%len(intents)]
		p := price(r.Uint64()>>r.IntN(64), math.MaxUint64)
		if p.Dynamic = r.IntN(2) == 1; p.Dynamic {
			p.Tip = units(r.Uint64N(p.Max.Uint64() | 1))
		}
		nonce, gas := r.Uint64()>>r.IntN(64), r.Uint64N(100_000)
		signed, err := s.SignTx(t.Context(), intent, nonce, gas, p)
		if err != nil {
			t.Fatalf("%#v: %v", intent, err)
		}

		var tx types.Transaction
		if err := tx.UnmarshalBinary(signed.Raw); err != nil {
			t.Fatal(err)
		}
		sender, err := types.Sender(types.LatestSignerForChainID(new(big.Int).SetUint64(id.ChainID)), &tx)
		if err != nil || sender != key.Address() || sender != s.Address() {
			t.Fatalf("sender %s, %v", sender, err)
		}
		want, err := taskwallet.Call(id, intent)
		if err != nil {
			t.Fatal(err)
		}
		kind, tip := uint8(types.LegacyTxType), p.Max
		if p.Dynamic {
			kind, tip = types.DynamicFeeTxType, p.Tip
		}
		if tx.Type() != kind || tx.Hash() != signed.Hash || tx.ChainId().Uint64() != id.ChainID ||
			tx.Nonce() != nonce || tx.Gas() != gas || tx.GasFeeCap().Cmp(p.Max.ToBig()) != 0 || tx.GasTipCap().Cmp(tip.ToBig()) != 0 ||
			*tx.To() != want.To || tx.Value().Cmp(want.Value.ToBig()) != 0 || !bytes.Equal(tx.Data(), want.Data) ||
			len(tx.AccessList()) != 0 || tx.SetCodeAuthorizations() != nil || tx.BlobHashes() != nil {
			t.Fatalf("%#v became %x", intent, signed.Raw)
		}
	}
}

func TestSignTxRefuses(t *testing.T) {
	stranger := common.Address{9}
	const origin = "https://host.example"
	s := testSigner(t)
	host, err := s.key.Host(42, origin)
	if err != nil {
		t.Fatal(err)
	}
	all := *new(uint256.Int).SetAllOne()
	for _, c := range []struct {
		name   string
		intent taskwallet.Intent
		gas    uint64
		price  taskwallet.Price
		want   taskwallet.Refusal
	}{
		{"sweep of CNX to a stranger", taskwallet.SweepToken{To: stranger, Amount: units(1)}, 1, price(1, 1), taskwallet.ForeignTarget},
		{"sweep of coins to a stranger", taskwallet.SweepNative{To: stranger, Amount: units(1)}, 1, price(1, 1), taskwallet.ForeignTarget},
		{"purse that is a stranger's", taskwallet.HostToken{Origin: origin, Host: stranger, Amount: units(1)}, 1, price(1, 1), taskwallet.ForeignTarget},
		{"purse of another host", taskwallet.HostNative{Origin: "https://other.example", Host: host.Address(), Amount: units(1)}, 1, price(1, 1), taskwallet.ForeignTarget},
		{"purse of no origin", taskwallet.HostNative{Origin: "", Host: host.Address(), Amount: units(1)}, 1, price(1, 1), taskwallet.BadSite},
		{"allowance without limit", taskwallet.Approve{Amount: all}, 1, price(1, 1), taskwallet.BadAmount},
		{"allowance above the budget", taskwallet.Approve{Amount: units(101)}, 1, price(1, 1), taskwallet.OverBudget},
		{"task above the budget", taskwallet.Create{Fee: units(101)}, 1, price(1, 1), taskwallet.OverBudget},
		{"task without a fee", taskwallet.Create{}, 1, price(1, 1), taskwallet.BadAmount},
		{"task of a third kind", taskwallet.Create{Kind: 2, Fee: units(1)}, 1, price(1, 1), taskwallet.NotAnIntent},
		{"gas of an approval", taskwallet.Approve{}, 100_001, price(1, 1), taskwallet.GasTooHigh},
		{"gas of a task", taskwallet.Create{Fee: units(1)}, 1_500_001, price(1, 1), taskwallet.GasTooHigh},
		{"gas of a sweep", taskwallet.SweepNative{Amount: units(1)}, 150_001, price(1, 1), taskwallet.GasTooHigh},
		{"four times the price", taskwallet.Cancel{ID: 1}, 1, price(4, 1), taskwallet.PriceTooHigh},
		{"tip above the price", taskwallet.Cancel{ID: 1}, 1, taskwallet.Price{Dynamic: true, Max: units(1), Tip: units(2), Shown: units(1)}, taskwallet.BadPrice},
		{"no intent", nil, 1, price(1, 1), taskwallet.NotAnIntent},
	} {
		t.Run(c.name, func(t *testing.T) {
			signed, err := s.SignTx(t.Context(), c.intent, 0, c.gas, c.price)
			if !errors.Is(err, c.want) || signed.Raw != nil {
				t.Errorf("%x, %v", signed.Raw, err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*taskwallet.Identity)
		want   taskwallet.Refusal
	}{
		"another address": {func(id *taskwallet.Identity) { id.Address = common.Address{1} }, taskwallet.OtherKey},
		"no owner":        {func(id *taskwallet.Identity) { id.Owner = common.Address{} }, taskwallet.BrokenFile},
		"no chain":        {func(id *taskwallet.Identity) { id.ChainID = 0 }, taskwallet.BrokenFile},
		"no Task":         {func(id *taskwallet.Identity) { id.Contracts.Task = common.Address{} }, taskwallet.BrokenFile},
	} {
		id := testIdentity(t)
		c.change(&id)
		if s, err := Open(testKey(t), Session{Record: id}); !errors.Is(err, c.want) || s != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProfileRaisesCeilings(t *testing.T) {
	s, err := Open(testKey(t), Session{Record: testIdentity(t), Gas: taskwallet.Gas{Cancel: 5_000_000}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignTx(t.Context(), taskwallet.Cancel{ID: 1}, 0, 5_000_000, price(0, 0)); err != nil {
		t.Error(err)
	}
}

func TestSweepToTypedAddress(t *testing.T) {
	const typed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	s := testSigner(t)
	sweep := taskwallet.SweepToken{To: common.HexToAddress(typed), Amount: units(1)}
	for _, wrong := range []string{"", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", typed[:41], typed + " ", typed[2:], "vitalik.eth", common.Address{}.Hex()} {
		if err := s.SweepTo(wrong); !errors.Is(err, taskwallet.ForeignTarget) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := s.SignTx(t.Context(), sweep, 0, 1, price(0, 0)); !errors.Is(err, taskwallet.ForeignTarget) {
		t.Errorf("before it was typed: %v", err)
	}
	if err := s.SweepTo(typed); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignTx(t.Context(), sweep, 0, 1, price(0, 0)); err != nil {
		t.Error(err)
	}
	if _, err := s.SignTx(t.Context(), taskwallet.SweepNative{To: s.id.Owner, Amount: units(1)}, 0, 1, price(0, 0)); err != nil {
		t.Errorf("the owner by name: %v", err)
	}
}

func TestBudget(t *testing.T) {
	approve := func(v uint64) taskwallet.Intent { return taskwallet.Approve{Amount: units(v)} }
	create := func(fee uint64) taskwallet.Intent { return taskwallet.Create{Fee: units(fee)} }
	type step struct {
		intent taskwallet.Intent
		nonce  uint64
		want   error
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"until it is spent", []step{{approve(60), 0, nil}, {create(60), 1, nil}, {create(40), 2, nil}, {create(1), 3, taskwallet.OverBudget}}},
		{"allowance for what is left", []step{{create(60), 1, nil}, {approve(41), 2, taskwallet.OverBudget}, {approve(40), 2, nil}}},
		{"approving is not spending", []step{{approve(100), 0, nil}, {approve(100), 1, nil}, {create(100), 2, nil}}},
		{"a replacement is paid once", []step{{create(60), 1, nil}, {create(60), 1, nil}, {create(100), 1, nil}, {create(1), 2, taskwallet.OverBudget}}},
		{"a cheaper replacement gives back", []step{{create(100), 1, nil}, {create(30), 1, nil}, {create(70), 2, nil}, {create(1), 3, taskwallet.OverBudget}}},
		{"a refused one is not counted", []step{{create(101), 1, taskwallet.OverBudget}, {create(100), 1, nil}}},
		{"cancelling and sweeping are free", []step{{create(100), 1, nil}, {taskwallet.Cancel{ID: 1}, 2, nil}, {taskwallet.SweepToken{Amount: units(999)}, 3, nil}, {approve(0), 4, nil}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testSigner(t)
			for i, step := range c.steps {
				if _, err := s.SignTx(t.Context(), step.intent, step.nonce, 1, price(0, 0)); !errors.Is(err, step.want) {
					t.Fatalf("step %d: %v", i, err)
				}
			}
		})
	}
	t.Run("renewed by the person", func(t *testing.T) {
		s := testSigner(t)
		for nonce, allow := range []uint64{0, 100, 50} {
			if allow != 0 {
				s.Allow(units(allow))
			} else {
				allow = 100
			}
			if _, err := s.SignTx(t.Context(), create(allow), uint64(nonce), 1, price(0, 0)); err != nil {
				t.Error(err)
			}
			if _, err := s.SignTx(t.Context(), create(1), 9, 1, price(0, 0)); !errors.Is(err, taskwallet.OverBudget) {
				t.Error(err)
			}
		}
	})
}

// Whatever key, arguments and time: who recovers finds the key's address.
func TestSignTextIsTheRelaysSignature(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for i := range 300 {
		o := newOwner(t, "owner "+strconv.Itoa(i))
		m := taskwallet.Message{Owner: o.address(), Site: "site", ChainID: 42}
		key, err := Derive(m, o.sign(t, m), nil)
		if err != nil {
			t.Fatal(err)
		}
		id := testIdentity(t)
		id.Owner, id.Site, id.Address = m.Owner, m.Site, key.Address()
		now := time.Unix(1_000_000_000+r.Int64N(8_999_000_000), 0) // ten digits
		s, err := Open(key, Session{Record: id, Now: clockAt(now)})
		if err != nil {
			t.Fatal(err)
		}
		text := randomText(t, r, i%3, now.Add(time.Duration(r.IntN(1201)-600)*time.Second))
		sig, err := s.SignText(t.Context(), text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		checkTextSignature(t, text, sig, key.Address())
	}
}

// randomText is one of the Relay's three texts (protocol.md B.5).
func randomText(t *testing.T, r *rand.Rand, form int, at time.Time) []byte {
	t.Helper()
	id := r.Uint64()>>r.IntN(63) | 1
	var params any
	switch form {
	case 0:
		signs := []rune("a<&>\"\\\n\t\u2028\u2029é\U0001f408{}")
		prompt := make([]rune, r.IntN(200))
		for i := range prompt {
			prompt[i] = signs[r.IntN(len(signs))]
		}
		args, err := json.Marshal(map[string]string{"prompt": string(prompt)})
		if err != nil {
			t.Fatal(err)
		}
		params = struct {
			Args string `json:"task_args"`
			ID   uint64 `json:"task_id"`
		}{string(args), id}
	case 1:
		params = struct {
			Image string `json:"image_num"`
			ID    uint64 `json:"task_id"`
		}{strconv.Itoa(r.IntN(10)), id}
	default:
		params = struct {
			ID uint64 `json:"task_id"`
		}{id}
	}
	text, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.AppendInt(text, at.Unix(), 10)
}

// checkTextSignature wants what protocol.md B.5 wants.
func checkTextSignature(t *testing.T, text, sig []byte, want common.Address) {
	t.Helper()
	if len(sig) != 65 || !crypto.ValidateSignatureValues(sig[64], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:64]), true) {
		t.Fatalf("signature %x", sig)
	}
	public, err := crypto.SigToPub(crypto.Keccak256(text), sig)
	if err != nil || crypto.PubkeyToAddress(*public) != want {
		t.Fatalf("%s signed by somebody else: %v", text, err)
	}
}

func TestSignTextRefuses(t *testing.T) {
	s := testSigner(t)
	for name, c := range map[string]struct {
		text string
		want taskwallet.Refusal
	}{
		"text for tomorrow": {`{"task_id":7}1700086400`, taskwallet.OutOfTime},
		"any other text":    {`{"login":"x"}1700000000`, taskwallet.NotAText},
		"a digest":          {string(crypto.Keccak256([]byte(statusText))), taskwallet.NotAText},
		"nothing":           {"", taskwallet.NotAText},
	} {
		if sig, err := s.SignText(t.Context(), []byte(c.text)); !errors.Is(err, c.want) || sig != nil {
			t.Errorf("%s: %x, %v", name, sig, err)
		}
	}
}

// readsAsTransaction tries every form in which a chain takes something signed.
func readsAsTransaction(b []byte) bool {
	var tx types.Transaction
	if tx.UnmarshalBinary(b) == nil || rlp.DecodeBytes(b, &tx) == nil {
		return true
	}
	for _, form := range []any{
		new(types.LegacyTx), new(types.AccessListTx), new(types.DynamicFeeTx), new(types.BlobTx), new(types.SetCodeTx), new(types.SetCodeAuthorization),
		new(types.Header), new(types.Block), new(types.Withdrawal), new(types.Receipt), new([]rlp.RawValue),
	} {
		if rlp.DecodeBytes(b, form) == nil {
			return true
		}
	}
	return new(types.Receipt).UnmarshalBinary(b) == nil
}

func FuzzSignText(f *testing.F) {
	f.Add([]byte(statusText))
	f.Add([]byte(`{"image_num":"10","task_id":18446744073709551615}1700000600`))
	f.Add([]byte(`{"task_args":"{\"a\":\"\u003c\\n\"}","task_id":1}1699999400`))
	f.Add([]byte("\x02\xf8\x6f\x01"))
	f.Add([]byte("\x7b\xf8\x6f\x01"))
	s := testSigner(f)
	legacy, err := s.SignTx(f.Context(), taskwallet.Cancel{ID: 1}, 0, 1, price(0, 0))
	if err != nil {
		f.Fatal(err)
	}
	if !readsAsTransaction(legacy.Raw) {
		f.Fatal("the decoders are asked wrongly")
	}
	f.Add([]byte(legacy.Raw))
	f.Fuzz(func(t *testing.T, text []byte) {
		sig, err := s.SignText(t.Context(), text)
		if err != nil {
			if !errors.Is(err, taskwallet.NotAText) && !errors.Is(err, taskwallet.OutOfTime) {
				t.Error(err)
			}
			return
		}
		checkTextSignature(t, text, sig, s.Address())
		if !bytes.HasPrefix(text, []byte{0x7b, 0x22}) {
			t.Errorf("starts with %x", text[:2])
		}
		if read, err := taskwallet.ReadText(text, noon); err != nil || read.Time.Sub(noon).Abs() > 10*time.Minute {
			t.Errorf("%+v, %v", read, err)
		}
		if readsAsTransaction(text) {
			t.Errorf("%q is a transaction, too", text)
		}
	})
}
