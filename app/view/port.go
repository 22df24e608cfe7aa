package view

import (
	"context"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// Port is what the page asks of the world. All calls return at once unless they
// take a context; what they change arrives as a new State.
type Port interface {
	PursePort
	WalletPort
	DataPort
	NetworkPort
	QueuePort

	// Subscribe has f called with every new State, the present one first. f may be
	// called from any goroutine. The returned function ends it.
	Subscribe(f func(State)) (cancel func())

	// WorkHere has this tab run the tasks, in place of the one that does. Call it only
	// from a person's click.
	WorkHere()
	// Connect asks a wallet for its accounts; an empty id means the only one there is.
	Connect(wallet string)
	Disconnect()
	// SwitchChain asks the wallet to change to the page's network.
	SwitchChain()
	// UseNetwork changes the page's network.
	UseNetwork(id string)

	// Renew loads a newer version of the page, as soon as nothing is lost by it.
	Renew()

	// Submit starts a paid task with exactly these arguments. Call it only from a person's click.
	Submit(kind task.Kind, args []byte)
	// Send hands an event of the person to a job: job.Retry, job.AskRelay.
	Send(id string, e job.Event)
	// Leave waits no longer for the wallet's answer to a job.
	Leave(id string)
	// Remove takes an ended job from the list.
	Remove(id string)
	// SaveDraft keeps the arguments of a form for the next visit.
	SaveDraft(kind task.Kind, args string)

	// File reads a stored result.
	File(ctx context.Context, sha256 string) ([]byte, error)
	// FileURL makes an address for <img>; the file takes memory until FreeURL.
	FileURL(ctx context.Context, sha256, mime string) (string, error)
	// FreeURL gives back an address of FileURL. "" is none.
	FreeURL(url string)
	// Download saves a stored result under a name.
	Download(ctx context.Context, sha256, name, mime string) error
	// Copy puts a text into the clipboard.
	Copy(ctx context.Context, text string) error

	// Value and SetValue reach a text field by its id: text fields are not controlled by go-app.
	Value(id string) string
	SetValue(id, text string)
	// Focus moves the focus to an element by its id.
	Focus(id string)
	// ShowModal and CloseModal open and close a <dialog> by its id.
	ShowModal(id string)
	CloseModal(id string)
	// Typed returns what was typed into the prompt box before the program was ready, with the caret; ok only once.
	Typed() (text string, caret int, focused bool, ok bool)
	// SetCaret puts the caret of a text field.
	SetCaret(id string, at int)
	// Random returns a random number in [0, n).
	Random(n int) int
	// NowMillis is the time, in unix milliseconds.
	NowMillis() int64
}
