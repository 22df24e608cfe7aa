//go:build !js

package devchain

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// machine is a bare EVM with a clock and block hashes that tests set at will.
// Every transaction gets a block of its own, a second after the one before.
type machine struct {
	t      *testing.T
	state  *state.StateDB
	block  uint64
	now    uint64
	hashes map[uint64]common.Hash
	sent   int
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	return &machine{t: t, state: db, block: 1, now: 1_700_000_000, hashes: map[uint64]common.Hash{}}
}

func (m *machine) config(from common.Address, value *big.Int) *runtime.Config {
	return &runtime.Config{
		Origin:      from,
		BlockNumber: new(big.Int).SetUint64(m.block),
		Time:        m.now,
		Value:       value,
		GasLimit:    gasLimit,
		State:       m.state,
		GetHashFn: func(n uint64) common.Hash {
			if hash, ok := m.hashes[n]; ok {
				return hash
			}
			return crypto.Keccak256Hash(new(big.Int).SetUint64(n).Bytes())
		},
	}
}

const gasLimit = 30_000_000

// outcome is what a transaction left behind.
type outcome struct {
	logs []*types.Log
	gas  uint64 // with the intrinsic part
}

func (m *machine) next() {
	m.block++
	m.now++
	m.sent++
	m.state.SetTxContext(common.BigToHash(big.NewInt(int64(m.sent))), 0, 0)
}

func (m *machine) deploy(from common.Address, code []byte) (common.Address, outcome) {
	m.t.Helper()
	m.next()
	_, at, left, err := runtime.Create(code, m.config(from, nil))
	if err != nil {
		m.t.Fatalf("deploy: %v", err)
	}
	return at, m.finish(code, left, 53_000)
}

// send is a transaction that must succeed.
func (m *machine) send(from, to common.Address, data []byte) outcome {
	m.t.Helper()
	m.next()
	ret, left, err := runtime.Call(to, data, m.config(from, nil))
	if err != nil {
		m.t.Fatalf("transaction: %v: %s", err, revertReason(ret))
	}
	return m.finish(data, left, 21_000)
}

func (m *machine) finish(data []byte, left, intrinsic uint64) outcome {
	zeros := uint64(bytes.Count(data, []byte{0}))
	gas := gasLimit - left + intrinsic + 4*zeros + 16*(uint64(len(data))-zeros)
	gas -= min(m.state.GetRefund(), gas/5)
	m.state.Finalise(params.Rules{IsEIP158: true})
	hash := common.BigToHash(big.NewInt(int64(m.sent)))
	return outcome{logs: m.state.GetLogs(hash, m.block, common.Hash{}, m.now), gas: gas}
}

// call runs without leaving a trace, as eth_call does.
func (m *machine) call(from, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	m.t.Helper()
	before := m.state.Snapshot()
	defer m.state.RevertToSnapshot(before)
	m.state.AddBalance(from, maxNative, tracing.BalanceChangeUnspecified)
	ret, _, err := runtime.Call(to, data, m.config(from, value))
	if err != nil && !errors.Is(err, vm.ErrExecutionReverted) {
		m.t.Fatalf("call: %v", err)
	}
	return ret, err
}

// revertReason reads revert data as a person would name it: the text of
// Error(string), "panic 0x11", or "" where there is no data.
func revertReason(data []byte) string {
	if reason, err := abi.UnpackRevert(data); err == nil {
		if strings.HasPrefix(reason, "arithmetic") {
			return "panic 0x11"
		}
		return reason
	}
	return common.Bytes2Hex(data)
}

var maxNative = uint256.NewInt(1e18)

// view calls a view and decodes what it returns.
func (m *machine) view(of *abi.ABI, at common.Address, name string, args ...any) []any {
	m.t.Helper()
	data, err := of.Pack(name, args...)
	if err != nil {
		m.t.Fatal(err)
	}
	ret, err := m.call(common.Address{}, at, nil, data)
	if err != nil {
		m.t.Fatalf("%s: %s", name, revertReason(ret))
	}
	values, err := of.Unpack(name, ret)
	if err != nil {
		m.t.Fatalf("%s: %v", name, err)
	}
	return values
}
