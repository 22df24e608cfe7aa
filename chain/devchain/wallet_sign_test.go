//go:build !js

package devchain_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// signer recovers who made a signature in the form wallets return.
func signer(t *testing.T, digest []byte, result string) common.Address {
	t.Helper()
	var sig hexutil.Bytes
	if err := json.Unmarshal([]byte(result), &sig); err != nil || len(sig) != 65 {
		t.Fatalf("signature %s: %v", result, err)
	}
	if v := sig[64]; v != 27 && v != 28 {
		t.Fatalf("v = %d, want 27 or 28", v)
	}
	sig[64] -= 27
	public, err := crypto.SigToPub(digest, sig)
	if err != nil {
		t.Fatal(err)
	}
	return crypto.PubkeyToAddress(*public)
}

func TestWalletThatPrefixesShowsOneDigestAndSignsAnother(t *testing.T) {
	w, site := connected(t, newStandIn(t, 42))
	w.SetMode(devchain.WalletPrefixing)
	digest := crypto.Keccak256([]byte(`{"task_id":7}1705017600`))
	got := must(t, site, "eth_sign", lower(alice), hexutil.Encode(digest))
	if who := signer(t, accounts.TextHash(digest), got); who != alice {
		t.Errorf("signed by %s", who)
	}
	if shown := w.Prompts()[len(w.Prompts())-1].Text; shown != hexutil.Encode(digest) {
		t.Errorf("it showed %s", shown)
	}
}

func TestWalletSignsDigests(t *testing.T) {
	w, site := connected(t, newStandIn(t, 42))
	text := []byte(`{"task_id":7}1705017600`)
	digest := crypto.Keccak256(text)

	t.Run("modern_does_not_know_eth_sign", func(t *testing.T) {
		got := refusal(t, site, "eth_sign", lower(alice), hexutil.Encode(digest))
		wantRefusal(t, got, -32601, `The method "eth_sign" does not exist / is not available.`)
	})
	w.SetMode(devchain.WalletLegacy)
	t.Run("legacy_signs_the_digest_itself", func(t *testing.T) {
		got := must(t, site, "eth_sign", alice.Hex(), hexutil.Encode(digest))
		if who := signer(t, digest, got); who != alice {
			t.Errorf("signed by %s", who)
		}
		if again := must(t, site, "eth_sign", lower(alice), hexutil.Encode(digest)); again != got {
			t.Error("the same digest gave two signatures")
		}
		prompts := w.Prompts()
		last := prompts[len(prompts)-1]
		if last.Kind != devchain.PromptDigest || last.Text != hexutil.Encode(digest) || last.Warning == "" {
			t.Errorf("prompt = %+v", last)
		}
	})
	t.Run("personal_sign_of_the_same_text_is_another_signature", func(t *testing.T) {
		got := must(t, site, "personal_sign", hexutil.Encode(text), lower(alice))
		if signer(t, digest, got) == alice {
			t.Error("personal_sign left out its prefix")
		}
		if who := signer(t, accounts.TextHash(text), got); who != alice {
			t.Errorf("signed by %s", who)
		}
	})
	t.Run("only_32_bytes", func(t *testing.T) {
		for _, data := range []string{"0x", "0x1234", hexutil.Encode(text), "hello"} {
			wantRefusal(t, refusal(t, site, "eth_sign", lower(alice), data), -32602, "eth_sign requires 32 byte message hash")
		}
	})
	t.Run("rejected", func(t *testing.T) {
		w.Answer("eth_sign", devchain.Reject)
		wantRefusal(t, refusal(t, site, "eth_sign", lower(alice), hexutil.Encode(digest)), 4001,
			"MetaMask Message Signature: User denied message signature.")
	})
}

func TestWalletSignsMessages(t *testing.T) {
	w, site := connected(t, newStandIn(t, 42))
	t.Run("hex_or_text_in_either_order", func(t *testing.T) {
		message := []byte("hello\nworld ☃")
		hexed := hexutil.Encode(message)
		for _, params := range [][]any{{hexed, lower(alice)}, {lower(alice), hexed}, {string(message), alice.Hex()}} {
			if who := signer(t, accounts.TextHash(message), must(t, site, "personal_sign", params...)); who != alice {
				t.Errorf("%v: signed by %s", params, who)
			}
		}
		for _, p := range w.Prompts()[1:] {
			if p.Text != string(message) {
				t.Errorf("shown as %q", p.Text)
			}
		}
	})
	t.Run("bytes_that_are_no_text_are_shown_as_hex", func(t *testing.T) {
		must(t, site, "personal_sign", "0x00ff", lower(alice))
		prompts := w.Prompts()
		if got := prompts[len(prompts)-1].Text; got != "0x00ff" {
			t.Errorf("shown as %q", got)
		}
	})
	t.Run("errors", func(t *testing.T) {
		wantRefusal(t, refusal(t, site, "personal_sign", "0x00"), -32000, "Invalid input.")
		wantRefusal(t, refusal(t, site, "personal_sign", "0x00", "0x12"), -32602, "Invalid parameters: must provide an Ethereum address.")
		wantRefusal(t, refusal(t, site, "personal_sign", 1, 2), -32602, "Invalid method parameter(s).")
		wantRefusal(t, refusal(t, site, "personal_sign", "0x00", lower(bob)), 4100,
			"The requested account and/or method has not been authorized by the user.")
		if got := refusal(t, site, "personal_sign", "", lower(alice)); got.Code != -32603 || !bytes.Contains(got.Data, []byte(`"cause":{"message"`)) {
			t.Errorf("an empty message: %d %s", got.Code, got.Data)
		}
		w.Answer("personal_sign", devchain.Reject)
		wantRefusal(t, refusal(t, site, "personal_sign", "0x00", lower(alice)), 4001,
			"MetaMask Personal Message Signature: User denied message signature.")
	})
}

