package chain

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto/keccak"
	"github.com/holiman/uint256"
)

// word is the 32-byte unit of the contract ABI.
type word = [32]byte

// selector names a function of a contract: the first bytes of the hash of its
// signature.
type selector [4]byte

func function(signature string) selector {
	hash := hashOf(signature)
	return selector(hash[:4])
}

// hashOf returns keccak256, which is also topic 0 of the event with this
// signature.
func hashOf(text string) (h common.Hash) {
	hash := keccak.NewLegacyKeccak256()
	hash.Write([]byte(text))
	hash.Sum(h[:0])
	return h
}

// with returns the calldata of a call with arguments of fixed size.
func (s selector) with(args ...word) []byte {
	data := make([]byte, 0, len(s)+len(args)*len(word{}))
	data = append(data, s[:]...)
	for _, arg := range args {
		data = append(data, arg[:]...)
	}
	return data
}

func addressWord(a common.Address) (w word) {
	copy(w[12:], a[:])
	return w
}

func uintWord(v uint64) (w word) {
	binary.BigEndian.PutUint64(w[24:], v)
	return w
}

func amountWord(v uint256.Int) word { return v.Bytes32() }

// tuple reads ABI-encoded values one after another. Offsets count from its
// start. The first mistake sticks and every later value is zero, so callers
// check err once at the end.
//
// It is stricter than needed where a wrong layout would show: padding of
// addresses, booleans and small numbers must be zero, and what the dynamic
// values take together cannot exceed the data, so that crafted offsets do not
// blow up memory.
type tuple struct {
	body  []byte
	next  int // position of the next head word
	state *decoding
}

// decoding is shared by all tuples of one piece of data.
type decoding struct {
	budget int // bytes that dynamic values may still take
	err    error
}

func newTuple(data []byte) *tuple {
	return &tuple{body: data, state: &decoding{budget: len(data)}}
}

// newWords is newTuple for what a contract returned or logged: whole words.
func newWords(data []byte) *tuple {
	t := newTuple(data)
	if len(data)%len(word{}) != 0 {
		t.fail("%d bytes are no row of words", len(data))
	}
	return t
}

func (t *tuple) err() error { return t.state.err }

func (t *tuple) fail(format string, args ...any) {
	if t.state.err == nil {
		t.state.err = fmt.Errorf("%w: contract data: %s", ErrMalformed, fmt.Sprintf(format, args...))
	}
}

func (t *tuple) word() (w word) {
	if t.err() != nil {
		return w
	}
	if len(t.body)-t.next < len(w) {
		t.fail("%d bytes, more expected", len(t.body))
		return w
	}
	t.next += copy(w[:], t.body[t.next:])
	return w
}

func (t *tuple) hash() common.Hash { return t.word() }

func (t *tuple) amount() uint256.Int {
	w := t.word()
	return *new(uint256.Int).SetBytes32(w[:])
}

func (t *tuple) uint64() uint64 {
	w := t.word()
	if [24]byte(w[:24]) != [24]byte{} {
		t.fail("number above 64 bits")
		return 0
	}
	return binary.BigEndian.Uint64(w[24:])
}

func (t *tuple) uint8() uint8 {
	v := t.uint64()
	if v > 255 {
		t.fail("number above 8 bits")
		return 0
	}
	return uint8(v)
}

func (t *tuple) bool() bool {
	v := t.uint64()
	if v > 1 {
		t.fail("boolean %d", v)
	}
	return v == 1
}

func (t *tuple) address() common.Address {
	w := t.word()
	if [12]byte(w[:12]) != [12]byte{} {
		t.fail("address above 160 bits")
		return common.Address{}
	}
	return common.Address(w[12:])
}

// tail returns what the offset in the next word points at.
func (t *tuple) tail() *tuple {
	at := t.uint64()
	if at > uint64(len(t.body)) {
		t.fail("offset %d in %d bytes", at, len(t.body))
		at = uint64(len(t.body))
	}
	return &tuple{body: t.body[at:], state: t.state}
}

// elements reads a dynamic array of at most this many elements, nil if empty.
func elements[T any](t *tuple, most uint64, read func(*tuple) T) []T {
	list := t.tail()
	n := list.uint64()
	if n > most || n*32 > uint64(len(list.body)) {
		t.fail("list of %d", n)
	}
	if t.err() != nil || n == 0 {
		return nil
	}
	items := make([]T, n)
	inside := &tuple{body: list.body[32:], state: t.state}
	for i := range items {
		items[i] = read(inside)
	}
	return items
}

// bytes returns a dynamic byte string, nil if empty. It shares memory with the
// data.
func (t *tuple) bytes() []byte {
	tail := t.tail()
	n := tail.uint64()
	if t.err() != nil || n == 0 {
		return nil
	}
	if n > uint64(len(tail.body)-32) || n > uint64(t.state.budget) {
		t.fail("%d bytes announced, %d there", n, len(tail.body)-32)
		return nil
	}
	t.state.budget -= int(n)
	return tail.body[32 : 32+n : 32+n]
}

// text returns a dynamic string; bytes that are not UTF-8 are replaced.
func (t *tuple) text() string { return strings.ToValidUTF8(string(t.bytes()), "\uFFFD") }
