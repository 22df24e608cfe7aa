package protocol_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/worker/protocol"
)

// crossed is a value after its way over the border.
func crossed[T any](t *testing.T, v T) T {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

func same[T any](t *testing.T, v T) {
	t.Helper()
	t.Run(fmt.Sprintf("%T", v), func(t *testing.T) {
		if d := cmp.Diff(v, crossed(t, v)); d != "" {
			t.Errorf("(-sent +arrived):\n%s", d)
		}
	})
}

var (
	most     = new(uint256.Int).SetAllOne()
	address  = common.HexToAddress("0x7Ae8335324D9934Fc701819DCF6575b72e5f830F")
	identity = taskwallet.Identity{
		V: taskwallet.Version, Kind: taskwallet.Derived, Owner: common.Address{1}, Site: "crynux.example.org",
		ChainID: math.MaxUint64, Number: 99, Address: address,
		Contracts: taskwallet.Contracts{Token: common.Address{2}, Node: common.Address{3}, Task: common.Address{4}},
		Relays:    []string{"https://relay.example.org/?a=1&b=<2>"}, CreatedAt: 1_700_000_000,
	}
	cipher = taskwallet.Cipher{By: taskwallet.ByPassphrase, Iterations: 600_000, Salt: make([]byte, 16), IV: make([]byte, 12), Data: make([]byte, 48)}
)

func TestEverythingArrivesAsItWasSent(t *testing.T) {
	nonce := uint64(math.MaxUint64)
	same(t, protocol.RecoverArgs{Digest: common.Hash{1}, Signature: []byte{1, 2}})
	same(t, protocol.RecoverOK{Address: address})
	same(t, protocol.ImageHashOK{Hash: math.MaxUint64})
	same(t, taskwallet.Message{Owner: address, Site: "ipfs copy", ChainID: math.MaxUint64, Number: 99})
	same(t, taskwallet.Record{Identity: identity, BackupProvenAt: 1, HighestNonce: &nonce, Cipher: &cipher})
	same(t, protocol.AddressOK{Address: address})
	same(t, protocol.OpenArgs{Identity: identity, Gas: taskwallet.Gas{Approve: 1, Create: 2, Cancel: 3, Transfer: math.MaxUint64}, Budget: most})
	same(t, protocol.AllowArgs{Budget: new(uint256.Int)})
	same(t, protocol.SweepToArgs{Typed: "0x\"<&>"})
	same(t, protocol.SignTxArgs{Intent: json.RawMessage(`{}`), Nonce: nonce, Gas: nonce, Price: taskwallet.Price{Max: *most, Dynamic: true, Tip: *uint256.NewInt(1), Shown: *most}})
	same(t, taskwallet.Signed{Raw: []byte{2, 0, 255}, Hash: common.Hash{7}})
	same(t, protocol.HostArgs{Origin: "https://example.org"})
	same(t, protocol.SignHostTxArgs{Origin: "https://example.org", SignTxArgs: protocol.SignTxArgs{Intent: json.RawMessage(`{}`), Nonce: nonce}})
	same(t, protocol.SignTextOK{Signature: make([]byte, 65)})
	same(t, protocol.BackupOK{File: []byte(`{"version":3}`)})
	same(t, identity)
	same(t, cipher)
}

// The cipher text of a key opens only with the very same spelling.
func TestIdentityKeepsItsCanonicalSpelling(t *testing.T) {
	without := identity
	without.Relays = nil
	for _, id := range []taskwallet.Identity{identity, without} {
		if got, want := string(crossed(t, id).Canonical()), string(id.Canonical()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestIntentsArriveAsTheyWereSent(t *testing.T) {
	for _, i := range []taskwallet.Intent{
		taskwallet.Approve{Amount: *most},
		taskwallet.Create{Kind: 1, TaskHash: common.Hash{9}, VRAM: math.MaxUint64, Fee: *most},
		taskwallet.Cancel{ID: math.MaxUint64},
		taskwallet.SweepToken{To: address, Amount: *most},
		taskwallet.SweepNative{Amount: *most},
		taskwallet.HostToken{Origin: "https://example.org:8443", Host: address, Amount: *most},
		taskwallet.HostNative{Origin: "https://example.org", Host: address},
	} {
		text, err := taskwallet.EncodeIntent(i)
		if err != nil {
			t.Fatal(err)
		}
		got, err := taskwallet.DecodeIntent(crossed(t, protocol.SignTxArgs{Intent: text}).Intent)
		if d := cmp.Diff(i, got); err != nil || d != "" {
			t.Errorf("error %v (-sent +arrived):\n%s", err, d)
		}
	}
}

func TestRefusalsCrossTheBorder(t *testing.T) {
	for _, r := range []taskwallet.Refusal{
		taskwallet.BadSite, taskwallet.BadMessage, taskwallet.BadSignature, taskwallet.ForeignSigner, taskwallet.NotDeterministic,
		taskwallet.OtherKey, taskwallet.BadKey, taskwallet.WrongPassword, taskwallet.BrokenFile, taskwallet.HostileFile, taskwallet.Moved,
		taskwallet.Locked, taskwallet.NotAnIntent, taskwallet.ForeignTarget, taskwallet.WrongChain, taskwallet.BadAmount, taskwallet.BadPrice,
		taskwallet.PriceTooHigh, taskwallet.GasTooHigh, taskwallet.OverBudget, taskwallet.NotAText, taskwallet.OutOfTime,
		taskwallet.TooMany, taskwallet.TooLittle, taskwallet.Unsafe,
	} {
		for _, err := range []error{r, r.Because("why %q", "<&>"), fmt.Errorf("seal: %w", r.Because("why"))} {
			got := crossed(t, protocol.FailureOf(err)).Refused()
			var refused *taskwallet.Error
			if !errors.Is(got, r) || !errors.As(got, &refused) {
				t.Errorf("%v arrived as %v", err, got)
			}
		}
		var want *taskwallet.Error
		errors.As(r.Because("why"), &want)
		if d := cmp.Diff(error(want), crossed(t, protocol.FailureOf(want)).Refused()); d != "" {
			t.Error(d)
		}
	}
}

func TestOtherFailuresAreNoRefusals(t *testing.T) {
	f := crossed(t, protocol.FailureOf(errors.New("no PNG")))
	if f.Refused() != nil || f.Detail != "no PNG" {
		t.Errorf("%+v", f)
	}
}
