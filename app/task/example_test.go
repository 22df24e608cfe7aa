package task_test

import (
	"errors"
	"fmt"

	"crynux-dapp/app/task"
)

func Example() {
	args, err := task.SDArgs{
		BaseModel:  "runwayml/stable-diffusion-v1-5",
		Prompt:     "a cat in a hat",
		TaskConfig: task.TaskConfig{ImageWidth: 500, NumImages: 4},
	}.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(args))
	fmt.Println("taskHash", task.Hash(args))
	fmt.Println("valid:", task.Validate(task.SD, args) == nil, "files:", task.Files(task.SD, args), "GB:", task.VRAM(task.SD, args))
	for _, w := range task.Warnings(task.SD, args) {
		fmt.Println("but", w.Text)
	}
	// Output:
	// {"base_model":"runwayml/stable-diffusion-v1-5","prompt":"a cat in a hat","task_config":{"image_width":500,"num_images":4}}
	// taskHash 0xcd044a909e4932396eb19ebc2706dc52373e081091289667332d1e5dc79f4216
	// valid: true files: 4 GB: 8
	// but image_width must be a multiple of 8 for a node to draw it
}

func ExampleValidate() {
	args := []byte(`{
  "base_model": "m",
  "prompt": "a cat",
  "task_config": { "num_images": 11 }
}`)
	var invalid *task.InvalidError
	if errors.As(task.Validate(task.SD, args), &invalid) {
		f := invalid.Faults[0]
		line, column := task.Position(args, f.Pointer)
		fmt.Printf("%d:%d %s\n", line, column, f.Text)
	}
	// Output: 4:34 num_images must be between 1 and 10
}
