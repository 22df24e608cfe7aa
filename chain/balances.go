package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Balances are what an account has.
type Balances struct {
	Native uint256.Int // wei
	CNX    uint256.Int // base units
}

// Balances reads both in one request.
func (c *Client) Balances(ctx context.Context, account common.Address) (b Balances, err error) {
	var r reads
	r.add(into(&b.Native, parseAmount), "eth_getBalance", data(account[:]), "latest")
	r.view(into(&b.CNX, returned((*tuple).amount)), c.contracts.Token, balanceOf.with(addressWord(account)))
	err = r.run(ctx, c.reader)
	return b, err
}
