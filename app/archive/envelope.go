package archive

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
)

// Envelope is what stands in front of a file that is locked with a passphrase: one
// line of text, then this as JSON in one line, then the segments. Each is [Segment]
// bytes of the file, the last one fewer, under AES-256-GCM with a key that
// PBKDF2-SHA-256 makes of the passphrase; each is 16 bytes longer by its tag.
type Envelope struct {
	V    int    `json:"v"`
	Salt []byte `json:"salt"` // 16 bytes
	// Iterations of PBKDF2.
	Iterations int `json:"iterations"`
	// Size is that of the file inside, in bytes.
	Size int64 `json:"size"`
}

const (
	// Segment is how much of the file one segment holds, in bytes.
	Segment = 1 << 20
	// Tag is by how much a segment is longer than what it holds.
	Tag = 16
	// Iterations of PBKDF2-SHA-256.
	Iterations = 600_000

	maxIterations = 10_000_000
	envelopeMark  = "crynux-dapp export, locked with a passphrase\n"
	maxEnvelope   = 1024
	saltSize      = 16
)

// NewEnvelope is that of a file of some bytes. salt is 16 bytes from chance, never
// used before.
func NewEnvelope(size int64, salt []byte) Envelope {
	return Envelope{V: Version, Salt: salt, Iterations: Iterations, Size: size}
}

// Head is the envelope as it is written. It is the additional data of every segment.
func (e Envelope) Head() []byte {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // no field can fail
	}
	return append(append([]byte(envelopeMark), text...), '\n')
}

// Segments is how many there are.
func (e Envelope) Segments() int { return int((e.Size + Segment - 1) / Segment) }

// Length is that of a segment without its tag.
func (e Envelope) Length(i int) int { return int(min(Segment, e.Size-int64(i)*Segment)) }

// IV is the 12 bytes under which a segment is locked: its number. The key is used for
// one file only, because its salt is.
func (e Envelope) IV(i int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(i))
}

// Open reads the envelope of a file; ok is false if it has none. Errors: Damaged,
// Newer, Invalid, those of the source.
func Open(src Source) (e Envelope, ok bool, err error) {
	begin, err := src.read(0, int(min(src.Size, maxEnvelope)))
	if err != nil {
		return e, false, err
	}
	line, ok := bytes.CutPrefix(begin, []byte(envelopeMark))
	if !ok {
		return e, false, nil
	}
	end := bytes.IndexByte(line, '\n')
	if end < 0 || json.Unmarshal(line[:end], &e) != nil {
		return e, true, Damaged.because("its envelope cannot be read")
	}
	size := int64(len(e.Head())) + e.Size + Tag*int64(e.Segments())
	switch {
	case e.V > Version:
		return e, true, Newer.because("version %d", e.V)
	case e.V != Version || len(e.Salt) != saltSize || e.Iterations < Iterations || e.Iterations > maxIterations || e.Size <= 0 || e.Size > MaxSize ||
		!bytes.HasPrefix(begin, e.Head()):
		return e, true, Invalid.because("its envelope is not one that this page writes")
	case size != src.Size:
		return e, true, Damaged.because("%d bytes instead of %d", src.Size, size)
	}
	return e, true, nil
}
