package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// gasPriceOracle is where chains of the OP stack keep the price of the chain
// below, the same on all of them.
// https://specs.optimism.io/protocol/predeploys.html#gaspriceoracle
var gasPriceOracle = common.HexToAddress("0x420000000000000000000000000000000000000F")

var getL1FeeUpperBound = function("getL1FeeUpperBound(uint256)")

// L1Fee is what a transaction of this many bytes pays at most for the chain below,
// in wei, besides its gas: 0 where there is none. Chains that count it in gas
// have it in every estimate. One request.
func (c *Client) L1Fee(ctx context.Context, size uint64) (fee uint256.Int, err error) {
	var code []byte
	var answer Result
	var r reads
	r.add(into(&code, parseData), "eth_getCode", data(gasPriceOracle[:]), "latest")
	r.view(func(r Result) error { answer = r; return nil }, gasPriceOracle, getL1FeeUpperBound.with(uintWord(size)))
	if err := r.run(ctx, c.reader); err != nil || len(code) == 0 {
		return uint256.Int{}, err
	}
	err = into(&fee, returned((*tuple).amount))(answer)
	return fee, err
}
