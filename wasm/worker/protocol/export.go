package protocol

import "github.com/ethereum/go-ethereum/common/hexutil"

// What can be asked to lock and open an export (package archive). None of it has to
// do with the task wallet's key.
const (
	// ExportKey makes the key of a passphrase, in place of an earlier one:
	// ExportKeyArgs; data: the passphrase.
	ExportKey = "exportKey"
	// ExportSeal and ExportOpen lock and open one segment with it: ExportArgs; data:
	// the segment, what it is bound to. The answer is in its data. A segment that does
	// not open is the refusal WrongPassword.
	ExportSeal = "exportSeal"
	ExportOpen = "exportOpen"
	// ExportEnd forgets the key: no arguments.
	ExportEnd = "exportEnd"
)

// ExportKeyArgs say how a passphrase becomes a key.
type ExportKeyArgs struct {
	Salt       hexutil.Bytes `json:"salt"`
	Iterations int           `json:"iterations"`
}

// ExportArgs are the 12 bytes under which a segment is locked.
type ExportArgs struct {
	IV hexutil.Bytes `json:"iv"`
}
