package job

import (
	"encoding/hex"
	"fmt"
)

// Bytes is an immutable byte string that is written as hex in JSON.
type Bytes string

// MarshalText writes lower-case hex without prefix.
func (b Bytes) MarshalText() ([]byte, error) {
	return []byte(hex.EncodeToString([]byte(b))), nil
}

// UnmarshalText reads what MarshalText wrote.
func (b *Bytes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("job: bytes are not hex: %w", err)
	}
	*b = Bytes(raw)
	return nil
}
