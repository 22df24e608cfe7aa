//go:build !js

package devchain

import (
	"context"
	"encoding/json"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// payment is a transaction on its way through the wallet: what the page
// wants, and what the wallet fills in.
type payment struct {
	from    common.Address
	to      *common.Address // nil = a new contract
	value   *big.Int
	data    []byte
	gas     uint64
	nonce   *uint64  // nil = the next one
	tip     *big.Int // nil: a legacy transaction
	feeCap  *big.Int // highest price of one gas, in wei
	chainID *big.Int

	trouble string // why it will probably be reverted, "" if it will not
}

// cost is the most the network can take for it, in wei.
func (p payment) cost() *big.Int {
	return new(big.Int).Mul(p.feeCap, new(big.Int).SetUint64(p.gas))
}

// transactionFields are the members of eth_sendTransaction's object.
type transactionFields struct {
	From                 string          `json:"from"`
	To                   *string         `json:"to"`
	Value                *hexutil.Big    `json:"value"`
	Data                 *hexutil.Bytes  `json:"data"`
	Input                *hexutil.Bytes  `json:"input"`
	Gas                  *hexutil.Uint64 `json:"gas"`
	GasLimit             *hexutil.Uint64 `json:"gasLimit"`
	GasPrice             *hexutil.Big    `json:"gasPrice"`
	MaxFeePerGas         *hexutil.Big    `json:"maxFeePerGas"`
	MaxPriorityFeePerGas *hexutil.Big    `json:"maxPriorityFeePerGas"`
	Nonce                *hexutil.Uint64 `json:"nonce"`
	ChainID              *hexutil.Big    `json:"chainId"`
	Type                 string          `json:"type"`
}

// sendTransaction is eth_sendTransaction: checks, fills in, asks, signs,
// sends, and returns the hash without waiting for a block.
func (s *Site) sendTransaction(ctx context.Context, params json.RawMessage) (any, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(params, &list); err != nil || len(list) == 0 {
		return nil, invalidInput()
	}
	var fields transactionFields
	if err := json.Unmarshal(list[0], &fields); err != nil {
		return nil, invalidParams("Invalid transaction params: %v", err)
	}
	p, err := s.checkTransaction(fields)
	if err != nil {
		return nil, err
	}
	if err := s.fillGas(ctx, &p, fields); err != nil {
		return nil, err
	}
	if err := s.fillFees(ctx, &p, fields); err != nil {
		return nil, err
	}
	prompt := s.describe(ctx, p)
	d, err := s.confirm(ctx, prompt)
	if err != nil {
		return nil, err
	}
	if prompt.Amount != nil && d.amount != nil {
		p.data = withAmount(p.data, d.amount)
	}
	return s.send(ctx, p)
}

func (s *Site) checkTransaction(f transactionFields) (payment, error) {
	from, err := s.keyholder(f.From)
	if err != nil {
		return payment{}, err
	}
	id, _ := s.wallet.network()
	p := payment{from: from, value: new(big.Int), chainID: new(big.Int).SetUint64(id), nonce: (*uint64)(f.Nonce)}
	if f.ChainID != nil && f.ChainID.ToInt().Cmp(p.chainID) != 0 {
		return p, invalidParams("Invalid transaction params: chainId must match the network client, got: %s, expected: %s", f.ChainID, hexID(id))
	}
	for _, data := range []*hexutil.Bytes{f.Input, f.Data} {
		if data != nil {
			p.data = *data
		}
	}
	switch {
	case f.To == nil && len(p.data) > 0:
	case f.To == nil || !addressPattern.MatchString(*f.To):
		return p, invalidParams(`Invalid "to" address.`)
	default:
		to := common.HexToAddress(*f.To)
		p.to = &to
	}
	if f.Value != nil {
		p.value = f.Value.ToInt()
	}
	if f.GasPrice != nil && (f.MaxFeePerGas != nil || f.MaxPriorityFeePerGas != nil) {
		return p, invalidParams("Invalid transaction params: specified gasPrice but also included maxFeePerGas, these cannot be mixed")
	}
	switch f.Type {
	case "", "0x0", "0x2":
	default:
		return p, invalidParams(`Invalid transaction envelope type: "%s". Must be one of: 0x0, 0x2`, f.Type)
	}
	return p, nil
}

// fillGas takes the page's gas limit, or the estimate and half of it, or
// where the estimate fails 35 % of a block, as MetaMask does: the person is
// warned and may send it all the same.
func (s *Site) fillGas(ctx context.Context, p *payment, f transactionFields) error {
	estimate, err := s.estimate(ctx, *p)
	if err != nil {
		p.trouble = err.Error()
	}
	for _, gas := range []*hexutil.Uint64{f.GasLimit, f.Gas} {
		if gas != nil {
			p.gas = uint64(*gas)
		}
	}
	if p.gas != 0 {
		return nil
	}
	block, err := s.latest(ctx)
	if err != nil {
		return err
	}
	switch {
	case p.trouble != "":
		p.gas = uint64(block.GasLimit) * 35 / 100
	case estimate == 21000:
		p.gas = estimate
	default:
		p.gas = max(estimate, min(estimate*3/2, uint64(block.GasLimit)*9/10))
	}
	return nil
}

// estimate asks the network how much gas a payment takes.
func (s *Site) estimate(ctx context.Context, p payment) (uint64, error) {
	call := map[string]any{"from": p.from, "value": (*hexutil.Big)(p.value)}
	if p.to != nil {
		call["to"] = p.to
	}
	if len(p.data) > 0 {
		call["data"] = hexutil.Bytes(p.data)
	}
	_, network := s.wallet.network()
	if network.chain == nil {
		return 21000, nil
	}
	var gas hexutil.Uint64
	err := network.chain.Client().Client().CallContext(ctx, &gas, "eth_estimateGas", call)
	return uint64(gas), err
}

// latestBlock is what the wallet reads of the latest block.
type latestBlock struct {
	GasLimit      hexutil.Uint64 `json:"gasLimit"`
	BaseFeePerGas *hexutil.Big   `json:"baseFeePerGas"` // nil before EIP-1559
}

func (s *Site) latest(ctx context.Context) (latestBlock, error) {
	b := latestBlock{GasLimit: 30_000_000}
	err := s.ask(ctx, &b, "eth_getBlockByNumber", "latest", false)
	return b, err
}

// ask reads a value from the active network.
func (s *Site) ask(ctx context.Context, into any, method string, args ...any) error {
	if args == nil {
		args = []any{}
	}
	params, err := json.Marshal(args)
	if err != nil {
		return internalError(err.Error())
	}
	raw, err := s.read(ctx, method, params)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return internalError(method + ": " + err.Error())
	}
	return nil
}

