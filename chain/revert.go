package chain

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// RevertError is a contract's refusal. Nothing it did took effect; a mined
// transaction that reverted still costs its gas.
//
// errors.Is(err, chain.RevertNoNodes) and the like tell known reasons apart.
type RevertError struct {
	Reason string  // text given to require or revert, "" if none
	Panic  *uint64 // code of a Solidity panic (0x11 arithmetic), nil if it was none
	Data   []byte  // what the contract returned; empty if nothing or unknown
}

// Error returns the reason as nodes word it.
func (e *RevertError) Error() string {
	switch {
	case e.Panic != nil:
		return fmt.Sprintf("execution reverted: panic 0x%x", *e.Panic)
	case e.Reason != "":
		return "execution reverted: " + excerpt(e.Reason)
	case len(e.Data) > 0:
		return fmt.Sprintf("execution reverted: %d bytes of unknown data", len(e.Data))
	}
	return "execution reverted without a reason"
}

// Is reports whether target is the Revert with this reason.
func (e *RevertError) Is(target error) bool {
	known, ok := target.(Revert)
	return ok && e.Panic == nil && e.Reason == string(known)
}

// Leading bytes of Error(string) and Panic(uint256), which Solidity returns on
// revert (protocol.md A.3).
var (
	errorSelector = []byte{0x08, 0xc3, 0x79, 0xa0}
	panicSelector = []byte{0x4e, 0x48, 0x7b, 0x71}
)

// revertIn returns the revert among the causes of an error, nil if there is
// none. Data is the witness wherever there is any; the many wordings of nodes
// count only without it (protocol.md G.30).
func revertIn(causes []cause) *RevertError {
	var worded *RevertError
	for _, c := range causes {
		reason, reverted := revertReason(c.message)
		reverted = reverted || c.code == 3
		for _, text := range append(c.data, c.message) {
			data := revertData(text, reverted)
			if data == nil {
				continue
			}
			if decoded := decodeRevert(data); decoded.Reason != "" || decoded.Panic != nil {
				return decoded
			} else if reverted && (worded == nil || len(worded.Data) == 0) {
				worded = &RevertError{Reason: reason, Data: data}
			}
		}
		if reverted && (worded == nil || worded.Reason == "") {
			if worded == nil {
				worded = &RevertError{}
			}
			worded.Reason = reason
		}
	}
	return worded
}

// decodeRevert reads what a reverted call returned. Data of no known form is
// kept as it is.
func decodeRevert(data []byte) *RevertError {
	e := &RevertError{Data: data}
	if len(data) < 4 {
		return e
	}
	body := newTuple(data[4:])
	switch {
	case bytes.HasPrefix(data, errorSelector):
		if reason := body.text(); body.err() == nil {
			e.Reason = reason
		}
	case bytes.HasPrefix(data, panicSelector):
		if code := body.uint64(); body.err() == nil {
			e.Panic = &code
		}
	}
	return e
}

// revertReason takes the reason out of a node's wording; ok tells whether it
// words a revert at all.
func revertReason(message string) (reason string, ok bool) {
	for _, form := range []struct{ before, after string }{
		{"execution reverted", ""}, // geth, anvil: "execution reverted: X"
		{"VM Exception while processing transaction: reverted with reason string '", "'"}, // Hardhat
		{"VM Exception while processing transaction: revert", ""},                         // Frontier, Ganache: "… revert X"
		{"VM execution error", ""}, // Parity, with the reason in data
	} {
		if _, rest, found := strings.Cut(message, form.before); found {
			if form.after != "" {
				rest, _, _ = strings.Cut(rest, form.after)
			}
			return strings.ToValidUTF8(strings.TrimLeft(rest, ": ."), "\uFFFD"), true
		}
	}
	return "", false
}

// revertData finds revert data in a text: "0x08c379a0…", the same without 0x,
// or after a word ("Reverted 0x…"). Data that starts with neither known
// selector is believed only where a revert is certain.
func revertData(text string, reverted bool) []byte {
	lower := strings.ToLower(text)
	for _, selector := range []string{"08c379a0", "4e487b71"} {
		if at := strings.Index(lower, selector); at >= 0 {
			return hexRun(lower[at:])
		}
	}
	if digits, ok := strings.CutPrefix(lower, "0x"); ok && reverted && digits != "" && len(digits)%2 == 0 {
		if data := hexRun(digits); len(data)*2 == len(digits) {
			return data
		}
	}
	return nil
}

// hexRun decodes the hex digits a text begins with.
func hexRun(text string) []byte {
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
	if end < 0 {
		end = len(text)
	}
	data, err := hex.DecodeString(text[:end&^1])
	if err != nil {
		return nil // not reached: only hex digits are left
	}
	return data
}
