//go:build !js

package devchain

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/google/go-cmp/cmp"
)

// answer is a JSON-RPC answer as it came.
type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

// post sends a body as a page does and returns status and body.
func post(t *testing.T, h http.Handler, body string) (int, []byte) {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	response, err := http.Post(server.URL, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin %q", got)
	}
	return response.StatusCode, text
}

func ask(t *testing.T, h http.Handler, method, params string) answer {
	t.Helper()
	status, text := post(t, h, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params))
	var a answer
	if err := json.Unmarshal(text, &a); err != nil || status != http.StatusOK {
		t.Fatalf("%s: status %d, %s", method, status, text)
	}
	return a
}

func TestHTTP(t *testing.T) {
	c := start(t, Options{Clock: fast()})

	t.Run("answers a call", func(t *testing.T) {
		if got := string(ask(t, c, "eth_chainId", "[]").Result); got != `"0x2fd12e"` {
			t.Errorf("chain id %s", got)
		}
		if got := string(ask(t, c, "net_version", "[]").Result); got != `"3133742"` {
			t.Errorf("network %s", got)
		}
		if got := string(ask(t, c, "web3_clientVersion", "[]").Result); !strings.HasPrefix(got, `"crynux-devchain/`) {
			t.Errorf("version %s", got)
		}
		if got := string(ask(t, c, "web3_sha3", `["0x"]`).Result); got != `"0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"` {
			t.Errorf("keccak of nothing %s", got)
		}
	})

	t.Run("answers a batch in order, failures among them", func(t *testing.T) {
		_, text := post(t, c, `[
			{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]},
			{"jsonrpc":"2.0","id":2,"method":"eth_noSuchThing","params":[]},
			{"jsonrpc":"2.0","id":3,"method":"eth_gasPrice","params":[]}]`)
		var got []answer
		if err := json.Unmarshal(text, &got); err != nil || len(got) != 3 {
			t.Fatalf("%s", text)
		}
		for i, a := range got {
			if a.ID != i+1 || (a.Error != nil) != (i == 1) {
				t.Errorf("answer %d: %s", i, text)
			}
		}
	})

	t.Run("offers nothing that belongs to the operator", func(t *testing.T) {
		for _, method := range []string{
			"debug_setHead", "admin_nodeInfo", "miner_setGasPrice", "personal_listAccounts",
			"txpool_content", "dev_addWithdrawal", "engine_newPayloadV1", "wallet_switchEthereumChain",
		} {
			a := ask(t, c, method, "[]")
			want := "the method " + method + " does not exist/is not available"
			if a.Error == nil || a.Error.Code != -32601 || a.Error.Message != want {
				t.Errorf("%s: %+v", method, a.Error)
			}
		}
	})

	t.Run("takes transactions through one door", func(t *testing.T) {
		a := ask(t, c, "eth_sendRawTransactionSync", `["`+c.rawTransfer(t, "deployer", 4, c.id)+`"]`)
		if a.Error == nil || a.Error.Code != -32601 {
			t.Errorf("%+v", a)
		}
	})

	t.Run("holds no accounts", func(t *testing.T) {
		if got := string(ask(t, c, "eth_accounts", "[]").Result); got != "[]" {
			t.Errorf("accounts %s", got)
		}
	})

	t.Run("is asked by POST only", func(t *testing.T) {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			w := httptest.NewRecorder()
			c.ServeHTTP(w, httptest.NewRequest(method, "/", strings.NewReader("{}")))
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST, OPTIONS" {
				t.Errorf("%s: status %d, headers %v", method, w.Code, w.Header())
			}
		}
	})

	t.Run("lets pages of other origins ask", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodOptions, "/", nil)
		r.Header.Set("Origin", "http://127.0.0.1:8080")
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "content-type")
		r.Header.Set("Access-Control-Request-Private-Network", "true")
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		want := http.Header{
			"Access-Control-Allow-Origin":          {"*"},
			"Access-Control-Allow-Methods":         {"POST, OPTIONS"},
			"Access-Control-Allow-Headers":         {"Content-Type"},
			"Access-Control-Max-Age":               {"600"},
			"Access-Control-Allow-Private-Network": {"true"},
		}
		if diff := cmp.Diff(want, w.Header()); w.Code != http.StatusNoContent || diff != "" {
			t.Errorf("status %d, headers (-want +got):\n%s", w.Code, diff)
		}
	})

	t.Run("refuses a body that is too large", func(t *testing.T) {
		if status, _ := post(t, c, `"`+strings.Repeat("x", maxBody)+`"`); status != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", status)
		}
	})

	t.Run("refuses a batch that is too long", func(t *testing.T) {
		one := `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}`
		_, text := post(t, c, "["+strings.Repeat(one+",", maxBatch)+one+"]")
		if !strings.Contains(string(text), "batch too large") {
			t.Errorf("%.200s", text)
		}
	})

	t.Run("says so when it is asked something else", func(t *testing.T) {
		_, text := post(t, c, "<html>")
		var a answer
		if err := json.Unmarshal(text, &a); err != nil || a.Error == nil || a.Error.Code != -32700 {
			t.Errorf("%s", text)
		}
	})
}

