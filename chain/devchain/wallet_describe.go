//go:build !js

package devchain

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
)

// Selectors of the calls that the wallet can read (protocol.md A.2, A.3).
var (
	selectorApprove    = []byte{0x09, 0x5e, 0xa7, 0xb3}
	selectorTransfer   = []byte{0xa9, 0x05, 0x9c, 0xbb}
	selectorBalanceOf  = []byte{0x70, 0xa0, 0x82, 0x31}
	selectorAllowance  = []byte{0xdd, 0x62, 0xed, 0x3e}
	selectorCreateTask = []byte{0x6a, 0xb7, 0x02, 0xed}
	selectorCancelTask = []byte{0x7e, 0xec, 0x20, 0xa8}
)

// nativeSymbol is the unit of gas in the era of the three contracts.
const nativeSymbol = "ETH"

// describe puts a payment into words.
func (s *Site) describe(ctx context.Context, p payment) Prompt {
	prompt := Prompt{
		Kind: PromptTransaction, Method: "eth_sendTransaction",
		Account: p.from, Balance: s.balances(ctx, p.from),
	}
	s.describeCall(ctx, p, &prompt)
	if p.value.Sign() > 0 {
		prompt.Facts = append(prompt.Facts, Fact{"Value", unitsText(p.value) + " " + nativeSymbol})
	}
	_, network := s.wallet.network()
	prompt.Facts = append(prompt.Facts,
		Fact{"Max network fee", roughText(p.cost()) + " " + nativeSymbol},
		Fact{"Network", network.name})
	if p.trouble != "" {
		prompt.Warning = "This transaction is likely to fail: " + p.trouble
	}
	return prompt
}

// describeCall fills in what the calldata means.
func (s *Site) describeCall(ctx context.Context, p payment, prompt *Prompt) {
	if p.to == nil {
		prompt.Summary = "Create a contract"
		return
	}
	known, ok := s.contracts()
	isToken, isTask := ok && *p.to == known.Token, ok && *p.to == known.Task
	call := calldata(p.data)
	switch {
	case isToken && call.is(selectorApprove, 2):
		amount := call.number(1)
		prompt.Summary = fmt.Sprintf("Approve %s CNX for %s", cnxText(amount), s.label(call.address(0)))
		prompt.Facts = []Fact{{"Contract", s.label(*p.to)}}
		prompt.Amount, prompt.Cap = amount, cnxText(amount)
		if amount.Cmp(math.MaxBig256) == 0 {
			prompt.Warning = "It may take all CNX of this account, now and later."
		}
	case isToken && call.is(selectorTransfer, 2):
		prompt.Summary = fmt.Sprintf("Send %s CNX to %s", unitsText(call.number(1)), s.label(call.address(0)))
		prompt.Facts = []Fact{{"Contract", s.label(*p.to)}}
	case isTask && call.is(selectorCreateTask, 4):
		prompt.Summary = "Create " + taskNoun(call.number(0))
		prompt.Facts = []Fact{
			{"Contract", s.label(*p.to)},
			{"Task hash", hexutil.Encode(call.word(1))},
		}
		if allowance, err := s.tokenNumber(ctx, known.Token, selectorAllowance, p.from, *p.to); err == nil {
			prompt.Facts = append(prompt.Facts, Fact{"Price", "up to " + cnxText(allowance) + " CNX, as approved"})
		}
	case isTask && call.is(selectorCancelTask, 1):
		prompt.Summary = fmt.Sprintf("Cancel task %s", call.number(0))
		prompt.Facts = []Fact{{"Contract", s.label(*p.to)}}
	case len(p.data) == 0:
		prompt.Summary = fmt.Sprintf("Send %s %s to %s", unitsText(p.value), nativeSymbol, s.label(*p.to))
	default:
		prompt.Summary = "Call " + s.label(*p.to)
		prompt.Facts = []Fact{{"Function", hexutil.Encode(p.data[:min(4, len(p.data))])}}
	}
}

// taskNoun names a task type: 0 draws pictures, 1 writes text.
func taskNoun(kind *big.Int) string {
	switch {
	case kind.Sign() == 0:
		return "an image task"
	case kind.Cmp(big.NewInt(1)) == 0:
		return "an answer task"
	}
	return "a task of unknown type " + kind.String()
}

// calldata is a selector and its 32-byte words.
type calldata []byte

