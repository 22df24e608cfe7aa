package runner

import (
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// purseFault turns what kept the task wallet from something into a value.
func purseFault(err error) job.Fault {
	f := job.Fault{Detail: err.Error()}
	var short *taskwallet.ShortError
	var poor *shortOfCNX
	var said saying
	switch {
	case errors.As(err, &said):
		return said.Fault
	case errors.Is(err, errPurseBusy):
		f.Code = job.PayingNow
	case errors.Is(err, errTransferFailed):
		f.Code, f.Reason = job.TxReverted, why(err)
	case errors.Is(err, errNeverSent):
		f.Code = job.TxDropped
	case errors.As(err, &poor):
		f.Code, f.Need, f.Have = job.NotEnoughCNX, poor.need, poor.have
	case errors.As(err, &short):
		f.Code, f.Need = job.PurseShort, short.Missing
	case errors.Is(err, taskwallet.NotDeterministic), errors.Is(err, taskwallet.ForeignSigner), errors.Is(err, taskwallet.BadSignature):
		f.Code = job.PurseNotDerivable
	case errors.Is(err, taskwallet.OtherKey):
		f.Code = job.PurseOtherKey
	case errors.Is(err, taskwallet.Moved):
		f.Code = job.PurseMoved
	case errors.Is(err, taskwallet.Unsafe):
		f.Code = job.PurseUnproven
	case errors.Is(err, taskwallet.NoWorker):
		f.Code = job.PurseNoWorker
	case errors.Is(err, taskwallet.Locked):
		f.Code = job.PurseLocked
	case errors.Is(err, taskwallet.OverBudget):
		f.Code = job.PurseOverBudget
	case errors.Is(err, taskwallet.PriceTooHigh):
		f.Code = job.GasPriceRaised
	case errors.Is(err, taskwallet.WrongPassword):
		f.Code = job.PurseWrongPassword
	case errors.Is(err, taskwallet.BrokenFile):
		f.Code, f.Reason = job.PurseBadFile, "It is damaged, or something else."
	case errors.Is(err, taskwallet.HostileFile):
		f.Code, f.Reason = job.PurseBadFile, "It wants more memory or time than any honest backup."
	case errors.Is(err, taskwallet.BadKey):
		f.Code, f.Reason = job.PurseBadFile, "The number in it is no key."
	case errors.Is(err, taskwallet.ForeignTarget):
		f.Code = job.PurseForeignTarget
	case errors.Is(err, taskwallet.TooMany), errors.Is(err, taskwallet.TooLittle), errors.Is(err, taskwallet.BadAmount):
		f.Code = job.PurseBadAmount
	case errors.Is(err, errStore):
		f.Code = job.Storage
	case errors.As(err, new(*taskwallet.Error)):
		f.Code = job.Internal // it was asked for something that it never signs
	default:
		return walletFault(err)
	}
	return f
}

// saying is an error that is already a fault.
type saying struct{ job.Fault }

func (s saying) Error() string { return "runner: " + string(s.Code) + ": " + s.Reason + s.Detail }

// keptFault is about what this browser keeps of a key.
func keptFault(err error) error {
	code := job.PurseNotKept
	switch {
	case errors.Is(err, taskwallet.WrongPassword):
		code = job.PursePassphrase
	case !errors.Is(err, taskwallet.BrokenFile) && !errors.Is(err, taskwallet.OtherKey) && !errors.Is(err, taskwallet.BadKey):
		return err
	}
	return saying{job.Fault{Code: code, Detail: err.Error()}}
}

// chargeOf is what an error says it may have cost.
func chargeOf(err error) job.Charge {
	var charged *chargedError
	if errors.As(err, &charged) {
		return charged.charge
	}
	return job.ChargedNothing
}

// errPurseBusy is a task wallet that pays for a task at this moment.
var errPurseBusy = errors.New("runner: a confirmed task is not created yet")
