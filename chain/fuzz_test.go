//go:build !js

package chain

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What our decoder accepts, the oracle accepts with the same values; it may
// accept more, because it looks less closely.

func FuzzTask(f *testing.F) {
	contract := contractABI(f, "Task")
	outputs, r := contract.Methods["getTask"].Outputs, newRandom()
	for range 5 {
		packed, err := outputs.Pack(r.oracleTask())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		answer := newWords(packed)
		got := readTask(answer)
		if answer.err() != nil {
			if !errors.Is(answer.err(), ErrMalformed) {
				t.Error(answer.err())
			}
			return
		}
		values, err := contract.Unpack("getTask", packed)
		if err != nil {
			t.Fatalf("the oracle refuses: %v", err)
		}
		want := *abi.ConvertType(values[0], new(oracleTask)).(*oracleTask)
		if diff := cmp.Diff(want.task(), got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzEvent(f *testing.F) {
	all := readTranscript(f)
	contracts := all.contracts()
	oracles := map[common.Address]abi.ABI{contracts.Token: contractABI(f, "CrynuxToken"), contracts.Task: contractABI(f, "Task")}
	for _, s := range all.of(f, "tx")[:60] {
		if s.Receipt == nil {
			continue
		}
		receipt, err := parseReceipt(whole(f, s.Receipt))
		if err != nil {
			f.Fatal(err)
		}
		for _, l := range receipt.Logs {
			topics := []byte{}
			for _, topic := range l.Topics {
				topics = append(topics, topic[:]...)
			}
			f.Add(l.Contract == contracts.Token, topics, l.Data)
		}
	}
	f.Fuzz(func(t *testing.T, ofToken bool, topics, data []byte) {
		l := Log{Contract: contracts.Task, Data: data}
		if ofToken {
			l.Contract = contracts.Token
		}
		for ; len(topics) >= 32 && len(l.Topics) < 5; topics = topics[32:] {
			l.Topics = append(l.Topics, common.Hash(topics[:32]))
		}
		event, err := contracts.Event(l)
		if err != nil && !errors.Is(err, ErrMalformed) {
			t.Error(err)
		}
		if event == nil {
			return
		}
		of := oracles[l.Contract]
		oracle, err := of.EventByID(l.Topics[0])
		if err != nil {
			t.Fatalf("the oracle does not know %T", event)
		}
		values, err := oracle.Inputs.NonIndexed().Unpack(data)
		if err != nil {
			t.Fatalf("the oracle refuses: %v", err)
		}
		switch e := event.(type) {
		case TaskSuccess:
			if string(e.Result) != string(values[1].([]byte)) {
				t.Errorf("result %x", e.Result)
			}
		case TaskAborted:
			if raw := values[1].(string); e.Reason != raw && len(e.Reason) >= len(raw)*4 {
				t.Errorf("reason %q of %q", e.Reason, raw)
			}
		case Transfer:
			if e.Amount.ToBig().String() != bigText(values[0]) {
				t.Error(e)
			}
		}
	})
}

func bigText(v any) string { return v.(interface{ String() string }).String() }

func FuzzRevert(f *testing.F) {
	for _, s := range readTranscript(f).of(f, "revert") {
		var e *ProviderError
		if errors.As(answered(f, s.Responses[0]).Err, &e) {
			f.Add(e.Code, e.Message, string(e.Data))
		}
	}
	f.Add(-32603, "[ethjs-query] '{\"value\":{\"code\":4001}}'", `{"originalError":{"code":3,"data":"0x4e487b71"}}`)
	f.Add(-32015, "VM execution error.", `"Reverted 0x08c379a0"`)
	f.Fuzz(func(t *testing.T, code int, message, data string) {
		err := &ProviderError{Code: code, Message: message, Data: json.RawMessage(data)}
		var revert *RevertError
		if !errors.As(err, &revert) {
			return
		}
		if len(revert.Error()) > 1000 {
			t.Error("a long text for people")
		}
		if reason, oracleErr := abi.UnpackRevert(revert.Data); oracleErr == nil && revert.Panic == nil && revert.Reason == "" && reason != "" {
			t.Errorf("the oracle reads %q from %x", reason, revert.Data)
		}
	})
}

func FuzzAnswers(f *testing.F) {
	f.Add(`[{"id":0,"result":"0x2a"},{"id":1,"result":null}]`)
	f.Add(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}`)
	f.Add(`[{"id":1,"error":{"code":3,"message":"execution reverted","data":"0x"}},{"id":0},{"id":1}]`)
	f.Add(`<!DOCTYPE html>`)
	for _, s := range readTranscript(f).of(f, "rpc") {
		f.Add(string(s.Responses[0]))
	}
	f.Fuzz(func(t *testing.T, body string) {
		list, err := decodeAnswers([]byte(body))
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Error(err)
			}
			return
		}
		for _, result := range matchAnswers(list, 3) {
			if (result.Err == nil) == (result.Value == nil) {
				t.Errorf("value %q and error %v", result.Value, result.Err)
			}
			if result.Err == nil { // whatever came as a value must not break the parsers
				parseReceipt(result.Value)
				parseTransaction(result.Value)
				parseBlock(result.Value)
				listOf(parseLog)(result.Value)
				listOf(parseAccount)(result.Value)
				transactionIn(result.Value, common.Address{}, 0)
			}
		}
	})
}
