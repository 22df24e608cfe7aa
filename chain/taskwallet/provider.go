package taskwallet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// codeUnsupported refuses a method (EIP-1193).
const codeUnsupported = 4200

// reads are the methods that are passed on.
var reads = []string{
	"eth_blockNumber",
	"eth_call",
	"eth_estimateGas",
	"eth_feeHistory",
	"eth_gasPrice",
	"eth_getBalance",
	"eth_getBlockByHash",
	"eth_getBlockByNumber",
	"eth_getCode",
	"eth_getLogs",
	"eth_getTransactionByHash",
	"eth_getTransactionCount",
	"eth_getTransactionReceipt",
	"eth_maxPriorityFeePerGas",
}

// Confirmed is what the person last said yes to.
type Confirmed struct {
	Price uint256.Int // of gas, in wei
	Fee   uint256.Int // of a task, in CNX
}

// Provider is an open task wallet for whoever knows only chain.Provider. It
// answers eth_accounts, eth_requestAccounts, eth_chainId and
// eth_signTransaction, passes reads on, and refuses everything else with code
// 4200: it sends nothing, and there is no way to have a digest signed.
type Provider struct {
	id        Identity
	signer    Signer
	reader    chain.Provider
	confirmed func() Confirmed
}

var _ chain.Provider = (*Provider)(nil)

// NewProvider makes the provider of a key. reader is the RPC endpoint, and
// confirmed is asked for every transaction.
func NewProvider(id Identity, signer Signer, reader chain.Provider, confirmed func() Confirmed) *Provider {
	return &Provider{id, signer, reader, confirmed}
}

// Request answers one request. Errors are *chain.ProviderError for a method
// that is not there and *Error for a transaction that is refused.
func (p *Provider) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	switch {
	case method == "eth_accounts", method == "eth_requestAccounts":
		return json.Marshal([]string{p.signer.Address().Hex()})
	case method == "eth_chainId":
		return json.Marshal(hexutil.Uint64(p.id.ChainID))
	case method == "eth_signTransaction":
		return p.signTransaction(ctx, params)
	case slices.Contains(reads, method):
		return p.reader.Request(ctx, method, params)
	}
	return nil, &chain.ProviderError{Code: codeUnsupported, Message: fmt.Sprintf("the task wallet has no %.60s", method)}
}

// transaction is the parameter of eth_signTransaction. Access lists, blobs and
// authorisations are members that it does not have.
type transaction struct {
	Type        *hexutil.Uint64 `json:"type"`
	ChainID     *hexutil.Uint64 `json:"chainId"`
	From        *common.Address `json:"from"`
	To          *common.Address `json:"to"`
	Nonce       *hexutil.Uint64 `json:"nonce"`
	Gas         *hexutil.Uint64 `json:"gas"`
	GasPrice    *hexutil.Big    `json:"gasPrice"`
	MaxFee      *hexutil.Big    `json:"maxFeePerGas"`
	PriorityFee *hexutil.Big    `json:"maxPriorityFeePerGas"`
	Value       *hexutil.Big    `json:"value"`
	Data        *hexutil.Bytes  `json:"data"`
	Input       *hexutil.Bytes  `json:"input"`
}

// signTransaction returns the signed bytes as hex, as the execution API
// specifies it.
func (p *Provider) signTransaction(ctx context.Context, params any) (json.RawMessage, error) {
	tx, err := readTransaction(params)
	if err != nil {
		return nil, err
	}
	confirmed := p.confirmed()
	price, err := tx.price(confirmed.Price)
	if err != nil {
		return nil, err
	}
	switch {
	case tx.ChainID != nil && uint64(*tx.ChainID) != p.id.ChainID:
		return nil, WrongChain.Because("%d instead of %d", *tx.ChainID, p.id.ChainID)
	case tx.From != nil && *tx.From != p.id.Address:
		return nil, NotAnIntent.Because("from %s", tx.From.Hex())
	case tx.To == nil || tx.Nonce == nil || tx.Gas == nil:
		return nil, NotAnIntent.Because("to, nonce and gas are needed")
	case tx.Data != nil && tx.Input != nil && !bytes.Equal(*tx.Data, *tx.Input):
		return nil, NotAnIntent.Because("data and input differ")
	}
	var data []byte
	if tx.Data != nil {
		data = *tx.Data
	} else if tx.Input != nil {
		data = *tx.Input
	}
	intent, err := MatchCall(p.id, *tx.To, amount(tx.Value), data)
	if err != nil {
		return nil, err
	}
	if create, ok := intent.(Create); ok {
		create.Fee = confirmed.Fee
		intent = create
	}
	signed, err := p.signer.SignTx(ctx, intent, uint64(*tx.Nonce), uint64(*tx.Gas), price)
	if err != nil {
		return nil, err
	}
	return json.Marshal(signed.Raw)
}

func readTransaction(params any) (transaction, error) {
	text, err := json.Marshal(params)
	if err != nil {
		return transaction{}, NotAnIntent.Because("%v", err)
	}
	var list []*transaction
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return transaction{}, NotAnIntent.Because("%v", err)
	}
	if len(list) != 1 || list[0] == nil {
		return transaction{}, NotAnIntent.Because("%d transactions", len(list))
	}
	return *list[0], nil
}

// price tells a transaction of type 0 from one of type 2 by its prices, and
// wants its type, if it is there, to say the same.
func (t transaction) price(shown uint256.Int) (Price, error) {
	p := Price{Shown: shown}
	implied := hexutil.Uint64(0)
	switch {
	case t.GasPrice != nil && t.MaxFee == nil && t.PriorityFee == nil:
		p.Max = amount(t.GasPrice)
	case t.GasPrice == nil && t.MaxFee != nil && t.PriorityFee != nil:
		p.Dynamic, p.Max, p.Tip = true, amount(t.MaxFee), amount(t.PriorityFee)
		implied = 2
	default:
		return Price{}, BadPrice.Because("either gasPrice, or both fees of EIP-1559")
	}
	if t.Type != nil && *t.Type != implied {
		return Price{}, NotAnIntent.Because("transaction of type %d", *t.Type)
	}
	return p, nil
}

// amount is 0 for nil.
func amount(v *hexutil.Big) uint256.Int {
	if v == nil {
		return uint256.Int{}
	}
	return *uint256.MustFromBig((*big.Int)(v)) // hexutil.Big has 256 bits at most
}
