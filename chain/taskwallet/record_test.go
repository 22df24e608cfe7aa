package taskwallet

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"

	"crynux-dapp/chain"
)

func testIdentity() Identity {
	return Identity{
		V: Version, Kind: Derived, Site: "crynux.example.org", ChainID: 42, Number: 3, CreatedAt: 1_700_000_000,
		Owner:   common.HexToAddress("0x9a72298acd3f221d3e8a909644ad8e64a651f0ed"),
		Address: common.HexToAddress("0x7Ae8335324D9934Fc701819DCF6575b72e5f830F"),
		Contracts: Contracts{
			Token: common.HexToAddress("0x95E7e7Ed5463Ff482f61585605a0ff278e0E1FFb"),
			Node:  common.HexToAddress("0x719f8f1e106BeF85f2ffC1D23e86C9cbCb7ddB67"),
			Task:  common.HexToAddress("0xd14f963B54Deff1993FF7987954602c9593d36A4"),
		},
		Relays: []string{"https://relay.example.org/?a=1&b=2"},
	}
}

// Who changes this spelling locks everybody's remembered key away.
func TestCanonicalIsFrozen(t *testing.T) {
	const want = `{"v":1,"kind":"derived","owner":"0x9a72298acd3f221d3e8a909644ad8e64a651f0ed","site":"crynux.example.org","chainId":42,"number":3,"address":"0x7ae8335324d9934fc701819dcf6575b72e5f830f","contracts":{"token":"0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb","node":"0x719f8f1e106bef85f2ffc1d23e86c9cbcb7ddb67","task":"0xd14f963b54deff1993ff7987954602c9593d36a4"},"relays":["https://relay.example.org/?a=1\u0026b=2"],"createdAt":1700000000}`
	if got := string(testIdentity().Canonical()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	id := testIdentity()
	id.Relays = nil
	if got := string(id.Canonical()); !strings.Contains(got, `"relays":[]`) {
		t.Errorf("no Relays: %s", got)
	}
}

func TestRecordKeepsEverything(t *testing.T) {
	nonce := uint64(0)
	in := Record{
		Identity: testIdentity(), BackupProvenAt: 1_700_000_001, HighestNonce: &nonce,
		Cipher: &Cipher{By: ByPassphrase, Iterations: 600_000, Salt: []byte{1}, IV: []byte{2}, Data: []byte{3}},
	}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := DecodeRecord(text)
	if diff := cmp.Diff(in, out); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	public, err := json.Marshal(in.Public())
	if err != nil || strings.Contains(string(public), "cipher") {
		t.Errorf("export: %s, %v", public, err)
	}
	if in.Cipher == nil {
		t.Error("the record lost its cipher text to the export")
	}
}

func TestDecodeRecordRefuses(t *testing.T) {
	for name, change := range map[string]func(*Record){
		"other version":      func(r *Record) { r.V = 2 },
		"unknown kind":       func(r *Record) { r.Kind = "made up" },
		"no owner":           func(r *Record) { r.Owner = common.Address{} },
		"no address":         func(r *Record) { r.Address = common.Address{} },
		"owner is the key":   func(r *Record) { r.Owner = r.Address },
		"no chain":           func(r *Record) { r.ChainID = 0 },
		"number above 99":    func(r *Record) { r.Number = 100 },
		"no site":            func(r *Record) { r.Site = "" },
		"no token":           func(r *Record) { r.Contracts.Token = common.Address{} },
		"no task contract":   func(r *Record) { r.Contracts.Task = common.Address{} },
		"too many relays":    func(r *Record) { r.Relays = make([]string, 9) },
		"a relay too long":   func(r *Record) { r.Relays = []string{strings.Repeat("a", 301)} },
		"more than a record": func(r *Record) { r.Cipher = &Cipher{Data: make([]byte, maxRecord)} },
	} {
		t.Run(name, func(t *testing.T) {
			r := Record{Identity: testIdentity()}
			change(&r)
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := DecodeRecord(text); !errors.Is(err, BrokenFile) {
				t.Error(err)
			}
		})
	}
	for _, text := range []string{"", "null", "[]", "{", `{"v":"1"}`} {
		if _, err := DecodeRecord([]byte(text)); !errors.Is(err, BrokenFile) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOnlyTheSameNetworkIsServed(t *testing.T) {
	id := testIdentity()
	same := chain.Contracts(id.Contracts)
	if err := id.SameNetwork(same, id.Relays); err != nil {
		t.Error(err)
	}
	other := same
	other.Task = common.Address{1}
	for name, err := range map[string]error{
		"another contract": id.SameNetwork(other, id.Relays),
		"another Relay":    id.SameNetwork(same, []string{"https://evil.example"}),
		"one Relay more":   id.SameNetwork(same, append(id.Relays, "https://evil.example")),
		"no Relay":         id.SameNetwork(same, nil),
	} {
		var moved *MovedError
		if !errors.Is(err, Moved) || !errors.As(err, &moved) || cmp.Equal(moved.Record, moved.Now) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMoneyMayGoInOnlyWithAWayBack(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		backup int64
		want   bool
	}{{Derived, 0, true}, {Derived, 1, true}, {Random, 0, false}, {Random, 1, true}, {Imported, 0, false}, {Imported, 1, true}} {
		r := Record{Identity: testIdentity(), BackupProvenAt: c.backup}
		r.Kind = c.kind
		if r.HasWayBack() != c.want {
			t.Errorf("%+v", c)
		}
	}
}
