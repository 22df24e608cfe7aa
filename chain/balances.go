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

// Holdings are what an account has, and what others may take of it.
type Holdings struct {
	Balances
	Allowance uint256.Int // CNX that the Task contract may take
}

// Holdings reads all of it in one request.
func (c *Client) Holdings(ctx context.Context, account common.Address) (h Holdings, err error) {
	var r reads
	r.add(into(&h.Native, parseAmount), "eth_getBalance", data(account[:]), "latest")
	r.view(into(&h.CNX, returned((*tuple).amount)), c.contracts.Token, balanceOf.with(addressWord(account)))
	r.view(into(&h.Allowance, returned((*tuple).amount)), c.contracts.Token, allowance.with(addressWord(account), addressWord(c.contracts.Task)))
	err = r.run(ctx, c.reader)
	return h, err
}
