//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
)

// instead is what a wallet answers instead of the truth; nobody is asked.
func instead(text string) func(asking) (json.RawMessage, error) {
	return func(asking) (json.RawMessage, error) { return json.RawMessage(text), nil }
}

// throws is a wallet that fails: with an error of EIP-1193, or with something that
// is none, such as a bare text.
func throws(err error) func(asking) (json.RawMessage, error) {
	return func(asking) (json.RawMessage, error) { return nil, err }
}

func TestNonsenseInsteadOfAccountsConnectsNothing(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	account := alice.account.Hex()
	for name, tt := range map[string]struct {
		answer func(asking) (json.RawMessage, error)
		code   job.Code
	}{
		"null":              {instead(`null`), job.WalletGarbage},
		"a number":          {instead(`7`), job.WalletGarbage},
		"one text":          {instead(`"` + account + `"`), job.WalletGarbage},
		"no account":        {instead(`[]`), job.WalletGarbage},
		"nulls":             {instead(`[null]`), job.WalletGarbage},
		"numbers":           {instead(`[1]`), job.WalletGarbage},
		"objects":           {instead(`[{"address":"` + account + `"}]`), job.WalletGarbage},
		"a cut address":     {instead(`["` + account[:40] + `"]`), job.WalletGarbage},
		"a wrong case":      {instead(`["` + otherCase(account) + `"]`), job.WalletGarbage},
		"markup":            {instead(`["<img src=x onerror=alert(1)>"]`), job.WalletGarbage},
		"a text was thrown": {throws(errors.New("boom")), job.WalletGarbage},
		"a rejection, wrapped": {throws(&chain.ProviderError{Code: -32603, Message: "Internal JSON-RPC error.",
			Data: json.RawMessage(`{"originalError":{"code":4001}}`)}), job.Rejected},
	} {
		g := w.reopen(alice, onDisk(newDisk()))
		g.conn.once("eth_requestAccounts", tt.answer)
		g.Connect(walletID)
		s := g.until(name+" is said", func(s runner.Snapshot) bool { return !s.Session.Fault.Zero() })
		if s.Session.Fault.Code != tt.code || s.Session.Connected || s.Session.Connecting != "" {
			t.Errorf("%s: %+v", name, s.Session)
		}
		g.connect() // the next answer counts
		g.close()
	}
}

// otherCase changes the case of the first letter of an address: a wrong checksum.
func otherCase(address string) string {
	i := strings.IndexFunc(address[2:], func(r rune) bool { return r > '9' }) + 2
	letter := address[i : i+1]
	if letter == strings.ToLower(letter) {
		letter = strings.ToUpper(letter)
	} else {
		letter = strings.ToLower(letter)
	}
	return address[:i] + letter + address[i+1:]
}

// TestNonsenseInsteadOfAHash is what wallets may say after they were asked to
// send, whether they did or not. What they did is found on chain.
func TestNonsenseInsteadOfAHash(t *testing.T) {
	answers := map[string]string{
		"null": `null`, "a number": `1`, "a long number": `1e80`, "an empty text": `""`, "true": `true`, "a list": `[]`,
		"a hash in an object": `{"hash":"0x` + strings.Repeat("12", 32) + `"}`, "half a hash": `"0x` + strings.Repeat("12", 16) + `"`,
		"a hash without 0x": `"` + strings.Repeat("12", 32) + `"`,
	}
	for name, answer := range answers {
		for _, step := range []string{"approval", "payment", "payment that was sent"} {
			if step != "payment that was sent" && name != "null" && name != "a number" {
				continue // what was not sent is the same for all
			}
			t.Run(step+", "+name, func(t *testing.T) {
				w := begin(t, setup{})
				alice := w.rich()
				if step != "approval" {
					w.approve(alice, coins(30))
				}
				g := w.open(alice)
				g.conn.once("eth_sendTransaction", func(ask asking) (json.RawMessage, error) {
					if step == "payment that was sent" {
						if _, err := ask(); err != nil {
							return nil, err
						}
					}
					return json.RawMessage(answer), nil
				})
				id := g.order(task.SD, sd(t, 1))
				g.stops(id, job.WalletGarbage)
				g.retry(id)
				g.finishAfterAll(id)
				if n := w.created(alice.account); n != 1 {
					t.Errorf("%d tasks", n)
				}
				if _, tokens := w.holds(alice.account); tokens != cnx(270) {
					t.Errorf("%s left", job.CNX(tokens))
				}
			})
		}
	}
}

