package relay

import "context"

// Transport carries one HTTP exchange. In the page it is fetch with cache
// "no-store" and without a referrer: an address with a signature must not be
// kept anywhere.
//
// Every answer with a status is an answer, also 4xx and 5xx; err is for an
// exchange that failed. An answer longer than limit bytes is an error, never a
// cut answer. PostJSON sends Content-Type: application/json.
type Transport interface {
	PostJSON(ctx context.Context, url string, body []byte, limit int) (status int, answer []byte, err error)
	Get(ctx context.Context, url string, limit int) (status int, answer []byte, err error)
}

// Pacer is a Transport that can also read the header Retry-After of an answer, "" if
// there is none. In a page the server has to let other origins read it.
type Pacer interface {
	PostJSONPaced(ctx context.Context, url string, body []byte, limit int) (status int, answer []byte, retryAfter string, err error)
	GetPaced(ctx context.Context, url string, limit int) (status int, answer []byte, retryAfter string, err error)
}

// Signed is the proof that a request comes from the creator of the task.
type Signed struct {
	// Timestamp is the time in the signing text, in unix seconds. The Relay
	// accepts 60 seconds to either side of its own clock, any number of times.
	Timestamp int64
	// Signature is over Digest(SigningText(params, Timestamp)), in any form
	// that NormalizeSignature takes.
	Signature []byte
}
