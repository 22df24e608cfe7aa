package taskwallet

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// Record is what the page keeps of a key, in the store of keys (§6). All of it
// is public but Cipher, which no export contains.
type Record struct {
	Identity
	// BackupProvenAt is when the saved backup was opened again, in Unix
	// seconds; 0 for never.
	BackupProvenAt int64 `json:"backupProvenAt"`
	// HighestNonce is the highest that was signed; nil for none.
	HighestNonce *uint64 `json:"highestNonce,omitempty"`
	// RetiredAt is when the person went on with another key, in Unix seconds; 0 for
	// never. The record stays, so that its number is not used again (§3).
	RetiredAt int64 `json:"retiredAt,omitempty"`
	// Cipher is the key, locked; nil if it is not remembered.
	Cipher *Cipher `json:"cipher,omitempty"`
}

// Remembered is how a key stays in this browser.
type Remembered string

const (
	ByPassphrase Remembered = "passphrase" // AES-256-GCM, key by PBKDF2-SHA-256
	ByBrowser    Remembered = "browser"    // AES-256-GCM, key not extractable
)

// Cipher is a locked key. Its additional data is Identity.Canonical.
type Cipher struct {
	By         Remembered    `json:"by"`
	Iterations int           `json:"iterations,omitempty"` // of ByPassphrase
	Salt       hexutil.Bytes `json:"salt,omitempty"`       // of ByPassphrase, 16 bytes
	IV         hexutil.Bytes `json:"iv"`                   // 12 bytes
	Data       hexutil.Bytes `json:"data"`                 // 32 bytes of key and 16 of tag
}

const maxRecord = 16 << 10 // bytes of JSON

// DecodeRecord reads a record that the store or an export holds. The error is
// BrokenFile.
func DecodeRecord(text []byte) (Record, error) {
	var r Record
	if len(text) > maxRecord {
		return r, BrokenFile.Because("record of %d bytes", len(text))
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, BrokenFile.Because("record: %v", err)
	}
	if err := r.Check(); err != nil {
		return Record{}, err
	}
	return r, nil
}

// IsNewer reports whether a record is of a later version than this page reads. Such a
// one is left as it is.
func IsNewer(text []byte) bool {
	var of struct {
		V int `json:"v"`
	}
	return len(text) <= maxRecord && json.Unmarshal(text, &of) == nil && of.V > Version
}

// Public is the record for an export.
func (r Record) Public() Record {
	r.Cipher = nil
	return r
}

// HasWayBack tells that money may go in: the key can be made again, or its
// backup was opened (invariant I6). Derived keys are made only from wallets
// that were seen to sign the same twice; a host's is made again by its task wallet.
func (r Record) HasWayBack() bool {
	return r.Kind == Derived || r.Kind == Host || r.BackupProvenAt != 0
}
