//go:build !js

package devchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"strconv"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// rpcCall is one call of JSON-RPC as it came.
type rpcCall struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

// rpcReply is the answer to it. Result may be the JSON null.
type rpcReply struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcFailure     `json:"error,omitempty"`
}

type rpcFailure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// lie answers a batch or a single call with faults. The chain is asked call by
// call, inside the process.
func (e *Endpoint) lie(ctx context.Context, f RPCFaults, body []byte) any {
	var batch []rpcCall
	if err := json.Unmarshal(body, &batch); err == nil {
		replies := make([]rpcReply, len(batch))
		for i, call := range batch {
			replies[i] = e.reply(ctx, f, call)
		}
		return replies
	}
	var one rpcCall
	if err := json.Unmarshal(body, &one); err != nil {
		return rpcReply{Version: "2.0", Error: &rpcFailure{Code: -32700, Message: err.Error()}}
	}
	return e.reply(ctx, f, one)
}

func (e *Endpoint) reply(ctx context.Context, f RPCFaults, call rpcCall) rpcReply {
	reply := rpcReply{Version: "2.0", ID: call.ID}
	result, err := e.answer(ctx, f, call)
	if err == nil {
		reply.Result = result
		return reply
	}
	failure := &rpcFailure{Code: -32000, Message: err.Error()}
	if coded, ok := errors.AsType[rpc.Error](err); ok {
		failure.Code = coded.ErrorCode()
	}
	if more, ok := errors.AsType[rpc.DataError](err); ok {
		failure.Data = more.ErrorData()
	}
	reply.Error = failure
	return reply
}

// Error and ErrorCode make the faults' errors those of go-ethereum.
func (e RPCError) Error() string  { return e.Message }
func (e RPCError) ErrorCode() int { return e.Code }

func (e *Endpoint) answer(ctx context.Context, f RPCFaults, call rpcCall) (any, error) {
	if refused, ok := f.Refuse[call.Method]; ok {
		return nil, refused
	}
	switch {
	case f.ChainID != 0 && call.Method == "eth_chainId":
		return hexutil.Uint64(f.ChainID), nil
	case f.ChainID != 0 && call.Method == "net_version":
		return strconv.FormatUint(f.ChainID, 10), nil
	case f.Withhold && call.Method == "eth_sendRawTransaction":
		return e.withhold(call)
	}
	var late *latecomer
	if f.Lag > 0 {
		head := e.chain.backend.BlockChain().CurrentBlock().Number.Uint64()
		late = &latecomer{newest: head - min(head, f.Lag)}
		if result, ok := late.instead(&call); ok {
			return result, nil
		}
	}
	params := make([]any, len(call.Params))
	for i, p := range call.Params {
		params[i] = p
	}
	var truth json.RawMessage
	if err := e.chain.client.Client().CallContext(ctx, &truth, call.Method, params...); err != nil {
		return nil, err
	}
	if late != nil && late.unknown(call.Method, truth) {
		return json.RawMessage("null"), nil
	}
	return f.bend(call.Method, truth)
}

// bend changes numbers that the endpoint is wrong about.
func (f RPCFaults) bend(method string, truth json.RawMessage) (any, error) {
	var number hexutil.Big
	wrong := f.GasPriceTimes != 0 && method == "eth_gasPrice" || f.NonceOffset != 0 && method == "eth_getTransactionCount"
	if !wrong {
		return truth, nil
	}
	if err := json.Unmarshal(truth, &number); err != nil {
		return nil, err
	}
	n := number.ToInt()
	if method == "eth_gasPrice" {
		n.Mul(n, new(big.Int).SetUint64(f.GasPriceTimes))
	} else if n.Add(n, big.NewInt(f.NonceOffset)); n.Sign() < 0 {
		n.SetUint64(0)
	}
	return (*hexutil.Big)(n), nil
}

// withhold takes a transaction and keeps it.
func (e *Endpoint) withhold(call rpcCall) (any, error) {
	var raw hexutil.Bytes
	if len(call.Params) != 1 {
		return nil, RPCError{Code: -32602, Message: "one parameter expected"}
	}
	if err := json.Unmarshal(call.Params[0], &raw); err != nil {
		return nil, err
	}
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, known := range e.withheld {
		if bytes.Equal(known, raw) {
			return tx.Hash(), nil
		}
	}
	e.withheld = append(e.withheld, raw)
	return tx.Hash(), nil
}
