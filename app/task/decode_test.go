package task

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeSD_reads_what_a_node_would(t *testing.T) {
	for _, c := range []struct {
		name, args string
		want       SDArgs
	}{
		{"an absent num_images is 6", `{"base_model":"m","prompt":"p","task_config":{}}`,
			SDArgs{BaseModel: "m", Prompt: "p", TaskConfig: TaskConfig{NumImages: 6}}},
		{"whole numbers in every spelling", `{"task_config":{"num_images":2.0,"steps":1e2,"seed":2147483647.00000001,"cfg":1.1e1}}`,
			SDArgs{TaskConfig: TaskConfig{NumImages: 2, Steps: 100, Seed: 2147483647, CFG: 11}}},
		{"wrong types are left out", `{"prompt":7,"task_config":{"num_images":"3","steps":1.5,"safety_checker":"no","image_width":1e300},"lora":[],"controlnet":"x","refiner":false}`,
			SDArgs{TaskConfig: TaskConfig{NumImages: 6}}},
		{"names are exact", `{"Prompt":"no","prompt":"yes","PROMPT":"no","task_config":{"Num_Images":9}}`,
			SDArgs{Prompt: "yes", TaskConfig: TaskConfig{NumImages: 6}}},
		{"the last of two equal names counts alone", `{"task_config":{"steps":9,"cfg":3},"task_config":{"num_images":1}}`,
			SDArgs{TaskConfig: TaskConfig{NumImages: 1}}},
		{"null parts", `{"lora":null,"controlnet":null,"refiner":null,"task_config":{"num_images":1}}`,
			SDArgs{TaskConfig: TaskConfig{NumImages: 1}}},
		{"arguments of another method are left out", `{"task_config":{"num_images":1},"controlnet":{"preprocess":{"method":"mlsd","args":{"thr_v":5,"low_threshold":1}}}}`,
			SDArgs{TaskConfig: TaskConfig{NumImages: 1}, ControlNet: &ControlNet{Preprocess: &Preprocess{Method: "mlsd", Args: &PreprocessArgs{ThrV: 5}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := DecodeSD([]byte(c.args))
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

func TestDecodeGPT_reads_what_a_node_would(t *testing.T) {
	for _, c := range []struct {
		name, args string
		want       GPTArgs
	}{
		{"least", `{"model":"gpt2","messages":[]}`, GPTArgs{Model: "gpt2"}},
		{"a seed keeps all its digits", `{"seed":9007199254740993}`, GPTArgs{Seed: 9007199254740993}},
		{"a seed outside int64", `{"seed":1e20}`, GPTArgs{}},
		{"messages that are none", `{"messages":[1,{"role":"user","content":"x"},null,{"content":"y"}]}`,
			GPTArgs{Messages: []Message{{"user", "x"}, {"", "y"}}}},
		{"zero is not absent", `{"generation_config":{"temperature":0,"top_k":0,"do_sample":false,"max_new_tokens":null}}`,
			GPTArgs{GenerationConfig: &GenerationConfig{Temperature: new(0.0), TopK: new(0), DoSample: new(false)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := DecodeGPT([]byte(c.args))
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

// What was decoded and encoded again must still be valid, or an editor that
// fills the form would break good arguments.
func TestDecode_keeps_valid_arguments_valid(t *testing.T) {
	for _, c := range schemaCases(t, "schema_sd.json", 251) {
		if !c.Valid {
			continue
		}
		a, err := DecodeSD(c.Args)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		b, err := a.Encode()
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if err := Validate(SD, b); err != nil {
			t.Errorf("%s: %v in %s", c.Name, err, b)
		}
	}
	for _, c := range schemaCases(t, "schema_gpt.json", 154) {
		if !c.Valid {
			continue
		}
		a, err := DecodeGPT(c.Args)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		b, err := a.Encode()
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if err := Validate(GPT, b); err != nil {
			t.Errorf("%s: %v in %s", c.Name, err, b)
		}
	}
}

func TestDecode_refuses_what_is_no_object(t *testing.T) {
	for _, args := range []string{`null`, `[]`, `"x"`, `7`} {
		var invalid *InvalidError
		if _, err := DecodeSD([]byte(args)); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want an InvalidError", args, err)
		}
	}
	for _, args := range []string{``, `{`, `{"a":1}}`, "{\"a\":\"\xff\"}"} {
		var syntax *SyntaxError
		if _, err := DecodeGPT([]byte(args)); !errors.As(err, &syntax) {
			t.Errorf("%q: got %v, want a SyntaxError", args, err)
		}
	}
}

func TestFiles_counts_results(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		args string
		want int
	}{
		{SD, `{"task_config":{"num_images":3}}`, 3},
		{SD, `{"task_config":{"num_images":1e1}}`, 10},
		{SD, `{"task_config":{}}`, 6},
		{SD, `{"task_config":{"num_images":1000000000}}`, 10},
		{SD, `{"task_config":{"num_images":-1}}`, 1},
		{SD, `no JSON`, 6},
		{GPT, `{"model":"m","messages":[],"generation_config":{"num_return_sequences":4}}`, 1},
	} {
		if got := Files(c.kind, []byte(c.args)); got != c.want {
			t.Errorf("%v %s: got %d, want %d", c.kind, c.args, got, c.want)
		}
	}
}

func TestVRAM_is_what_the_reference_bridge_asks(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		args string
		want uint64
	}{
		{SD, `{"base_model":"runwayml/stable-diffusion-v1-5"}`, 8},
		{SD, `{"base_model":"emilianJR/chilloutmix_NiPrunedFp32Fix"}`, 12},
		{SD, `{"base_model":"stabilityai/stable-diffusion-xl-base-1.0"}`, 12},
		{SD, `no JSON`, 12},
		{GPT, `{"model":"gpt2"}`, 8},
	} {
		if got := VRAM(c.kind, []byte(c.args)); got != c.want {
			t.Errorf("%v %s: got %d GB, want %d", c.kind, c.args, got, c.want)
		}
	}
}
