//go:build !js

package devchain

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/google/go-cmp/cmp"
)

// recordedScenario is one of the courses that were recorded from the real
// contracts: transactions with their logs, reverts with their data, views with
// what they returned, balances and node states in between.
type recordedScenario struct {
	Name  string
	Steps []recordedStep
}

type recordedStep struct {
	Label, Kind string
	From, To    common.Address
	Contract    string
	Created     common.Address
	Data        hexutil.Bytes
	Block, Time uint64
	Seconds     uint64
	Gas         uint64
	Parent      common.Hash // hash of the block before, from which nodes are drawn
	Logs        []recordedLog
	Error       hexutil.Bytes
	Result      hexutil.Bytes
	Balances    map[common.Address]string
	Nodes       map[common.Address][2]uint64 // status, current task
	Available   uint64
	Total       uint64
}

type recordedLog struct {
	Address common.Address
	Topics  []common.Hash
	Data    string
}

// TestContracts_answer_as_the_recorded_ones repeats everything that was sent to
// the real contracts, from the same accounts, at the same times, over the same
// block hashes, and wants the same bytes back: logs (with the same nodes
// drawn), revert data, views, balances. One task of the recording is left out:
// the hash of the block before it was not recorded.
func TestContracts_answer_as_the_recorded_ones(t *testing.T) {
	text, err := os.ReadFile("contracts/testdata/chain-gen1.json")
	if err != nil {
		t.Fatal(err)
	}
	var scenarios []recordedScenario
	if err := json.Unmarshal(text, &scenarios); err != nil {
		t.Fatal(err)
	}
	m := newMachine(t)
	for i, scenario := range scenarios {
		t.Run(fmt.Sprintf("%02d_%s", i, scenario.Name), func(t *testing.T) {
			m.t = t
			for _, step := range scenario.Steps {
				m.repeat(step)
				if t.Failed() {
					t.Fatalf("at step %q", step.Label)
				}
			}
		})
		if t.Failed() {
			return // the scenarios build on each other
		}
	}
}

func (m *machine) repeat(step recordedStep) {
	t := m.t
	t.Helper()
	switch step.Kind {
	case "deploy":
		code, err := creationCode(step.Contract)
		if err != nil {
			t.Fatal(err)
		}
		m.block, m.now = step.Block-1, step.Time-1
		at, got := m.deploy(step.From, code)
		if at != step.Created {
			t.Fatalf("created at %v, want %v", at, step.Created)
		}
		compareLogs(t, got.logs, step.Logs)
	case "tx":
		m.block, m.now = step.Block-1, step.Time-1
		if step.Parent != (common.Hash{}) {
			m.hashes[step.Block-1] = step.Parent
		}
		got := m.send(step.From, step.To, step.Data)
		compareLogs(t, got.logs, step.Logs)
		compareGas(t, got.gas, step.Gas)
	case "time":
		m.now += step.Seconds
	case "revert":
		ret, err := m.call(step.From, step.To, nil, step.Data)
		if err == nil {
			t.Errorf("did not revert, want %s", revertReason(step.Error))
		} else if diff := cmp.Diff(revertReason(step.Error), revertReason(ret)); diff != "" {
			t.Errorf("revert (-recorded +ours):\n%s", diff)
		}
	case "call":
		ret, err := m.call(common.Address{}, step.To, nil, step.Data)
		if err != nil {
			t.Errorf("reverted: %s", revertReason(ret))
		} else if diff := cmp.Diff(step.Result.String(), hexutil.Encode(ret)); diff != "" {
			t.Errorf("result (-recorded +ours):\n%s", diff)
		}
	case "balances":
		for account, want := range step.Balances {
			if got := m.view(TokenABI(), recordedToken, "balanceOf", account)[0].(*big.Int); got.String() != want {
				t.Errorf("balance of %v is %v, recorded %v", account, got, want)
			}
		}
	case "nodes":
		for node, want := range step.Nodes {
			status := m.view(NodeABI(), recordedNode, "getNodeStatus", node)[0].(*big.Int).Uint64()
			current := m.view(TaskABI(), recordedTask, "getNodeTask", node)[0].(*big.Int).Uint64()
			if got := [2]uint64{status, current}; got != want {
				t.Errorf("status and task of node %v are %v, recorded %v", node, got, want)
			}
		}
		available := m.view(NodeABI(), recordedNode, "availableNodes")[0].(*big.Int).Uint64()
		total := m.view(NodeABI(), recordedNode, "totalNodes")[0].(*big.Int).Uint64()
		if available != step.Available || total != step.Total {
			t.Errorf("%d of %d nodes available, recorded %d of %d", available, total, step.Available, step.Total)
		}
	default:
		t.Fatalf("unknown kind of step %q", step.Kind)
	}
}

// Where the recorded contracts stood: they follow from the deployer's nonces.
var (
	recordedToken = common.HexToAddress("0x872a65D026a07fea8f64cC4aafC9B5b5d7230c13")
	recordedNode  = common.HexToAddress("0x1DD89877eb7Bb5e95B9C738693BBd831097dE883")
	recordedTask  = common.HexToAddress("0x380ba3AA077456Cb078B17a8D7260A460AE18B09")
)

func creationCode(contract string) ([]byte, error) {
	switch contract {
	case "CrynuxToken":
		return TokenCode(), nil
	case "Node":
		args, err := NodeABI().Pack("", recordedToken)
		return append(NodeCode(), args...), err
	case "Task":
		args, err := TaskABI().Pack("", recordedNode, recordedToken)
		return append(TaskCode(), args...), err
	}
	return nil, fmt.Errorf("no contract %q", contract)
}

// compareGas wants ours within a quarter of the recorded gas: what a page
// estimates, and what it adds to the estimate, should be of the real size.
func compareGas(t *testing.T, got, recorded uint64) {
	t.Helper()
	if got > recorded+recorded/4 || got < recorded-recorded/4 {
		t.Errorf("gas %d, recorded %d", got, recorded)
	}
}

func compareLogs(t *testing.T, got []*types.Log, want []recordedLog) {
	t.Helper()
	ours := make([]recordedLog, 0, len(got))
	for _, log := range got {
		ours = append(ours, recordedLog{Address: log.Address, Topics: log.Topics, Data: hexutil.Encode(log.Data)})
	}
	if want == nil {
		want = []recordedLog{}
	}
	if diff := cmp.Diff(want, ours); diff != "" {
		t.Errorf("logs (-recorded +ours):\n%s", diff)
	}
}
