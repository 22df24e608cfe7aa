package proof

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Version is the version of the receipts written today.
const Version = 1

// Receipt says what was compared with what, and who told it. It is a claim of
// the page that wrote it: whoever reads one from outside compares again, with
// an RPC of their own. Numbers of 64 bits are decimal text in JSON, because
// other readers of JSON lose bits beyond 2^53.
type Receipt struct {
	Version int    `json:"version"`
	ChainID uint64 `json:"chain_id,string"`
	TaskID  uint64 `json:"task_id,string"`
	// CreateTx holds TaskCreated, SuccessTx TaskSuccess.
	CreateTx  common.Hash `json:"create_tx"`
	SuccessTx common.Hash `json:"success_tx"`
	// TaskHash and Result are what these two events say, and Node is the node
	// whose result it is.
	TaskHash common.Hash    `json:"task_hash"`
	Result   hexutil.Bytes  `json:"result"`
	Node     common.Address `json:"node"`
	// Witness names the RPC, or several, that told the chain's side. "" is
	// nobody, and then nothing is verified.
	Witness string `json:"witness"`
	// Arguments tells that the kept arguments hash to TaskHash.
	Arguments bool   `json:"arguments"`
	Files     []File `json:"files"`
}

// Verified reports whether everything matches: the arguments, and every file
// that is here or that the chain names.
func (r Receipt) Verified() bool {
	if r.Witness == "" || !r.Arguments || len(r.Files) == 0 {
		return false
	}
	for _, f := range r.Files {
		if !f.Verified() {
			return false
		}
	}
	return true
}
