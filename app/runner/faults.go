package runner

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/relay"
)

type (
	address = common.Address
	hash    = common.Hash
)

// meanings are the errors of wallets, the person's and the task wallet, that say all by
// themselves. The first that fits counts.
var meanings = []struct {
	err    error
	code   job.Code
	reason string
}{
	{errPurseBusy, job.PayingNow, ""},
	{errNeverSent, job.TxDropped, ""},
	{taskwallet.NotDeterministic, job.PurseNotDerivable, ""},
	{taskwallet.ForeignSigner, job.PurseNotDerivable, ""},
	{taskwallet.BadSignature, job.PurseNotDerivable, ""},
	{taskwallet.OtherKey, job.PurseOtherKey, ""},
	{taskwallet.Moved, job.PurseMoved, ""},
	{taskwallet.Unsafe, job.PurseUnproven, ""},
	{taskwallet.NoWorker, job.PurseNoWorker, ""},
	{taskwallet.Locked, job.PurseLocked, ""},
	{taskwallet.OverBudget, job.PurseOverBudget, ""},
	{taskwallet.PriceTooHigh, job.GasPriceRaised, ""},
	{taskwallet.WrongPassword, job.PurseWrongPassword, ""},
	{taskwallet.BrokenFile, job.PurseBadFile, "It is damaged, or something else."},
	{taskwallet.HostileFile, job.PurseBadFile, "It wants more memory or time than any honest backup."},
	{taskwallet.BadKey, job.PurseBadFile, "The number in it is no key."},
	{taskwallet.ForeignTarget, job.PurseForeignTarget, ""},
	{taskwallet.TooMany, job.PurseBadAmount, ""},
	{taskwallet.TooLittle, job.PurseBadAmount, ""},
	{taskwallet.BadAmount, job.PurseBadAmount, ""},
	{errStore, job.Storage, ""},
	{context.Canceled, job.WalletSilent, ""}, // see left
	{chain.ErrRejected, job.Rejected, ""},
	{chain.ErrPending, job.WalletPending, ""},
	{chain.ErrUnauthorized, job.WalletLocked, ""},
	{chain.ErrUnsupported, job.WalletCannot, ""},
	{chain.ErrDisconnected, job.WalletGone, ""},
	{chain.ErrChainDisconnected, job.WalletGone, ""},
	{chain.ErrSameID, job.ForeignChain, ""},
	{chain.ErrWrongChain, job.WrongChain, ""},
	{chain.ErrUnknownChain, job.WrongChain, ""},
	{chain.ErrInsufficientFunds, job.NotEnoughGas, ""},
	{chain.ErrNonceTooLow, job.TxWaiting, ""}, // it is taken, perhaps by an earlier request for this very payment
	{chain.ErrUnderpriced, job.TxWaiting, ""},
	{chain.ErrUnavailable, job.ChainDown, ""},
	{chain.ErrRateLimited, job.ChainDown, ""},
	{chain.ErrTimeout, job.ChainDown, ""},
	{context.DeadlineExceeded, job.ChainDown, ""},
}

// walletFault turns what kept a wallet, the person's or the task wallet, from something
// into a value.
func walletFault(err error) job.Fault {
	var (
		f      = job.Fault{Detail: err.Error()}
		said   saying
		poor   *shortOfCNX
		short  *taskwallet.ShortError
		own    *taskwallet.Error
		revert *chain.RevertError
	)
	switch {
	case errors.As(err, &said):
		return said.Fault
	case errors.Is(err, errTransferFailed): // its reason may be a RevertError
		f.Code, f.Reason = job.TxReverted, why(err)
		return f
	case errors.As(err, &poor):
		f.Code, f.Need, f.Have = job.NotEnoughCNX, poor.need, poor.have
		return f
	case errors.As(err, &short):
		f.Code, f.Need = job.PurseShort, short.Missing
		return f
	case errors.As(err, &revert):
		f.Code, f.Reason = job.TxRefused, revert.Reason
		return f
	case notTaken(err) != nil:
		f.Code, f.Reason = job.TxRefused, notTaken(err).Error()
		return f
	}
	for _, m := range meanings {
		if errors.Is(err, m.err) {
			f.Code, f.Reason = m.code, m.reason
			return f
		}
	}
	if errors.As(err, &own) {
		f.Code = job.Internal // it was asked for something that it never signs
	} else { // it may have acted all the same
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