// TestEveryRefusalOfThePaymentIsSaid: the codes of EIP-1193 and EIP-1474, and what
// nodes say through wallets. Whatever it was, going on pays once.
func TestEveryRefusalOfThePaymentIsSaid(t *testing.T) {
	around := func(message string) *chain.ProviderError { // as wallets wrap what their node said
		data, err := json.Marshal(map[string]any{"code": -32000, "message": message})
		if err != nil {
			t.Fatal(err)
		}
		return &chain.ProviderError{Code: -32603, Message: "Internal JSON-RPC error.", Data: data}
	}
	for name, tt := range map[string]struct {
		said *chain.ProviderError
		code job.Code
		says string // part of what the person reads
	}{
		"4001":               {&chain.ProviderError{Code: 4001}, job.Rejected, "Nothing was charged."},
		"-32002":             {&chain.ProviderError{Code: -32002, Message: "already pending"}, job.WalletPending, "Nothing was charged."},
		"4100":               {&chain.ProviderError{Code: 4100}, job.WalletLocked, "Nothing was charged."},
		"4200":               {&chain.ProviderError{Code: 4200}, job.WalletCannot, "Nothing was charged."},
		"4900":               {&chain.ProviderError{Code: 4900}, job.WalletGone, "not certain"},
		"4901":               {&chain.ProviderError{Code: 4901}, job.WalletGone, "not certain"},
		"4902":               {&chain.ProviderError{Code: 4902}, job.WrongChain, "Nothing was charged."},
		"-32603":             {&chain.ProviderError{Code: -32603, Message: "Internal error"}, job.WalletGarbage, "not certain"},
		"insufficient funds": {around("insufficient funds for gas * price + value"), job.NotEnoughGas, "do not pay for the gas"},
		"gas limit":          {around("exceeds block gas limit"), job.TxRefused, "more gas than a block"},
		"intrinsic gas":      {around("intrinsic gas too low"), job.TxRefused, "limit of gas is too low"},
		"another chain":      {around("invalid chain id for signer"), job.TxRefused, "signed for another network"},
		"a revert":           {&chain.ProviderError{Code: 3, Message: "execution reverted: Invalid task type"}, job.TxRefused, "kind of task"},
		"a revert, Frontier": {around("VM Exception while processing transaction: revert Not called by the task contract"), job.TxRefused, "not finished setting up"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			g := w.open(alice)
			g.conn.once("eth_sendTransaction", throws(tt.said))
			id := g.order(task.SD, sd(t, 1))
			if p := job.Explain(g.stops(id, tt.code)); !strings.Contains(p.Detail, tt.says) {
				t.Errorf("it says %+v", p)
			}
			g.retry(id)
			g.finishAfterAll(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
		})
	}
	for _, message := range []string{"nonce too low", "replacement transaction underpriced", "already known"} {
		t.Run(message, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			g := w.open(alice)
			g.conn.once("eth_sendTransaction", func(ask asking) (json.RawMessage, error) {
				if _, err := ask(); err != nil { // it is there: the wallet tells of its own second try
					return nil, err
				}
				return nil, around(message)
			})
			id := g.order(task.SD, sd(t, 1))
			if s := g.when(id, "is over", func(s job.State) bool { return s.Phase.Ended() }); s.Phase == job.Failed {
				g.retry(id)
			}
			g.finish(id)
			if n := alice.asked("eth_sendTransaction"); n != 1 || w.created(alice.account) != 1 {
				t.Errorf("asked %d times, %d tasks", n, w.created(alice.account))
			}
		})
	}
}

// TestHashOfAnotherTransactionIsNotTakenForThePayment: well-formed, and a lie.
func TestHashOfAnotherTransactionIsNotTakenForThePayment(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	other, err := w.chain.Transact(t.Context(), w.chain.Key("bob"), alice.account, nil, nil)
	if err != nil { // bob has no coins yet
		w.must(w.chain.Fund(t.Context(), addressOf(w.chain.Key("bob")), coins(1), nil))
		other, err = w.chain.Transact(t.Context(), w.chain.Key("bob"), alice.account, nil, nil)
		w.must(err)
	}
	g := w.open(alice)
	g.conn.once("eth_sendTransaction", func(ask asking) (json.RawMessage, error) {
		if _, err := ask(); err != nil {
			return nil, err
		}
		return json.RawMessage(`"` + other.TxHash.Hex() + `"`), nil
	})
	id := g.order(task.SD, sd(t, 1))
	g.stops(id, job.NetworkMismatch)
	g.retry(id)
	s := g.finish(id)
	if s.Create.Hash == other.TxHash || w.created(alice.account) != 1 || alice.asked("eth_sendTransaction") != 1 {
		t.Errorf("paid by %s, %d tasks", s.Create.Hash, w.created(alice.account))
	}
}

