package proof_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/proof"
)

// result is that of a recorded task with three pictures.
var (
	result = hexutil.MustDecode("0xca105586d37b1b5be26030df5be4d259be575d18123d782c")
	hashes = []uint64{0xca105586d37b1b5b, 0xe26030df5be4d259, 0xbe575d18123d782c}
)

func findings(files []proof.File) (all []proof.Finding) {
	for i, f := range files {
		if f.Index != i {
			return nil
		}
		all = append(all, f.Finding)
	}
	return all
}

func TestImages(t *testing.T) {
	const yes, no = proof.Matches, proof.HashDiffers
	for name, c := range map[string]struct {
		hashes []uint64
		result []byte
		want   []proof.Finding
	}{
		"all match":                      {hashes, result, []proof.Finding{yes, yes, yes}},
		"one bit differs":                {[]uint64{hashes[0], hashes[1] ^ 1, hashes[2]}, result, []proof.Finding{yes, no, yes}},
		"order differs":                  {[]uint64{hashes[1], hashes[0], hashes[2]}, result, []proof.Finding{no, no, yes}},
		"too few":                        {hashes[:1], result, []proof.Finding{yes, proof.Missing, proof.Missing}},
		"too many":                       {append(hashes[:3:3], 1), result, []proof.Finding{yes, yes, yes, proof.Surplus}},
		"none":                           {nil, result, []proof.Finding{proof.Missing, proof.Missing, proof.Missing}},
		"empty result":                   {hashes[:1], nil, []proof.Finding{proof.NoResult}},
		"result with a broken hash":      {hashes, result[:23], []proof.Finding{proof.NoResult, proof.NoResult, proof.NoResult}},
		"result of one byte":             {hashes[:1], result[:1], []proof.Finding{proof.NoResult}},
		"zero hash with a zero result":   {[]uint64{0}, make([]byte, 8), []proof.Finding{yes}},
		"nothing here, nothing on chain": {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			files := proof.Images(c.hashes, c.result)
			if diff := cmp.Diff(c.want, findings(files)); diff != "" {
				t.Error(diff)
			}
			for i, f := range files {
				if f.Verified() != (c.want[i] == yes) {
					t.Errorf("file %d: verified %v", i, f.Verified())
				}
				// One by one, as they arrive, they get the same findings.
				if i < len(c.hashes) && proof.Image(i, c.hashes[i], c.result) != f {
					t.Errorf("file %d is another one alone", i)
				}
			}
		})
	}
}

func TestImage_tells_both_hashes_and_their_distance(t *testing.T) {
	want := proof.File{Index: 1, Finding: proof.HashDiffers, Chain: "0xe26030df5be4d259", Here: "0xe26030df5be4d252", Distance: 3}
	if got := proof.Image(1, hashes[1]^0b1011, result); got != want {
		t.Errorf("%+v instead of %+v", got, want)
	}
	far := proof.Image(0, ^hashes[0], result)
	if far.Distance != 64 {
		t.Errorf("distance %d instead of 64", far.Distance)
	}
}

// TestImage_accepts_no_distance_at_all: the contract lets nodes differ by four
// bits, but the file has to be the one that the result node committed to.
func TestImage_accepts_no_distance_at_all(t *testing.T) {
	for bit := range 64 {
		if f := proof.Image(0, hashes[0]^1<<bit, result); f.Verified() || f.Distance != 1 {
			t.Errorf("bit %d: %+v", bit, f)
		}
	}
}

func TestImage_survives_any_index(t *testing.T) {
	for _, i := range []int{-1, 3, 1 << 62} {
		if f := proof.Image(i, hashes[0], result); f.Finding != proof.Surplus || f.Index != i {
			t.Errorf("%+v", f)
		}
	}
}

func TestBrokenImage_is_never_verified(t *testing.T) {
	want := proof.File{Index: 2, Finding: proof.Unreadable, Chain: "0xbe575d18123d782c"}
	if got := proof.BrokenImage(2, result); got != want || got.Verified() {
		t.Errorf("%+v instead of %+v", got, want)
	}
	if got := proof.BrokenImage(0, nil); got.Finding != proof.Unreadable || got.Verified() {
		t.Errorf("%+v", got)
	}
}

func TestCount(t *testing.T) {
	for length, want := range map[int]int{0: 0, 7: 0, 8: 1, 9: 0, 24: 3, 80: 10} {
		if got := proof.Count(make([]byte, length)); got != want {
			t.Errorf("%d bytes: %d instead of %d", length, got, want)
		}
	}
}

