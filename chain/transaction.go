package chain

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Tx is a transaction to be made by a wallet, or a call to be tried. What is
// left zero or nil the wallet or node chooses.
type Tx struct {
	From, To common.Address
	Data     []byte
	Value    uint256.Int  // wei; none of the network's contracts takes any
	Gas      uint64       // limit
	GasPrice *uint256.Int // wei
	Nonce    *uint64
	ChainID  uint64 // a wallet that has moved to another chain then refuses
}

// params is the transaction object of eth_call, eth_estimateGas and
// eth_sendTransaction.
func (t Tx) params() map[string]string {
	p := map[string]string{"from": data(t.From[:]), "to": data(t.To[:]), "data": data(t.Data)}
	if !t.Value.IsZero() {
		p["value"] = amount(t.Value)
	}
	if t.Gas != 0 {
		p["gas"] = quantity(t.Gas)
	}
	if t.GasPrice != nil {
		p["gasPrice"] = amount(*t.GasPrice)
	}
	if t.Nonce != nil {
		p["nonce"] = quantity(*t.Nonce)
	}
	if t.ChainID != 0 {
		p["chainId"] = quantity(t.ChainID)
	}
	return p
}

// Transaction is one that a node knows: waiting, or in a block.
type Transaction struct {
	Hash  common.Hash
	From  common.Address
	To    common.Address // zero if it makes a contract
	Nonce uint64
	Value uint256.Int
	Gas   uint64 // limit
	Data  []byte
	Mined bool
	Block uint64 // number, 0 until mined
}

// parseTransaction returns nil for null: the node does not know it (any more).
func parseTransaction(raw json.RawMessage) (*Transaction, error) {
	if isNull(raw) {
		return nil, nil
	}
	f := newFields(raw)
	t := &Transaction{
		Hash:  f.hash("hash"),
		From:  f.address("from"),
		Nonce: f.uint64("nonce"),
		Value: f.amount("value"),
		Gas:   f.uint64("gas"),
		Data:  f.data("input"),
		Mined: f.has("blockNumber"),
	}
	if f.has("to") {
		t.To = f.address("to")
	}
	if t.Mined {
		t.Block = f.uint64("blockNumber")
	}
	if f.err != nil {
		return nil, f.err
	}
	return t, nil
}
