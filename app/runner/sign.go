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
	"github.com/ethereum/go-ethereum/common/hexutil"

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

// sign makes the proof for one request: it asks the wallet, and checks that the
// signature recovers the account before anybody else sees it. A signature that
// is still good is used again, so that repeated tries cost no prompt.
func (r *Runner) sign(ctx context.Context, s job.State, n network, w Connection, p relay.Params) (relay.Signed, job.Fault) {
	key := signingKey(s, p)
	if signed, ok := r.kept(key, s); ok {
		return signed, job.Fault{}
	}
	if f := r.ready(ctx, s, w); !f.Zero() {
		return relay.Signed{}, f
	}
	signed := relay.Signed{Timestamp: r.relayTime(s).Add(ahead(s)).Unix()}
	text, err := relay.SigningText(p, signed.Timestamp)
	if err != nil {
		return relay.Signed{}, job.Fault{Code: job.Internal, Detail: err.Error()}
	}
	var raw []byte
	digest := relay.Digest(text)
	if n.EIP191 {
		raw, err = signature(ctx, w, "personal_sign", hexutil.Encode(text), s.Order.Account)
		digest = personalDigest(text)
	} else {
		raw, err = signature(ctx, w, "eth_sign", s.Order.Account, hexutil.Encode(digest[:]))
	}
	if err != nil {
		return relay.Signed{}, walletFault(err)
	}
	signed.Signature, err = relay.NormalizeSignature(raw)
	if err != nil {
		return relay.Signed{}, job.Fault{Code: job.SignerMismatch, Detail: err.Error()}
	}
	signer, err := r.Worker.Recover(ctx, digest, signed.Signature)
	switch {
	case errors.Is(err, ErrDamaged), err == nil && signer != s.Order.Account:
		return relay.Signed{}, r.foreign(ctx, s, n, text, signed.Signature)
	case err != nil:
		return relay.Signed{}, workerFault(err)
	}
	if !r.fresh(signed, s) {
		return relay.Signed{}, job.Fault{Code: job.SignatureLate}
	}
	r.keep(key, signed)
	return signed, job.Fault{}
}

// ahead is how far the signed time is put ahead: not at all once a signature was
// refused, because then the Relay's clock may be behind.
func ahead(s job.State) time.Duration {
	if s.Trouble.Code == job.SignatureLate {
		return 0
	}
	return signAhead
}

// foreign says why a signature is not the account's: a wallet that adds the
// EIP-191 prefix to eth_sign cannot serve a Relay that wants the bare hash.
func (r *Runner) foreign(ctx context.Context, s job.State, n network, text, sig []byte) job.Fault {
	digest := relay.Digest(text)
	if signer, err := r.Worker.Recover(ctx, personalDigest(digest[:]), sig); err == nil && !n.EIP191 && signer == s.Order.Account {
		return job.Fault{Code: job.WalletCannot, Detail: "eth_sign of this wallet adds the EIP-191 prefix"}
	}
	return job.Fault{Code: job.SignerMismatch}
}

// signature asks the wallet for one and reads the answer.
func signature(ctx context.Context, w Connection, method string, params ...any) ([]byte, error) {
	answer, err := w.Request(ctx, method, params)
	if err != nil {
		return nil, err
	}
	var text string
	if err := json.Unmarshal(answer, &text); err != nil {
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

func (r *Runner) fresh(signed relay.Signed, s job.State) bool {
	age := r.relayTime(s).Sub(time.Unix(signed.Timestamp, 0))
	return age < signWindow-signMargin && age > -signWindow
}

func signingKey(s job.State, p relay.Params) string { return fmt.Sprintf("%s %T %+v", s.ID, p, p) }

// kept, keep and forget hold signatures that may be used again, in memory only.
func (r *Runner) kept(key string, s job.State) (relay.Signed, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	signed, ok := r.signed[key]
	if ok && !r.fresh(signed, s) {
		delete(r.signed, key)
		return relay.Signed{}, false
	}
	return signed, ok
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
