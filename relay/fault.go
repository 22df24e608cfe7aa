package relay

import "strings"

// Fault says why a call failed. It is an error itself, so that one question is
// enough where only one fault matters:
//
//	if errors.Is(err, relay.AlreadyUploaded) { … }
type Fault string

// Faults that time cures: repeat the call, with pauses that grow and a new
// signature once the old one is a minute old.
const (
	// Unreachable is no answer at all: network, CORS, time-out.
	Unreachable Fault = "unreachable"
	// Unavailable is a Relay, or something before it, that is in trouble.
	Unavailable Fault = "unavailable"
	// Garbled is an answer that is no answer of a Relay: a page in HTML, cut,
	// too long, empty, or of another shape.
	Garbled Fault = "garbled"
	// NotSynced is a task that the Relay has not seen on chain yet; it lags
	// behind by up to four seconds. An id that does not exist looks the same.
	NotSynced Fault = "not-synced"
	// ResultsMissing is a task without results at the Relay. Nodes may need
	// minutes; an aborted task looks the same, which only the chain tells.
	ResultsMissing Fault = "results-missing"
)

// AlreadyUploaded is the answer to a second upload, and also to one after the
// task ended. Ask for the task to learn which.
const AlreadyUploaded Fault = "already-uploaded"

// Faults that stay until something is changed.
const (
	// ArgumentsMissing is a task whose arguments were not uploaded: do that first.
	ArgumentsMissing Fault = "arguments-missing"
	// SignatureInvalid is a signature that cannot be checked, or one that is
	// older or younger than 60 seconds on the Relay's clock: sign again, now.
	SignatureInvalid Fault = "signature-invalid"
	// SignerRefused is a signature by another account than the creator of the
	// task, or over another text: any slip in the signed bytes shows as this.
	SignerRefused Fault = "signer-refused"
	// HashMismatch is arguments whose keccak256 is not the task hash on chain.
	HashMismatch Fault = "hash-mismatch"
	// SchemaViolation is arguments against the schema; Pointer and Text say
	// where and why. With several violations the Relay names a random one.
	SchemaViolation Fault = "schema-violation"
	// ArgumentsNotJSON is arguments that are no JSON text.
	ArgumentsNotJSON Fault = "arguments-not-json"
	// TooLarge is a request of more than 32 MiB.
	TooLarge Fault = "too-large"
	// FileMissing is a file number beyond the results of the task.
	FileMissing Fault = "file-missing"
	// WrongAddress is an address where no Relay answers.
	WrongAddress Fault = "wrong-address"
	// Rejected is any other refusal; Field and Text are the Relay's words.
	Rejected Fault = "rejected"
)

// Advice is what helps against a fault.
type Advice uint8

// The three things a caller can do.
const (
	// Fix: something has to change first; repeating changes nothing.
	Fix Advice = iota
	// Retry: repeat later.
	Retry
	// AskStatus: what was wanted is done already; ask for the task.
	AskStatus
)

// Advice returns what helps against f; Fix for a fault that is not listed here.
func (f Fault) Advice() Advice {
	switch f {
	case Unreachable, Unavailable, Garbled, NotSynced, ResultsMissing:
		return Retry
	case AlreadyUploaded:
		return AskStatus
	}
	return Fix
}

func (f Fault) Error() string { return "relay: " + string(f) }

// Error is what every method of [Client] returns when it fails.
type Error struct {
	// Call is "upload", "task", "result" or "nodes".
	Call  string
	Fault Fault
	// Status is the HTTP status; 0 when there was no answer. For logs only.
	Status int
	// Field is the name that the Relay gave to the refused value; "" if none.
	Field string
	// Pointer is the JSON pointer into the arguments of a SchemaViolation; ""
	// is their root.
	Pointer string
	// Text is why, in the Relay's words. It comes from outside: show it as
	// plain text only.
	Text string
	// wait is the header Retry-After of the answer.
	wait string
	// Err is the cause on this side: of the transport, of a signature, of a
	// decoder. Its text holds no signature. nil if there is none.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("relay: " + e.Call + ": " + string(e.Fault))
	for _, part := range []string{e.Field, e.Pointer, e.Text} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + excerpt(e.Err.Error()))
	}
	return b.String()
}

// Unwrap makes both the fault and the cause visible to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Fault}
	}
	return []error{e.Fault, e.Err}
}
