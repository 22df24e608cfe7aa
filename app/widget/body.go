package widget

import (
	"encoding/json"
	"fmt"
	"strings"

	"crynux-dapp/app/task"
)

// Pay is how a task of the widget is paid.
type Pay string

// The three ways.
const (
	ByTab    Pay = "tab"    // in a tab of ours, with whatever pays there
	ByPurse  Pay = "purse"  // from a key of this host in the frame: its balance is the cap
	ByBridge Pay = "bridge" // by the wallet of the host's page
)

// Form is what a host may put into the form. It starts nothing. Empty members
// leave what is there.
type Form struct {
	Mode    string `json:"mode,omitempty"` // "image" or "chat"
	Prompt  string `json:"prompt,omitempty"`
	Model   string `json:"model,omitempty"`   // Hugging Face id
	Network string `json:"network,omitempty"` // id in config.json
	Pay     Pay    `json:"pay,omitempty"`
	Theme   string `json:"theme,omitempty"` // "light", "dark" or "auto"
	Lang    string `json:"lang,omitempty"`  // of what is typed; BCP 47
	// Wallet tells that the host's page has a wallet for ByBridge.
	Wallet bool `json:"wallet,omitempty"`
}

// mostPrompt is how long a prompt of a host may be, in bytes.
const mostPrompt = 20_000

// Check wants values that a form can show. The error is ErrNoSense.
func (f Form) Check() error {
	one := func(v string, of ...string) bool {
		for _, o := range of {
			if v == o {
				return true
			}
		}
		return v == ""
	}
	switch {
	case !one(f.Mode, "image", "chat"), !one(f.Theme, "light", "dark", "auto"), !one(string(f.Pay), string(ByTab), string(ByPurse), string(ByBridge)),
		!clean(f.Prompt, mostPrompt), !clean(f.Model, 200), !clean(f.Network, 100), !isLanguage(f.Lang):
		return fmt.Errorf("%w: form", ErrNoSense)
	}
	return nil
}

// isLanguage reports whether a text has the form of a language tag, such as "pt-BR"
// (BCP 47); "" is none.
func isLanguage(tag string) bool {
	if tag == "" {
		return true
	}
	for i, part := range strings.Split(tag, "-") {
		if len(part) < 1 || len(part) > 8 || i == 0 && (len(part) < 2 || !letters(part, false)) || !letters(part, true) {
			return false
		}
	}
	return len(tag) <= 35
}

// letters reports whether a text has nothing else in it; digits may be allowed.
func letters(text string, digits bool) bool {
	for _, c := range []byte(text) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && !(digits && c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

// Kind is the task of a mode; an empty one is a picture.
func (f Form) Kind() task.Kind {
	if f.Mode == "chat" {
		return task.GPT
	}
	return task.SD
}

// Modes are the ways of paying that this host has.
type Modes struct {
	Pay []Pay `json:"pay"`
}

// Progress is where a task is: its phase as package job names it, and whom it waits for.
type Progress struct {
	Job     string `json:"job"`
	Phase   string `json:"phase"`
	Waiting string `json:"waiting,omitempty"`
}

// Result is the end of a task; the files come with it.
type Result struct {
	Job  string `json:"job"`
	Task uint64 `json:"task"` // id on chain
	Kind string `json:"kind"` // "image" or "chat"
	// Verified tells that every file was compared with the chain, by us.
	Verified bool   `json:"verified"`
	MIME     string `json:"mime"`
	Text     string `json:"text,omitempty"` // of a chat
}

// Failure is why something did not work; Text is for a person.
type Failure struct {
	Job  string `json:"job,omitempty"`
	Code string `json:"code"`
	Text string `json:"text"`
}

// Size is how high the frame would like to be, in CSS pixels.
type Size struct {
	Height int `json:"height"`
}

// Order fills the form of a tab, for the host that asked for it.
type Order struct {
	Host string `json:"host"` // origin
	// Kind and Args are what the person pressed the button for. Args is empty where
	// only a purse is wanted.
	Kind    task.Kind `json:"kind"`
	Args    string    `json:"args,omitempty"`
	Network string    `json:"network"`
	// Job is the id of the task that the tab has already made of it; "" for none.
	Job string `json:"job,omitempty"`
}

// Call, Reply and Event are requests, answers and events of a wallet (EIP-1193).
type Call struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

// Reply answers the Call with the same ID, with Result or Error.
type Reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *CallError      `json:"error,omitempty"`
}

// CallError is a ProviderRpcError.
type CallError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Event is what the wallet tells by itself.
type Event struct {
	Name    string          `json:"name"`
	Payload json.RawMessage `json:"payload,omitempty"`
}
