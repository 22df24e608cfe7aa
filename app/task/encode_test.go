package task

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const awkward = "< > & \u2028 \u2029 🐈 \"quoted\" 'single' \\ / é 日本\n\r\t\u0000\u007f</script>"

func fullSD() SDArgs {
	return SDArgs{
		BaseModel:      "stabilityai/stable-diffusion-xl-base-1.0",
		Prompt:         "a cat",
		NegativePrompt: "dogs",
		TaskConfig: TaskConfig{
			ImageWidth: 768, ImageHeight: 1024, Steps: 30, Seed: 7,
			NumImages: 4, SafetyChecker: new(false), CFG: 9,
		},
		LoRA: &LoRA{Model: "l", Weight: 80},
		ControlNet: &ControlNet{
			Model: "c", ImageDataURL: "data:image/png;base64,iVBORw0KGgo=", Weight: 70,
			Preprocess: &Preprocess{Method: "canny", Args: &PreprocessArgs{LowThreshold: new(0), HighThreshold: new(255)}},
		},
		VAE:              "v",
		Refiner:          &Refiner{Model: "r", DenoisingCutoff: 70, Steps: 10},
		TextualInversion: "t",
	}
}

func fullGPT() GPTArgs {
	return GPTArgs{
		Model:    "mistralai/Mistral-7B-Instruct-v0.1",
		Messages: []Message{{"system", "be brief"}, {"user", "why?"}, {"assistant", ""}},
		GenerationConfig: &GenerationConfig{
			MaxNewTokens: new(100), DoSample: new(true), NumBeams: new(1), Temperature: new(0.0),
			TypicalP: new(0.9), TopK: new(0), TopP: new(0.95), RepetitionPenalty: new(1.1), NumReturnSequences: new(2),
		},
		Seed: math.MaxInt64, DType: "float16", QuantizeBits: 8,
	}
}