// TestHashOfNothingIsGivenUpAndLookedFor: no node will ever know it.
func TestHashOfNothingIsGivenUpAndLookedFor(t *testing.T) {
	const hash = `"0xdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef"`
	t.Run("but sent", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		w.approve(alice, coins(30))
		g := w.open(alice)
		g.conn.once("eth_sendTransaction", func(ask asking) (json.RawMessage, error) {
			_, err := ask()
			return json.RawMessage(hash), err
		})
		g.finish(g.order(task.SD, sd(t, 1)))
		if n := alice.asked("eth_sendTransaction"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
	t.Run("nothing sent", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		w.approve(alice, coins(30))
		g := w.open(alice)
		g.conn.once("eth_sendTransaction", instead(hash))
		id := g.order(task.SD, sd(t, 1))
		g.stops(id, job.TxDropped)
		g.retry(id)
		g.finish(id)
		if n := w.created(alice.account); n != 1 {
			t.Errorf("%d tasks", n)
		}
	})
}

// TestEveryFormOfASignatureIsTaken: 64 bytes (EIP-2098), high s, v 0, 1, 27 and 28.
func TestEveryFormOfASignatureIsTaken(t *testing.T) {
	for name, form := range signatureForms {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			g := w.open(alice)
			g.conn.stand(func(_ context.Context, m string, params any, ask asking) (json.RawMessage, error) {
				answer, err := ask()
				if list, _ := params.([]any); m != "eth_sign" || len(list) == 0 || err != nil {
					return answer, err
				}
				return reformed(answer, form), nil
			})
			g.finish(g.order(task.SD, sd(t, 1)))
			if n := alice.asked("eth_sign"); n != 2 {
				t.Errorf("%d signatures", n)
			}
		})
	}
}

// TestEveryFormOfTheKeysSignatureMakesTheSameKey, and that of a contract makes none.
func TestEveryFormOfTheKeysSignatureMakesTheSameKey(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	want := g.purse().Address
	for name, form := range signatureForms {
		w.vault = &keyRoom{w: w}
		again := w.reopen(p, onDisk(newDisk()))
		again.connect()
		again.signsTyped(func(answer json.RawMessage) json.RawMessage { return reformed(answer, form) })
		if got := again.purse().Address; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		again.close()
	}
	w.nothingMoved(p)
}

// signatureForms turn r‖s‖v with v 27 or 28 and low s into another form of it.
var signatureForms = map[string]func(sig []byte) []byte{
	"v 27 or 28": func(sig []byte) []byte { return sig },
	"v 0 or 1":   func(sig []byte) []byte { sig[64] -= 27; return sig },
	"64 bytes": func(sig []byte) []byte {
		sig[32] |= (sig[64] - 27) << 7
		return sig[:64]
	},
	"high s": func(sig []byte) []byte {
		s := new(big.Int).SetBytes(sig[32:64])
		s.Sub(crypto.S256().Params().N, s).FillBytes(sig[32:64])
		sig[64] = 27 + 28 - sig[64]
		return sig
	},
}

func reformed(answer json.RawMessage, form func([]byte) []byte) json.RawMessage {
	var text string
	if err := json.Unmarshal(answer, &text); err != nil {
		panic(err)
	}
	return json.RawMessage(`"` + hexutil.Encode(form(hexutil.MustDecode(text))) + `"`)
}

// signsTyped changes what the wallet answers to eth_signTypedData_v4.
func (g *page) signsTyped(change func(json.RawMessage) json.RawMessage) {
	g.conn.stand(func(_ context.Context, m string, _ any, ask asking) (json.RawMessage, error) {
		answer, err := ask()
		if m != "eth_signTypedData_v4" || err != nil {
			return answer, err
		}
		return change(answer), nil
	})
}

