//go:build !js

package devrelay_test

import (
	"context"
	"fmt"
	"math/big"
	"net/http/httptest"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"

	"crynux-dapp/relay/devrelay"
)

// emptyChain has no blocks.
type emptyChain struct{}

func (emptyChain) BlockNumber(context.Context) (uint64, error) { return 0, nil }

func (emptyChain) FilterLogs(context.Context, ethereum.FilterQuery) ([]types.Log, error) {
	return nil, nil
}

func (emptyChain) CallContract(context.Context, ethereum.CallMsg, *big.Int) ([]byte, error) {
	return make([]byte, 32), nil
}

func Example() {
	relay, err := devrelay.New(devrelay.Options{Chain: emptyChain{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := httptest.NewRecorder()
	relay.ServeHTTP(answer, httptest.NewRequest("GET", "/v1/inference_tasks/1", nil))
	fmt.Println(answer.Code, answer.Body)

	relay.SetFaults(devrelay.Faults{Gateway: 503})
	answer = httptest.NewRecorder()
	relay.ServeHTTP(answer, httptest.NewRequest("GET", "/v1/inference_tasks/1", nil))
	fmt.Println(answer.Code, answer.Header().Get("Content-Type"))
	// Output:
	// 400 {"message":"validation_error","data":{"field_name":"timestamp","message":"required"}}
	// 503 text/html; charset=utf-8
}
