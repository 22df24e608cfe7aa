//go:build !js

package chain

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

func always(answer string) Provider {
	return providerFunc(func(string, any) (string, error) { return answer, nil })
}

const (
	lower = "0x9689a6bf6caea94f2cdd7e265899c0bb99df3835"
	mixed = "0x9689A6BF6caea94f2CDD7e265899C0bb99DF3835"
)

func TestAccountsAnswers(t *testing.T) {
	who := common.HexToAddress(mixed)
	for answer, want := range map[string]int{
		`[]`:                                0,
		`["` + lower + `"]`:                 1,
		`["` + mixed + `","` + lower + `"]`: 2,
		`null`:                              -1,
		`"` + lower + `"`:                   -1,
		`[1]`:                               -1,
		`[null]`:                            -1,
		`["0x9689"]`:                        -1,
		`["` + lower[2:] + `"]`:             -1,
		`["0x9689a6BF6caea94f2CDD7e265899C0bb99DF3835"]`: -1, // wrong checksum
		`[{"address":"` + lower + `"}]`:                  -1,
		`{"0":"` + lower + `"}`:                          -1,
		`<html>`:                                         -1,
		``:                                               -1,
	} {
		t.Run(answer, func(t *testing.T) {
			accounts, err := Accounts(t.Context(), always(answer))
			if want < 0 {
				if !errors.Is(err, ErrMalformed) || accounts != nil {
					t.Error(accounts, err)
				}
				return
			}
			if err != nil || len(accounts) != want || want > 0 && accounts[0] != who {
				t.Error(accounts, err)
			}
		})
	}
	if _, err := RequestAccounts(t.Context(), always("[]")); !errors.Is(err, ErrMalformed) {
		t.Error("a connection without an account:", err)
	}
}

func TestChainIDAnswers(t *testing.T) {
	for answer, want := range map[string]uint64{
		`"0x2a"`: 42, `"0x1"`: 1, `"0xffffffffffffffff"`: 1<<64 - 1,
		`42`: 0, `"42"`: 0, `"0x02a"`: 0, `"0X2A"`: 0, `null`: 0, `"0x"`: 0, `""`: 0, `"0x10000000000000000"`: 0, `{"chainId":"0x2a"}`: 0, `"0x2g"`: 0, `"0x 2"`: 0,
	} {
		got, err := ChainID(t.Context(), always(answer))
		if got != want || (want == 0) != errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %d %v", answer, got, err)
		}
	}
}

func TestSendTransaction(t *testing.T) {
	nonce, price := uint64(7), *uint256.NewInt(1e9)
	from, to := common.HexToAddress(mixed), common.Address{2}
	var asked string
	wallet := providerFunc(func(method string, params any) (string, error) {
		raw, err := json.Marshal(params)
		asked = method + string(raw)
		return `"0x7888beda87451d1856f6fd577c0b8da40f7cff6d24f3983f06086e56332c147f"`, err
	})
	t.Run("leaves to the wallet what is not said", func(t *testing.T) {
		hash, err := SendTransaction(t.Context(), wallet, Tx{From: from, To: to, Data: []byte{0xab}})
		if err != nil || hash != common.HexToHash("0x7888beda87451d1856f6fd577c0b8da40f7cff6d24f3983f06086e56332c147f") {
			t.Error(hash, err)
		}
		if want := `eth_sendTransaction[{"data":"0xab","from":"` + lower + `","to":"0x0200000000000000000000000000000000000000"}]`; asked != want {
			t.Error(asked)
		}
	})
	t.Run("says everything it was told", func(t *testing.T) {
		_, err := SendTransaction(t.Context(), wallet, Tx{From: from, To: to, Value: price, Gas: 21000, GasPrice: &price, Nonce: &nonce, ChainID: 42})
		if want := `eth_sendTransaction[{"chainId":"0x2a","data":"0x","from":"` + lower + `","gas":"0x5208","gasPrice":"0x3b9aca00","nonce":"0x7","to":"0x0200000000000000000000000000000000000000","value":"0x3b9aca00"}]`; asked != want || err != nil {
			t.Error(asked, err)
		}
	})
	for _, answer := range []string{`null`, `true`, `"0x"`, `"0x7888"`, `"7888beda87451d1856f6fd577c0b8da40f7cff6d24f3983f06086e56332c147f"`, `{"hash":"0x7888beda87451d1856f6fd577c0b8da40f7cff6d24f3983f06086e56332c147f"}`} {
		if hash, err := SendTransaction(t.Context(), always(answer), Tx{}); !errors.Is(err, ErrMalformed) || hash != (common.Hash{}) {
			t.Errorf("%s: %v %v", answer, hash, err)
		}
	}
}

