package relay_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/relay"
)

// vector is one entry of testdata/signing.json.
type vector struct {
	Name    string
	Kind    string
	Key     hexutil.Bytes `json:"private_key"`
	Address common.Address
	Params  struct {
		TaskID      uint64        `json:"task_id"`
		TaskArgs    string        `json:"task_args"`
		TaskArgsHex hexutil.Bytes `json:"task_args_hex"`
		Rule        *repetition   `json:"task_args_rule"`
		ImageNum    string        `json:"image_num"`
	}
	Timestamp    int64
	SignString   string         `json:"sign_string"`
	SignLength   int            `json:"sign_string_length"`
	RelayString  string         `json:"relay_sign_string"` // what the Relay hashed, where it differs
	Keccak256    common.Hash    `json:"keccak256"`
	DigestSigned *hexutil.Bytes `json:"digest_signed"` // where it is not Keccak256
	Signature    string
	Valid        bool
}

// repetition is a long text: prefix, count times repeat, suffix.
type repetition struct {
	Prefix, Repeat, Suffix string
	Count                  int
}

func (r repetition) String() string { return r.Prefix + strings.Repeat(r.Repeat, r.Count) + r.Suffix }

func (v vector) params(t *testing.T) relay.Params {
	t.Helper()
	switch v.Kind {
	case "upload_task_args":
		args := v.Params.TaskArgs
		switch {
		case v.Params.Rule != nil:
			args = v.Params.Rule.String()
		case v.Params.TaskArgsHex != nil:
			args = string(v.Params.TaskArgsHex)
		}
		return relay.UploadParams{TaskArgs: args, TaskID: v.Params.TaskID}
	case "get_task", "upload_results":
		return relay.TaskParams{TaskID: v.Params.TaskID}
	case "get_result":
		return relay.ResultParams{ImageNum: v.Params.ImageNum, TaskID: v.Params.TaskID}
	}
	t.Fatalf("unknown kind %q", v.Kind)
	return nil
}

func load[T any](t testing.TB, file string) (data T) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatal(err)
	}
	return data
}

func signingVectors(t testing.TB) []vector {
	t.Helper()
	all := load[[]vector](t, "signing.json")
	if len(all) != 61 {
		t.Fatalf("%d vectors instead of 61", len(all))
	}
	return all
}

// signer recovers who signed a digest; ok is false for what recovers nobody.
func signer(digest common.Hash, sig []byte) (_ common.Address, ok bool) {
	key, err := crypto.SigToPub(digest[:], sig)
	if err != nil {
		return common.Address{}, false
	}
	return crypto.PubkeyToAddress(*key), true
}

// TestSigningText holds the text and its digest against every vector: for one
// that was signed wrongly on purpose the text is what the Relay hashed instead.
func TestSigningText(t *testing.T) {
	for _, v := range signingVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			text, err := relay.SigningText(v.params(t), v.Timestamp)
			switch v.Name {
			case "invalid-utf8":
				if !errors.Is(err, relay.ErrNotUTF8) {
					t.Fatalf("error %v instead of ErrNotUTF8", err)
				}
				return
			case "control-characters-go1.21":
				v.SignString = strings.NewReplacer(`\u0008`, `\b`, `\u000c`, `\f`).Replace(v.SignString)
				v.Keccak256 = crypto.Keccak256Hash([]byte(v.SignString))
			}
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case v.RelayString != "":
				if string(text) != v.RelayString {
					t.Errorf("text\n%s instead of\n%s", text, v.RelayString)
				}
				if relay.Digest(text) == v.Keccak256 {
					t.Error("digest is that of a text the Relay refuses")
				}
				return
			case v.SignString != "":
				if string(text) != v.SignString {
					t.Errorf("text\n%s instead of\n%s", text, v.SignString)
				}
			case len(text) != v.SignLength:
				t.Errorf("%d bytes instead of %d", len(text), v.SignLength)
			}
			if got := relay.Digest(text); got != v.Keccak256 {
				t.Errorf("digest %s instead of %s", got, v.Keccak256)
			}
		})
	}
}

