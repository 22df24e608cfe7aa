//go:build !js

package devrelay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func written(t *testing.T, c conversation) (file []byte, result chatResult) {
	t.Helper()
	file, err := c.json()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &result); err != nil {
		t.Fatal(err)
	}
	return file, result
}

func ask(question string) conversation {
	return conversation{model: "gpt2", messages: []chatMessage{{"user", question}}, maxTokens: 256, answers: 1}
}

func TestConversation_equal_arguments_make_equal_bytes(t *testing.T) {
	c := ask("What is what? One two two three three.")
	first, _ := written(t, c)
	for range 5 {
		if again, _ := written(t, c); !bytes.Equal(first, again) {
			t.Fatalf("first\n%s\nthen\n%s", first, again)
		}
	}
	c.seed = 99
	if other, _ := written(t, c); bytes.Equal(first, other) {
		t.Error("the seed makes no difference")
	}
}

func TestConversation_answers_follow_the_messages(t *testing.T) {
	c := conversation{model: "gpt2", maxTokens: 500, answers: 1, messages: []chatMessage{
		{"system", "Be brief."},
		{"user", "How high is Mont Blanc?"},
		{"assistant", "4806 m"},
		{"user", "And <K2> & 日本語? 😀"},
	}}
	file, result := written(t, c)
	text := result.Choices[0].Message.Content
	for _, want := range []string{"And <K2> & 日本語? 😀", "How high is Mont Blanc?", "Be brief.", "second", "4 messages"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the answer:\n%s", want, text)
		}
	}
	if !strings.Contains(text, "development network") || !strings.Contains(text, "model") {
		t.Errorf("the answer does not say that there is no model:\n%s", text)
	}
	if !bytes.Contains(file, []byte("<K2> & 日本語? 😀")) {
		t.Errorf("the file escapes text:\n%s", file)
	}
}

func TestConversation_result_file(t *testing.T) {
	c := ask("Three answers, please")
	c.answers = 3
	_, result := written(t, c)
	if result.Model != "gpt2" || len(result.Choices) != 3 {
		t.Fatalf("got %+v", result)
	}
	total := 0
	for i, choice := range result.Choices {
		if choice.Index != i || choice.Message.Role != "assistant" || choice.FinishReason != "stop" {
			t.Errorf("choice %d is %+v", i, choice)
		}
		total += len(tokens(choice.Message.Content))
	}
	u := result.Usage
	if u.CompletionTokens != total || u.PromptTokens == 0 || u.TotalTokens != u.PromptTokens+u.CompletionTokens {
		t.Errorf("usage is %+v, the answers have %d tokens", u, total)
	}
	if result.Choices[0].Message == result.Choices[1].Message && result.Choices[1].Message == result.Choices[2].Message {
		t.Error("three equal answers")
	}
}

func TestConversation_stops_at_the_largest_number_of_tokens(t *testing.T) {
	for _, limit := range []int{-1, 0, 1, 7} {
		c := ask("Say much")
		c.maxTokens = limit
		_, result := written(t, c)
		if result.Choices[0].FinishReason != "length" || result.Usage.CompletionTokens != max(0, limit) {
			t.Errorf("with %d tokens: %+v", limit, result)
		}
	}
}

func TestConversation_odd_messages_are_answered(t *testing.T) {
	for _, messages := range [][]chatMessage{
		nil, {}, {{"user", ""}}, {{"system", "x"}}, {{"assistant", "hello"}}, {{"user", "?!…"}},
		{{"user", "a"}, {"assistant", "b"}}, {{"user", strings.Repeat("word ", 5000)}}, {{"user", strings.Repeat("x", 5000)}},
	} {
		c := conversation{model: "gpt2", messages: messages, maxTokens: 256, answers: 1}
		if _, result := written(t, c); result.Choices[0].Message.Content == "" {
			t.Errorf("no answer to %.40v", messages)
		}
	}
}

func TestTokens_join_to_the_text(t *testing.T) {
	for _, text := range []string{"", " ", "a", "one two", "internationalization", "日本語のテキスト です", "a\n\nb  c"} {
		if got := strings.Join(tokens(text), ""); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func Example_conversation() {
	c := conversation{
		model:     "gpt2",
		messages:  []chatMessage{{"user", "How tall is the Eiffel tower?"}},
		maxTokens: 256,
		answers:   1,
	}
	fmt.Println(c.answer(0))
	// Output:
	// The question is “How tall is the Eiffel tower?”.
	//
	// This is the development network: no language model has read it, a small program composes this answer from your own words.
	//
	// What can be said for certain:
	//
	// - 6 words in 29 characters
	// - the longest word: **Eiffel**
	// - the first letters: HTITET
	//
	// On a network with models, this is where the answer to your question would be.
}
