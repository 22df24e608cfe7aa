package taskwallet

import "fmt"

// Refusal says why the task wallet did not do what it was asked. It is an error
// itself, so that one question is enough where one refusal matters:
//
//	if errors.Is(err, taskwallet.PriceTooHigh) { … }
//
// Its text is a code that crosses the border of the worker as it is.
type Refusal string

// Why there is no key.
const (
	// BadSite is a name of a site that is none (§2).
	BadSite Refusal = "bad-site"
	// BadMessage is a message to sign with a field that is out of range (§3).
	BadMessage Refusal = "bad-message"
	// BadSignature is bytes that no account with a key signed: a contract
	// wallet's answer, a cut one, r or s out of range.
	BadSignature Refusal = "bad-signature"
	// ForeignSigner is a signature by another account than the owner.
	ForeignSigner Refusal = "foreign-signer"
	// NotDeterministic is a wallet that signs the same text differently each
	// time. A key made from that could not be made again.
	NotDeterministic Refusal = "not-deterministic"
	// OtherKey is a key that is not the record's: the wallet signs differently
	// than before, or the file is another wallet's. The backup opens it.
	OtherKey Refusal = "other-key"
	// BadKey is a number that is no key: zero, or not below the curve's order.
	BadKey Refusal = "bad-key"
	// WrongPassword is a password or passphrase that does not open it.
	WrongPassword Refusal = "wrong-password"
	// BrokenFile is a keystore, record or cipher text that is damaged, or
	// something else.
	BrokenFile Refusal = "broken-file"
	// HostileFile is a keystore that asks for more memory or work than any
	// honest one.
	HostileFile Refusal = "hostile-file"
	// NoWorker is a browser, or a policy of the host, without the only place where a
	// key may be.
	NoWorker Refusal = "no-worker"
	// Moved is a profile whose contracts or Relays are no longer the record's.
	Moved Refusal = "moved"
)

// Why there is no signature.
const (
	// Locked is a key that is not in memory.
	Locked Refusal = "locked"
	// NotAnIntent is a transaction that the task wallet has no reason to make.
	NotAnIntent Refusal = "not-an-intent"
	// ForeignTarget is a payment to somebody who is neither the owner, nor a
	// host's key, nor an address that the person typed.
	ForeignTarget Refusal = "foreign-target"
	// WrongChain is a transaction for another chain than the record's.
	WrongChain Refusal = "wrong-chain"
	// BadAmount is an amount that makes no sense: nothing, or without limit.
	BadAmount Refusal = "bad-amount"
	// BadPrice is a price of gas that contradicts itself.
	BadPrice Refusal = "bad-price"
	// PriceTooHigh is a price above three times the confirmed one.
	PriceTooHigh Refusal = "price-too-high"
	// GasTooHigh is a gas limit above the ceiling of this kind.
	GasTooHigh Refusal = "gas-too-high"
	// OverBudget is more CNX than the person confirmed since unlocking: ask.
	OverBudget Refusal = "over-budget"
	// NotAText is bytes that are not one of the three texts of the Relay.
	NotAText Refusal = "not-a-text"
	// OutOfTime is a text whose time is more than ten minutes from now.
	OutOfTime Refusal = "out-of-time"
)

// Why nothing was planned.
const (
	// TooMany is more tasks than may be funded at once.
	TooMany Refusal = "too-many"
	// TooLittle is a balance that does not pay for it; see [ShortError].
	TooLittle Refusal = "too-little"
	// Unsafe is a deletion after which money could be lost.
	Unsafe Refusal = "unsafe"
)

// Error returns the code.
func (r Refusal) Error() string { return "task wallet: " + string(r) }

// Because makes the error of a refusal. The detail is for the console: it must
// hold no secret.
func (r Refusal) Because(format string, args ...any) error {
	return &Error{Refusal: r, Detail: fmt.Sprintf(format, args...)}
}

// Error is what every function of this package and of vault returns when it
// fails.
type Error struct {
	Refusal Refusal
	Detail  string // for the console, not for people; "" if there is none
}

// Error returns refusal and detail.
func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Refusal.Error()
	}
	return e.Refusal.Error() + ": " + e.Detail
}

// Unwrap shows the refusal to errors.Is.
func (e *Error) Unwrap() error { return e.Refusal }
