//go:build js && wasm

package browser

import (
	"encoding/json"
	"syscall/js"

	"crynux-dapp/chain"
)

var _ chain.Events = (*Provider)(nil)

// On calls handler with the JSON payload of each event of that name until
// cancel is called; what JSON cannot say arrives as null. handler must not
// block. A wallet without events is silent: the page asks it before each use
// anyway.
func (p *Provider) On(event string, handler func(payload json.RawMessage)) (cancel func()) {
	cancel, err := attach(p.value, "on", "removeListener", event, func(v js.Value) {
		payload, err := jsonText(v)
		if err != nil || len(payload) > maxAnswer {
			payload = "null"
		}
		handler(json.RawMessage(payload))
	})
	if err != nil {
		return func() {}
	}
	return cancel
}