// taskWalletText is the message of the task wallet, specification 1 §3.
const taskWalletText = `{
  "types": {
    "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
    "TaskWallet": [{"name": "purpose", "type": "string"}, {"name": "warning", "type": "string"},
      {"name": "site", "type": "string"}, {"name": "chainId", "type": "uint256"}, {"name": "number", "type": "uint256"}]
  },
  "primaryType": "TaskWallet",
  "domain": {"name": "Crynux DApp task wallet", "version": "1"},
  "message": {
    "purpose": "Open my Crynux task wallet",
    "warning": "This signature IS its key: whoever gets it can spend what is in it. It is never a login. Reject unless you are on this site or on a copy of it that you trust.",
    "site": "crynux.example.org", "chainId": "42", "number": "0"
  }
}`

func TestWalletSignsTypedData(t *testing.T) {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("crynux-dapp test owner")))
	if err != nil {
		t.Fatal(err)
	}
	owner := crypto.PubkeyToAddress(key.PublicKey)
	c := newStandIn(t, 5)
	w := newWallet(t, c, func(o *devchain.WalletOptions) { o.Keys = []*ecdsa.PrivateKey{key} })
	site := w.Site(shop)
	must(t, site, "eth_requestAccounts")

	t.Run("the_task_wallet_vector", func(t *testing.T) {
		got := must(t, site, "eth_signTypedData_v4", lower(owner), taskWalletText)
		digest := common.FromHex("5f3db24134ecc89957f8dca6ee8c90a92495fa8e1aa026355fef6b6c70ec4632")
		if who := signer(t, digest, got); who != owner {
			t.Fatalf("signed by %s, want %s", who, owner)
		}
		if key := taskWalletKey(t, got, owner, 42, 0); key != "3bb1d19b068202db6829887f91abaacb36288007414f0e43b78b53772e8707e6" {
			t.Errorf("task wallet key %s", key)
		}
		prompts := w.Prompts()
		last := prompts[len(prompts)-1]
		if last.Summary != "Sign TaskWallet" || !strings.HasPrefix(last.Text, "purpose: Open my Crynux task wallet\nwarning: This signature IS its key") {
			t.Errorf("prompt = %+v", last)
		}
	})
	t.Run("twice_the_same_signature_and_the_object_for_the_text", func(t *testing.T) {
		first := must(t, site, "eth_signTypedData_v4", lower(owner), taskWalletText)
		if again := must(t, site, "eth_signTypedData_v4", owner.Hex(), json.RawMessage(taskWalletText)); again != first {
			t.Errorf("%s\n%s", first, again)
		}
	})
	t.Run("a_domain_of_another_chain", func(t *testing.T) {
		withChain := func(id string) string {
			text := strings.Replace(taskWalletText, `"version": "1"}`, `"version": "1", "chainId": `+id+`}`, 1)
			return strings.Replace(text, `{"name": "version", "type": "string"}`, `{"name": "version", "type": "string"}, {"name": "chainId", "type": "uint256"}`, 1)
		}
		got := refusal(t, site, "eth_signTypedData_v4", lower(owner), withChain("1"))
		wantRefusal(t, got, -32603, `Provided chainId "1" must match the active chainId "5"`)
		must(t, site, "eth_signTypedData_v4", lower(owner), withChain("5"))
	})
	t.Run("errors", func(t *testing.T) {
		wantRefusal(t, refusal(t, site, "eth_signTypedData_v4", lower(owner), "{"), -32603, "Data must be passed as a valid JSON string.")
		wantRefusal(t, refusal(t, site, "eth_signTypedData_v4", lower(owner), "{}"), -32603, "Data must conform to EIP-712 schema. See https://git.io/fNtcx.")
		wantRefusal(t, refusal(t, site, "eth_signTypedData_v4", lower(owner)), -32000, "Invalid input.")
		wantRefusal(t, refusal(t, site, "eth_signTypedData_v4", lower(bob), taskWalletText), 4100,
			"The requested account and/or method has not been authorized by the user.")
		w.Answer("eth_signTypedData_v4", devchain.Reject)
		wantRefusal(t, refusal(t, site, "eth_signTypedData_v4", lower(owner), taskWalletText), 4001,
			"MetaMask Typed Message Signature: User denied message signature.")
	})
}

// taskWalletKey derives the key of taskwallet specification 1 §4.
func taskWalletKey(t *testing.T, result string, owner common.Address, chainID, number int64) string {
	t.Helper()
	var sig hexutil.Bytes
	if err := json.Unmarshal([]byte(result), &sig); err != nil {
		t.Fatal(err)
	}
	info := append([]byte("key"), owner.Bytes()...)
	for _, n := range []int64{chainID, number} {
		info = append(info, common.LeftPadBytes(big.NewInt(n).Bytes(), 32)...)
	}
	okm, err := hkdf.Key(sha256.New, sig[:64], []byte("crynux-dapp/task-wallet/v1"), string(info), 48)
	if err != nil {
		t.Fatal(err)
	}
	k := new(big.Int).SetBytes(okm)
	k.Mod(k, new(big.Int).Sub(crypto.S256().Params().N, big.NewInt(1)))
	return hex.EncodeToString(k.Add(k, big.NewInt(1)).FillBytes(make([]byte, 32)))
}
