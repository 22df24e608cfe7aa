package view

import (
	"strings"

	"crynux-dapp/app/task"
)

const promptID = "prompt"

// imageForm is what the person set for the next picture.
type imageForm struct {
	sheet
	// args hold more than the form shows: LoRA and others come from the editor.
	args task.SDArgs
}

func newImageForm() imageForm {
	return imageForm{
		sheet: sheet{kind: task.SD, promptID: promptID, seedID: "seed", noPrompt: "Describe the picture first.",
			picker: modelPicker{id: "model"}, dice: true, raw: editor{id: "image-arguments", kind: task.SD}},
		args: task.SDArgs{
			BaseModel:  "runwayml/stable-diffusion-v1-5",
			TaskConfig: task.TaskConfig{ImageWidth: 512, ImageHeight: 512, Steps: 25, NumImages: 4, CFG: 7},
		},
	}
}

// What the fields take (protocol.md D.1). Sides above 2048 need more memory than nodes have.
var (
	sideLimits  = limits{least: 64, most: 2048, multiple: 8}
	countLimits = limits{least: 1, most: 10, required: true}
	stepsLimits = limits{least: 1, most: 100}
	cfgLimits   = limits{least: 1, most: 20}
	seedLimits  = limits{least: 0, most: 2147483647}
)

func (f *imageForm) fields(models []Model) []field {
	a, c := &f.args, &f.args.TaskConfig
	return []field{
		textField(promptID, &a.Prompt),
		f.picker.field(&a.BaseModel, models),
		wholeField("width", "Width", &c.ImageWidth, sideLimits),
		wholeField("height", "Height", &c.ImageHeight, sideLimits),
		wholeField("count", "The number of pictures", &c.NumImages, countLimits),
		wholeField("steps", "Steps", &c.Steps, stepsLimits),
		wholeField("cfg", "Guidance", &c.CFG, cfgLimits),
		wholeField("seed", "Seed", &c.Seed, seedLimits),
		textField("negative", &a.NegativePrompt),
	}
}

func (f *imageForm) encode() ([]byte, error) { return f.args.Encode() }

func (f *imageForm) take(args []byte) bool {
	a, err := task.DecodeSD(args)
	if err != nil {
		return false
	}
	again, err := a.Encode()
	if err != nil || !sameJSON(args, again) {
		return false
	}
	f.args, f.picker.typed = a, false
	return true
}

func (f *imageForm) extras() string {
	a := f.args
	var set []string
	for _, part := range []struct {
		name string
		on   bool
	}{
		{"LoRA", a.LoRA != nil}, {"ControlNet", a.ControlNet != nil}, {"VAE", a.VAE != ""}, {"refiner", a.Refiner != nil},
		{"textual inversion", a.TextualInversion != ""}, {"safety checker", a.TaskConfig.SafetyChecker != nil},
	} {
		if part.on {
			set = append(set, part.name)
		}
	}
	return strings.Join(set, ", ")
}

func (f *imageForm) plain() {
	a := f.args
	a.TaskConfig.SafetyChecker = nil
	f.args = task.SDArgs{BaseModel: a.BaseModel, Prompt: a.Prompt, NegativePrompt: a.NegativePrompt, TaskConfig: a.TaskConfig}
}

func (f *imageForm) model() string { return f.args.BaseModel }
func (f *imageForm) seed() int64   { return int64(f.args.TaskConfig.Seed) }
func (f *imageForm) setSeed(n int) { f.args.TaskConfig.Seed = n }

// count is how many pictures the next task makes.
func (f *imageForm) count() int {
	if f.raw.open {
		return f.raw.files
	}
	return f.args.TaskConfig.NumImages
}
