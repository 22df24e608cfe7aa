package runner

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/relay"
)

// The Relay takes a signature while its clock is within 60 s of the signed time,
// any number of times (protocol.md B.5, G.32). The time is put ahead, so that a
// person may think for a while before confirming.
const (
	signAhead  = 45 * time.Second
	signWindow = 60 * time.Second
	signMargin = 5 * time.Second // for the way to the Relay and clocks that differ
)

// sign makes the proof for one request. A signature that is still good is used
// again, so that repeated tries cost no prompt.
func (r *Runner) sign(ctx context.Context, s job.State, n network, h hand, p relay.Params) (relay.Signed, job.Fault) {
	key := signingKey(s, p)
	switch signed, state := r.kept(key, s); {
	case state == fresh:
		return signed, job.Fault{}
	case state == ranOut && h.patient() && waiting(s.Trouble.Code):
		return relay.Signed{}, job.Fault{Code: job.SignatureSpent} // no prompt after the other: the person decides
	}
	signed := relay.Signed{Timestamp: r.relayTime(s).Add(ahead(s, h)).Unix()}
	text, err := relay.SigningText(p, signed.Timestamp)
	if err != nil {
		return relay.Signed{}, job.Fault{Code: job.Internal, Detail: err.Error()}
	}
	if h.patient() {
		r.asksFor(s, n, p, text)
		defer func() { r.post(func() { r.setSigning(s.ID, nil) }) }()
	}
	var f job.Fault
	if signed.Signature, f = h.sign(ctx, s, n, text); !f.Zero() {
		return relay.Signed{}, f
	}
	if !r.isFresh(signed, s) {
		return relay.Signed{}, job.Fault{Code: job.SignatureLate}
	}
	r.keep(key, signed)
	return signed, job.Fault{}
}

// ahead is how far the signed time is put ahead: not at all where nobody has to
// think, nor once the Relay refused a signature, because then its clock may be
// behind. Reason is the Relay's text: a signature that was late already here has none.
func ahead(s job.State, h hand) time.Duration {
	if !h.patient() || s.Trouble.Code == job.SignatureLate && s.Trouble.Reason != "" {
		return 0
	}
	return signAhead
}

// signature asks the wallet for one and reads the answer.
func signature(ctx context.Context, w Connection, method string, params ...any) ([]byte, error) {
	answer, err := w.Request(ctx, method, params)
	if err != nil {
		return nil, err
	}
	var text string
	if err := json.Unmarshal(answer, &text); err != nil || text == "" { // null is no error
		return nil, fmt.Errorf("%s: the answer is no text", method)
	}
	raw, err := hex.DecodeString(strings.TrimPrefix(strings.TrimPrefix(text, "0x"), "0X"))
	if err != nil {
		return nil, fmt.Errorf("%s: the answer is not hex", method)
	}
	return raw, nil
}

// personalDigest is keccak256 over the message of EIP-191, version 0x45.
func personalDigest(message []byte) common.Hash {
	prefix := fmt.Sprintf("\x19Ethereum Signed Message:\n%d", len(message))
	return relay.Digest(append([]byte(prefix), message...))
}

// relayTime is our clock corrected by the chain's: the Relay's own cannot be read
// from a page (protocol.md G.31). Small differences are the age of a block.
func (r *Runner) relayTime(s job.State) time.Time {
	skew := time.Duration(s.Quote.Skew) * time.Second
	if skew.Abs() <= 15*time.Second {
		skew = 0
	}
	return r.Clock.Now().Add(skew)
}

func (r *Runner) isFresh(signed relay.Signed, s job.State) bool {
	age := r.relayTime(s).Sub(time.Unix(signed.Timestamp, 0))
	return age < signWindow-signMargin && age > -signWindow
}

func signingKey(s job.State, p relay.Params) string { return fmt.Sprintf("%s %T %+v", s.ID, p, p) }

// keeping is what became of a signature that was kept.
type keeping uint8

const (
	none   keeping = iota // there was none
	fresh                 // it may be used
	ranOut                // its time is over, and is forgotten now
)

// waiting reports whether a fault only says that the Relay is not ready.
func waiting(c job.Code) bool {
	return c == job.NotUploaded || c == job.NotSynced || c == job.RelayDown
}

// kept and keep hold signatures that may be used again, in memory only.
func (r *Runner) kept(key string, s job.State) (relay.Signed, keeping) {
	r.mu.Lock()
	defer r.mu.Unlock()
	signed, ok := r.signed[key]
	switch {
	case !ok:
		return relay.Signed{}, none
	case r.isFresh(signed, s):
		return signed, fresh
	}
	delete(r.signed, key)
	return relay.Signed{}, ranOut
}

func (r *Runner) keep(key string, signed relay.Signed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signed[key] = signed
}

// refused turns the Relay's refusal into a fault; a signature that it calls
// invalid is not used again.
func (r *Runner) refused(s job.State, err error, p relay.Params) job.Fault {
	f := relayFault(err)
	if f.Code == job.SignatureLate || f.Code == job.NotCreator {
		r.mu.Lock()
		delete(r.signed, signingKey(s, p))
		r.mu.Unlock()
	}
	return f
}

func isFault(err error, f relay.Fault) bool { return errors.Is(err, f) }

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
