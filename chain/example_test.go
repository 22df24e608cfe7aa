//go:build !js

package chain_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"crynux-dapp/chain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

var contracts = chain.Contracts{
	Token: common.HexToAddress("0x95E7e7Ed5463Ff482f61585605a0ff278e0E1FFb"),
	Node:  common.HexToAddress("0xb6dEcFd5D51A1157f7D6B7668274c6580A128601"),
	Task:  common.HexToAddress("0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451146"),
}

func ExampleContracts_CreateTask() {
	me, err := chain.ParseAddress("0xC35C33f9802EB16696A85705470C333C782EE3E2")
	if err != nil {
		fmt.Println(err)
		return
	}
	tx := contracts.CreateTask(me, 0, common.Hash{1}, 8)
	fmt.Println(tx.To)
	fmt.Printf("%x\n", tx.Data[:4])
	// Output:
	// 0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451146
	// 6ab702ed
}

func ExampleContracts_Event() {
	event, err := contracts.Event(chain.Log{
		Contract: contracts.Task,
		Topics:   []common.Hash{common.HexToHash("0xb16812d8924e5125b1e331ca0097225a801aaa45b056a9ab12ab6ba658e6c9e5")},
		Data:     common.LeftPadBytes([]byte{7}, 32),
	})
	fmt.Printf("%T %+v %v\n", event, event, err)
	// Output: chain.CommitmentsReady {ID:7} <nil>
}

func ExampleProviderError() {
	// What a wallet gives when the node refuses, and when the person does.
	for _, err := range []error{
		&chain.ProviderError{Code: -32603, Message: "Internal JSON-RPC error.", Data: json.RawMessage(`{"code":3,"message":"execution reverted: Not enough allowance for task"}`)},
		&chain.ProviderError{Code: 4001, Message: "User denied transaction signature."},
	} {
		var revert *chain.RevertError
		switch {
		case errors.Is(err, chain.ErrRejected):
			fmt.Println("you said no, nothing was charged")
		case errors.Is(err, chain.RevertAllowance):
			fmt.Println("approve more first")
		case errors.As(err, &revert):
			fmt.Println("the contract refuses:", revert.Reason)
		}
	}
	// Output:
	// approve more first
	// you said no, nothing was charged
}

func ExampleFormatUnits() {
	fmt.Println(chain.FormatUnits(*uint256.NewInt(1_500_000_000_000_000_000), 18))
	price, err := chain.ParseUnits("0.25", 18)
	fmt.Println(price.Dec(), err)
	_, err = chain.ParseUnits("1e3", 18)
	fmt.Println(errors.Is(err, chain.ErrAmount))
	// Output:
	// 1.5
	// 250000000000000000 <nil>
	// true
}
