package task

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A one-pixel PNG.
const pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func TestWarnings_name_what_the_network_would_fail_on(t *testing.T) {
	sd := func(config, rest string) string {
		return `{"base_model":"m","prompt":"p","task_config":{"num_images":1` + config + `}` + rest + `}`
	}
	net := func(members string) string {
		return sd("", `,"controlnet":{"model":"m","image_dataurl":"`+pixel+`",`+members+`}`)
	}
	picture := func(url string) string {
		return sd("", `,"controlnet":{"model":"m","image_dataurl":"`+url+`"}`)
	}
	gpt := func(members string) string {
		return `{"model":"m","messages":[{"role":"user","content":"x"}],` + members + `}`
	}
	const fails, differs = true, false
	for _, c := range []struct {
		name    string
		kind    Kind
		args    string
		pointer string
		fails   bool
		word    string // in the text
	}{
		{"width that is no multiple of 8", SD, sd(`,"image_width":500`, ""), "/task_config/image_width", fails, "multiple of 8"},
		{"height of half a point", SD, sd(`,"image_height":515`, ""), "/task_config/image_height", fails, "multiple of 8"},
		{"width zero", SD, sd(`,"image_width":0`, ""), "/task_config/image_width", fails, "above zero"},
		{"height below zero", SD, sd(`,"image_height":-512`, ""), "/task_config/image_height", fails, "above zero"},
		{"width beyond memory", SD, sd(`,"image_width":1e20`, ""), "/task_config/image_width", fails, "2048"},
		{"no num_images", SD, `{"base_model":"m","prompt":"p","task_config":{}}`, "/task_config/num_images", differs, "6 pictures"},
		{"lora weight 1", SD, sd("", `,"lora":{"model":"l","weight":1}`), "/lora/weight", differs, "100 %"},
		{"controlnet weight 1.0", SD, net(`"weight":1.0`), "/controlnet/weight", differs, "100 %"},
		{"refiner cutoff 1", SD, sd("", `,"refiner":{"model":"r","denoising_cutoff":1}`), "/refiner/denoising_cutoff", differs, "100 %"},
		{"base model by address", SD, `{"base_model":"https://civitai.com/x","prompt":"p","task_config":{"num_images":1}}`, "/base_model", fails, "Hugging Face"},
		{"data URL as the documentation writes it", SD, picture("base64,image/png:iVBORw0KGgo="), "/controlnet/image_dataurl", fails, "must begin"},
		{"data URL without base64", SD, picture("data:image/svg+xml,<svg/>"), "/controlnet/image_dataurl", fails, "must begin"},
		{"data URL with bad padding", SD, picture("data:image/png;base64,iVBORw0KGgo"), "/controlnet/image_dataurl", fails, "base64"},
		{"data URL of something else", SD, picture("data:image/png;base64,aGVsbG8="), "/controlnet/image_dataurl", fails, "no picture"},
		{"data URL of nothing", SD, picture("data:image/png;base64,"), "/controlnet/image_dataurl", fails, "no picture"},
		{"unknown member at the root", SD, sd("", `,"scheduler":{"method":"LCM"}`), "/scheduler", differs, "does not know"},
		{"unknown member that is a typing error", SD, sd(`,"num_image":9`, ""), "/task_config/num_image", differs, "did you mean num_images?"},
		{"unknown member in another case", SD, sd("", `,"Negative_Prompt":"x"`), "/Negative_Prompt", differs, "did you mean negative_prompt?"},
		{"unknown member with an awkward name", SD, sd("", `,"a/b~":1`), "/a~1b~0", differs, "does not know"},
		{"argument of another method", SD, net(`"preprocess":{"method":"canny","args":{"thr_v":3}}`), "/controlnet/preprocess/args/thr_v", differs, "does not know"},
		{"arguments for a method without", SD, net(`"preprocess":{"method":"openpose","args":{}}`), "/controlnet/preprocess/args", differs, "does not know"},
		{"a name twice", SD, sd(`,"steps":1,"steps":2`, ""), "/task_config/steps", differs, "twice"},
		{"half a character in the prompt", SD, `{"base_model":"m","prompt":"a\ud800b","task_config":{"num_images":1}}`, "/prompt", fails, "half a character"},
		{"half a character in a message", GPT, `{"model":"m","messages":[{"role":"user","content":"\ude00\ud83d"}]}`, "/messages/0/content", fails, "half a character"},
		{"seed 1e20", GPT, gpt(`"seed":1e20`), "/seed", fails, "4294967295"},
		{"seed -1", GPT, gpt(`"seed":-1`), "/seed", fails, "below 0"},
		{"no message", GPT, `{"model":"m","messages":[]}`, "/messages", fails, "no message"},
		{"no token", GPT, gpt(`"generation_config":{"max_new_tokens":0}`), "/generation_config/max_new_tokens", fails, "at least 1"},
		{"no answer", GPT, gpt(`"generation_config":{"num_return_sequences":-1}`), "/generation_config/num_return_sequences", fails, "at least 1"},
		{"unknown member of a message", GPT, `{"model":"m","messages":[{"role":"user","content":"x","name":"bob"}]}`, "/messages/0/name", differs, "does not know"},
		{"misspelt setting", GPT, gpt(`"generation_config":{"max_tokens":5,"topp":0.5}`), "/generation_config/topp", differs, "did you mean top_"},
		{"too large for a node", GPT, `{"model":"m","messages":[{"role":"user","content":"` + strings.Repeat("x", MaxRunnable) + `"}]}`, "", fails, "120 KB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := Validate(c.kind, []byte(c.args)); err != nil {
				t.Errorf("the Relay would not take it anyhow: %v", err)
			}
			for _, w := range Warnings(c.kind, []byte(c.args)) {
				if w.Pointer == c.pointer && w.Fails == c.fails && strings.Contains(w.Text, c.word) {
					return
				}
			}
			t.Errorf("no such warning among %+v", Warnings(c.kind, []byte(c.args)))
		})
	}
}

