//go:build !js

package devrelay

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// conversation says what to answer. Equal conversations get equal bytes.
type conversation struct {
	model     string
	messages  []chatMessage
	seed      uint64
	maxTokens int // of one answer; 0 or less = none
	answers   int // how many; 0 or less = none
}

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// The result file of protocol.md D.3.
type (
	chatResult struct {
		Model   string       `json:"model"`
		Choices []chatChoice `json:"choices"`
		Usage   chatUsage    `json:"usage"`
	}
	chatChoice struct {
		Index        int         `json:"index"`
		Message      chatMessage `json:"message"`
		FinishReason string      `json:"finish_reason"`
	}
	chatUsage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
		TotalTokens      int `json:"total_tokens"`
	}
)

// json writes the result file: compact, and with text as it is.
func (c conversation) json() ([]byte, error) {
	result := chatResult{Model: c.model, Choices: []chatChoice{}}
	for _, m := range c.messages {
		result.Usage.PromptTokens += len(tokens(m.Content)) + 4 // the turn's own marks
	}
	for i := range c.answers {
		text, count, finish := c.cut(c.answer(i))
		result.Usage.CompletionTokens += count
		result.Choices = append(result.Choices, chatChoice{i, chatMessage{"assistant", text}, finish})
	}
	result.Usage.TotalTokens = result.Usage.PromptTokens + result.Usage.CompletionTokens

	var file bytes.Buffer
	encoder := json.NewEncoder(&file)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return bytes.TrimSuffix(file.Bytes(), []byte("\n")), nil
}

// cut ends an answer at the largest number of tokens.
func (c conversation) cut(answer string) (text string, count int, finish string) {
	parts := tokens(answer)
	if len(parts) <= max(0, c.maxTokens) {
		return answer, len(parts), "stop"
	}
	parts = parts[:max(0, c.maxTokens)]
	return strings.Join(parts, ""), len(parts), "length"
}

// tokens cuts text about as models do: words with the space before them, at most
// six characters at a time. Joined, they are the text again.
func tokens(text string) []string {
	const longest = 6
	var list []string
	start, length := 0, 0
	for i, r := range text {
		if i > start && (r == ' ' || r == '\n' || length == longest) {
			list = append(list, text[start:i])
			start, length = i, 0
		}
		length++
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

func (c conversation) dice(answer int) *rand.Rand {
	h := sha256.New()
	fmt.Fprintf(h, "%d/%d/%s", c.seed, answer, c.model) // a hash takes everything
	for _, m := range c.messages {
		fmt.Fprintf(h, "/%s:%q", m.Role, m.Content)
	}
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// last is the newest message of a role, "" if there is none.
func (c conversation) last(role string) string {
	for i := len(c.messages) - 1; i >= 0; i-- {
		if c.messages[i].Role == role {
			return strings.TrimSpace(c.messages[i].Content)
		}
	}
	return ""
}

func (c conversation) count(role string) int {
	n := 0
	for _, m := range c.messages {
		if m.Role == role {
			n++
		}
	}
	return n
}

// shorten keeps the beginning of a text, at the end of a word where there is one.
func shorten(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	kept := string([]rune(text)[:limit])
	if space := strings.LastIndexByte(kept, ' '); space > limit/2 {
		kept = kept[:space]
	}
	return kept + "…"
}
