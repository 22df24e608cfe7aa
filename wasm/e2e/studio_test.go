//go:build !js

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
)

// everySD has everything that the network knows about a picture, written as no
// encoder would: what is typed is what counts.
func everySD() string {
	return `{ "vae" : "stabilityai/sd-vae-ft-mse",
	"base_model":"stabilityai/stable-diffusion-xl-base-1.0", "prompt":"a fox in the snow \u2028 <lora> \/ \u0026 c",
  "negative_prompt":"",
  "task_config": {"num_images":2.0,"image_width":6.4e1,"image_height":64,  "steps":30,"seed":7,"cfg":5,"safety_checker":false},
  "lora": {"model": "https://civitai.com/api/download/models/34562", "weight": 80},
  "controlnet": {"model": "lllyasviel/control_v11p_sd15_canny", "weight": 60,
    "image_dataurl": "` + pixel + `",
    "preprocess": {"method": "canny", "args": {"low_threshold": 90, "high_threshold": 210}}},
  "refiner": {"model": "stabilityai/stable-diffusion-xl-refiner-1.0", "steps": 20},
  "textual_inversion": "sd-concepts-library/cat-toy"
}
`
}

// pixel is a grey picture of 1×1.
const pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="

const everyGPT = `{"model":"gpt2","seed":42,"dtype":"bfloat16","quantize_bits":8,
"messages":[{"role":"user","content":"What is written here: \ud83c\udf0a \"<&>\" ?"}],
"generation_config":{"max_new_tokens":64,"do_sample":true,"num_beams":1,"temperature":0.70,"typical_p":1.0,"top_k":50,"top_p":1,
	"repetition_penalty":1.2,"num_return_sequences":1}}`

func TestStudioRunsExactlyWhatIsTyped(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.part("a_picture_with_everything", func(t *testing.T) {
		args := everySD()
		v.click("button", "Arguments")
		v.fill("textbox", "Arguments", args)
		v.sees("Valid.")
		v.shot("studio-arguments-1440")
		v.click("button", "Generate")
		v.find("image", "a fox in the snow <lora> / & c (2 of 2)")
		v.find("button", "verified")
		v.ranExactly(1, args)
	})
	v.part("an_answer_with_everything", func(t *testing.T) {
		v.click("link", "Chat")
		v.click("button", "Arguments")
		v.fill("textbox", "Arguments", everyGPT)
		v.sees("Valid.")
		v.click("button", "Ask")
		v.find("region", "Answer")
		v.find("button", "verified")
		v.ranExactly(2, everyGPT)
	})
	v.whole()
}

// ranExactly checks that a task is that of these bytes, on chain and at the Relay.
func (v *visitor) ranExactly(task uint64, args string) {
	v.t.Helper()
	if v.paidFor(task) != crypto.Keccak256Hash([]byte(args)) {
		v.t.Errorf("task %d was paid for other arguments", task)
	}
	if got := v.arguments(task); got != args {
		v.t.Errorf("the nodes got\n%s\nand not\n%s", got, args)
	}
}

// nothingSent checks that no wallet was asked for more than its account, and that
// nobody paid or sent anything.
func (v *visitor) nothingSent() {
	v.t.Helper()
	if asked := v.prompts(digests); len(asked) > 1 {
		v.t.Errorf("the wallet was asked %v", asked)
	}
	if posts := v.net.Relay.Stats()["POST /v1/inference_tasks"]; posts > 0 {
		v.t.Errorf("the Relay got %d uploads", posts)
	}
	if n := v.tasks(); n > 0 {
		v.t.Errorf("the chain has %d tasks", n)
	}
	if len(v.all("article", starting("Task: "))) > 0 {
		v.t.Error("there is a task in the list")
	}
}

func TestStudioRefusesWhatCannotRun(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.click("button", "Arguments")
	good := everySD()
	for _, c := range []struct {
		name, args string
		line       int
		says       string
	}{
		{"a_comma_too_many", "{\n\"base_model\": \"m\",\n\"prompt\": \"p\",\n}", 4, ""},
		{"a_text_without_end", "{\n\"base_model\": \"m\",\n\"prompt\": \"p", 3, ""},
		{"nothing", "", 0, ""},
		{"no_object", "[1]", 1, "object"},
		{"a_part_missing", "{\n\"prompt\": \"p\",\n\"task_config\": {}\n}", 1, "base_model"},
		{"too_many_pictures", strings.Replace(good, "2.0", "11", 1), 4, "num_images"},
		{"a_wrong_kind_of_value", strings.Replace(good, `"weight": 80`, `"weight": "80"`, 1), 5, "weight"},
		{"a_wrong_value_inside_preprocess", strings.Replace(good, `210`, `"high"`, 1), 8, "high_threshold"},
		{"an_unknown_method", strings.Replace(good, `"canny", "args"`, `"cany", "args"`, 1), 8, "method"},
	} {
		v.part(c.name, func(t *testing.T) {
			v.fill("textbox", "Arguments", c.args)
			v.click("button", "Generate")
			begin := ""
			if c.line > 0 {
				begin = fmt.Sprintf("Line %d: ", c.line)
			}
			v.until(fmt.Sprintf("a complaint %q about %q", begin, c.says), func() bool {
				said := strings.ToLower(v.complaint("textbox", "Arguments"))
				return said != "" && strings.HasPrefix(said, strings.ToLower(begin)) && strings.Contains(said, c.says)
			})
			v.until("the focus in the editor", func() bool { return v.focused() == "Arguments" })
			v.nothingSent()
		})
	}
	v.shot("studio-refused-1440")
	v.part("goes_on_once_mended", func(t *testing.T) {
		v.fill("textbox", "Arguments", good)
		v.until("no complaint", func() bool { return v.complaint("textbox", "Arguments") == "" })
		v.sees("Valid.")
	})
	v.whole()
}