func TestEncode_writes_these_bytes(t *testing.T) {
	for _, c := range []struct {
		name string
		args interface{ Encode() ([]byte, error) }
		want string
	}{
		{"SD with nothing set still says num_images", SDArgs{},
			`{"base_model":"","prompt":"","task_config":{"num_images":0}}`},
		{"SD default members are left out", SDArgs{BaseModel: "m", Prompt: "p", TaskConfig: TaskConfig{NumImages: 1}},
			`{"base_model":"m","prompt":"p","task_config":{"num_images":1}}`},
		{"SD in full", fullSD(), `{"base_model":"stabilityai/stable-diffusion-xl-base-1.0","prompt":"a cat","negative_prompt":"dogs",` +
			`"task_config":{"image_width":768,"image_height":1024,"steps":30,"seed":7,"num_images":4,"safety_checker":false,"cfg":9},` +
			`"lora":{"model":"l","weight":80},` +
			`"controlnet":{"model":"c","image_dataurl":"data:image/png;base64,iVBORw0KGgo=","weight":70,"preprocess":{"method":"canny","args":{"low_threshold":0,"high_threshold":255}}},` +
			`"vae":"v","refiner":{"model":"r","denoising_cutoff":70,"steps":10},"textual_inversion":"t"}`},
		{"SD without HTML escapes", SDArgs{BaseModel: "m", Prompt: `<b> & "q" 🐈`, TaskConfig: TaskConfig{NumImages: 1}},
			`{"base_model":"m","prompt":"<b> & \"q\" 🐈","task_config":{"num_images":1}}`},
		{"GPT without messages has an empty list, not null", GPTArgs{Model: "gpt2"}, `{"model":"gpt2","messages":[]}`},
		{"GPT without settings has no generation_config", GPTArgs{Model: "gpt2", GenerationConfig: &GenerationConfig{}}, `{"model":"gpt2","messages":[]}`},
		{"GPT in full", fullGPT(), `{"model":"mistralai/Mistral-7B-Instruct-v0.1",` +
			`"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"why?"},{"role":"assistant","content":""}],` +
			`"generation_config":{"max_new_tokens":100,"do_sample":true,"num_beams":1,"temperature":0,"typical_p":0.9,"top_k":0,"top_p":0.95,"repetition_penalty":1.1,"num_return_sequences":2},` +
			`"seed":9223372036854775807,"dtype":"float16","quantize_bits":8}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.args.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEncode_leaves_every_text_as_it_was(t *testing.T) {
	sd := fullSD()
	sd.Prompt, sd.NegativePrompt, sd.LoRA.Model = awkward, awkward, awkward
	b, err := sd.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(SD, b); err != nil {
		t.Error(err)
	}
	back, err := DecodeSD(b)
	if diff := cmp.Diff(sd, back); diff != "" || err != nil {
		t.Error(diff, err)
	}

	gpt := fullGPT()
	gpt.Messages[1].Content = awkward
	b, err = gpt.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(GPT, b); err != nil {
		t.Error(err)
	}
	backGPT, err := DecodeGPT(b)
	if diff := cmp.Diff(gpt, backGPT); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestEncode_refuses_invalid_UTF8_in_any_text(t *testing.T) {
	const bad = "caf\xe9"
	sd := map[string]func(*SDArgs){
		"/base_model":                   func(a *SDArgs) { a.BaseModel = bad },
		"/prompt":                       func(a *SDArgs) { a.Prompt = bad },
		"/negative_prompt":              func(a *SDArgs) { a.NegativePrompt = bad },
		"/lora/model":                   func(a *SDArgs) { a.LoRA.Model = bad },
		"/controlnet/model":             func(a *SDArgs) { a.ControlNet.Model = bad },
		"/controlnet/image_dataurl":     func(a *SDArgs) { a.ControlNet.ImageDataURL = bad },
		"/controlnet/preprocess/method": func(a *SDArgs) { a.ControlNet.Preprocess.Method = bad },
		"/vae":                          func(a *SDArgs) { a.VAE = bad },
		"/refiner/model":                func(a *SDArgs) { a.Refiner.Model = bad },
		"/textual_inversion":            func(a *SDArgs) { a.TextualInversion = bad },
	}
	for pointer, spoil := range sd {
		a := fullSD()
		spoil(&a)
		_, err := a.Encode()
		wantFaultAt(t, err, pointer)
	}
	gpt := map[string]func(*GPTArgs){
		"/model":              func(a *GPTArgs) { a.Model = bad },
		"/dtype":              func(a *GPTArgs) { a.DType = bad },
		"/messages/2/role":    func(a *GPTArgs) { a.Messages[2].Role = bad },
		"/messages/1/content": func(a *GPTArgs) { a.Messages[1].Content = bad },
	}
	for pointer, spoil := range gpt {
		a := fullGPT()
		spoil(&a)
		_, err := a.Encode()
		wantFaultAt(t, err, pointer)
	}
	// Nothing was forgotten: the arguments in full have no more texts.
	if n := countTexts(t, fullSD()); n != len(sd) {
		t.Errorf("SDArgs have %d texts, tested %d", n, len(sd))
	}
}

func wantFaultAt(t *testing.T, err error, pointer string) {
	t.Helper()
	var invalid *InvalidError
	if !errors.As(err, &invalid) || invalid.Faults[0].Pointer != pointer {
		t.Errorf("%s: got %v", pointer, err)
	}
}

func countTexts(t *testing.T, a SDArgs) int {
	b, err := a.Encode()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	o := newOutline(b)
	for i := range o.places {
		if o.opens(int32(i)) == '"' {
			n++
		}
	}
	return n
}

func TestEncode_refuses_numbers_that_JSON_lacks(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1)} {
		a := GPTArgs{Model: "m", GenerationConfig: &GenerationConfig{TopP: &f}}
		if b, err := a.Encode(); err == nil {
			t.Errorf("%v was written: %s", f, b)
		}
	}
}

// A form that keeps what was typed for another method must not send it, and
// must be able to send everything that its own method takes.
func TestEncode_sends_a_method_its_own_arguments(t *testing.T) {
	all := PreprocessArgs{
		LowThreshold: new(1), HighThreshold: new(2), ThrV: 3, ThrD: 4, ApplyFilter: true, GammaCorrected: true,
		ThrA: 5, ThrB: 6, H: new(7), W: new(8), F: new(9), MaxFaces: new(10), MinConfidence: 11,
	}
	preprocess := schemaOf(SD).properties["controlnet"].properties["preprocess"]
	for _, method := range Methods {
		a := fullSD()
		a.ControlNet.Preprocess = &Preprocess{Method: method, Args: &all}
		b, err := a.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := Validate(SD, b); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		var sent struct {
			ControlNet struct {
				Preprocess struct{ Args map[string]any }
			}
		}
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		if args := preprocess.oneOf[preprocess.branch(method)].properties["args"]; args != nil {
			for name := range args.properties {
				want[name] = true
			}
		}
		got := map[string]bool{}
		for name := range sent.ControlNet.Preprocess.Args {
			got[name] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", method, diff)
		}
		if a.ControlNet.Preprocess.Args != &all {
			t.Errorf("%s: Encode changed the caller's arguments", method)
		}
	}
}

func TestMethods_are_those_of_the_schema(t *testing.T) {
	inSchema := map[string]bool{}
	for _, alt := range schemaOf(SD).properties["controlnet"].properties["preprocess"].oneOf {
		if m := alt.properties["method"]; m != nil {
			for _, v := range m.enum {
				inSchema[v.(string)] = true
			}
		}
	}
	listed := map[string]bool{}
	for _, m := range Methods {
		listed[m] = true
	}
	if diff := cmp.Diff(inSchema, listed); diff != "" || len(Methods) != 24 {
		t.Errorf("%d methods: %s", len(Methods), diff)
	}
}

func TestHash_of_recorded_arguments(t *testing.T) {
	b, err := os.ReadFile("testdata/hashes.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name string
		Args string
		Hex  string `json:"args_hex"`
		Rule *struct {
			Prefix, Repeat, Suffix string
			Count                  int
		} `json:"args_rule"`
		Keccak256 string
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 20 {
		t.Fatalf("%d vectors, want 4 + 16", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			args := []byte(v.Args)
			if v.Hex != "" {
				if args, err = hex.DecodeString(strings.TrimPrefix(v.Hex, "0x")); err != nil {
					t.Fatal(err)
				}
			}
			if r := v.Rule; r != nil {
				args = []byte(r.Prefix + strings.Repeat(r.Repeat, r.Count) + r.Suffix)
			}
			if got := Hash(args).Hex(); got != v.Keccak256 {
				t.Errorf("got %s, want %s", got, v.Keccak256)
			}
		})
	}
}
