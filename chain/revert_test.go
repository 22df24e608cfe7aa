package chain

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// revertX is Error("Task not exist"), as a node returns it.
const revertX = "08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000e5461736b206e6f74206578697374000000000000000000000000000000000000"

var panic11 = "4e487b71" + strings.Repeat("0", 62) + "11"

// Every form of protocol.md G.30, and those of wallets and other nodes.
func TestRevertForms(t *testing.T) {
	long := strings.Repeat("é", 1000)
	for name, x := range map[string]struct {
		code          int
		message, data string
		reason        string
		panic         uint64
	}{
		"geth, anvil":              {3, "execution reverted: Task not exist", `"0x` + revertX + `"`, "Task not exist", 0},
		"Frontier":                 {-32603, "VM Exception while processing transaction: revert Task not exist", `"0x` + revertX + `"`, "Task not exist", 0},
		"Frontier without data":    {-32603, "VM Exception while processing transaction: revert Task not exist", "", "Task not exist", 0},
		"Frontier without reason":  {-32603, "VM Exception while processing transaction: revert", `"0x"`, "", 0},
		"bare hex as data":         {-32603, "Internal error", `"` + revertX + `"`, "Task not exist", 0},
		"bare hex as message":      {-32000, revertX, "", "Task not exist", 0},
		"upper-case hex":           {3, "execution reverted", `"0X` + strings.ToUpper(revertX) + `"`, "Task not exist", 0},
		"Parity":                   {-32015, "VM execution error.", `"Reverted 0x` + revertX + `"`, "Task not exist", 0},
		"Hardhat":                  {-32603, "Error: VM Exception while processing transaction: reverted with reason string 'Task not exist'", "", "Task not exist", 0},
		"Hardhat, nested data":     {-32603, "Error", `{"message":"Error: VM Exception","data":"0x` + revertX + `"}`, "Task not exist", 0},
		"Ganache":                  {-32000, "VM Exception while processing transaction: revert Task not exist", `{"0xab":{"error":"revert","reason":"Task not exist","return":"0x` + revertX + `"},"stack":"x"}`, "Task not exist", 0},
		"MetaMask":                 {-32603, "execution reverted: Task not exist", `{"originalError":{"code":3,"data":"0x` + revertX + `","message":"execution reverted: Task not exist"}}`, "Task not exist", 0},
		"data beats the words":     {3, "execution reverted: something else", `"0x` + revertX + `"`, "Task not exist", 0},
		"words, data cut short":    {3, "execution reverted: Task not exist", `"0x` + revertX[:60] + `"`, "Task not exist", 0},
		"geth without data":        {-32000, "execution reverted", "", "", 0},
		"anvil without data":       {3, "execution reverted", `"0x"`, "", 0},
		"panic, geth":              {3, "execution reverted: arithmetic underflow or overflow", `"0x` + panic11 + `"`, "", 0x11},
		"panic, bare":              {-32603, "Internal error", `"` + panic11 + `"`, "", 0x11},
		"a custom error":           {3, "execution reverted", `"0xdeadbeef"`, "", 0},
		"a long reason, not ASCII": {3, "execution reverted: " + long, "", long, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var revert *RevertError
			err := &ProviderError{x.code, x.message, json.RawMessage(x.data)}
			if !errors.As(err, &revert) {
				t.Fatalf("means %v", errors.Unwrap(err))
			}
			if revert.Reason != x.reason {
				t.Errorf("reason %q, want %q", revert.Reason, x.reason)
			}
			if x.panic != 0 && (revert.Panic == nil || *revert.Panic != x.panic) || x.panic == 0 && revert.Panic != nil {
				t.Errorf("panic %v", revert.Panic)
			}
			if errors.Is(err, RevertNoTask) != (x.reason == string(RevertNoTask)) || errors.Is(err, RevertNoNodes) {
				t.Error("known reasons are mixed up")
			}
			if text := revert.Error(); !strings.HasPrefix(text, "execution reverted") || len(text) > 400 {
				t.Errorf("text %q", text)
			}
		})
	}
}

func TestNoRevert(t *testing.T) {
	for name, err := range map[string]*ProviderError{
		"an address in the data":     {-32603, "Internal error", json.RawMessage(`"0x380ba3AA077456Cb078B17a8D7260A460AE18B09"`)},
		"trouble of another kind":    {-32000, "nonce too low", nil},
		"nothing at all":             {0, "", nil},
		"a hash that the node lacks": {-32000, "header not found", json.RawMessage(`{"hash":"0xabcd"}`)},
	} {
		var revert *RevertError
		if errors.As(err, &revert) {
			t.Errorf("%s: %v", name, revert)
		}
	}
}
