package chain

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Block is the part of a block header that the page looks at.
type Block struct {
	Number  uint64
	Hash    common.Hash
	Parent  common.Hash
	Time    uint64      // Unix seconds; the network's clock (protocol.md G.31)
	BaseFee uint256.Int // wei; 0 also where the chain has none
}

func parseBlock(raw json.RawMessage) (Block, error) {
	f := newFields(raw)
	b := Block{
		Number: f.uint64("number"),
		Hash:   f.hash("hash"),
		Parent: f.hash("parentHash"),
		Time:   f.uint64("timestamp"),
	}
	if f.has("baseFeePerGas") {
		b.BaseFee = f.amount("baseFeePerGas")
	}
	return b, f.err
}
