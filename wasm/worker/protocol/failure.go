package protocol

import (
	"errors"

	"crynux-dapp/chain/taskwallet"
)

// Failure is why there is no answer.
type Failure struct {
	// Refusal is the task wallet's; "" for every other reason.
	Refusal taskwallet.Refusal `json:"refusal,omitempty"`
	// Detail is for the console and holds no secret.
	Detail string `json:"detail,omitempty"`
}

// FailureOf makes an error fit to cross the border.
func FailureOf(err error) Failure {
	var refused *taskwallet.Error
	if errors.As(err, &refused) {
		return Failure{refused.Refusal, refused.Detail}
	}
	var refusal taskwallet.Refusal
	if errors.As(err, &refusal) {
		return Failure{Refusal: refusal}
	}
	return Failure{Detail: err.Error()}
}

// Refused is the failure as the *taskwallet.Error that it was; nil if it was
// something else.
func (f Failure) Refused() error {
	if f.Refusal == "" {
		return nil
	}
	return &taskwallet.Error{Refusal: f.Refusal, Detail: f.Detail}
}
