//go:build !js

package devrelay

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/devchain"
)

// taskState is what getTask tells (protocol.md A.5). A task that does not exist
// any more has id 0.
type taskState struct {
	Id, TaskType          *big.Int // as abi spells "id"
	Creator               common.Address
	TaskHash, DataHash    [32]byte
	VramLimit             *big.Int
	IsSuccess             bool
	SelectedNodes         []common.Address
	Commitments, Nonces   [][32]byte
	Results               [][]byte
	ResultDisclosedRounds []*big.Int
	ResultNode            common.Address
	Aborted               bool
	Timeout, Balance      *big.Int
}

func (n *Nodes) taskState(ctx context.Context, id uint64) (*taskState, error) {
	values, err := n.read(ctx, n.contracts().Task, devchain.TaskABI(), "getTask", new(big.Int).SetUint64(id))
	if err != nil {
		return nil, err
	}
	return abi.ConvertType(values[0], new(taskState)).(*taskState), nil
}

func (n *Nodes) readNumber(ctx context.Context, at common.Address, of *abi.ABI, method string, args ...any) (uint64, error) {
	values, err := n.read(ctx, at, of, method, args...)
	if err != nil {
		return 0, err
	}
	return values[0].(*big.Int).Uint64(), nil
}

func (n *Nodes) read(ctx context.Context, at common.Address, of *abi.ABI, method string, args ...any) ([]any, error) {
	data, err := of.Pack(method, args...)
	if err != nil {
		return nil, err
	}
	returned, err := n.options.Chain.Client().CallContract(ctx, ethereum.CallMsg{To: &at, Data: data}, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return of.Unpack(method, returned)
}
