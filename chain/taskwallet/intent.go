package taskwallet

import (
	"bytes"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// Intent is one reason for a transaction: Approve, Create, Cancel, SweepToken,
// SweepNative, HostToken or HostNative. There are no others. Whom it pays and
// on which chain comes from the Identity; where an intent names an address, the
// signer compares it with what it knows itself.
type Intent interface {
	call(Identity) (chain.Tx, error)
}

// Approve sets how much CNX the Task contract may take. It replaces an earlier
// allowance; 0 takes it back.
type Approve struct{ Amount uint256.Int }

// Create pays for a task.
type Create struct {
	Kind     uint8 // 0 SD, 1 GPT
	TaskHash common.Hash
	VRAM     uint64 // GB, 0 for any
	// Fee is the CNX that the person confirmed for it. The transaction does not
	// hold it; the signer counts it.
	Fee uint256.Int
}

// Cancel ends a task after its deadline.
type Cancel struct{ ID uint64 }

// SweepToken takes CNX out. To is zero for the owner, or an address that the
// person has typed.
type SweepToken struct {
	To     common.Address
	Amount uint256.Int
}

// SweepNative takes native coins out, like SweepToken.
type SweepNative struct {
	To     common.Address
	Amount uint256.Int
}

// HostToken puts CNX into the purse of a host that embeds the page. Host is the
// address of the key for Origin (§4).
type HostToken struct {
	Origin string
	Host   common.Address
	Amount uint256.Int
}

// HostNative puts native coins into the purse of a host, like HostToken.
type HostNative struct {
	Origin string
	Host   common.Address
	Amount uint256.Int
}

// Call is the transaction of an intent, without nonce and gas: to estimate its
// gas, and to sign. The error is BadAmount or NotAnIntent.
func Call(id Identity, i Intent) (chain.Tx, error) {
	if i == nil {
		return chain.Tx{}, NotAnIntent.Because("none")
	}
	tx, err := i.call(id)
	if err != nil {
		return chain.Tx{}, err
	}
	tx.From, tx.ChainID = id.Address, id.ChainID
	return tx, nil
}

// MatchCall is the way back: the one intent whose transaction has exactly this
// target, value and data. Purses of hosts are not recognised, because their
// keys are the signer's knowledge. The Fee of a Create is zero. The error is
// NotAnIntent, or BadAmount for an allowance without limit.
func MatchCall(id Identity, to common.Address, value uint256.Int, data []byte) (Intent, error) {
	var possible []Intent
	switch {
	case to == id.Contracts.Token && len(data) == 4+2*32:
		amount := *new(uint256.Int).SetBytes(data[4+32:])
		possible = []Intent{Approve{amount}, SweepToken{Amount: amount}}
	case to == id.Contracts.Task && len(data) == 4+4*32:
		possible = []Intent{Create{
			Kind:     data[4+31],
			TaskHash: common.Hash(data[4+32 : 4+64]),
			VRAM:     new(uint256.Int).SetBytes(data[4+96:]).Uint64(),
		}}
	case to == id.Contracts.Task && len(data) == 4+32:
		possible = []Intent{Cancel{new(uint256.Int).SetBytes(data[4:]).Uint64()}}
	case to == id.Owner && len(data) == 0:
		possible = []Intent{SweepNative{Amount: value}}
	}
	refused := NotAnIntent.Because("%s to %s with %d bytes of data", value.Dec(), to.Hex(), len(data))
	for _, i := range possible {
		// What the numbers above cut off shows here.
		tx, err := Call(id, i)
		switch {
		case err != nil:
			refused = err
		case tx.To == to && tx.Value == value && bytes.Equal(tx.Data, data):
			return i, nil
		}
	}
	return nil, refused
}

func (i Approve) call(id Identity) (chain.Tx, error) {
	if unlimited(i.Amount) {
		return chain.Tx{}, BadAmount.Because("allowance without limit")
	}
	return chain.Contracts(id.Contracts).Approve(id.Address, i.Amount), nil
}

func (i Create) call(id Identity) (chain.Tx, error) {
	if i.Kind > 1 {
		return chain.Tx{}, NotAnIntent.Because("task of kind %d", i.Kind)
	}
	return chain.Contracts(id.Contracts).CreateTask(id.Address, i.Kind, i.TaskHash, i.VRAM), nil
}

func (i Cancel) call(id Identity) (chain.Tx, error) {
	return chain.Contracts(id.Contracts).CancelTask(id.Address, i.ID), nil
}

func (i SweepToken) call(id Identity) (chain.Tx, error) {
	return transferToken(id, targetOf(id, i.To), i.Amount)
}

func (i SweepNative) call(id Identity) (chain.Tx, error) {
	return transferNative(targetOf(id, i.To), i.Amount)
}

func (i HostToken) call(id Identity) (chain.Tx, error)  { return transferToken(id, i.Host, i.Amount) }
func (i HostNative) call(id Identity) (chain.Tx, error) { return transferNative(i.Host, i.Amount) }

func targetOf(id Identity, to common.Address) common.Address {
	if to == (common.Address{}) {
		return id.Owner
	}
	return to
}

func transferToken(id Identity, to common.Address, amount uint256.Int) (chain.Tx, error) {
	if amount.IsZero() || unlimited(amount) {
		return chain.Tx{}, BadAmount.Because("%s CNX base units", amount.Dec())
	}
	return chain.Contracts(id.Contracts).Transfer(id.Address, to, amount), nil
}

func transferNative(to common.Address, amount uint256.Int) (chain.Tx, error) {
	if amount.IsZero() {
		return chain.Tx{}, BadAmount.Because("0 wei")
	}
	return chain.Tx{To: to, Value: amount}, nil
}

// unlimited is the allowance that never gets less (protocol.md A.2).
func unlimited(amount uint256.Int) bool { return amount == *new(uint256.Int).SetAllOne() }
