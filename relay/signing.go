package relay

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// Params are the signed parameters of one request: [UploadParams],
// [TaskParams] or [ResultParams]. Their fields are declared in the order in
// which the Relay writes them before it checks a signature; do not sort them.
type Params interface {
	// freeText is the part that may hold any text.
	freeText() string
}

// UploadParams are signed to upload the arguments of a task.
type UploadParams struct {
	// TaskArgs are the exact bytes whose keccak256 is the task hash on chain.
	TaskArgs string `json:"task_args"`
	TaskID   uint64 `json:"task_id"`
}

// TaskParams are signed to ask what the Relay knows about a task.
type TaskParams struct {
	TaskID uint64 `json:"task_id"`
}

// ResultParams are signed to download one result.
type ResultParams struct {
	// ImageNum is the number of the file as it stands in the path: "0" to
	// "num_images-1" for pictures, "0" for a text.
	ImageNum string `json:"image_num"`
	TaskID   uint64 `json:"task_id"`
}

func (p UploadParams) freeText() string { return p.TaskArgs }
func (TaskParams) freeText() string     { return "" }
func (p ResultParams) freeText() string { return p.ImageNum }

// ErrNotUTF8 refuses a text that the Relay would read as another one: it
// replaces every invalid byte by U+FFFD, so hash and signature would both fail.
var ErrNotUTF8 = errors.New("relay: text is not valid UTF-8")

// SigningText returns the bytes that are signed for p at the time unix, in
// seconds: the parameters as Go's encoding/json writes them, < > & U+2028
// U+2029 escaped, followed by the decimal time (protocol.md B.5).
// The error is [ErrNotUTF8].
func SigningText(p Params, unix int64) ([]byte, error) {
	if !utf8.ValidString(p.freeText()) {
		return nil, ErrNotUTF8
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("relay: signing text: %w", err)
	}
	return strconv.AppendInt(text, unix, 10), nil
}

// Digest returns the keccak256 of a signing text, without any prefix. It is
// what an account signs for a generation-1 Relay.
func Digest(text []byte) common.Hash {
	k := keccak.NewLegacyKeccak256()
	k.Write(text) // a hash never fails to write
	return common.Hash(k.Sum(nil))
}
