package vault

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// Session is under which terms a key is open.
type Session struct {
	Record taskwallet.Identity
	// Gas raises the ceilings; zero keeps the shipped ones.
	Gas taskwallet.Gas
	// Budget is how much CNX may be spent until the person is asked again: what
	// was confirmed at funding.
	Budget uint256.Int
	Now    func() time.Time // nil means time.Now
}

// Signer signs with an open key. It is safe for concurrent use.
type Signer struct {
	key      Key
	id       taskwallet.Identity
	ceilings taskwallet.Gas
	now      func() time.Time

	mu     sync.Mutex
	budget budget
	typed  common.Address // another target of sweeps; zero for none
}

var _ taskwallet.Signer = (*Signer)(nil)

// Open makes the signer of a key. Errors: OtherKey if the key is not the
// record's, BrokenFile for a record that is none, Locked.
func Open(k Key, s Session) (*Signer, error) {
	if err := s.Record.Check(); err != nil {
		return nil, err
	}
	if err := k.use(func([]byte) error { return nil }); err != nil {
		return nil, err
	}
	if k.Address() != s.Record.Address {
		return nil, taskwallet.OtherKey.Because("%s instead of %s", k.Address().Hex(), s.Record.Address.Hex())
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	return &Signer{
		key:      k,
		id:       s.Record,
		ceilings: taskwallet.Ceilings(s.Gas),
		now:      s.Now,
		budget:   newBudget(s.Budget),
	}, nil
}

// Address is the account that signs.
func (s *Signer) Address() common.Address { return s.id.Address }

// Lock overwrites the key.
func (s *Signer) Lock() { s.key.Lock() }

// SweepTo allows sweeps to another address than the owner's: as the person
// typed it, in full and with its checksum (§10). The error is ForeignTarget.
func (s *Signer) SweepTo(typed string) error {
	to, err := chain.ParseAddress(typed)
	if err != nil || to.Hex() != typed || to == (common.Address{}) {
		return taskwallet.ForeignTarget.Because("%.60q is no address with a checksum", typed)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.typed = to
	return nil
}

// Allow sets the budget anew, after the person said yes to it.
func (s *Signer) Allow(amount uint256.Int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.budget = newBudget(amount)
}

// SignTx makes the transaction of an intent and signs it, if its target is one
// that this side knows, and its amount, gas and price are within bounds.
func (s *Signer) SignTx(_ context.Context, i taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := taskwallet.Call(s.id, i)
	if err != nil {
		return taskwallet.Signed{}, err
	}
	if err := s.checkTarget(i); err != nil {
		return taskwallet.Signed{}, err
	}
	if err := s.ceilings.Check(i, gas); err != nil {
		return taskwallet.Signed{}, err
	}
	if err := price.Check(); err != nil {
		return taskwallet.Signed{}, err
	}
	if err := s.budget.check(i, nonce); err != nil {
		return taskwallet.Signed{}, err
	}
	signed, err := s.signTransaction(unsigned(tx, nonce, gas, price))
	if err == nil {
		s.budget.count(i, nonce)
	}
	return signed, err
}

// checkTarget compares the address that an intent names with our own
// knowledge.
func (s *Signer) checkTarget(i taskwallet.Intent) error {
	switch i := i.(type) {
	case taskwallet.SweepToken:
		return s.checkSweep(i.To)
	case taskwallet.SweepNative:
		return s.checkSweep(i.To)
	case taskwallet.HostToken:
		return s.checkHost(i.Origin, i.Host)
	case taskwallet.HostNative:
		return s.checkHost(i.Origin, i.Host)
	}
	return nil
}

func (s *Signer) checkSweep(to common.Address) error {
	if to != (common.Address{}) && to != s.id.Owner && to != s.typed {
		return taskwallet.ForeignTarget.Because("sweep to %s", to.Hex())
	}
	return nil
}

func (s *Signer) checkHost(origin string, to common.Address) error {
	host, err := s.key.Host(s.id.ChainID, origin)
	if err != nil {
		return err
	}
	defer host.Lock()
	if host.Address() != to {
		return taskwallet.ForeignTarget.Because("%s is not the purse of %s", to.Hex(), origin)
	}
	return nil
}

// unsigned is a transaction of type 0 or 2, without access list.
func unsigned(tx chain.Tx, nonce, gas uint64, price taskwallet.Price) types.TxData {
	if price.Dynamic {
		return &types.DynamicFeeTx{
			ChainID: new(big.Int).SetUint64(tx.ChainID), Nonce: nonce,
			GasTipCap: price.Tip.ToBig(), GasFeeCap: price.Max.ToBig(), Gas: gas,
			To: &tx.To, Value: tx.Value.ToBig(), Data: tx.Data,
		}
	}
	return &types.LegacyTx{
		Nonce: nonce, GasPrice: price.Max.ToBig(), Gas: gas,
		To: &tx.To, Value: tx.Value.ToBig(), Data: tx.Data,
	}
}

func (s *Signer) signTransaction(data types.TxData) (signed taskwallet.Signed, err error) {
	// The newest rules that know only types 0 to 2.
	rules := types.NewLondonSigner(new(big.Int).SetUint64(s.id.ChainID))
	err = s.key.sign(func(private *ecdsa.PrivateKey) error {
		tx, err := types.SignNewTx(private, rules, data)
		if err != nil {
			return taskwallet.NotAnIntent.Because("%v", err)
		}
		sender, err := types.Sender(rules, tx)
		if err != nil || sender != s.id.Address {
			return taskwallet.BadSignature.Because("a transaction of %s", sender.Hex())
		}
		raw, err := tx.MarshalBinary()
		if err != nil {
			return taskwallet.NotAnIntent.Because("%v", err)
		}
		signed = taskwallet.Signed{Raw: raw, Hash: tx.Hash()}
		return nil
	})
	return signed, err
}

// SignText signs keccak256 of one of the Relay's texts, if its time is near.
func (s *Signer) SignText(_ context.Context, text []byte) (signed []byte, err error) {
	text = bytes.Clone(text) // what was read is what is hashed
	if _, err := taskwallet.ReadText(text, s.now()); err != nil {
		return nil, err
	}
	digest := crypto.Keccak256Hash(text)
	err = s.key.sign(func(private *ecdsa.PrivateKey) error {
		raw, err := crypto.Sign(digest[:], private)
		if err != nil {
			return taskwallet.BadSignature.Because("%v", err)
		}
		sig, err := parseSignature(raw) // s in the lower half, v 0 or 1
		if err != nil {
			return err
		}
		signer, err := sig.signer(digest)
		if err != nil || signer != s.id.Address {
			return taskwallet.BadSignature.Because("a text of %s", signer.Hex())
		}
		signed = sig[:]
		return nil
	})
	return signed, err
}
