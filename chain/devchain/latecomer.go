//go:build !js

package devchain

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// latecomer is an endpoint that has not seen the newest blocks. For it the chain
// ends at newest.
type latecomer struct{ newest uint64 }

// instead answers a call that must not reach the chain; otherwise it changes the
// call so that it asks about the past.
func (l latecomer) instead(call *rpcCall) (result any, ok bool) {
	switch call.Method {
	case "eth_blockNumber":
		return hexutil.Uint64(l.newest), true
	case "eth_getBlockByNumber":
		if len(call.Params) > 0 && l.ahead(call.Params[0]) {
			return json.RawMessage("null"), true
		}
	case "eth_getLogs":
		if len(call.Params) > 0 {
			filter, empty := l.past(call.Params[0])
			if empty {
				return json.RawMessage("[]"), true
			}
			call.Params = []json.RawMessage{filter}
		}
		return nil, false
	}
	for i, p := range call.Params {
		if isTag(p) {
			call.Params[i] = l.block()
		}
	}
	return nil, false
}

// past is a filter of logs that ends at the newest block; empty when it would
// begin later.
func (l latecomer) past(raw json.RawMessage) (filter json.RawMessage, empty bool) {
	var f map[string]json.RawMessage
	if json.Unmarshal(raw, &f) != nil || f["blockHash"] != nil {
		return raw, false // the chain will say what is wrong with it
	}
	if from := f["fromBlock"]; from != nil && l.ahead(from) {
		return nil, true
	} else if from != nil && isTag(from) {
		f["fromBlock"] = l.block()
	}
	if to := f["toBlock"]; to == nil || isTag(to) || l.ahead(to) {
		f["toBlock"] = l.block()
	}
	filter, err := json.Marshal(f)
	if err != nil {
		panic(err) // it was JSON before
	}
	return filter, false
}

// unknown reports whether an answer is about a transaction in a later block.
func (l latecomer) unknown(method string, answer json.RawMessage) bool {
	if method != "eth_getTransactionReceipt" && method != "eth_getTransactionByHash" {
		return false
	}
	var about struct {
		Block json.RawMessage `json:"blockNumber"`
	}
	return json.Unmarshal(answer, &about) == nil && l.ahead(about.Block)
}

func (l latecomer) block() json.RawMessage {
	return json.RawMessage(`"` + hexutil.EncodeUint64(l.newest) + `"`)
}

// ahead reports whether a parameter is the number of a later block.
func (l latecomer) ahead(p json.RawMessage) bool {
	var n hexutil.Uint64
	return json.Unmarshal(p, &n) == nil && uint64(n) > l.newest
}

// isTag reports whether a parameter means the newest block.
func isTag(p json.RawMessage) bool {
	var tag string
	if json.Unmarshal(p, &tag) != nil {
		return false
	}
	switch tag {
	case "latest", "pending", "safe", "finalized":
		return true
	}
	return false
}
