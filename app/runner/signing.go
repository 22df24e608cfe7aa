package runner

import (
	"maps"
	"strconv"

	"crynux-dapp/app/job"
	"crynux-dapp/relay"
)

// Signing is a signature that the wallet is asked for now: what the person can
// compare with what the wallet shows.
type Signing struct {
	// Text is what the Relay will read, to the byte (J‖T of protocol.md B.5).
	Text string
	// Digest is keccak256 of Text: what eth_sign shows. Zero where the wallet shows
	// the text itself (personal_sign).
	Digest hash
	// Number of the signature among the Of that the task needs: one for the arguments
	// and one for each result.
	Number, Of int
}

// asksFor tells the page which signature comes now.
func (r *Runner) asksFor(s job.State, n network, p relay.Params, text []byte) {
	now := Signing{Text: string(text), Number: 1, Of: 1 + s.Order.Count}
	if result, ok := p.(relay.ResultParams); ok {
		if i, err := strconv.Atoi(result.ImageNum); err == nil {
			now.Number = 2 + i
		}
	}
	if !n.EIP191 {
		now.Digest = relay.Digest(text)
	}
	r.post(func() { r.setSigning(s.ID, &now) })
}

// setSigning changes what is signed for a job; nil = nothing. Snapshots share the
// map, so it is made anew.
func (r *Runner) setSigning(id string, now *Signing) {
	all := maps.Clone(r.snap.Signing)
	if all == nil {
		all = map[string]Signing{}
	}
	delete(all, id)
	if now != nil {
		all[id] = *now
	}
	r.snap.Signing = all
}
