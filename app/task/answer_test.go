package task

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const oneAnswer = `{"model": "gpt2", "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Größe <b>\n🐈 \u2028"}, "index": 0}],` +
	` "usage": {"prompt_tokens": 11, "completion_tokens": 20, "total_tokens": 31}}`

func TestDecodeAnswer_reads_the_file_of_a_node(t *testing.T) {
	got, err := DecodeAnswer([]byte(oneAnswer))
	want := Answer{
		Model:   "gpt2",
		Choices: []Choice{{Message: Message{"assistant", "Größe <b>\n🐈 \u2028"}, FinishReason: "stop"}},
		Usage:   Usage{PromptTokens: 11, CompletionTokens: 20, TotalTokens: 31},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestDecodeAnswer_reads_alternatives_in_order(t *testing.T) {
	got, err := DecodeAnswer([]byte(`{"model":"m","x":[[]],"choices":[
		{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"length"},
		{"index":1,"message":{"role":"assistant","content":"b","tool_calls":null},"finish_reason":"stop"}],
		"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Choices) != 2 || got.Choices[0].FinishReason != "length" || got.Choices[1].Message.Content != "b" || got.Choices[1].Index != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestDecodeAnswer_refuses_everything_else(t *testing.T) {
	swap := func(old, new string) string {
		if !strings.Contains(oneAnswer, old) {
			t.Fatalf("%s is not in the answer", old)
		}
		return strings.Replace(oneAnswer, old, new, 1)
	}
	for name, file := range map[string]string{
		"nothing":              "",
		"a web page":           "<!doctype html><title>404</title>",
		"null":                 "null",
		"a list":               "[]",
		"half a file":          oneAnswer[:len(oneAnswer)/2],
		"more after the end":   oneAnswer + "{}",
		"invalid UTF-8":        swap("Größe", "Gr\xf6\xdfe"),
		"too large":            swap("Größe", strings.Repeat("x", maxAnswerBytes)),
		"no model":             swap(`"model"`, `"modell"`),
		"model of wrong type":  swap(`"gpt2"`, `2`),
		"no choices":           swap(`"choices"`, `"options"`),
		"empty choices":        `{"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`,
		"too many choices":     swap(`"choices": [`, `"choices": [`+strings.Repeat(`{},`, maxChoices)),
		"choice without index": swap(`, "index": 0`, ``),
		"wrong index":          swap(`"index": 0`, `"index": 1`),
		"index of wrong type":  swap(`"index": 0`, `"index": "0"`),
		"no message":           swap(`"message"`, `"text"`),
		"no content":           swap(`"content"`, `"contents"`),
		"null content":         swap(`"Größe <b>\n🐈 \u2028"`, `null`),
		"content of parts":     swap(`"Größe <b>\n🐈 \u2028"`, `[{"type":"text"}]`),
		"a user's message":     swap(`assistant`, `user`),
		"no finish_reason":     swap(`"finish_reason": "stop", `, ``),
		"other finish_reason":  swap(`"stop"`, `"`+strings.Repeat("y", 1000)+`"`),
		"no usage":             swap(`"usage"`, `"use"`),
		"missing count":        swap(`"total_tokens"`, `"total"`),
		"negative count":       swap(`31`, `-1`),
		"count beyond int":     swap(`31`, `1e99`),
		"count of wrong type":  swap(`31`, `"31"`),
		"deep nesting":         strings.Repeat(`{"choices":[`, 200_000),
	} {
		t.Run(name, func(t *testing.T) {
			a, err := DecodeAnswer([]byte(file))
			var refused *AnswerError
			if !errors.As(err, &refused) {
				t.Fatalf("got %+v, %v; want an AnswerError", a, err)
			}
			if refused.Reason == "" || len(refused.Reason) > 200 {
				t.Errorf("reason %q", refused.Reason)
			}
			if diff := cmp.Diff(Answer{}, a); diff != "" {
				t.Errorf("something was returned beside the error: %s", diff)
			}
		})
	}
}