func TestStudioComplainsAtTheField(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.part("empty_prompt", func(t *testing.T) {
		v.click("button", "Generate")
		v.until("a complaint", func() bool { return v.complaint("textbox", "Prompt") != "" })
		v.until("the focus in the prompt", func() bool { return v.focused() == "Prompt" })
		v.nothingSent()
	})
	v.fill("textbox", "Prompt", "a fox in the snow")
	for _, c := range []struct{ field, bad, good string }{
		{"Width", "500", "512"},
		{"Height", "4096", "512"},
		{"Pictures", "11", "1"},
		{"Pictures", "", "1"},
		{"Steps", "101", "25"},
		{"Guidance (cfg)", "2.5", "7"},
	} {
		v.part(strings.ToLower(strings.Fields(c.field)[0])+"_"+c.bad, func(t *testing.T) {
			v.fill("spinbutton", c.field, c.bad)
			v.click("button", "Generate")
			v.until("a complaint at "+c.field, func() bool { return v.complaint("spinbutton", c.field) != "" })
			v.until("the focus at "+c.field, func() bool { return v.focused() == c.field })
			v.nothingSent()
			if c.field == "Height" {
				v.shot("studio-field-1440")
			}
			v.fill("spinbutton", c.field, c.good)
			v.until("no complaint at "+c.field, func() bool { return v.complaint("spinbutton", c.field) == "" })
		})
	}
	v.part("goes_on_once_mended", func(t *testing.T) {
		v.click("button", "Generate")
		v.find("image", "a fox in the snow")
		v.find("button", "verified")
	})
	v.whole()
}

func TestStudioWarnsOfWhatTheNetworkFailsOn(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.click("button", "Arguments")
	args := strings.NewReplacer("6.4e1", "100", `"weight": 80`, `"weight": 1`, `"refiner"`, `"refinery"`).Replace(everySD())
	v.fill("textbox", "Arguments", args)
	v.sees("Valid.")
	v.sees("multiple of 8")
	v.sees("1 counts as 100 %")
	v.sees("did you mean refiner?")
	v.shot("studio-warnings-1440")
	v.nothingSent()

	// They are warnings: whoever wants it gets it, and the network says what comes of it.
	v.click("button", "Generate")
	v.sees("The network ended the task")
	v.ranExactly(1, args)
	if v.has("button", "verified") {
		t.Error("a task without a result is marked as verified")
	}
	v.whole()
}

func TestStudioFormAndEditorAreOne(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	v.connect(digests)
	v.fill("textbox", "Prompt", "a fox in the snow")
	v.fill("textbox", "Negative prompt", "cold \"hands\"\nand feet")
	v.fill("spinbutton", "Steps", "31")
	v.click("checkbox", "New random seed for every task")
	v.fill("spinbutton", "Seed", "77")

	v.click("button", "Arguments")
	var args map[string]any
	v.part("the_editor_has_the_form", func(t *testing.T) {
		if err := json.Unmarshal([]byte(v.value("textbox", "Arguments")), &args); err != nil {
			t.Fatal(err)
		}
		config, _ := args["task_config"].(map[string]any)
		if args["prompt"] != "a fox in the snow" || args["negative_prompt"] != "cold \"hands\"\nand feet" || config["steps"] != 31.0 || config["seed"] != 77.0 {
			t.Errorf("the editor has %v", args)
		}
	})
	v.part("the_form_has_the_editor", func(t *testing.T) {
		args["prompt"] = "a bear in the wood"
		args["task_config"].(map[string]any)["steps"] = 12
		args["task_config"].(map[string]any)["num_images"] = 1
		args["lora"] = map[string]any{"model": "someone/bears", "weight": 40}
		text, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		v.fill("textbox", "Arguments", string(text))
		v.click("button", "Back to the form")
		v.until("the prompt in the form", func() bool {
			return len(v.all("textbox", named("Prompt"))) > 0 && v.value("textbox", "Prompt") == "a bear in the wood"
		})
		got := []string{v.value("spinbutton", "Steps"), v.value("spinbutton", "Seed"), v.value("spinbutton", "Pictures"), v.value("textbox", "Negative prompt")}
		if want := []string{"12", "77", "1", "cold \"hands\"\nand feet"}; !slices.Equal(got, want) {
			t.Errorf("the form shows %q, want %q", got, want)
		}
		v.sees("Also set under Arguments: LoRA")
	})
	v.part("the_task_has_both", func(t *testing.T) {
		v.click("button", "Generate")
		v.find("image", "a bear in the wood")
		v.find("button", "verified")
		var ran struct {
			Prompt string
			Lora   struct{ Model string }
			Config struct{ Steps, Seed int } `json:"task_config"`
		}
		if err := json.Unmarshal([]byte(v.arguments(1)), &ran); err != nil {
			t.Fatal(err)
		}
		if ran.Prompt != "a bear in the wood" || ran.Lora.Model != "someone/bears" || ran.Config.Steps != 12 || ran.Config.Seed != 77 {
			t.Errorf("the nodes got %+v", ran)
		}
	})
	v.part("what_the_form_cannot_show_stays_in_the_editor", func(t *testing.T) {
		v.click("button", "Arguments")
		v.fill("textbox", "Arguments", `{"base_model":"m","prompt":"p","task_config":{"num_images":1},"new_option":true}`)
		v.click("button", "Back to the form")
		v.sees("The form cannot show all of this")
		v.click("button", "Discard")
		v.until("the form as it was", func() bool {
			return len(v.all("textbox", named("Prompt"))) > 0 && v.value("textbox", "Prompt") == "a bear in the wood"
		})
	})
	v.whole()
}
