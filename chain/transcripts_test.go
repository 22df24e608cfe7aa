//go:build !js

package chain

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holiman/uint256"
)

// transcript is testdata/transcripts.json: what two real nodes said about the
// real contracts. See testdata/README.md.
type transcript struct {
	Contracts struct{ CrynuxToken, Node, Task common.Address }
	Steps     []step
}

type step struct {
	Client, Kind, Label, Method string
	Receipt                     json.RawMessage
	Events                      []struct {
		Name  string
		Index uint64 `json:"log_index"`
		Args  map[string]string
	}
	Responses  []json.RawMessage
	Reason     *string
	Function   string
	ReturnData string `json:"return_data"`
	Decoded    json.RawMessage
}

func (s step) name() string { return s.Client + "/" + s.Label }

func readTranscript(t testing.TB) transcript {
	t.Helper()
	raw, err := os.ReadFile("testdata/transcripts.json")
	if err != nil {
		t.Fatal(err)
	}
	var all transcript
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (a transcript) contracts() Contracts {
	return Contracts{Token: a.Contracts.CrynuxToken, Node: a.Contracts.Node, Task: a.Contracts.Task}
}

// of returns the steps of one kind and fails if there are none.
func (a transcript) of(t testing.TB, kinds ...string) (steps []step) {
	t.Helper()
	for _, s := range a.Steps {
		for _, kind := range kinds {
			if s.Kind == kind {
				steps = append(steps, s)
			}
		}
	}
	if len(steps) == 0 {
		t.Fatal("no steps of kind", kinds)
	}
	return steps
}

// whole puts back what the logs of a recorded receipt share with it.
func whole(t testing.TB, receipt json.RawMessage) json.RawMessage {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal(receipt, &r); err != nil {
		t.Fatal(err)
	}
	for _, l := range r["logs"].([]any) {
		for _, key := range []string{"blockHash", "blockNumber", "transactionHash"} {
			l.(map[string]any)[key] = r[key]
		}
	}
	return mustJSON(t, r)
}

// answered returns the one result of a recorded answer.
func answered(t testing.TB, response json.RawMessage) Result {
	t.Helper()
	var a answer
	if err := json.Unmarshal(response, &a); err != nil {
		t.Fatal(err)
	}
	return a.result()
}

func TestRecordedReceipts(t *testing.T) {
	all := readTranscript(t)
	contracts := all.contracts()
	for _, s := range all.of(t, "tx", "deploy") {
		if s.Receipt == nil {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			receipt, err := parseReceipt(whole(t, s.Receipt))
			if err != nil {
				t.Fatal(err)
			}
			if failed := len(s.Responses) > 0; receipt.OK == failed {
				t.Errorf("OK is %v", receipt.OK)
			}
			first := uint64(0)
			if len(receipt.Logs) > 0 {
				first = receipt.Logs[0].Index // counts in the block, events in the receipt
			}
			want := map[uint64]Event{}
			for _, e := range s.Events {
				if e.Name != "OwnershipTransferred" {
					want[e.Index] = recordedEvent(t, e.Name, e.Args)
				}
			}
			got := map[uint64]Event{}
			for _, l := range receipt.Logs {
				event, err := contracts.Event(l)
				if err != nil {
					t.Fatal(err)
				}
				if event != nil {
					got[l.Index-first] = event
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(s.Label, ": createTask") && receipt.OK {
				if created, err := contracts.Created(receipt); err != nil || created.ID == 0 {
					t.Error(created, err)
				}
			}
		})
	}
}

func recordedEvent(t testing.TB, name string, args map[string]string) Event {
	t.Helper()
	number := func(key string) uint64 {
		v, err := uint256.FromDecimal(args[key])
		if err != nil || !v.IsUint64() {
			t.Fatalf("%s: %q", key, args[key])
		}
		return v.Uint64()
	}
	coins := func() uint256.Int { return *uint256.MustFromDecimal(args["value"]) }
	address := func(key string) common.Address { return common.HexToAddress(args[key]) }
	hash := func(key string) common.Hash { return common.HexToHash(args[key]) }
	switch name {
	case "Transfer":
		return Transfer{address("from"), address("to"), coins()}
	case "Approval":
		return Approval{address("owner"), address("spender"), coins()}
	case "TaskCreated":
		return TaskCreated{number("taskId"), uint8(number("taskType")), address("creator"), address("selectedNode"), hash("taskHash"), hash("dataHash"), number("round")}
	case "TaskResultCommitmentsReady":
		return CommitmentsReady{number("taskId")}
	case "TaskSuccess":
		return TaskSuccess{number("taskId"), address("resultNode"), common.FromHex(args["result"])}
	case "TaskAborted":
		return TaskAborted{number("taskId"), args["reason"]}
	}
	t.Fatal("unknown event ", name)
	return nil
}

func TestRecordedReverts(t *testing.T) {
	for _, s := range readTranscript(t).of(t, "revert", "tx") {
		if s.Reason == nil {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			for _, response := range s.Responses {
				var revert *RevertError
				if err := answered(t, response).Err; !errors.As(err, &revert) {
					t.Fatal(err)
				}
				if revert.Reason != *s.Reason || !errors.Is(revert, Revert(*s.Reason)) {
					t.Errorf("reason %q, want %q", revert.Reason, *s.Reason)
				}
			}
		})
	}
}

func TestRecordedViews(t *testing.T) {
	tasks := 0
	for _, s := range readTranscript(t).of(t, "call") {
		t.Run(s.name(), func(t *testing.T) {
			raw := mustJSON(t, s.ReturnData)
			switch s.Function {
			case "getTask(uint256)":
				tasks++
				got, err := returned(readTask)(raw)
				if err != nil {
					t.Fatal(err)
				}
				want := unpackOracleTask(t, common.FromHex(s.ReturnData))
				if diff := cmp.Diff(want.task(), got, cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
			case "symbol()", "name()":
				got, err := returned((*tuple).text)(raw)
				if string(mustJSON(t, got)) != string(s.Decoded) || err != nil {
					t.Error(got, err)
				}
			case "filterGPUID(uint256,uint256)", "filterGPUVram(uint256,uint256)":
				var lists [2][]string
				if err := json.Unmarshal(s.Decoded, &lists); err != nil {
					t.Fatal(err)
				}
				want := new(uint256.Int)
				for _, n := range lists[1] {
					want.Add(want, uint256.MustFromDecimal(n))
				}
				got, err := returned(sumOfGroups)(raw)
				if got != want.Uint64() || err != nil {
					t.Error(got, want, err)
				}
			case "getAvailableGPUs()":
				var want []struct{ Name, VRAM string }
				if err := json.Unmarshal(s.Decoded, &want); err != nil {
					t.Fatal(err)
				}
				got, err := returned(readGPUs)(raw)
				if len(got) != len(want) || err != nil {
					t.Fatal(got, err)
				}
				for i, g := range got {
					if g.Name != want[i].Name || bigOf(g.VRAM).String() != want[i].VRAM {
						t.Errorf("%+v, want %+v", g, want[i])
					}
				}
			default:
				var want string
				if json.Unmarshal(s.Decoded, &want) != nil || strings.HasPrefix(want, "0x") {
					return // functions the package does not call
				}
				got, err := returned((*tuple).amount)(raw)
				if got.Dec() != want || err != nil {
					t.Error(got.Dec(), want, err)
				}
			}
		})
	}
	if tasks < 30 {
		t.Errorf("only %d getTask", tasks)
	}
}

// The same trouble in the words of both nodes.
func TestRecordedNodeErrors(t *testing.T) {
	labels := map[string]map[string]error{
		"anvil": {
			"createTask-reverts: gas limit too low for createTask":                                        ErrOutOfGas,
			"createTask-reverts: approve with a gas limit above the block gas limit":                      ErrGasLimit,
			"createTask-reverts: sender holds CNX but no ETH for gas":                                     ErrInsufficientFunds,
			"createTask-reverts: eth_estimateGas for approve by the account without ETH (gasPrice given)": ErrInsufficientFunds,
			"rpc-samples: unknown method":                                                                 ErrUnsupported,
			"rpc-samples: wallet_ methods are not known to the node":                                      ErrUnsupported,
			"final-state: the same transaction sent again while pending":                                  ErrAlreadyKnown,
			"final-state: a replacement with a lower gas price while pending":                             ErrUnderpriced,
			"final-state: the same transaction sent again after mining":                                   ErrNonceTooLow,
			"final-state: a transaction with a used nonce":                                                ErrNonceTooLow,
		},
		"geth": {
			"createTask-reverts: gas limit too low for createTask":                                        ErrOutOfGas,
			"createTask-reverts: approve with a gas limit below the intrinsic cost":                       ErrOutOfGas,
			"createTask-reverts: approve with a gas limit above the block gas limit":                      ErrGasLimit,
			"createTask-reverts: sender holds CNX but no ETH for gas":                                     ErrInsufficientFunds,
			"createTask-reverts: eth_estimateGas for approve by the account without ETH (gasPrice given)": ErrInsufficientFunds,
			"rpc-samples: unknown method":                                                                 ErrUnsupported,
			"rpc-samples: subscribe over HTTP":                                                            ErrUnsupported,
			"final-state: the same transaction sent again while pending":                                  ErrAlreadyKnown,
			"final-state: a replacement with a lower gas price while pending":                             ErrUnderpriced,
			"final-state: the same transaction sent again after mining":                                   ErrNonceTooLow,
			"final-state: a transaction with a used nonce":                                                ErrNonceTooLow,
			"final-state: a transaction signed for chain id 5":                                            ErrInvalidSender,
		},
	}
	steps := readTranscript(t).of(t, "rpc", "tx")
	for client, expected := range labels {
		for label, want := range expected {
			t.Run(client+"/"+label, func(t *testing.T) {
				found := false
				for _, s := range steps {
					if s.Client == client && strings.HasPrefix(s.Label, label) && len(s.Responses) == 1 {
						found = true
						if err := answered(t, s.Responses[0]).Err; !errors.Is(err, want) {
							t.Errorf("%v is not %v", err, want)
						}
					}
				}
				if !found {
					t.Error("not recorded")
				}
			})
		}
	}
}

func TestRecordedAnswers(t *testing.T) {
	all := readTranscript(t)
	for _, s := range all.of(t, "rpc") {
		result := answered(t, s.Responses[0])
		if result.Err != nil {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			var err error
			switch s.Method {
			case "eth_getTransactionReceipt":
				var got *Receipt
				got, err = parseReceipt(result.Value)
				if (got == nil) != isNull(result.Value) {
					t.Error(got)
				}
			case "eth_getTransactionByHash":
				var got *Transaction
				got, err = parseTransaction(result.Value)
				if (got == nil) != isNull(result.Value) {
					t.Error(got)
				}
				if strings.Contains(s.Label, "not mined") && got.Mined {
					t.Error("mined")
				}
			case "eth_getLogs":
				var got []Seen
				err = (&Client{contracts: all.contracts()}).events(&got)(result)
				if (len(got) == 0) != (string(result.Value) == "[]") {
					t.Error(got)
				}
			case "eth_getBlockByNumber":
				var got Block
				got, err = parseBlock(result.Value)
				if got.Time < 1_700_000_000 || got.BaseFee.IsZero() {
					t.Error(got)
				}
			case "eth_chainId", "eth_blockNumber", "eth_getTransactionCount", "eth_estimateGas":
				_, err = parseUint64(result.Value)
			case "eth_gasPrice", "eth_getBalance":
				_, err = parseAmount(result.Value)
			case "eth_sendRawTransaction":
				_, err = parseHash(result.Value)
			case "eth_accounts":
				_, err = listOf(parseAccount)(result.Value)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}