// TestText uses an answer and a result of the real network's software.
func TestText(t *testing.T) {
	const answer = `{"model":"gpt2","choices":[{"finish_reason":"length","message":{"role":"assistant","content":"The Nile, the Amazon & <the> Danube \u2014 三つ"},"index":0}],"usage":{"prompt_tokens":11,"completion_tokens":30,"total_tokens":41}}`
	onChain := hexutil.MustDecode("0x225f44c9cc08e9e1aaae72a4a2329e4372c34092caf00e0a8e9b2401f388dc73")
	empty := sha256.Sum256(nil)
	for name, c := range map[string]struct {
		file   string
		result []byte
		want   proof.Finding
	}{
		"the answer":               {answer, onChain, proof.Matches},
		"with another last byte":   {answer + "\n", onChain, proof.HashDiffers},
		"truncated":                {answer[:100], onChain, proof.HashDiffers},
		"empty":                    {"", onChain, proof.HashDiffers},
		"empty, as the chain says": {"", empty[:], proof.Matches},
		"empty result":             {answer, nil, proof.NoResult},
		"result of a picture":      {answer, onChain[:8], proof.NoResult},
		"result with more":         {answer, append(onChain[:32:32], 0), proof.NoResult},
	} {
		t.Run(name, func(t *testing.T) {
			if f := proof.Text([]byte(c.file), c.result); f.Finding != c.want || f.Verified() != (c.want == proof.Matches) {
				t.Errorf("%+v instead of %q", f, c.want)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	args := []byte(`{"base_model":"runwayml/stable-diffusion-v1-5","prompt":"best quality, a red bicycle, error task","negative_prompt":"low quality","task_config":{"image_width":512,"image_height":512,"num_images":3,"seed":5123333,"steps":30,"safety_checker":false,"cfg":7}}`)
	recorded := common.HexToHash("0x6a19d9981d3b75a3321162ba740a1d5d9d63c6baa5fdfe32fb8df3988f5d7b2e")
	if !proof.Arguments(args, recorded) {
		t.Error("recorded arguments refused")
	}
	if proof.Arguments(append(args, ' '), recorded) || proof.Arguments(nil, recorded) || proof.Arguments(args, common.Hash{}) {
		t.Error("other arguments accepted")
	}
	if !proof.Arguments(nil, crypto.Keccak256Hash()) {
		t.Error("no arguments and their hash refused")
	}
}

func receipt() proof.Receipt {
	return proof.Receipt{
		Version: proof.Version, ChainID: 42, TaskID: 1<<64 - 1,
		CreateTx: common.Hash{1}, SuccessTx: common.Hash{2}, TaskHash: common.Hash{3},
		Result: result, Node: common.HexToAddress("0x3626317738ca7D0DA357784B4e3Edde95D01380B"),
		Witness: "https://rpc.example", Arguments: true, Files: proof.Images(hashes, result),
	}
}

func TestReceipt_is_verified_only_with_everything(t *testing.T) {
	if !receipt().Verified() {
		t.Fatal("complete receipt is not verified")
	}
	for name, spoil := range map[string]func(*proof.Receipt){
		"nothing at all":       func(r *proof.Receipt) { *r = proof.Receipt{} },
		"no witness":           func(r *proof.Receipt) { r.Witness = "" },
		"other arguments":      func(r *proof.Receipt) { r.Arguments = false },
		"no files":             func(r *proof.Receipt) { r.Files = nil },
		"a file not looked at": func(r *proof.Receipt) { r.Files[1] = proof.File{Index: 1} },
		"a wrong file":         func(r *proof.Receipt) { r.Files[2] = proof.Image(2, 0, result) },
		"a broken file":        func(r *proof.Receipt) { r.Files[0] = proof.BrokenImage(0, result) },
		"a missing file":       func(r *proof.Receipt) { r.Files = proof.Images(hashes[:2], result) },
		"a file too many":      func(r *proof.Receipt) { r.Files = proof.Images(append(hashes[:3:3], 0), result) },
	} {
		t.Run(name, func(t *testing.T) {
			r := receipt()
			spoil(&r)
			if r.Verified() {
				t.Errorf("%+v is verified", r)
			}
		})
	}
}

func TestReceipt_survives_JSON(t *testing.T) {
	text, err := json.Marshal(receipt())
	if err != nil {
		t.Fatal(err)
	}
	var back proof.Receipt
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(receipt(), back); diff != "" {
		t.Error(diff)
	}
	if !back.Verified() {
		t.Error("no longer verified")
	}
	// Readers with 53-bit numbers get the id as text.
	var loose map[string]any
	if err := json.Unmarshal(text, &loose); err != nil || loose["task_id"] != "18446744073709551615" {
		t.Errorf("task_id %v, %v", loose["task_id"], err)
	}
}

func Example() {
	result := hexutil.MustDecode("0xca105586d37b1b5be26030df5be4d259") // of TaskSuccess
	files := proof.Images([]uint64{0xca105586d37b1b5b, 0xe26030df5be4d258}, result)
	r := proof.Receipt{Version: proof.Version, ChainID: 42, TaskID: 7, Witness: "https://rpc.example", Arguments: true, Files: files}

	for _, f := range r.Files {
		fmt.Println(f.Index, f.Finding, f.Distance)
	}
	fmt.Println("verified:", r.Verified())
	// Output:
	// 0 matches 0
	// 1 hash-differs 1
	// verified: false
}
