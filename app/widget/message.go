package widget

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Version is that of the messages between a host and a frame. widget.js and the
// frame come from one copy of the site, so both always know the same one; a host
// that wrote its own script learns by it that it is too old.
const Version = 1

// Party is who says something.
type Party string

// The parties. Frame and Tab are windows of our own origin.
const (
	Host  Party = "host"
	Frame Party = "frame"
	Tab   Party = "tab"
)

// Type is what a message is about.
type Type string

// What is said, and by whom.
const (
	// Awake: the frame's program runs, and has made the nonce of this handshake. No body.
	Awake Type = "awake"
	// Hello answers it, with that nonce: of a host with a Form, of a tab without a body.
	Hello Type = "hello"
	// Fill changes the form: a Form.
	Fill Type = "fill"

	// ReadyNow, ProgressNow, ResultNow, ErrorNow and ResizeNow are the events of the host's page.
	ReadyNow    Type = "ready"    // Modes
	ProgressNow Type = "progress" // Progress
	ResultNow   Type = "result"   // Result, with the files
	ErrorNow    Type = "error"    // Failure
	ResizeNow   Type = "resize"   // Size

	// Ask, Answer and Told carry the host's wallet (EIP-1193): Call, Reply, Event.
	Ask    Type = "ask"
	Answer Type = "answer"
	Told   Type = "told"

	// Ordered fills the form of a tab: an Order.
	Ordered Type = "order"
	// Job is a task of the tab, as package job writes it, with its files once it is done.
	Job Type = "job"
	// Purse is the identity of a purse, with its key.
	Purse Type = "purse"
	// Taken: the frame has opened the purse. No body.
	Taken Type = "taken"
	// Left: the person sends nothing back to this host. No body.
	Left Type = "left"
)

// says lists who may say what: to a frame, or from one to the tab it has opened.
// What a frame says to a host is read by widget.js.
var says = map[Party][]Type{
	Host:  {Hello, Fill, Answer, Told},
	Tab:   {Hello, Job, Purse, Left},
	Frame: {Ordered, Taken},
}

// The limits of one message, in bytes. A tab is ours, and a task has long
// arguments; a host has only words for a form and what its wallet says.
const (
	mostFromHost = 256 << 10 // a block through its wallet has a hash of 68 bytes for each transaction
	mostFromOurs = 4 << 20
)

// Message is one message.
type Message struct {
	V     int             `json:"v"`
	Type  Type            `json:"type"`
	Nonce string          `json:"nonce"`
	Body  json.RawMessage `json:"body,omitempty"`
}

// What is wrong with a message.
var (
	ErrTooLong  = errors.New("widget: the message is too long")
	ErrNoSense  = errors.New("widget: the message makes no sense")
	ErrVersion  = errors.New("widget: another version")
	ErrNotYours = errors.New("widget: this party does not say that")
)

// Decode reads what a party has said. The errors are those above.
func Decode(text string, from Party) (Message, error) {
	most := mostFromOurs
	if from == Host {
		most = mostFromHost
	}
	var m Message
	switch {
	case len(text) > most:
		return m, ErrTooLong
	case strict([]byte(text), &m) != nil:
		return Message{}, ErrNoSense
	case m.V != Version:
		return Message{}, ErrVersion
	}
	for _, t := range says[from] {
		if t == m.Type {
			return m, nil
		}
	}
	return Message{}, ErrNotYours
}

// Into reads the body. Members that nobody knows are refused. The error is ErrNoSense.
func (m Message) Into(body any) error {
	if err := strict(m.Body, body); err != nil {
		return fmt.Errorf("%w: %s", ErrNoSense, m.Type)
	}
	return nil
}

// Encode writes a message; body is nil for none.
func Encode(t Type, nonce string, body any) string {
	m := Message{V: Version, Type: t, Nonce: nonce}
	var err error
	if body != nil {
		m.Body, err = json.Marshal(body)
	}
	text, err2 := json.Marshal(m)
	if err = errors.Join(err, err2); err != nil {
		panic(err) // bodies are plain values
	}
	return string(text)
}

// strict decodes one JSON value without members that the target does not have.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return ErrNoSense
	}
	return nil
}

// clean reports whether a text from outside is short and without control characters.
func clean(text string, most int) bool {
	return len(text) <= most && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}
