//go:build !js

package devchain

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestFaucet(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	faucet := Faucet{c}
	// Written once in each accepted form.
	const lower, checksum = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"

	t.Run("gives coins and CNX", func(t *testing.T) {
		for i, address := range []string{lower, checksum} {
			status, text := post(t, faucet, `{"address":"`+address+`"}`)
			var got faucetAnswer
			if err := json.Unmarshal(text, &got); err != nil || status != http.StatusOK {
				t.Fatalf("status %d, %s", status, text)
			}
			if got.Address != common.HexToAddress(lower) {
				t.Errorf("gave to %v", got.Address)
			}
			for _, hash := range []common.Hash{got.Native, got.CNX} {
				if _, err := c.Client().TransactionReceipt(t.Context(), hash); err != nil {
					t.Errorf("receipt of %v: %v", hash, err)
				}
			}
			native, err := c.Client().BalanceAt(t.Context(), got.Address, nil)
			if err != nil || native.Cmp(coins(int64(i+1))) != 0 {
				t.Errorf("native %v, %v", native, err)
			}
			if cnx := c.cnx(t, got.Address); cnx.Cmp(coins(int64(1000*(i+1)))) != 0 {
				t.Errorf("CNX %v", cnx)
			}
		}
	})

	t.Run("refuses what is no address", func(t *testing.T) {
		for name, body := range map[string]string{
			"a wrong checksum":  `{"address":"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}`,
			"upper case":        `{"address":"` + "0x" + strings.ToUpper(lower[2:]) + `"}`,
			"no prefix":         `{"address":"` + lower[2:] + `"}`,
			"one digit short":   `{"address":"` + lower[:41] + `"}`,
			"the zero address":  `{"address":"0x0000000000000000000000000000000000000000"}`,
			"nothing":           `{}`,
			"no JSON":           `address=` + lower,
			"a very long story": `{"story":"` + strings.Repeat("x", 2000) + `","address":"` + lower + `"}`,
		} {
			status, text := post(t, faucet, body)
			var refusal struct{ Error string }
			if err := json.Unmarshal(text, &refusal); err != nil || status != http.StatusBadRequest || refusal.Error == "" {
				t.Errorf("%s: status %d, %s", name, status, text)
			}
		}
	})

	t.Run("serves this computer only", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodPost, "/faucet", strings.NewReader(`{"address":"`+lower+`"}`))
		r.RemoteAddr = "192.0.2.1:1234"
		w := httptest.NewRecorder()
		faucet.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("status %d", w.Code)
		}
	})

	t.Run("is asked by POST", func(t *testing.T) {
		w := httptest.NewRecorder()
		faucet.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/faucet", nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("status %d", w.Code)
		}
	})
}
