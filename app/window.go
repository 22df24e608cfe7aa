package app

// Window is another window that this page speaks to (wasm/browser.Peer).
type Window interface {
	// Post sends text and files to the one origin that is meant.
	Post(text string, files ...[]byte) error
	// Listen calls f with what that window says. f must not block.
	Listen(f func(Mail)) (cancel func())
	// Closed reports whether it is gone, or out of reach.
	Closed() bool
	Focus()
}

// Mail is what a Window has said. Origin is the browser's word, not the sender's.
type Mail struct {
	Origin, Text string
	Data         []Buffer
}

// Buffer is binary data that is still in the browser.
type Buffer interface {
	Bytes() ([]byte, error)
}
