//go:build !js

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// reply is the part of an answer file that people see.
type reply struct {
	Choices []struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
	} `json:"choices"`
	Usage struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
	} `json:"usage"`
}

func (v *visitor) reply(task uint64) (r reply) {
	v.t.Helper()
	if err := json.Unmarshal(v.result(task, 0), &r); err != nil {
		v.t.Fatal(err)
	}
	return r
}

// clipboard is the text in it.
func (v *visitor) clipboard() (text string) {
	v.t.Helper()
	v.run(chromedp.Evaluate("navigator.clipboard.readText()", &text, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true)
	}))
	return text
}

func TestChatAnswer(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.run(emulation.SetFocusEmulationEnabled(true), // the clipboard is for the window in front
		browser.GrantPermissions([]browser.PermissionType{browser.PermissionTypeClipboardReadWrite, browser.PermissionTypeClipboardSanitizedWrite}).WithBrowserContextID(v.inside()))
	v.connect(digests)
	v.click("link", "Chat")
	const question = "Why is the sea <salty> & the rain not?"
	v.fill("textbox", "Question", question)
	v.click("button", "Ask")
	v.find("region", "Answer")
	v.find("button", "verified")

	v.part("shows_what_the_nodes_wrote", func(t *testing.T) {
		said := v.reply(1)
		shown := v.text("region", "Answer")
		if first, _, _ := strings.Cut(said.Choices[0].Message.Content, "\n"); !strings.Contains(shown, first) || first == "" {
			t.Errorf("the answer is not %q:\n%s", first, shown)
		}
		if tokens := fmt.Sprintf("%d tokens read, %d written", said.Usage.Prompt, said.Usage.Completion); !strings.Contains(shown, tokens) {
			t.Errorf("the answer does not say %q:\n%s", tokens, shown)
		}
	})
	v.part("says_that_no_model_wrote_it", func(t *testing.T) {
		if card := v.text("article", "Task: "+question); !strings.Contains(card, "development network") {
			t.Errorf("the task does not say that it is the development network's:\n%s", card)
		}
	})
	v.part("can_be_copied", func(t *testing.T) {
		v.click("button", "Copy")
		want := v.reply(1).Choices[0].Message.Content // what the page says of it is gone soon
		v.until("the answer in the clipboard", func() bool { return v.clipboard() == want })
	})
	for _, width := range []int64{390, 1440} {
		v.size(width, 900, width == 390)
		v.top()
		v.fits()
		v.shot(fmt.Sprintf("chat-done-%d", width))
	}
	v.whole()
}

func TestChatSeveralAnswers(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.click("link", "Chat")
	v.fill("textbox", "Question", "Which colour has the sea?")
	v.click("button", "Arguments")
	const args = `{
  "model": "gpt2",
  "messages": [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Which colour has the sea?"},
    {"role": "assistant", "content": "Blue."},
    {"role": "user", "content": "And at night?"}
  ],
  "generation_config": {"num_return_sequences": 3, "do_sample": true, "temperature": 0.9}
}`
	v.fill("textbox", "Arguments", args)
	v.click("button", "Ask")
	v.find("article", "Task: And at night?")
	v.find("button", "verified")
	if got := v.arguments(1); got != args {
		t.Errorf("the nodes got %s", got)
	}
	shown := v.text("region", "Answer")
	for i, choice := range v.reply(1).Choices {
		first, _, _ := strings.Cut(choice.Message.Content, "\n")
		place := fmt.Sprintf("%d of 3", i+1)
		if !strings.Contains(shown, first) || !strings.Contains(shown, place) {
			t.Errorf("no answer %s that begins with %q:\n%s", place, first, shown)
		}
	}
	v.whole()
}
