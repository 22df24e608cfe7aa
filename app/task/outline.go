package task

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Nothing that the schemas know is nested deeper than 5 or has more than a few
// dozen values, a conversation aside. Decoding recurses on the browser's small
// stack, so depth has a limit, far above any use.
const (
	maxDepth  = 100
	maxPlaces = 100_000
)

// outline tells where each value stands in a JSON text. Of a text that is not
// JSON it holds what comes before the fault.
type outline struct {
	text   []byte
	places []place // in the order of the text; the root first
}

// place is one value: text[start:end].
type place struct {
	name       string // of a member of an object
	index      int32  // of an item of a list
	parent     int32  // -1 for the root
	next       int32  // the place after this value and all it holds
	start, end int32
}

func newOutline(text []byte) outline {
	o := outline{text: text}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // 1e400 is a number here
	parent := int32(-1)
	member, isName := "", false
	var items []int32 // so far, per open list or object
	for len(o.places) < maxPlaces && len(items) <= maxDepth {
		before := dec.InputOffset()
		token, err := dec.Token()
		if err != nil {
			break
		}
		end := int32(dec.InputOffset())
		if isName {
			if s, ok := token.(string); ok {
				member, isName = s, false
				continue
			}
		}
		delim, _ := token.(json.Delim)
		if delim == '}' || delim == ']' {
			p := &o.places[parent]
			p.end, p.next = end, int32(len(o.places))
			parent = p.parent
			items = items[:len(items)-1]
		} else {
			p := place{name: member, parent: parent, start: o.skip(before), end: end, next: int32(len(o.places) + 1)}
			if n := len(items); n > 0 {
				p.index = items[n-1]
				items[n-1]++
			}
			member = ""
			if delim != 0 {
				parent = int32(len(o.places))
				items = append(items, 0)
			}
			o.places = append(o.places, p)
		}
		if parent < 0 {
			break
		}
		isName = o.opens(parent) == '{'
	}
	for ; parent >= 0; parent = o.places[parent].parent {
		o.places[parent].end, o.places[parent].next = int32(len(text)), int32(len(o.places))
	}
	return o
}

// skip returns where the value after offset from begins.
func (o outline) skip(from int64) int32 {
	for from < int64(len(o.text)) && bytes.IndexByte([]byte(" \t\r\n,:"), o.text[from]) >= 0 {
		from++
	}
	return int32(from)
}

// opens returns the first byte of the value at place i: { [ " or another.
func (o outline) opens(i int32) byte { return o.text[o.places[i].start] }

// raw returns the text of the value at place i.
func (o outline) raw(i int32) []byte { return o.text[o.places[i].start:o.places[i].end] }

// children calls visit with the places of i's members or items until it
// returns false.
func (o outline) children(i int32, visit func(child int32) bool) {
	for c := i + 1; c < o.places[i].next; c = o.places[c].next {
		if !visit(c) {
			return
		}
	}
}

// child returns the member or item of i with that token, -1 if there is none.
// Of two members with one name the last counts, as it does for the Relay and
// the nodes.
func (o outline) child(i int32, token string) int32 {
	found := int32(-1)
	switch o.opens(i) {
	case '{':
		o.children(i, func(c int32) bool {
			if o.places[c].name == token {
				found = c
			}
			return true
		})
	case '[':
		index, err := strconv.Atoi(token)
		if err != nil {
			break
		}
		o.children(i, func(c int32) bool {
			if int(o.places[c].index) == index {
				found = c
			}
			return found < 0
		})
	}
	return found
}

// nearest returns the place of the value with those tokens, or of the closest
// value around it that exists; -1 in an empty text.
func (o outline) nearest(tokens []string) (i int32, exact bool) {
	if len(o.places) == 0 {
		return -1, false
	}
	for _, t := range tokens {
		c := o.child(i, t)
		if c < 0 {
			return i, false
		}
		i = c
	}
	return i, true
}

// pointer is the opposite of nearest.
func (o outline) pointer(i int32) string {
	p := o.places[i]
	if p.parent < 0 {
		return ""
	}
	token := p.name
	if o.opens(p.parent) == '[' {
		token = strconv.Itoa(int(p.index))
	}
	return o.pointer(p.parent) + join([]string{token})
}

// textAt returns the string at place i, "" if the value is of another type.
func (o outline) textAt(i int32) string {
	var s string
	if json.Unmarshal(o.raw(i), &s) != nil {
		return ""
	}
	return s
}
