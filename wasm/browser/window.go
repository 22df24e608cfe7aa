//go:build js && wasm

package browser

import (
	"syscall/js"
)

// Peer is another window that this page speaks to.
type Peer struct {
	window js.Value
	origin string // of whoever is meant; others in that window hear nothing
}

// Mail is one message of a Peer. Origin is the browser's own word for who sent it.
// Text is "" for what is no message of ours. Data are the buffers that came along.
type Mail struct {
	Origin, Text string
	Data         []Buffer
}

// Buffer is an ArrayBuffer in the browser's memory.
type Buffer struct{ value js.Value }

// Bytes copies it.
func (b Buffer) Bytes() ([]byte, error) {
	array, err := construct("Uint8Array", b.value)
	if err != nil {
		return nil, err
	}
	return bytesOf(array)
}

// Parent is the page around this frame; false at the top. origin is who is meant.
func Parent(origin string) (*Peer, bool) {
	window := property(js.Global(), "parent")
	return &Peer{window, origin}, !window.Equal(js.Global())
}

// Opener is the window of this very origin that opened this one and gave it the
// name; false where there is none.
func Opener() (*Peer, bool) {
	window := property(js.Global(), "opener")
	return &Peer{window, Origin()}, window.Type() == js.TypeObject
}

// Name is what this window was called when it was opened. It outlives a reload.
func Name() string { return text(js.Global(), "name") }

// Origin is that of this page.
func Origin() string { return text(property(js.Global(), "location"), "origin") }

// Ancestors are the origins of the pages around this frame, the nearest first; nil
// where the browser does not tell them. top tells that there is one page at most.
func Ancestors() (list []string, top bool) {
	told := property(property(js.Global(), "location"), "ancestorOrigins")
	for i := range number(told, "length") {
		if item, err := call(told, "item", i); err == nil && item.Type() == js.TypeString {
			list = append(list, item.String())
		}
	}
	return list, property(js.Global(), "parent").Equal(property(js.Global(), "top"))
}

// Framed tells that this page is widget.html.
func Framed() bool {
	root := property(property(js.Global(), "document"), "documentElement")
	return property(property(root, "dataset"), "frame").Type() == js.TypeString
}

// OpenTab opens a page of this origin beside this one, by a click; false where the
// browser does not allow it.
func OpenTab(url, name string) (*Peer, bool) {
	window, err := call(js.Global(), "open", url, name)
	return &Peer{window, Origin()}, err == nil && window.Type() == js.TypeObject
}

// Post sends a message; its files are copied. Nobody but the origin that is meant
// gets it. What does not arrive is not told.
func (p *Peer) Post(text string, files ...[]byte) error {
	buffers, err := newBuffers(files)
	if err != nil {
		return err
	}
	return p.post(text, buffers)
}

func (p *Peer) post(text string, buffers []any) error {
	_, err := call(p.window, "postMessage", map[string]any{"crynux": text, "data": buffers}, p.origin, buffers)
	return err
}

// Listen calls f with each message of this window until cancel is called. Whoever
// is in the window may have changed: compare the origin. f must not block.
func (p *Peer) Listen(f func(Mail)) (cancel func()) {
	cancel, err := listen(js.Global(), "message", func(e js.Value) {
		if !property(e, "source").Equal(p.window) {
			return
		}
		data := property(e, "data")
		m := Mail{Origin: text(e, "origin"), Text: text(data, "crynux")}
		if buffers := property(data, "data"); m.Text != "" && buffers.Type() == js.TypeObject {
			for i := range min(number(buffers, "length"), mostBuffers) {
				m.Data = append(m.Data, Buffer{buffers.Index(i)})
			}
		}
		f(m)
	})
	if err != nil {
		return func() {}
	}
	return cancel
}

// mostBuffers is more than a task has files.
const mostBuffers = 16

// Closed reports whether the window is gone, or out of reach.
func (p *Peer) Closed() bool { return property(p.window, "closed").Truthy() }

// Focus brings the window to the front, where the browser allows it.
func (p *Peer) Focus() { _, _ = call(p.window, "focus") }

// WatchHeight calls f with the height of the frame's content in CSS pixels, now and
// whenever it changes. frame.js measures it.
func WatchHeight(f func(int)) {
	told := js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer survive()
		f(first(args).Int())
		return nil
	})
	if _, err := call(property(js.Global(), "crynuxFrame"), "watchHeight", told); err != nil {
		told.Release()
	}
}

// Theme shows the frame in "light", "dark" or as the system wants it.
func Theme(name string) { _, _ = call(property(js.Global(), "crynuxFrame"), "theme", name) }
