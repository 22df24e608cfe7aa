//go:build !js

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/crypto"
)

// awkward is everything that some layer is known to change: HTML, JSON and
// JavaScript each have letters of their own.
const awkward = "<b>&amp; \"quotes\" 'single' \\u0041 \\n ${x} %d {{.}}\n" +
	"a second line\tof two; a paragraph \u2028 and \u2029 marks\n" +
	"🌊 👩‍👩‍👧 é ñ é \u200b\u00a0 ｆｕｌｌ\n" +
	"שלום \u202bعربي\u202c 日本語"

// long is a prompt of 4 KB.
var long = strings.Repeat("a ship ⛵ on the sea, ", 4096/len("a ship ⛵ on the sea, "))

func TestInputTravelsUnchanged(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.fill("spinbutton", "Pictures", "1")
	for i, prompt := range []string{awkward, long} {
		v.part(fmt.Sprintf("picture_of_%d_bytes", len(prompt)), func(t *testing.T) {
			task := uint64(i + 1)
			v.fill("textbox", "Prompt", prompt)
			v.click("button", "Generate")
			v.find("image", title(prompt))
			args := v.arguments(task)
			var got struct{ Prompt string }
			if err := json.Unmarshal([]byte(args), &got); err != nil {
				t.Fatal(err)
			}
			if got.Prompt != prompt {
				t.Errorf("the nodes got\n%q\nand not\n%q", got.Prompt, prompt)
			}
			if v.paidFor(task) != crypto.Keccak256Hash([]byte(args)) {
				t.Error("the chain has the hash of something else")
			}
			v.until("the verdict", func() bool { return len(v.all("button", named("verified"))) == int(task) })
		})
	}
	v.fits()
	v.shot("input-awkward-1440")
	v.click("link", "Chat")
	v.part("question", func(t *testing.T) {
		const task = 3
		v.fill("textbox", "System text", awkward)
		v.fill("textbox", "Question", awkward)
		v.click("button", "Ask")
		v.find("region", "Answer")
		v.find("button", "verified")
		args := v.arguments(task)
		var got struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal([]byte(args), &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) != 2 || got.Messages[0].Content != awkward || got.Messages[1].Content != awkward {
			t.Errorf("the nodes got %q", got.Messages)
		}
		if v.paidFor(task) != crypto.Keccak256Hash([]byte(args)) {
			t.Error("the chain has the hash of something else")
		}
	})
	v.whole()
}

// title is what a task is called: white space is one space, and too much is cut.
func title(prompt string) string {
	text := []rune(strings.Join(strings.Fields(prompt), " "))
	if len(text) > 160 {
		return string(text[:160]) + "…"
	}
	return string(text)
}

func TestInputTypedBeforeTheProgramRuns(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	release := v.holds("*/app.wasm*")
	v.reload()
	at := v.find("textbox", "Prompt")
	v.run(dom.Focus().WithBackendNodeID(at.id), input.InsertText(awkward))
	release()
	v.find("combobox", "Network") // only the program draws it
	if got := v.value("textbox", "Prompt"); got != awkward {
		t.Errorf("the page has %q, typed was %q", got, awkward)
	}
	v.run(chromedp.KeyEvent("!"))
	if got := v.value("textbox", "Prompt"); got != awkward+"!" {
		t.Errorf("typing does not go on where it was: %q", got)
	}
	v.connect(digests)
	v.fill("spinbutton", "Pictures", "1")
	v.click("button", "Generate")
	v.find("image", title(awkward+"!"))
	v.whole()
}

// TestInputTypedBeforeTheProgramRunsBelowAPath: a copy that is not at the root of its
// host keeps it as well.
func TestInputTypedBeforeTheProgramRunsBelowAPath(t *testing.T) {
	t.Parallel()
	v := browse(t)
	release := v.holds("*/repo/app.wasm*")
	v.goes(host(t, "/repo", nil))
	at := v.find("textbox", "Prompt")
	v.run(dom.Focus().WithBackendNodeID(at.id), input.InsertText(awkward))
	release()
	v.find("combobox", "Network") // only the program draws it
	if got := v.value("textbox", "Prompt"); got != awkward {
		t.Errorf("the page has %q, typed was %q", got, awkward)
	}
	v.run(chromedp.KeyEvent("!"))
	if got := v.value("textbox", "Prompt"); got != awkward+"!" {
		t.Errorf("typing does not go on where it was: %q", got)
	}
	v.whole()
}