// fillFees takes the page's prices, or the network's tip on twice the base
// fee. A legacy price on an EIP-1559 network becomes both of its fees.
func (s *Site) fillFees(ctx context.Context, p *payment, f transactionFields) error {
	b, err := s.latest(ctx)
	if err != nil {
		return err
	}
	price := (*big.Int)(f.GasPrice)
	if b.BaseFeePerGas == nil || f.Type == "0x0" {
		if p.feeCap = price; price == nil {
			p.feeCap, err = s.askBig(ctx, "eth_gasPrice")
		}
		return err
	}
	p.tip, p.feeCap = (*big.Int)(f.MaxPriorityFeePerGas), (*big.Int)(f.MaxFeePerGas)
	if price != nil {
		p.tip, p.feeCap = price, price
	}
	if p.tip == nil {
		if p.tip, err = s.askBig(ctx, "eth_maxPriorityFeePerGas"); err != nil {
			return err
		}
		if p.feeCap != nil && p.tip.Cmp(p.feeCap) > 0 {
			p.tip = p.feeCap
		}
	}
	if p.feeCap == nil {
		p.feeCap = new(big.Int).Lsh(b.BaseFeePerGas.ToInt(), 1)
		p.feeCap.Add(p.feeCap, p.tip)
	}
	return nil
}

func (s *Site) askBig(ctx context.Context, method string, args ...any) (*big.Int, error) {
	var n hexutil.Big
	if err := s.ask(ctx, &n, method, args...); err != nil {
		return nil, err
	}
	return n.ToInt(), nil
}

// send signs a payment with the next nonce and hands it to the network.
func (s *Site) send(ctx context.Context, p payment) (any, error) {
	w := s.wallet
	w.sending.Lock()
	defer w.sending.Unlock()
	var nonce hexutil.Uint64
	if p.nonce != nil {
		nonce = hexutil.Uint64(*p.nonce)
	} else if err := s.ask(ctx, &nonce, "eth_getTransactionCount", p.from, "pending"); err != nil {
		return nil, err
	}
	tx, err := types.SignNewTx(w.keys[p.from], types.LatestSignerForChainID(p.chainID), p.body(uint64(nonce)))
	if err != nil {
		return nil, internalError(err.Error())
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return nil, internalError(err.Error())
	}
	var hash *common.Hash
	if err := s.ask(ctx, &hash, "eth_sendRawTransaction", hexutil.Bytes(raw)); err != nil {
		return nil, err
	}
	if hash == nil || *hash != crypto.Keccak256Hash(raw) {
		return nil, internalError("the network took the transaction under another hash")
	}
	return hash, nil
}

func (p payment) body(nonce uint64) types.TxData {
	if p.tip == nil {
		return &types.LegacyTx{Nonce: nonce, GasPrice: p.feeCap, Gas: p.gas, To: p.to, Value: p.value, Data: p.data}
	}
	return &types.DynamicFeeTx{
		ChainID: p.chainID, Nonce: nonce, GasTipCap: p.tip, GasFeeCap: p.feeCap,
		Gas: p.gas, To: p.to, Value: p.value, Data: p.data,
	}
}
