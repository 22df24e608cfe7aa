package vault

import (
	"bytes"
	"context"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/taskwallet"
)

// Adopt makes the key that a task wallet has made for a host (see HandOver). The
// scalar is cleared. The error is BadKey.
func Adopt(scalar []byte) (Key, error) {
	if len(scalar) != scalarLength {
		clear(scalar)
		return Key{}, taskwallet.BadKey.Because("%d bytes", len(scalar))
	}
	return newKey(scalar)
}

// HostAddress is the account of the purse of a host. Errors: BadSite, Locked.
func (s *Signer) HostAddress(origin string) (common.Address, error) {
	host, err := s.key.Host(s.id.ChainID, origin)
	defer host.Lock()
	return host.Address(), err
}

// HandOver is the key of the purse of a host: for the frame in its page, and for
// nobody else. It is the only key that leaves this package in the open. Whoever
// gets it clears it. Errors: BadSite, Locked.
func (s *Signer) HandOver(origin string) (scalar []byte, at common.Address, err error) {
	host, err := s.key.Host(s.id.ChainID, origin)
	if err != nil {
		return nil, common.Address{}, err
	}
	defer host.Lock()
	err = host.use(func(own []byte) error {
		scalar = bytes.Clone(own)
		return nil
	})
	return scalar, host.Address(), err
}

// SignHostTx signs for the purse of a host: what takes its money back to this task
// wallet, and nothing else. Errors: NotAnIntent, and those of SignTx.
func (s *Signer) SignHostTx(ctx context.Context, origin string, i taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	switch i.(type) {
	case taskwallet.SweepToken, taskwallet.SweepNative:
	default:
		return taskwallet.Signed{}, taskwallet.NotAnIntent.Because("%T of a host", i)
	}
	host, err := s.key.Host(s.id.ChainID, origin)
	if err != nil {
		return taskwallet.Signed{}, err
	}
	defer host.Lock()
	signer, err := Open(host, Session{Record: s.id.OfHost(host.Address()), Gas: s.ceilings, Now: s.now})
	if err != nil {
		return taskwallet.Signed{}, err
	}
	return signer.SignTx(ctx, i, nonce, gas, price)
}