func TestUnusableSignaturesMakeNoKey(t *testing.T) {
	w := begin(t, setup{})
	stranger, err := crypto.Sign(crypto.Keccak256([]byte("x")), w.chain.Key("mallory"))
	w.must(err)
	contract := append(make([]byte, 96), stranger...)
	for range 16 {
		contract = append(contract, 0x64, 0x92)
	}
	text := func(b []byte) string { return `"` + hexutil.Encode(b) + `"` }
	order := crypto.S256().Params().N.Bytes()
	for name, tt := range map[string]struct {
		answer string
		code   job.Code
	}{
		"null":              {`null`, job.WalletGarbage},
		"a number":          {`27`, job.WalletGarbage},
		"an object":         {`{"signature":` + text(stranger) + `}`, job.WalletGarbage},
		"no hex":            {`"0xzz"`, job.WalletGarbage},
		"nothing":           {`"0x"`, job.PurseNotDerivable},
		"cut":               {text(stranger[:63]), job.PurseNotDerivable},
		"of another":        {text(stranger), job.PurseNotDerivable},
		"of a contract":     {text(contract[:96]), job.PurseNotDerivable},
		"in ERC-6492 form":  {text(contract), job.PurseNotDerivable},
		"r is zero":         {text(append(make([]byte, 32), stranger[32:]...)), job.PurseNotDerivable},
		"s is zero":         {text(append(append([]byte(nil), stranger[:32]...), make([]byte, 33)...)), job.PurseNotDerivable},
		"r above the curve": {text(append(append([]byte(nil), order...), stranger[32:]...)), job.PurseNotDerivable},
		"v is 5":            {text(append(append([]byte(nil), stranger[:64]...), 5)), job.PurseNotDerivable},
	} {
		t.Run(name, func(t *testing.T) {
			p := w.person(nil, nil, devchain.WalletModern)
			w.vault = &keyRoom{w: w}
			g := w.open(p)
			g.signsTyped(func(json.RawMessage) json.RawMessage { return json.RawMessage(tt.answer) })
			said := g.refuses(tt.code, g.MakePurse)
			if s, _ := g.now(); s.Purse.Made || s.Purse.Open || s.Purse.Address != (common.Address{}) {
				t.Errorf("shown is %+v", s.Purse)
			}
			if strings.Contains(said.Detail+said.Remedy, "0x") {
				t.Errorf("it says %+v", said)
			}
			if n := p.asked("eth_sendTransaction"); n != 0 {
				t.Errorf("the person was asked to send %d times", n)
			}
			g.close()
		})
	}
}

func TestSignatureThatIsRejectedMakesNoKey(t *testing.T) {
	w := begin(t, setup{})
	for n, name := range []string{"the first", "the second"} {
		p := w.person(nil, nil, devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		verdicts := []devchain.Verdict{devchain.Reject}
		if n == 1 {
			verdicts = []devchain.Verdict{devchain.Approve, devchain.Reject}
		}
		p.Answer("eth_signTypedData_v4", verdicts...)
		if said := g.refuses(job.Rejected, g.MakePurse); !said.Quiet {
			t.Errorf("%s: it says %+v", name, said)
		}
		if s, _ := g.now(); s.Purse.Made || s.Purse.Open {
			t.Errorf("%s: shown is %+v", name, s.Purse)
		}
		g.MakePurse() // and the next time it is made
		g.until("it is open", func(s runner.Snapshot) bool { return s.Purse.Open })
		g.close()
	}
}

func TestWalletThatFailsDuringTheFundingSendsNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		answer func(asking) (json.RawMessage, error)
		code   job.Code
	}{
		"rejected":       {throws(&chain.ProviderError{Code: 4001, Message: "User denied transaction signature."}), job.Rejected},
		"pending":        {throws(&chain.ProviderError{Code: -32002, Message: "already pending"}), job.WalletPending},
		"not authorised": {throws(&chain.ProviderError{Code: 4100}), job.WalletLocked},
		"cut off":        {throws(&chain.ProviderError{Code: 4900}), job.WalletGone},
		"a bare text":    {throws(errors.New("boom")), job.WalletGarbage},
		"null":           {instead(`null`), job.WalletGarbage},
		"a number":       {instead(`12`), job.WalletGarbage},
		"its own code":   {throws(&chain.ProviderError{Code: -32000, Message: "insufficient funds for gas * price + value"}), job.NotEnoughGas},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			g, p := w.modern()
			made := g.purse()
			g.conn.once("eth_sendTransaction", tt.answer)
			g.refuses(tt.code, func() { g.FundPurse(1) })
			w.nothingMoved(p)
			native, tokens := w.holds(made.Address)
			if !native.IsZero() || !tokens.IsZero() {
				t.Error("something came")
			}
			g.FundPurse(1)
			s := g.until("the second try is over", func(s runner.Snapshot) bool { return s.Purse.CNX == cnx(30) && s.Purse.Step == "" })
			if !s.Purse.Fault.Zero() || p.asked("eth_sendTransaction") != 2 {
				t.Errorf("%+v, asked %d times", s.Purse.Fault, p.asked("eth_sendTransaction"))
			}
		})
	}
}

func TestWalletOnAForeignChainMakesNoKey(t *testing.T) {
	w := begin(t, setup{})
	g, p := w.modern()
	other, err := devchain.Start(t.Context(), devchain.Options{Clock: devchain.NewClock(rate)})
	w.must(err)
	t.Cleanup(func() { other.Close() })
	p.ReplaceChain(other) // the same id
	before := len(p.Prompts())
	g.refuses(job.ForeignChain, g.MakePurse)
	if n := len(p.Prompts()) - before; n != 0 {
		t.Errorf("%d prompts", n)
	}
	w.nothingMoved(p)
}
