package archive

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// Limits of a file.
const (
	// MaxSize is that of the whole, in bytes: beyond it ZIP has another format.
	MaxSize = 1<<32 - 1
	// MaxEntry is that of one entry: the Relay hands out no larger result.
	MaxEntry     = 32 << 20
	maxEntries   = 1<<16 - 1
	maxDirectory = 8 << 20
	maxName      = 120
)

// Parts of a ZIP archive (APPNOTE.TXT 4.3). Entries are stored, carry no time, and
// lie one after the other; the directory follows them at once and is the end.
const (
	headMark, headSize           = 0x04034b50, 30
	directoryMark, directorySize = 0x02014b50, 46
	endMark, endSize             = 0x06054b50, 22

	zipVersion = 20     // that knows folders
	zipDay     = 0x0021 // 1 January 1980, the first that there is
)

// Writer lays a file out. It holds no contents: what it returns and the contents are
// to be written in the order of the calls.
type Writer struct {
	directory []byte
	entries   int
	at        int64
	names     map[string]bool
}

// Add returns what comes before the content of an entry. The error is TooBig, or
// Invalid for a name that is there already.
func (w *Writer) Add(name string, content []byte) (head []byte, err error) {
	return w.add(Entry{Name: name, Size: int64(len(content)), sum: crc32.ChecksumIEEE(content)})
}

func (w *Writer) add(e Entry) (head []byte, err error) {
	switch {
	case len(e.Name) == 0 || len(e.Name) > maxName:
		return nil, Invalid.because("a name of %d bytes", len(e.Name))
	case w.names[e.Name]:
		return nil, Invalid.because("%q is there twice", e.Name)
	case e.Size > MaxEntry:
		return nil, TooBig.because("%q has %d bytes", e.Name, e.Size)
	case w.entries == maxEntries || len(w.directory) > maxDirectory-directorySize-maxName:
		return nil, TooBig.because("%d entries", w.entries)
	}
	if w.names == nil {
		w.names = map[string]bool{}
	}
	w.names[e.Name] = true
	head = e.head()
	le := binary.LittleEndian
	d := le.AppendUint32(w.directory, directoryMark)
	d = le.AppendUint16(d, zipVersion)
	d = append(d, head[4:headSize]...)      // from the version to the length of the name and of what is extra
	d = append(d, make([]byte, 2+2+2+4)...) // no comment, the first disk, no attributes
	d = le.AppendUint32(d, uint32(w.at))
	w.directory = append(d, e.Name...)
	w.entries++
	if w.at += int64(len(head)) + e.Size; w.at+int64(len(w.directory))+endSize > MaxSize {
		return nil, TooBig.because("%d bytes", w.at)
	}
	return head, nil
}

// End returns what comes after the last entry.
func (w *Writer) End() []byte {
	le := binary.LittleEndian
	end := le.AppendUint32(bytes.Clone(w.directory), endMark)
	end = append(end, 0, 0, 0, 0) // the first disk
	end = le.AppendUint16(end, uint16(w.entries))
	end = le.AppendUint16(end, uint16(w.entries))
	end = le.AppendUint32(end, uint32(len(w.directory)))
	end = le.AppendUint32(end, uint32(w.at))
	return append(end, 0, 0) // no comment
}

// Entry is one entry of a file.
type Entry struct {
	Name string
	Size int64 // bytes
	sum  uint32
	at   int64 // where its head begins
}

func (e Entry) head() []byte {
	le := binary.LittleEndian
	h := le.AppendUint32(make([]byte, 0, headSize+len(e.Name)), headMark)
	h = le.AppendUint16(h, zipVersion)
	h = append(h, 0, 0, 0, 0, 0, 0) // no flags, stored, midnight
	h = le.AppendUint16(h, zipDay)
	h = le.AppendUint32(h, e.sum)
	h = le.AppendUint32(h, uint32(e.Size))
	h = le.AppendUint32(h, uint32(e.Size))
	h = le.AppendUint16(h, uint16(len(e.Name)))
	h = append(h, 0, 0)
	return append(h, e.Name...)
}

// Source is a file to be read.
type Source struct {
	Size int64
	// Read returns n bytes from a place on, or an error.
	Read func(at int64, n int) ([]byte, error)
}

func (s Source) read(at int64, n int) ([]byte, error) {
	if at < 0 || n < 0 || at+int64(n) > s.Size {
		return nil, Damaged.because("it ends before %d", at+int64(n))
	}
	b, err := s.Read(at, n)
	if err == nil && len(b) != n {
		err = Damaged.because("%d bytes at %d instead of %d", len(b), at, n)
	}
	return b, err
}

// list reads the directory. What it returns lies as Writer would have put it; the
// heads of the entries are compared when they are read.
func list(src Source) ([]Entry, error) {
	if src.Size > MaxSize {
		return nil, TooBig.because("%d bytes", src.Size)
	}
	begin, err := src.read(0, int(min(src.Size, 4)))
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	if len(begin) < 4 || le.Uint32(begin) != headMark {
		return nil, NotOurs.because("it begins with %x", begin)
	}
	end, err := src.read(src.Size-endSize, endSize)
	if err != nil {
		return nil, err
	}
	length, at := int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	if le.Uint32(end) != endMark || at+length+endSize != src.Size {
		return nil, Damaged.because("its end is missing")
	}
	if length > maxDirectory {
		return nil, TooBig.because("a directory of %d bytes", length)
	}
	directory, err := src.read(at, int(length))
	if err != nil {
		return nil, err
	}
	var w Writer
	var entries []Entry
	for rest := directory; len(rest) > 0; {
		if len(rest) < directorySize || len(rest) < directorySize+int(le.Uint16(rest[28:])) {
			return nil, Damaged.because("the directory is cut off")
		}
		name := rest[directorySize : directorySize+int(le.Uint16(rest[28:]))]
		e := Entry{Name: string(name), Size: int64(le.Uint32(rest[24:])), sum: le.Uint32(rest[16:]), at: w.at}
		if _, err := w.add(e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
		rest = rest[directorySize+len(name):]
	}
	if !bytes.Equal(w.End(), append(directory, end...)) {
		return nil, Damaged.because("the directory is not one that this page writes")
	}
	return entries, nil
}

// piece is how much is read at once: whoever draws the page has to wait no longer.
const piece = 512 << 10

// Content reads an entry. Errors: Damaged, and those of the source.
func (s Source) Content(e Entry) ([]byte, error) {
	head, err := s.read(e.at, headSize+len(e.Name))
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(head, e.head()) {
		return nil, Damaged.because("the head of %q", e.Name)
	}
	content := make([]byte, 0, e.Size)
	sum := crc32.NewIEEE()
	for at := e.at + int64(len(head)); int64(len(content)) < e.Size; {
		part, err := s.read(at, int(min(piece, e.Size-int64(len(content)))))
		if err != nil {
			return nil, err
		}
		_, _ = sum.Write(part) // it never fails
		content = append(content, part...)
		at += int64(len(part))
	}
	if sum.Sum32() != e.sum {
		return nil, Damaged.because("the content of %q", e.Name)
	}
	return content, nil
}