// The forms in which go-ethereum tells failures, as the recordings of the real
// network have them.
func TestFailureForms(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	create := pack(t, TaskABI(), "createTask", big.NewInt(0), [32]byte{1}, [32]byte{}, big.NewInt(8))
	call := func(data []byte) string {
		return fmt.Sprintf(`[{"from":%q,"to":%q,"data":%q}]`, c.account("poor").Hex(), c.contracts.Task.Hex(), hexutil.Encode(data))
	}
	// Error("Not enough tokens for task") in ABI form.
	const reason = `"0x08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000001a4e6f7420656e6f75676820746f6b656e7320666f72207461736b000000000000"`
	for _, method := range []string{"eth_call", "eth_estimateGas"} {
		t.Run(method+" of a refused call", func(t *testing.T) {
			a := ask(t, c, method, call(create))
			if a.Error == nil || a.Error.Code != 3 || a.Error.Message != "execution reverted: Not enough tokens for task" || string(a.Error.Data) != reason {
				t.Errorf("%+v", a.Error)
			}
		})
		t.Run(method+" of a call refused without words", func(t *testing.T) {
			a := ask(t, c, method, call([]byte{0xde, 0xad, 0xbe, 0xef}))
			if a.Error == nil || a.Error.Message != "execution reverted" {
				t.Errorf("%+v", a.Error)
			}
		})
	}

	t.Run("a transaction nobody can pay for", func(t *testing.T) {
		raw := c.rawTransfer(t, "poor", 0, c.id)
		a := ask(t, c, "eth_sendRawTransaction", `["`+raw+`"]`)
		if a.Error == nil || a.Error.Code != -32000 || !strings.HasPrefix(a.Error.Message, "insufficient funds for gas * price + value: balance 0, tx cost ") {
			t.Errorf("%+v", a.Error)
		}
	})
	t.Run("a transaction for another chain", func(t *testing.T) {
		a := ask(t, c, "eth_sendRawTransaction", `["`+c.rawTransfer(t, "deployer", 4, big.NewInt(5))+`"]`)
		if a.Error == nil || a.Error.Code != -32000 || !strings.Contains(a.Error.Message, "invalid sender") {
			t.Errorf("%+v", a.Error)
		}
	})
	t.Run("a nonce that was used", func(t *testing.T) {
		a := ask(t, c, "eth_sendRawTransaction", `["`+c.rawTransfer(t, "deployer", 0, c.id)+`"]`)
		if a.Error == nil || a.Error.Code != -32000 || !strings.HasPrefix(a.Error.Message, "nonce too low") {
			t.Errorf("%+v", a.Error)
		}
	})
	t.Run("the same transaction twice", func(t *testing.T) {
		c.Pause()
		defer c.Resume()
		raw := c.rawTransfer(t, "deployer", 4, c.id)
		if a := ask(t, c, "eth_sendRawTransaction", `["`+raw+`"]`); a.Error != nil {
			t.Fatalf("%+v", a.Error)
		}
		a := ask(t, c, "eth_sendRawTransaction", `["`+raw+`"]`)
		if a.Error == nil || a.Error.Code != -32000 || a.Error.Message != "already known" {
			t.Errorf("%+v", a.Error)
		}
		if got := string(ask(t, c, "eth_getTransactionCount", `["`+c.deployerAddress().Hex()+`","pending"]`).Result); got != `"0x5"` {
			t.Errorf("next nonce %s", got)
		}
	})
	t.Run("bytes that are no transaction", func(t *testing.T) {
		a := ask(t, c, "eth_sendRawTransaction", `["0xc0ffee"]`)
		if a.Error == nil || a.Error.Code != -32000 {
			t.Errorf("%+v", a.Error)
		}
	})
}

func TestStats(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	if err := c.Fund(t.Context(), c.account("alice"), coins(1), nil); err != nil {
		t.Fatal(err)
	}
	ask(t, c, "eth_chainId", "[]")
	post(t, c, `[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"eth_getLogs","params":[{}]}]`)
	post(t, c, "nonsense")
	want := Stats{Requests: 3, Calls: map[string]int{"eth_chainId": 2, "eth_getLogs": 1}}
	if diff := cmp.Diff(want, c.Stats()); diff != "" {
		t.Errorf("stats, the faucet's work not among them (-want +got):\n%s", diff)
	}
	for i := range 3 * maxMethods {
		c.front.counter.add([]string{fmt.Sprint("eth_made_up_", i)})
	}
	if got := len(c.Stats().Calls); got > maxMethods+1 {
		t.Errorf("%d names are counted apart", got)
	}
}
