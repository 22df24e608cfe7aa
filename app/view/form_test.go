package view

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/task"
)

func TestForm_sends_what_stands_in_its_fields(t *testing.T) {
	t.Run("picture", func(t *testing.T) {
		b := open(t, connected())
		for id, text := range map[string]string{"prompt": " <b> & \"q\" \u2028 🌊\nend ", "negative": "cold", "width": "768", "height": "", "count": "9", "steps": "30", "cfg": ""} {
			b.fill(id, text)
		}
		b.run(b.page.onSubmit(&b.page.image))
		want := "{\"base_model\":\"runwayml/stable-diffusion-v1-5\",\"prompt\":\" <b> & \\\"q\\\" \\u2028 🌊\\nend \",\"negative_prompt\":\"cold\"," +
			"\"task_config\":{\"image_width\":768,\"steps\":30,\"seed\":1234567,\"num_images\":9}}"
		if diff := cmp.Diff([]string{want}, b.submitted); diff != "" {
			t.Error(diff)
		}
		if b.drafts[task.SD] != want || b.values["seed"] != "1234567" {
			t.Errorf("draft %s, seed %q", b.drafts[task.SD], b.values["seed"])
		}
	})
	t.Run("question", func(t *testing.T) {
		b := open(t, connected())
		b.nav("/chat")
		for id, text := range map[string]string{"question": "How?", "system": "Be brief.", "tokens": "64", "temperature": "0"} {
			b.fill(id, text)
		}
		b.run(b.page.onSubmit(&b.page.chat))
		want := `{"model":"mistralai/Mistral-7B-Instruct-v0.1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"How?"}],` +
			`"generation_config":{"max_new_tokens":64,"do_sample":false},"seed":1234567}`
		if diff := cmp.Diff([]string{want}, b.submitted); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("fixed_seed", func(t *testing.T) {
		b := open(t, connected())
		b.run(b.page.rollDice(&b.page.image))
		b.fill("prompt", "a fox")
		b.fill("seed", "77")
		b.run(b.page.onSubmit(&b.page.image))
		if len(b.submitted) != 1 || !strings.Contains(b.submitted[0], `"seed":77`) {
			t.Error(b.submitted)
		}
	})
	t.Run("another_model", func(t *testing.T) {
		b := open(t, connected())
		b.fill("prompt", "a fox")
		b.fill("model", otherModel)
		b.wants("textbox: Model id")
		b.fill("model-id", " owner/name ")
		b.run(b.page.onSubmit(&b.page.image))
		if len(b.submitted) != 1 || !strings.Contains(b.submitted[0], `"base_model":"owner/name"`) {
			t.Error(b.submitted)
		}
	})
}

func TestForm_model_brings_the_values_of_its_family(t *testing.T) {
	b := open(t, connected())
	b.fill("prompt", "kept")
	b.fill("model", "stabilityai/stable-diffusion-xl-base-1.0")
	got := [...]string{b.values["width"], b.values["height"], b.values["steps"], b.values["cfg"], b.values["prompt"]}
	if want := [...]string{"1024", "1024", "30", "5", "kept"}; got != want {
		t.Error(got)
	}
	b.run(b.page.onShape(1024, 1536))
	if b.values["height"] != "1536" || b.page.image.args.TaskConfig.ImageHeight != 1536 {
		t.Error(b.values)
	}
}

func TestForm_says_at_the_field_what_is_wrong(t *testing.T) {
	for _, c := range []struct{ tab, field, text, want string }{
		{"/", "prompt", "  ", "Describe the picture first."},
		{"/", "width", "513", "Width must be a multiple of 8."},
		{"/", "width", "99999", "Width must be a whole number from 64 to 2048."},
		{"/", "count", "", "The number of pictures must be a whole number from 1 to 10."},
		{"/", "count", "11", "The number of pictures must be a whole number from 1 to 10."},
		{"/", "steps", "1e9", "Steps must be a whole number from 1 to 100."},
		{"/", "cfg", "7.5", "Guidance must be a whole number from 1 to 20."},
		{"/chat", "question", "", "Type a question first."},
		{"/chat", "tokens", "0", "The number of tokens must be a whole number from 1 to 4096."},
		{"/chat", "temperature", "NaN", "Temperature must be a number from 0 to 2."},
	} {
		t.Run(c.field+" "+c.text, func(t *testing.T) {
			b := open(t, connected())
			b.nav(c.tab)
			b.fill(map[string]string{"/": "prompt", "/chat": "question"}[c.tab], "something")
			b.fill(c.field, c.text)
			b.run(b.page.onSubmit(b.page.form()))
			if len(b.submitted) > 0 {
				t.Error("it was sent")
			}
			said := ""
			b.dom().walk(func(n *node) {
				if n.attr["id"] == c.field && (n.attr["aria-invalid"] != "true" || n.attr["aria-describedby"] != c.field+"-fault") {
					t.Errorf("the field does not say so: %v", n.attr)
				}
				if n.attr["id"] == c.field+"-fault" {
					said = n.words()
				}
			})
			if said != c.want {
				t.Errorf("says %q", said)
			}
			if !b.asked("focus " + c.field) {
				t.Error(b.did)
			}
			if folded := !b.page.unfolded; folded != (c.field == "prompt" || c.field == "question") {
				t.Error("folded:", folded)
			}
			b.isOrderly()
		})
	}
}

// everything the schemas know, in the order that Encode writes.
const (
	everySD = `{"base_model":"owner/name","prompt":"p","negative_prompt":"n","task_config":{"image_width":512,"image_height":768,"steps":30,"seed":5,"num_images":3,"safety_checker":false,"cfg":6},` +
		`"lora":{"model":"l","weight":80},"controlnet":{"model":"c","image_dataurl":"data:image/png;base64,AAAA","weight":70,"preprocess":{"method":"canny","args":{"low_threshold":0,"high_threshold":200}}},` +
		`"vae":"v","refiner":{"model":"r","denoising_cutoff":80,"steps":20},"textual_inversion":"t"}`
	everyGPT = `{"model":"owner/name","messages":[{"role":"system","content":"s"},{"role":"user","content":"q1"},{"role":"assistant","content":"a1"},{"role":"user","content":"q2"}],` +
		`"generation_config":{"max_new_tokens":9,"do_sample":true,"num_beams":2,"temperature":0.3,"typical_p":0.9,"top_k":40,"top_p":0.8,"repetition_penalty":1.1,"num_return_sequences":2},` +
		`"seed":5,"dtype":"float16","quantize_bits":8}`
)

func TestForm_loses_nothing_of_arguments(t *testing.T) {
	for name, args := range map[string]string{
		"SD least":                   `{"base_model":"m","prompt":"p","task_config":{"num_images":1}}`,
		"SD everything":              everySD,
		"SD line breaks":             `{"base_model":"m","prompt":"a\r\nb\rc","task_config":{"num_images":1}}`,
		"GPT least":                  `{"model":"m","messages":[{"role":"user","content":"q"}]}`,
		"GPT everything":             everyGPT,
		"GPT temperature 0":          `{"model":"m","messages":[{"role":"user","content":"q"}],"generation_config":{"do_sample":false}}`,
		"GPT temperature, no sample": `{"model":"m","messages":[{"role":"user","content":"q"}],"generation_config":{"temperature":0.7}}`,
		"GPT sampling, no value":     `{"model":"m","messages":[{"role":"user","content":"q"}],"generation_config":{"do_sample":true}}`,
		"GPT unlimited":              `{"model":"m","messages":[{"role":"user","content":"q"}],"generation_config":{"do_sample":true,"temperature":1.25}}`,
		"GPT system in the middle":   `{"model":"m","messages":[{"role":"user","content":"q"},{"role":"system","content":"s"},{"role":"user","content":"r"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, connected())
			var f form = &b.page.image
			if strings.HasPrefix(name, "GPT") {
				b.nav("/chat")
				f = &b.page.chat
			}
			if !f.take([]byte(args)) {
				t.Fatal("the form does not take it")
			}
			f.shared().dice = false
			b.become(func(*State) {})
			write(b, f.fields(b.page.models(f)))
			b.run(b.page.changed(f)) // the fields are read, and show what they showed
			got, err := f.encode()
			if err != nil || string(got) != args {
				t.Errorf("%v\n%s", err, cmp.Diff(args, string(got)))
			}
		})
	}
}

func TestForm_shows_temperature_0_for_no_sampling(t *testing.T) {
	b := open(t, connected())
	b.nav("/chat")
	b.fill("temperature", "0")
	b.nav("/")
	b.nav("/chat")
	if g := b.page.chat.args.GenerationConfig; b.values["temperature"] != "0" || *g.DoSample || g.Temperature != nil {
		t.Errorf("%q, %+v", b.values["temperature"], g)
	}
	b.fill("temperature", "")
	if g := b.page.chat.args.GenerationConfig; g.DoSample != nil || g.Temperature != nil {
		t.Errorf("%+v", g)
	}
}

func TestForm_does_not_take_what_it_would_lose(t *testing.T) {
	image, chat := newImageForm(), newChatForm()
	before := image.args
	for _, args := range []string{
		`{"base_model":"m","prompt":"p","task_config":{"num_images":1},"unknown":1}`,
		`{"base_model":"m","prompt":"p","task_config":{"num_images":1.5}}`,
		`{"base_model":"m","prompt":"p"}`, `[]`, `{`, ``,
	} {
		if image.take([]byte(args)) {
			t.Error(args)
		}
	}
	if diff := cmp.Diff(before, image.args); diff != "" {
		t.Error(diff)
	}
	for _, args := range []string{
		`{"model":"m","messages":[{"role":"assistant","content":"a"}]}`,
		`{"model":"m","messages":[]}`,
		`{"model":"m","messages":[{"role":"user","content":"q","name":"n"}]}`,
	} {
		if chat.take([]byte(args)) {
			t.Error(args)
		}
	}
}

func TestForm_shows_and_removes_what_it_has_no_field_for(t *testing.T) {
	b := open(t, connected())
	if !b.page.image.take([]byte(everySD)) {
		t.Fatal("not taken")
	}
	b.become(func(*State) {})
	b.reads("form", "New picture", "Also set under Arguments: LoRA, ControlNet, VAE, refiner, textual inversion, safety checker")
	b.run(b.page.plain(&b.page.image))
	b.hides("Also set")
	if got, _ := b.page.image.encode(); strings.Contains(string(got), "lora") || !strings.Contains(string(got), `"negative_prompt":"n"`) {
		t.Error(string(got))
	}
	if !b.page.chat.take([]byte(everyGPT)) {
		t.Fatal("not taken")
	}
	b.nav("/chat")
	b.reads("form", "New question", "earlier messages (2), beams, typical_p, top_k, top_p, repetition penalty, several answers, dtype, quantize_bits")
	b.run(b.page.plain(&b.page.chat))
	want := `{"model":"owner/name","messages":[{"role":"system","content":"s"},{"role":"user","content":"q2"}],"generation_config":{"max_new_tokens":9,"do_sample":true,"temperature":0.3},"seed":5}`
	if got, _ := b.page.chat.encode(); string(got) != want {
		t.Error(string(got))
	}
}

func TestEditor_sends_exactly_what_was_typed(t *testing.T) {
	b := open(t, connected())
	b.fill("prompt", "a fox")
	b.run(b.page.toggleEditor(&b.page.image))
	b.wants("textbox: Arguments", "button: Back to the form", "button: Discard")
	if b.find("textbox", "Prompt") != nil || b.find("spinbutton", "Width") != nil {
		t.Error("fields that do not count are shown beside the editor")
	}
	var shown map[string]any
	if err := json.Unmarshal([]byte(b.values["image-arguments"]), &shown); err != nil || shown["prompt"] != "a fox" {
		t.Fatal(err, shown)
	}
	const typed = "  {\"prompt\" :\t\"<fox> & \\u00e9\" , \"base_model\":\"m\",\n\"task_config\":{\"num_images\": 2}, \"new\":1}\n\n"
	b.values["image-arguments"] = typed
	b.run(b.page.onSubmit(&b.page.image))
	if diff := cmp.Diff([]string{typed}, b.submitted); diff != "" {
		t.Error(diff)
	}
	b.reads("form", "New picture", "15 a picture", "ignores it")
}

func TestEditor_says_what_is_wrong_at_its_line(t *testing.T) {
	b := open(t, connected())
	b.run(b.page.toggleEditor(&b.page.image))
	b.did = nil
	for typed, want := range map[string]string{
		"{\n\"base_model\": \"m\",\n\"prompt\": \"p\",\n\"task_config\": {\"steps\": 500, \"num_images\": 1}}": "Line 4: Steps must be between 1 and 100.",
		"{\n\"base_model\": 'm'}": "Line 2: Texts and names need straight double quotes",
		"":                        "There is no text.",
	} {
		b.values["image-arguments"] = typed
		b.run(b.page.onSubmit(&b.page.image))
		b.reads("form", "New picture", want)
		if b.find("textbox", "Arguments").attr["aria-invalid"] != "true" || !b.asked("focus image-arguments") || len(b.submitted) > 0 {
			t.Error(b.did, b.submitted)
		}
		b.isOrderly()
	}
}

func TestEditor_goes_back_to_the_form(t *testing.T) {
	start := func(t *testing.T) *browser {
		b := open(t, connected())
		b.fill("prompt", "a fox")
		b.run(b.page.toggleEditor(&b.page.image))
		return b
	}
	t.Run("with_what_it_holds", func(t *testing.T) {
		b := start(t)
		b.values["image-arguments"] = everySD
		b.run(b.page.toggleEditor(&b.page.image))
		got := [...]string{b.values["prompt"], b.values["model-id"], b.values["height"], b.values["seed"], b.values["negative"]}
		if want := [...]string{"p", "owner/name", "768", "5", "n"}; got != want {
			t.Error(got)
		}
		if b.page.image.dice {
			t.Error("the seed that was typed would be thrown away")
		}
	})
	t.Run("a_seed_that_nobody_touched_stays_random", func(t *testing.T) {
		b := start(t)
		b.run(b.page.toggleEditor(&b.page.image))
		if !b.page.image.dice {
			t.Error("fixed")
		}
	})
	t.Run("not_if_something_would_be_lost", func(t *testing.T) {
		b := start(t)
		b.values["image-arguments"] = strings.Replace(everySD, "{", `{"new":1,`, 1)
		b.run(b.page.toggleEditor(&b.page.image))
		b.reads("form", "New picture", "The form cannot show all of this")
		b.run(b.page.discardEditor(&b.page.image))
		if b.values["prompt"] != "a fox" {
			t.Errorf("%q", b.values["prompt"])
		}
	})
}

func TestForm_use_again_fills_and_runs_nothing(t *testing.T) {
	b := open(t, connected(drawn("an old fox", 2)), withPictures)
	b.run(b.page.again("job-done"))
	if b.values["prompt"] != "an old fox" || b.values["seed"] != "42" || b.values["count"] != "2" || b.page.image.dice || len(b.submitted) > 0 {
		t.Errorf("%q", b.values)
	}
}

func TestFaults_stand_at_the_field_of_their_place(t *testing.T) {
	for pointer, want := range map[string]string{
		"/prompt": "prompt", "/task_config/steps": "steps", "/messages/1/content": "question", "/generation_config/temperature": "temperature",
		"/lora/weight": "", "": "", "/seed": "chat-seed",
	} {
		if got := fieldAt(pointer); got != want {
			t.Errorf("%s: %q", pointer, got)
		}
	}
	f := faults{}
	f.add(&task.InvalidError{Faults: []task.Fault{{Pointer: "/prompt", Text: "prompt is missing"}, {Pointer: "/lora/model", Text: "model is missing"}}})
	if diff := cmp.Diff(faults{"prompt": "Prompt is missing.", "": "Model is missing."}, f); diff != "" {
		t.Error(diff)
	}
}
