//go:build !js

package devrelay

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// signatureWindow is how far a timestamp may be from the Relay's clock, in seconds, inclusive.
const signatureWindow = 60

var (
	errInvalidSignature = &fieldError{"signature", "Invalid signature"}
	errSignerNotAllowed = &fieldError{"signature", "Signer not allowed"}
)

// The signed JSON of each request, in the order of protocol.md B.5. encoding/json escapes < > & and
// U+2028/9, as the rule demands.
type (
	signedArguments struct {
		TaskArgs string `json:"task_args"`
		TaskID   uint64 `json:"task_id"`
	}
	signedTask struct {
		TaskID uint64 `json:"task_id"`
	}
	signedResult struct {
		ImageNum string `json:"image_num"` // the path's segment as it came
		TaskID   uint64 `json:"task_id"`
	}
)

// signers are the addresses a signature stands for: one, or with Options.EIP191 one for each way to
// hash the text, of which at most one means anything.
type signers []common.Address

func (s signers) include(a common.Address) bool { return slices.Contains(s, a) }

// signers recovers who signed params at timestamp. The error is errPanic, errInvalidSignature, or
// the library's text for a signature that cannot be decoded; most endpoints call all but the first
// errInvalidSignature (see checkSigners).
func (r *Relay) signers(params any, timestamp int64, signature string) (signers, error) {
	if len(signature) < 2 {
		return nil, errPanic // it is cut without a look at its length
	}
	sig, err := hex.DecodeString(signature[2:])
	if err != nil {
		return nil, err
	}
	if age := r.now().Unix() - timestamp; age < -signatureWindow || age > signatureWindow {
		return nil, errInvalidSignature
	}
	if len(sig) != crypto.SignatureLength {
		return nil, errors.New("invalid signature length")
	}
	text, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	text = strconv.AppendInt(text, timestamp, 10)

	v := &sig[crypto.RecoveryIDOffset]
	digests := [][]byte{crypto.Keccak256(text)}
	if r.options.EIP191 {
		digests = append(digests, personalDigest(text))
		if *v == 27 || *v == 28 {
			*v -= 27
			digests = digests[1:]
		}
	}
	if *v > 3 {
		return nil, errors.New("invalid signature recovery id")
	}
	var found signers
	for _, digest := range digests {
		key, err := crypto.SigToPub(digest, sig)
		if err != nil {
			return nil, errors.New("recovery failed")
		}
		if !crypto.VerifySignature(crypto.FromECDSAPub(key), digest, sig[:64]) {
			return nil, errInvalidSignature // the upper of the two values of s
		}
		found = append(found, crypto.PubkeyToAddress(*key))
	}
	return found, nil
}

// checkSigners is signers for the endpoints that do not tell why a signature is bad.
func (r *Relay) checkSigners(params any, timestamp int64, signature string) (signers, error) {
	found, err := r.signers(params, timestamp, signature)
	if err != nil && !errors.Is(err, errPanic) {
		err = errInvalidSignature
	}
	return found, err
}

// personalDigest is the hash personal_sign signs (EIP-191, version 0x45).
func personalDigest(text []byte) []byte {
	return crypto.Keccak256([]byte("\x19Ethereum Signed Message:\n"+strconv.Itoa(len(text))), text)
}