func (c calldata) is(selector []byte, words int) bool {
	return len(c) == 4+32*words && bytes.Equal(c[:4], selector)
}

func (c calldata) word(i int) []byte            { return c[4+32*i : 36+32*i] }
func (c calldata) number(i int) *big.Int        { return new(big.Int).SetBytes(c.word(i)) }
func (c calldata) address(i int) common.Address { return common.BytesToAddress(c.word(i)) }

// withAmount returns approve calldata with another amount.
func withAmount(approve []byte, amount *big.Int) []byte {
	return append(bytes.Clone(approve[:36]), math.U256Bytes(new(big.Int).Set(amount))...)
}

// contracts returns the contracts of the active network, if it has any.
func (s *Site) contracts() (Contracts, bool) {
	_, network := s.wallet.network()
	if network.chain == nil {
		return Contracts{}, false
	}
	return network.chain.Contracts(), true
}

// label names an address: the contract it is, and its ends.
func (s *Site) label(a common.Address) string {
	text := a.Hex()
	short := text[:6] + "…" + text[len(text)-4:]
	known, ok := s.contracts()
	switch {
	case ok && a == known.Token:
		return "CNX " + short
	case ok && a == known.Task:
		return "Task " + short
	case ok && a == known.Node:
		return "Node " + short
	}
	return short
}

// balances says what an account owns, "" when the network does not answer:
// a prompt without it is better than none.
func (s *Site) balances(ctx context.Context, account common.Address) string {
	native, err := s.askBig(ctx, "eth_getBalance", account, "latest")
	if err != nil {
		return ""
	}
	text := roughText(native) + " " + nativeSymbol
	if known, ok := s.contracts(); ok {
		if owned, err := s.tokenNumber(ctx, known.Token, selectorBalanceOf, account); err == nil {
			text += ", " + roughText(owned) + " CNX"
		}
	}
	return text
}

// tokenNumber calls a view of the token that takes addresses and returns a number.
func (s *Site) tokenNumber(ctx context.Context, token common.Address, selector []byte, args ...common.Address) (*big.Int, error) {
	data := bytes.Clone(selector)
	for _, a := range args {
		data = append(data, common.LeftPadBytes(a.Bytes(), 32)...)
	}
	var word hexutil.Bytes
	call := map[string]any{"to": token, "data": hexutil.Bytes(data)}
	if err := s.ask(ctx, &word, "eth_call", call, "latest"); err != nil {
		return nil, err
	}
	if len(word) != 32 {
		return nil, fmt.Errorf("devchain: no token at %s", token)
	}
	return new(big.Int).SetBytes(word), nil
}

// cnxText writes an allowance of CNX.
func cnxText(amount *big.Int) string {
	if amount.Cmp(math.MaxBig256) == 0 {
		return "unlimited"
	}
	return unitsText(amount)
}

// unitsText writes base units as a decimal number of 18 places.
func unitsText(amount *big.Int) string {
	whole, rest := new(big.Int).QuoRem(amount, big.NewInt(1e18), new(big.Int))
	if rest.Sign() == 0 {
		return whole.String()
	}
	return whole.String() + "." + strings.TrimRight(fmt.Sprintf("%018d", rest), "0")
}

// roughText writes base units with at most six places, rounded down.
func roughText(amount *big.Int) string {
	const dust = 1e12
	if amount.Sign() > 0 && amount.Cmp(big.NewInt(dust)) < 0 {
		return "< 0.000001"
	}
	rounded := new(big.Int).Sub(amount, new(big.Int).Mod(amount, big.NewInt(dust)))
	return unitsText(rounded)
}

// parseCNX reads a decimal number of at most 18 places.
func parseCNX(text string) (*big.Int, error) {
	whole, fraction, _ := strings.Cut(strings.TrimSpace(text), ".")
	if len(fraction) > 18 {
		return nil, fmt.Errorf("devchain: %q has more than 18 places", text)
	}
	digits := whole + fraction + strings.Repeat("0", 18-len(fraction))
	if strings.Trim(digits, "0123456789") != "" || whole+fraction == "" {
		return nil, fmt.Errorf("devchain: %q is not a number", text)
	}
	n, _ := new(big.Int).SetString(digits, 10)
	if n.BitLen() > 256 {
		return nil, fmt.Errorf("devchain: %q is too large", text)
	}
	return n, nil
}
