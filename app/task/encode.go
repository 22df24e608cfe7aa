package task

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// text is a string of the arguments and the JSON pointer it is sent under.
type text struct{ pointer, value string }

// encode writes args once. It refuses what encoding/json would repair: invalid
// UTF-8 becomes U+FFFD there, and the person's words would change silently.
func encode(args any, texts []text) ([]byte, error) {
	for _, t := range texts {
		if !utf8.ValidString(t.value) {
			return nil, &InvalidError{Faults: []Fault{{t.pointer, name(t.pointer) + " holds bytes that are not UTF-8 text"}}}
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // < > & take six bytes each otherwise
	if err := e.Encode(args); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Hash returns keccak256 of args: the taskHash of createTask and of the
// TaskCreated event.
func Hash(args []byte) common.Hash {
	h := keccak.NewLegacyKeccak256()
	h.Write(args)
	return common.BytesToHash(h.Sum(nil))
}
