package chain

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Receipt is what a transaction in a block did.
type Receipt struct {
	TxHash    common.Hash
	Block     uint64 // number
	BlockHash common.Hash
	OK        bool // false: reverted or out of gas; Client.Failure asks why
	GasUsed   uint64
	GasPrice  uint256.Int // wei for each unit of gas; 0 where the node does not tell
	Logs      []Log
}

// Log is one record that a contract left.
type Log struct {
	Contract  common.Address
	Topics    []common.Hash
	Data      []byte
	Block     uint64 // number
	BlockHash common.Hash
	TxHash    common.Hash
	Index     uint64 // within the block
}

// parseReceipt returns nil for null, and for the receipt without a block that
// some nodes give while a transaction waits.
func parseReceipt(raw json.RawMessage) (*Receipt, error) {
	if isNull(raw) {
		return nil, nil
	}
	f := newFields(raw)
	if f.err == nil && !f.has("blockNumber") {
		return nil, nil
	}
	r := &Receipt{
		TxHash:    f.hash("transactionHash"),
		Block:     f.uint64("blockNumber"),
		BlockHash: f.hash("blockHash"),
		GasUsed:   f.uint64("gasUsed"),
		Logs:      field(f, "logs", listOf(parseLog)),
	}
	switch status := f.uint64("status"); {
	case status == 1:
		r.OK = true
	case status != 0 && f.err == nil:
		f.err = malformed("status 0 or 1", f.members["status"])
	}
	if f.has("effectiveGasPrice") {
		r.GasPrice = f.amount("effectiveGasPrice")
	}
	if f.err != nil {
		return nil, f.err
	}
	return r, nil
}

func parseLog(raw json.RawMessage) (Log, error) {
	f := newFields(raw)
	l := Log{
		Contract:  f.address("address"),
		Topics:    field(f, "topics", listOf(parseHash)),
		Data:      f.data("data"),
		Block:     f.uint64("blockNumber"),
		BlockHash: f.hash("blockHash"),
		TxHash:    f.hash("transactionHash"),
		Index:     f.uint64("logIndex"),
	}
	if f.err != nil {
		return Log{}, f.err
	}
	return l, nil
}
