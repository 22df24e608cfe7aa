//go:build !js

package devchain

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Verdict is the person's answer to a [Prompt].
type Verdict uint8

const (
	// Ask leaves the prompt open until somebody decides it.
	Ask Verdict = iota
	Approve
	Reject
	// Withdrawn is the end of a prompt whose request was given up.
	Withdrawn
)

// ApproveAll, RejectAll and AskAlways are rules for [Wallet.AnswerWith].
func ApproveAll(Prompt) Verdict { return Approve }
func RejectAll(Prompt) Verdict  { return Reject }
func AskAlways(Prompt) Verdict  { return Ask }

// PromptKind says what the person is asked.
type PromptKind string

const (
	PromptConnect     PromptKind = "connect"
	PromptUnlock      PromptKind = "unlock" // answered by Unlock or the overlay, never by a rule
	PromptTransaction PromptKind = "transaction"
	PromptDigest      PromptKind = "digest"
	PromptMessage     PromptKind = "message"
	PromptTypedData   PromptKind = "typed data"
	PromptSwitchChain PromptKind = "switch chain"
	PromptAddChain    PromptKind = "add chain"
	PromptWatchAsset  PromptKind = "watch asset"
)

// Prompt is one question to the person, in the words shown.
type Prompt struct {
	ID      int        `json:"id"` // 1 for the wallet's first prompt
	Wallet  string     `json:"wallet"`
	Origin  string     `json:"origin"` // who asks
	Kind    PromptKind `json:"kind"`
	Method  string     `json:"method"`
	Summary string     `json:"summary"`           // one line: what is asked
	Facts   []Fact     `json:"facts,omitempty"`   // what it is made of and what it costs
	Text    string     `json:"text,omitempty"`    // what will be signed, as far as it can be read
	Warning string     `json:"warning,omitempty"` // why not to confirm

	Account common.Address `json:"account"`
	Balance string         `json:"balance,omitempty"` // of Account, "0.5 ETH, 60 CNX"

	// Amount is what an approve allows, in base units of CNX; the person may
	// change it. nil for every other request.
	Amount *big.Int `json:"-"`
	// Cap is Amount as decimal CNX, or "unlimited".
	Cap string `json:"cap,omitempty"`

	Verdict Verdict `json:"-"` // Ask while the prompt is open
}

// Fact is one labelled line of a [Prompt].
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// openPrompt is a prompt and the request that waits for it.
type openPrompt struct {
	Prompt
	decided chan decision // takes one
}

// decision is a verdict with what the person changed.
type decision struct {
	verdict Verdict
	amount  *big.Int // nil = as asked
}

// Prompts returns every prompt shown so far, oldest first.
func (w *Wallet) Prompts() []Prompt {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]Prompt, len(w.prompts))
	for i, p := range w.prompts {
		list[i] = p.Prompt
	}
	return list
}

// AwaitPrompt returns the first open prompt of a method, as soon as there is one.
func (w *Wallet) AwaitPrompt(ctx context.Context, method string) (Prompt, error) {
	shown := make(chan struct{}, 1)
	stop := w.listen(func(string, WalletEvent) {
		select {
		case shown <- struct{}{}:
		default:
		}
	})
	defer stop()
	for {
		for _, p := range w.Prompts() {
			if p.Method == method && p.Verdict == Ask {
				return p, nil
			}
		}
		select {
		case <-shown:
		case <-ctx.Done():
			return Prompt{}, fmt.Errorf("devchain: no open prompt of %s: %w", method, ctx.Err())
		}
	}
}

// Decide answers an open prompt; it fails when the prompt is unknown or decided.
func (w *Wallet) Decide(id int, v Verdict) error { return w.decide(id, decision{verdict: v}) }

func (w *Wallet) decide(id int, d decision) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id < 1 || id > len(w.prompts) {
		return fmt.Errorf("devchain: wallet %s never showed prompt %d", w.name, id)
	}
	p := w.prompts[id-1]
	if p.Verdict != Ask {
		return fmt.Errorf("devchain: prompt %d of %s is already decided", id, w.name)
	}
	if d.verdict == Ask {
		return nil
	}
	if p.Kind == PromptUnlock && d.verdict == Approve {
		w.change(func() { w.locked = false })
	}
	p.Verdict = d.verdict
	p.decided <- d
	w.tell("", WalletEvent{})
	return nil
}

// confirm shows a prompt and waits for the person. Without approval it
// returns MetaMask's error for this kind of prompt.
func (s *Site) confirm(ctx context.Context, p Prompt) (decision, error) {
	open, d, delay := s.show(p)
	if d.verdict == Ask || delay > 0 {
		s.waiting()
	}
	if d.verdict != Ask {
		if delay > 0 {
			if err := s.wallet.clock.Sleep(ctx, delay); err != nil {
				return d, s.withdraw(open, err)
			}
		}
		// A person may have been quicker at the overlay: then theirs counts.
		_ = s.wallet.decide(open.ID, d)
	}
	select {
	case d = <-open.decided:
	case <-ctx.Done():
		return d, s.withdraw(open, ctx.Err())
	}
	if d.verdict != Approve {
		return d, rejected(p.Kind)
	}
	return d, nil
}

// show puts a prompt on the list and says what the script answers, and how
// long it takes to do so.
func (s *Site) show(p Prompt) (*openPrompt, decision, time.Duration) {
	w := s.wallet
	w.mu.Lock()
	p.ID, p.Wallet, p.Origin = len(w.prompts)+1, w.name, s.origin
	open := &openPrompt{Prompt: p, decided: make(chan decision, 1)}
	w.prompts = append(w.prompts, open)
	w.tell("", WalletEvent{})
	rule, delay := w.script(p), w.delay
	var d decision
	if p.Amount != nil {
		d.amount = w.spendingCap
	}
	w.mu.Unlock()
	d.verdict = rule(p) // unlocked: a rule may look at the wallet
	return open, d, delay
}

// script is what answers a prompt: the verdict prepared for its number, else
// the next one for its method, else the rule. The caller holds w.mu.
func (w *Wallet) script(p Prompt) func(Prompt) Verdict {
	if p.Kind == PromptUnlock {
		return AskAlways
	}
	if v, ok := w.byNumber[p.ID]; ok {
		return func(Prompt) Verdict { return v }
	}
	if next := w.byMethod[p.Method]; len(next) > 0 {
		w.byMethod[p.Method] = next[1:]
		return func(Prompt) Verdict { return next[0] }
	}
	return w.rule
}

// withdraw takes back a prompt nobody waits for any more, and returns why.
func (s *Site) withdraw(p *openPrompt, why error) error {
	// Already decided is fine: there is nothing left to take back.
	_ = s.wallet.decide(p.ID, decision{verdict: Withdrawn})
	return why
}

// waiting tells whoever carries the request that a person is being asked.
func (s *Site) waiting() {
	if s.waits != nil {
		s.waits()
	}
}

// alone reserves a kind of request for this origin: MetaMask allows one
// connection and one change of network at a time. done gives it back.
func (s *Site) alone(kind string) (done func(), ok bool) {
	w, key := s.wallet, kind+" "+s.origin
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[key] {
		return nil, false
	}
	w.busy[key] = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.busy, key)
	}, true
}
