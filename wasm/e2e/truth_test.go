//go:build !js

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// What chain and Relay hold, read past the page.

// wallet is the demo wallet of a name.
func (v *visitor) wallet(name string) *devchain.Wallet {
	v.t.Helper()
	for _, w := range v.net.Wallets {
		if w.Name() == name {
			return w
		}
	}
	v.t.Fatalf("no wallet %q", name)
	return nil
}

// prompts counts what a wallet has asked its person, by method.
func (v *visitor) prompts(wallet string) map[string]int {
	v.t.Helper()
	count := map[string]int{}
	for _, p := range v.wallet(wallet).Prompts() {
		count[p.Method]++
	}
	return count
}

// cnx is what an account has, in whole CNX.
func (v *visitor) cnx(of common.Address) int64 {
	v.t.Helper()
	values := v.view(v.net.Chain.Contracts().Token, devchain.TokenABI(), "balanceOf", of)
	return new(big.Int).Div(values[0].(*big.Int), big.NewInt(1e18)).Int64()
}

// tasks is how many tasks were ever paid for.
func (v *visitor) tasks() int64 {
	v.t.Helper()
	return v.number(v.net.Chain.Contracts().Task, devchain.TaskABI(), "totalTasks")
}

// freeNodes is how many nodes the contract could draw now.
func (v *visitor) freeNodes() int64 {
	v.t.Helper()
	return v.number(v.net.Chain.Contracts().Node, devchain.NodeABI(), "availableNodes")
}

// number is what a view of a contract returns.
func (v *visitor) number(at common.Address, of *abi.ABI, method string) int64 {
	v.t.Helper()
	return v.view(at, of, method)[0].(*big.Int).Int64()
}

func (v *visitor) view(at common.Address, of *abi.ABI, method string, args ...any) []any {
	v.t.Helper()
	data, err := of.Pack(method, args...)
	if err != nil {
		v.t.Fatal(err)
	}
	answer, err := v.net.Chain.Client().CallContract(context.Background(), ethereum.CallMsg{To: &at, Data: data}, nil)
	if err != nil {
		v.t.Fatal(method, ": ", err)
	}
	values, err := of.Unpack(method, answer)
	if err != nil {
		v.t.Fatal(method, ": ", err)
	}
	return values
}

// paidFor is the hash of arguments in the TaskCreated event of a task.
func (v *visitor) paidFor(task uint64) common.Hash {
	v.t.Helper()
	created := devchain.TaskABI().Events["TaskCreated"]
	logs, err := v.net.Chain.Client().FilterLogs(context.Background(), ethereum.FilterQuery{
		Addresses: []common.Address{v.net.Chain.Contracts().Task},
		Topics:    [][]common.Hash{{created.ID}},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	data := created.Inputs.NonIndexed()
	hash := slices.IndexFunc(data, func(a abi.Argument) bool { return a.Name == "taskHash" })
	for _, log := range logs {
		values, err := data.Unpack(log.Data)
		if err != nil {
			v.t.Fatal(err)
		}
		if values[0].(*big.Int).Uint64() == task {
			return values[hash].([32]byte)
		}
	}
	v.t.Fatalf("the chain knows no task %d", task)
	return common.Hash{}
}

// arguments are those of a task as the Relay gives them to the nodes.
func (v *visitor) arguments(task uint64) string {
	v.t.Helper()
	body := v.askRelay(fmt.Sprintf("/v1/inference_tasks/%d", task), fmt.Sprintf(`{"task_id":%d}`, task))
	var answer struct {
		Data struct {
			Args string `json:"task_args"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		v.t.Fatal(err)
	}
	return answer.Data.Args
}

// result is a file of a task at the Relay.
func (v *visitor) result(task uint64, index int) []byte {
	v.t.Helper()
	return v.askRelay(fmt.Sprintf("/v1/inference_tasks/%d/results/%d", task, index), fmt.Sprintf(`{"image_num":"%d","task_id":%d}`, index, task))
}

// askRelay makes one request signed by the account of the wallet that signs digests.
func (v *visitor) askRelay(path, text string) []byte {
	v.t.Helper()
	now := strconv.FormatInt(v.net.Chain.Clock().Now().Unix(), 10)
	signature, err := crypto.Sign(crypto.Keccak256([]byte(text+now)), v.net.Chain.Key("alice"))
	if err != nil {
		v.t.Fatal(err)
	}
	query := url.Values{"timestamp": {now}, "signature": {hexutil.Encode(signature)}}
	answer, err := http.Get(v.net.RelayURL + path + "?" + query.Encode())
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		v.t.Fatalf("the Relay answers %d: %.200s, %v", answer.StatusCode, body, err)
	}
	return body
}