// TestSigningText_recovers_the_signer asks go-ethereum: what it signs over our
// digest is byte for byte what the reference client signed.
func TestSigningText_recovers_the_signer(t *testing.T) {
	for _, v := range signingVectors(t) {
		if !v.Valid || v.Name == "control-characters-go1.21" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			text, err := relay.SigningText(v.params(t), v.Timestamp)
			if err != nil {
				t.Fatal(err)
			}
			digest := relay.Digest(text)
			sig, err := hex.DecodeString(v.Signature[2:])
			if err != nil {
				t.Fatal(err)
			}
			if who, ok := signer(digest, sig); !ok || who != v.Address {
				t.Errorf("recovers %s instead of %s", who, v.Address)
			}
			key, err := crypto.ToECDSA(v.Key)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := crypto.Sign(digest[:], key); err != nil || !bytes.Equal(again, sig) {
				t.Errorf("signature %x, %v instead of %x", again, err, sig)
			}
		})
	}
}

func TestSigningText_seven_requests_of_one_key(t *testing.T) {
	data := load[struct {
		Address    common.Address
		Signatures []struct {
			Name      string
			TaskArgs  *string `json:"task_args"`
			ImageNum  *string `json:"image_num"`
			TaskID    uint64  `json:"task_id"`
			Timestamp int64
			Hex       string `json:"signed_hex"`
			Digest    common.Hash
			Signature hexutil.Bytes
		} `json:"relay_signatures"`
	}](t, "gen1.json")
	if len(data.Signatures) != 7 {
		t.Fatalf("%d signatures instead of 7", len(data.Signatures))
	}
	for _, v := range data.Signatures {
		t.Run(v.Name, func(t *testing.T) {
			var p relay.Params = relay.TaskParams{TaskID: v.TaskID}
			if v.TaskArgs != nil {
				p = relay.UploadParams{TaskArgs: *v.TaskArgs, TaskID: v.TaskID}
			} else if v.ImageNum != nil {
				p = relay.ResultParams{ImageNum: *v.ImageNum, TaskID: v.TaskID}
			}
			text, err := relay.SigningText(p, v.Timestamp)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(text); got != strings.TrimPrefix(v.Hex, "0x") {
				t.Errorf("text %s instead of %s", got, v.Hex)
			}
			if relay.Digest(text) != v.Digest {
				t.Errorf("digest %s instead of %s", relay.Digest(text), v.Digest)
			}
			if who, ok := signer(v.Digest, v.Signature); !ok || who != data.Address {
				t.Errorf("recovers %s instead of %s", who, data.Address)
			}
		})
	}
}

// FuzzSigningText checks that the signed JSON says what was asked for, and
// nothing else: it parses back to the same values, is followed by the time
// alone, and holds none of the characters that must be escaped.
func FuzzSigningText(f *testing.F) {
	for _, v := range []string{"", "{}", `{"prompt":"<b> & \"q\" \\ / é 日本 🐈"}`, "\u2028\u2029", "\x00\b\f\x1f\x7f", "a\xffb", "\ufffd", "0"} {
		f.Add(v, uint64(1), int64(1795459815))
	}
	f.Add("x", uint64(1<<64-1), int64(-1))
	f.Fuzz(func(t *testing.T, free string, id uint64, unix int64) {
		for _, p := range []relay.Params{
			relay.UploadParams{TaskArgs: free, TaskID: id},
			relay.ResultParams{ImageNum: free, TaskID: id},
			relay.TaskParams{TaskID: id},
		} {
			text, err := relay.SigningText(p, unix)
			if errors.Is(err, relay.ErrNotUTF8) {
				if strings.ToValidUTF8(free, "") == free {
					t.Fatalf("%q refused", free)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			j, ok := bytes.CutSuffix(text, strconv.AppendInt(nil, unix, 10))
			if !ok || bytes.ContainsAny(j, "<>&\u2028\u2029\n\r\t") {
				t.Fatalf("malformed %q", text)
			}
			var back struct {
				TaskArgs *string `json:"task_args"`
				ImageNum *string `json:"image_num"`
				TaskID   uint64  `json:"task_id"`
			}
			d := json.NewDecoder(bytes.NewReader(j))
			d.DisallowUnknownFields()
			if err := d.Decode(&back); err != nil || d.InputOffset() != int64(len(j)) {
				t.Fatalf("%q does not parse back: %v", j, err)
			}
			if back.TaskID != id || back.TaskArgs != nil && *back.TaskArgs != free || back.ImageNum != nil && *back.ImageNum != free {
				t.Fatalf("%q does not say %q of task %d", j, free, id)
			}
		}
	})
}