func TestSwitchChainLooksWhetherItHappened(t *testing.T) {
	for name, x := range map[string]struct {
		answer, on string
		want       error
	}{
		"done":                     {`null`, `"0x2a"`, nil},
		"done, with an odd answer": {`{"chainId":"0x2a"}`, `"0x2a"`, nil},
		"claimed, but not done":    {`null`, `"0x1"`, ErrWrongChain},
		"no idea where it is now":  {`null`, `1`, ErrMalformed},
	} {
		wallet := providerFunc(func(method string, _ any) (string, error) {
			if method == "eth_chainId" {
				return x.on, nil
			}
			return x.answer, nil
		})
		if err := SwitchChain(t.Context(), wallet, 42); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refuses := providerFunc(func(string, any) (string, error) {
		return "", &ProviderError{-32603, "Internal", json.RawMessage(`{"originalError":{"code":4902}}`)}
	})
	if err := SwitchChain(t.Context(), refuses, 42); !errors.Is(err, ErrUnknownChain) {
		t.Error(err)
	}
}

func TestAddChainDescribesTheChain(t *testing.T) {
	var asked string
	wallet := providerFunc(func(_ string, params any) (string, error) {
		raw, err := json.Marshal(params)
		asked = string(raw)
		return "null", err
	})
	err := AddChain(t.Context(), wallet, Network{ChainID: 42, Name: "Crynux", Coin: "ETH", RPCs: []string{"http://127.0.0.1:8545"}})
	want := `[{"chainId":"0x2a","chainName":"Crynux","nativeCurrency":{"decimals":18,"name":"ETH","symbol":"ETH"},"rpcUrls":["http://127.0.0.1:8545"]}]`
	if asked != want || err != nil {
		t.Error(asked, err)
	}
}

// announcer is a wallet's event side.
type announcer map[string]func(json.RawMessage)

func (a announcer) On(event string, handler func(json.RawMessage)) func() {
	a[event] = handler
	return func() { delete(a, event) }
}

func TestWatch(t *testing.T) {
	wallet, heard, failed := announcer{}, []WalletEvent{}, 0
	cancel := Watch(wallet, func(e WalletEvent) { heard = append(heard, e) }, func(err error) {
		if !errors.Is(err, ErrMalformed) {
			t.Error(err)
		}
		failed++
	})
	wallet["accountsChanged"](json.RawMessage(`["` + lower + `"]`))
	wallet["accountsChanged"](json.RawMessage(`null`))
	wallet["chainChanged"](json.RawMessage(`"0x2a"`))
	wallet["chainChanged"](json.RawMessage(`42`))
	wallet["disconnect"](json.RawMessage(`{"code":1013}`))
	if len(heard) != 3 || failed != 2 {
		t.Fatal(heard, failed)
	}
	if e := heard[0].(AccountsChanged); e.Accounts[0] != common.HexToAddress(lower) {
		t.Error(e)
	}
	if e := heard[1].(ChainChanged); e.ID != 42 {
		t.Error(e)
	}
	if _, ok := heard[2].(Disconnected); !ok {
		t.Error(heard[2])
	}
	if cancel(); len(wallet) != 0 {
		t.Error("still listening to", wallet)
	}
}

func TestWatchAsset(t *testing.T) {
	cnx := Asset{Address: common.HexToAddress(mixed), Symbol: "CNX", Decimals: 18}
	var asked string
	says := func(answer string, err error) Provider {
		return providerFunc(func(method string, params any) (string, error) {
			raw, _ := json.Marshal(params)
			asked = method + string(raw)
			return answer, err
		})
	}
	for answer, want := range map[string]error{`true`: nil, `null`: nil, `{"jsonrpc":"2.0"}`: nil, `false`: ErrRejected} {
		if err := WatchAsset(t.Context(), says(answer, nil), cnx); !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%s: %v", answer, err)
		}
	}
	if want := `wallet_watchAsset{"options":{"address":"` + mixed + `","decimals":18,"symbol":"CNX"},"type":"ERC20"}`; asked != want {
		t.Errorf("asked %s, want %s", asked, want)
	}
	for code, want := range map[int]error{4001: ErrRejected, 4200: ErrUnsupported, -32601: ErrUnsupported} {
		if err := WatchAsset(t.Context(), says("", &ProviderError{Code: code}), cnx); !errors.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
	}
}