func TestWarnings_are_silent_about_good_arguments(t *testing.T) {
	sd := fullSD()
	sd.ControlNet.ImageDataURL = pixel
	sd.Refiner.DenoisingCutoff = 0
	sd.Prompt = awkward + `\ud800`
	gpt := fullGPT()
	gpt.Seed = largestSeed
	for kind, a := range map[Kind]interface{ Encode() ([]byte, error) }{SD: sd, GPT: gpt} {
		b, err := a.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if w := Warnings(kind, b); len(w) > 0 {
			t.Errorf("%v: %+v", kind, w)
		}
	}
	for _, quiet := range []string{
		`{"base_model":"m","prompt":"\ud83d\udc08 \\ud800 \\\ud83d\udc08","task_config":{"num_images":1}}`,
		`{"base_model":"m","prompt":"p","task_config":{"num_images":1},"lora":null,"controlnet":null}`,
		"{\"base_model\":\"m\",\"prompt\":\"p\",\"task_config\":{\"num_images\":1},\"controlnet\":{\"model\":\"m\",\"image_dataurl\":\"data:image/jpeg;base64,/9j/\\n4AAQ\"}}",
	} {
		if w := Warnings(SD, []byte(quiet)); len(w) > 0 {
			t.Errorf("%s: %+v", quiet, w)
		}
	}
}

func TestWarnings_come_in_the_order_of_the_text_and_have_an_end(t *testing.T) {
	const args = `{"typo":1,"base_model":"http://x","prompt":"\ud800","task_config":{"image_width":1,"image_height":0}}`
	var got []string
	for _, w := range Warnings(SD, []byte(args)) {
		got = append(got, w.Pointer)
	}
	want := []string{"/typo", "/base_model", "/prompt", "/task_config/num_images", "/task_config/image_width", "/task_config/image_height"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	var many strings.Builder
	many.WriteString(`{"model":"m","messages":[]`)
	for i := range 10_000 {
		fmt.Fprintf(&many, `,"x%d":"\ud800"`, i)
	}
	many.WriteString(`}`)
	if n := len(Warnings(GPT, []byte(many.String()))); n != maxWarnings {
		t.Errorf("%d warnings, want %d", n, maxWarnings)
	}
}

func TestWarnings_say_nothing_about_what_is_not_JSON(t *testing.T) {
	for _, args := range []string{``, `{`, `[]`, `null`, "{\"a\":\"\xff\"}"} {
		if w := Warnings(SD, []byte(args)); w != nil {
			t.Errorf("%q: %+v", args, w)
		}
	}
}
