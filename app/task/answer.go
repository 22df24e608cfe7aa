package task

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// The limits of an answer file. Models of this generation write a few thousand
// tokens; the Relay would pass on anything.
const (
	maxAnswerBytes = 4 << 20
	maxChoices     = 256
)

// Answer is the result file of a GPT task (protocol.md D.3).
type Answer struct {
	Model   string   `json:"model"`
	Choices []Choice `json:"choices"` // at least one
	Usage   Usage    `json:"usage"`
}

// Choice is one of the alternative answers.
type Choice struct {
	Index        int     `json:"index"` // its position in Answer.Choices
	Message      Message `json:"message"`
	FinishReason string  `json:"finish_reason"` // stop, or length if max_new_tokens cut it off
}

// Usage counts tokens; those of the completion are the sum over all choices.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
}

// AnswerError says why a file is no answer. A node wrote it, so no retry helps.
type AnswerError struct {
	Reason string // for the person, without capital and full stop
	Err    error  // the decoder's, nil if the file is JSON of the wrong content
}

func (e *AnswerError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("task: answer file: %s: %v", e.Reason, e.Err)
	}
	return "task: answer file: " + e.Reason
}

func (e *AnswerError) Unwrap() error { return e.Err }

// DecodeAnswer reads the result file of a GPT task. It takes unknown members
// and nothing else that protocol.md D.3 does not say; every error is an
// [*AnswerError].
func DecodeAnswer(file []byte) (Answer, error) {
	refuse := func(err error, format string, a ...any) (Answer, error) {
		return Answer{}, &AnswerError{Reason: fmt.Sprintf(format, a...), Err: err}
	}
	switch {
	case len(file) > maxAnswerBytes:
		return refuse(nil, "it has %d bytes, more than %d MB", len(file), maxAnswerBytes>>20)
	case !utf8.Valid(file):
		return refuse(nil, "it is not UTF-8 text")
	case bytes.HasPrefix(bytes.TrimSpace(file), []byte("<")):
		return refuse(nil, "it is a web page, not an answer")
	}

	// Pointers tell an absent member from an empty one.
	var f struct {
		Model   *string `json:"model"`
		Choices []struct {
			Index   *int `json:"index"`
			Message *struct {
				Role    string  `json:"role"`
				Content *string `json:"content"`
			} `json:"message"`
			FinishReason string `json:"finish_reason"`
		} `json:"choices"`
		Usage *struct {
			PromptTokens     *int `json:"prompt_tokens"`
			CompletionTokens *int `json:"completion_tokens"`
			TotalTokens      *int `json:"total_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(file, &f); err != nil {
		return refuse(err, "it is not an answer in JSON")
	}
	if f.Model == nil || f.Usage == nil {
		return refuse(nil, "its model or usage is missing")
	}
	if n := len(f.Choices); n < 1 || n > maxChoices {
		return refuse(nil, "it has %d choices", n)
	}
	a := Answer{Model: *f.Model}
	for i, c := range f.Choices {
		switch {
		case c.Index == nil || *c.Index != i:
			return refuse(nil, "choice %d is not numbered %d", i+1, i)
		case c.Message == nil || c.Message.Content == nil || c.Message.Role != "assistant":
			return refuse(nil, "choice %d is no message of the assistant", i+1)
		case c.FinishReason != "stop" && c.FinishReason != "length":
			return refuse(nil, "choice %d ended for the unknown reason %.40q", i+1, c.FinishReason)
		}
		a.Choices = append(a.Choices, Choice{
			Index:        i,
			Message:      Message{Role: "assistant", Content: *c.Message.Content},
			FinishReason: c.FinishReason,
		})
	}
	for _, t := range []struct {
		from *int
		to   *int
	}{
		{f.Usage.PromptTokens, &a.Usage.PromptTokens},
		{f.Usage.CompletionTokens, &a.Usage.CompletionTokens},
		{f.Usage.TotalTokens, &a.Usage.TotalTokens},
	} {
		if t.from == nil || *t.from < 0 {
			return refuse(nil, "its count of tokens is missing or below zero")
		}
		*t.to = *t.from
	}
	return a, nil
}
