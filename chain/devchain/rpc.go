//go:build !js

package devchain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"runtime"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/rpc"
)

// Limits of the endpoint: those of go-ethereum for a batch, a body for the
// largest transaction the pool takes (128 KB in hex) with room to spare.
const (
	maxBody          = 5 << 20
	maxBatch         = 1000
	maxBatchResponse = 25 << 20
)

// newPublicServer offers the methods eth_*, net_* and web3_* and no others:
// no admin, debug, miner or txpool.
func newPublicServer(c *Chain) (*rpc.Server, error) {
	server := rpc.NewServer()
	server.SetBatchLimits(maxBatch, maxBatchResponse)
	server.SetHTTPBodyLimit(maxBody)

	services := c.backend.APIs()
	system := filters.NewFilterSystem(c.backend.APIBackend, filters.Config{})
	services = append(services,
		rpc.API{Namespace: "eth", Service: filters.NewFilterAPI(system)},
		rpc.API{Namespace: "eth", Service: &ethService{c}}, // last: its methods replace go-ethereum's
		rpc.API{Namespace: "web3", Service: web3Service{}},
	)
	for _, s := range services {
		switch s.Namespace {
		case "eth", "net", "web3":
			if err := server.RegisterName(s.Namespace, s.Service); err != nil {
				return nil, fmt.Errorf("devchain: %s methods: %w", s.Namespace, err)
			}
		}
	}
	return server, nil
}

// ethService holds the eth_ methods that are ours.
type ethService struct{ chain *Chain }

// SendRawTransaction hands a signed transaction to the pool: the one door for
// transactions, from HTTP and from inside the process. Errors are the pool's.
func (s *ethService) SendRawTransaction(_ context.Context, raw hexutil.Bytes) (common.Hash, error) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return common.Hash{}, err
	}
	if !tx.Protected() {
		return common.Hash{}, errors.New("only replay-protected (EIP-155) transactions allowed over RPC")
	}
	s.chain.maker.turn.RLock()
	defer s.chain.maker.turn.RUnlock()
	// Synchronously, so that the next eth_getTransactionCount "pending" counts it.
	if err := s.chain.backend.TxPool().Add([]*types.Transaction{tx}, true)[0]; err != nil {
		return common.Hash{}, err
	}
	return tx.Hash(), nil
}

// SendRawTransactionSync closes the second door, which go-ethereum has since 2025.
func (s *ethService) SendRawTransactionSync(hexutil.Bytes, *uint64) (any, error) {
	return nil, notOffered("eth_sendRawTransactionSync")
}

// notOffered is the error for a method the server does not have, by name.
type notOffered string

func (m notOffered) Error() string {
	return "the method " + string(m) + " does not exist/is not available"
}

func (notOffered) ErrorCode() int { return -32601 } // EIP-1474: method not found

// GasPrice is the base fee and the least tip: the price does not follow what
// others happened to pay.
func (s *ethService) GasPrice() *hexutil.Big {
	base := s.chain.backend.BlockChain().CurrentBlock().BaseFee
	return (*hexutil.Big)(new(big.Int).Add(base, s.chain.gasPrice))
}

// MaxPriorityFeePerGas is the least tip.
func (s *ethService) MaxPriorityFeePerGas() *hexutil.Big {
	return (*hexutil.Big)(s.chain.gasPrice)
}

// web3Service holds the web3_ methods.
type web3Service struct{}

// ClientVersion names the software.
func (web3Service) ClientVersion() string {
	return "crynux-devchain/" + runtime.GOOS + "/" + runtime.Version()
}

// Sha3 is keccak256.
func (web3Service) Sha3(input hexutil.Bytes) hexutil.Bytes { return crypto.Keccak256(input) }
