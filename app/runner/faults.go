package runner

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

type (
	address = common.Address
	hash    = common.Hash
)

// walletFault turns what a wallet refused into a value.
func walletFault(err error) job.Fault {
	f := job.Fault{Detail: err.Error()}
	var revert *chain.RevertError
	switch {
	case left(err):
		f.Code = job.WalletSilent
	case errors.Is(err, chain.ErrRejected):
		f.Code = job.Rejected
	case errors.Is(err, chain.ErrPending):
		f.Code = job.WalletPending
	case errors.Is(err, chain.ErrUnauthorized):
		f.Code = job.WalletLocked
	case errors.Is(err, chain.ErrUnsupported):
		f.Code = job.WalletCannot
	case errors.Is(err, chain.ErrDisconnected), errors.Is(err, chain.ErrChainDisconnected):
		f.Code = job.WalletGone
	case errors.Is(err, chain.ErrSameID):
		f.Code = job.ForeignChain
	case errors.Is(err, chain.ErrWrongChain), errors.Is(err, chain.ErrUnknownChain):
		f.Code = job.WrongChain
	case errors.Is(err, chain.ErrInsufficientFunds):
		f.Code = job.NotEnoughGas
	case errors.As(err, &revert):
		f.Code, f.Reason = job.TxRefused, revert.Reason
	case errors.Is(err, chain.ErrNonceTooLow), errors.Is(err, chain.ErrUnderpriced):
		f.Code = job.TxWaiting // the nonce is taken, perhaps by an earlier request for this very payment
	case notTaken(err) != nil:
		f.Code, f.Reason = job.TxRefused, notTaken(err).Error()
	case errors.Is(err, chain.ErrUnavailable), errors.Is(err, chain.ErrRateLimited), errors.Is(err, chain.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		f.Code = job.ChainDown
	default: // it may have acted all the same
		f.Code, f.Reason = job.WalletGarbage, "Its answer cannot be read."
	}
	return f
}

// chainFault turns what the RPC endpoints answered into a value.
func chainFault(err error) job.Fault {
	f := job.Fault{Code: job.ChainDown, Detail: err.Error()}
	var revert *chain.RevertError
	var foreign *chain.ForeignError
	switch {
	case left(err):
		f.Code = job.WalletSilent
	case errors.As(err, &foreign):
		f.Code, f.Reason = job.NetworkMismatch, "The RPC "+foreign.Host+" is of another chain."
	case noNodes(err):
		f.Code = job.NoFreeNodes
	case errors.Is(err, chain.ErrInsufficientFunds):
		f.Code = job.NotEnoughGas
	case errors.As(err, &revert):
		f.Code, f.Reason = job.TxRefused, revert.Reason
	case errors.Is(err, chain.ErrUnderpriced):
		f.Code = job.TxWaiting // behind another transaction of this nonce, or until gas is cheaper
	case notTaken(err) != nil:
		f.Code, f.Reason = job.TxRefused, notTaken(err).Error()
	}
	return f
}

// notTaken is why no node will ever take this transaction as it is; nil if it may
// be taken.
func notTaken(err error) error {
	for _, why := range []error{chain.ErrGasLimit, chain.ErrOutOfGas, chain.ErrInvalidSender} {
		if errors.Is(err, why) {
			return why
		}
	}
	return nil
}

func noNodes(err error) bool {
	return errors.Is(err, chain.RevertNoNodes) || errors.Is(err, chain.RevertNoVRAM) || errors.Is(err, chain.RevertNoGPU)
}

// relayFault turns what the Relay answered into a value.
func relayFault(err error) job.Fault {
	f := job.Fault{Code: job.RelayDown, Detail: err.Error()}
	var e *relay.Error
	switch {
	case left(err):
		f.Code = job.WalletSilent
		return f
	case !errors.As(err, &e):
		return f
	}
	f.Reason = e.Text
	switch e.Fault {
	case relay.NotSynced:
		f.Code = job.NotSynced
	case relay.ResultsMissing:
		f.Code = job.NotUploaded
	case relay.SignatureInvalid:
		f.Code = job.SignatureLate
	case relay.SignerRefused:
		f.Code = job.NotCreator
	case relay.HashMismatch, relay.SchemaViolation, relay.ArgumentsNotJSON, relay.TooLarge:
		f.Code = job.ArgsRefused
	case relay.WrongAddress:
		f.Code, f.Reason = job.RelayRefused, "There is no Relay at the address that this page knows."
	case relay.Unreachable, relay.Unavailable, relay.Garbled:
		f.Code = job.RelayDown
	default:
		f.Code = job.RelayRefused
	}
	return f
}

// workerFault turns what the second wasm answered into a value.
func workerFault(err error) job.Fault {
	f := job.Fault{Code: job.WorkerRestarts, Detail: err.Error()}
	switch {
	case left(err):
		f.Code = job.WalletSilent
	case errors.Is(err, ErrDamaged):
		f.Code = job.ResultDamaged
	}
	return f
}

// left reports whether the person ended what was being done (Leave): nobody else
// cancels anything while the page lives.
func left(err error) bool { return errors.Is(err, context.Canceled) }
