package runner

import (
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

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
