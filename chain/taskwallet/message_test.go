//go:build !js

package taskwallet_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"crynux-dapp/chain/taskwallet"
)

type vectors struct {
	Owner   common.Address
	Vectors []struct {
		Site    string
		ChainID uint64
		Number  uint8
		Digest  common.Hash
	}
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDigestIsThatOfTheVectors(t *testing.T) {
	all := readVectors(t)
	for _, v := range all.Vectors {
		got, err := taskwallet.Message{Owner: all.Owner, Site: v.Site, ChainID: v.ChainID, Number: v.Number}.Digest()
		if err != nil || got != v.Digest {
			t.Errorf("%s, chain %d, number %d: %s, %v", v.Site, v.ChainID, v.Number, got, err)
		}
	}
}

// Who changes this text loses every key that was made from it.
const frozen = `{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"}],"TaskWallet":[{"name":"purpose","type":"string"},{"name":"warning","type":"string"},{"name":"site","type":"string"},{"name":"chainId","type":"uint256"},{"name":"number","type":"uint256"}]},"primaryType":"TaskWallet","domain":{"name":"Crynux DApp task wallet","version":"1"},"message":{"purpose":"Open my Crynux task wallet","warning":"This signature IS its key: whoever gets it can spend what is in it. It is never a login. Reject unless you are on this site or on a copy of it that you trust.","site":"crynux.example.org","chainId":"42","number":"7"}}`

func TestParamsAreFrozen(t *testing.T) {
	owner := readVectors(t).Owner
	got, err := taskwallet.Message{Owner: owner, Site: "crynux.example.org", ChainID: 42, Number: 7}.Params()
	if err != nil || len(got) != 2 || got[0] != owner.Hex() || got[1] != frozen {
		t.Errorf("%v, %v", got, err)
	}
}

// Oracle: the wallet's side, which computes the digest from the text.
func TestDigestIsThatOfTheText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := "abcdefghijklmnopqrstuvwxyz0123456789"
	for range 200 {
		m := taskwallet.Message{ChainID: r.Uint64()>>r.IntN(63) + 1, Number: uint8(r.IntN(100))}
		for i := range m.Owner {
			m.Owner[i] = byte(r.Uint32())
		}
		for range 1 + r.IntN(80) {
			m.Site += string(letters[r.IntN(len(letters))])
		}
		params, err := m.Params()
		if err != nil {
			t.Fatal(err)
		}
		var typed apitypes.TypedData
		if err := json.Unmarshal([]byte(params[1].(string)), &typed); err != nil {
			t.Fatal(err)
		}
		want, _, err := apitypes.TypedDataAndHash(typed)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Digest(); err != nil || got != common.Hash(want) {
			t.Fatalf("%+v: %s instead of %x, %v", m, got, want, err)
		}
	}
}

func TestMessageOutOfRange(t *testing.T) {
	good := taskwallet.Message{Owner: common.Address{1}, Site: "a", ChainID: 1}
	for name, c := range map[string]struct {
		change func(*taskwallet.Message)
		want   taskwallet.Refusal
	}{
		"no owner":         {func(m *taskwallet.Message) { m.Owner = common.Address{} }, taskwallet.BadMessage},
		"no chain":         {func(m *taskwallet.Message) { m.ChainID = 0 }, taskwallet.BadMessage},
		"number above 99":  {func(m *taskwallet.Message) { m.Number = 100 }, taskwallet.BadMessage},
		"no site":          {func(m *taskwallet.Message) { m.Site = "" }, taskwallet.BadSite},
		"quote in a site":  {func(m *taskwallet.Message) { m.Site = `a"b` }, taskwallet.BadSite},
		"site with a port": {func(m *taskwallet.Message) { m.Site = "localhost:80" }, taskwallet.BadSite},
	} {
		t.Run(name, func(t *testing.T) {
			m := good
			c.change(&m)
			if _, err := m.Digest(); !errors.Is(err, c.want) {
				t.Errorf("digest: %v", err)
			}
			if params, err := m.Params(); !errors.Is(err, c.want) || params != nil {
				t.Errorf("text: %v, %v", params, err)
			}
		})
	}
}
