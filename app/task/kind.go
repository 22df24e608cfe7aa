// Package task holds what is asked of the Crynux Network: the arguments of a
// picture (SD) or of a question (GPT), as the exact bytes that are hashed,
// signed and sent.
//
// Most callers need two steps:
//
//	args, err := task.SDArgs{BaseModel: model, Prompt: text, TaskConfig: task.TaskConfig{NumImages: 4}}.Encode()
//	err = task.Validate(task.SD, args) // what the Relay would refuse
//
// and then [Warnings] for what the network accepts, takes money for, and fails
// on later. The bytes are made once: encoding the same arguments again may
// give other bytes, and then [Hash] no longer fits the one on the chain.
//
// Facts are those of generation 1 of the network (protocol.md, parts D and G).
package task

import "fmt"

// Kind is a task type, numbered as in the Task contract (protocol.md A.3).
type Kind uint8

const (
	SD  Kind = 0 // Stable Diffusion: 1 to 10 pictures
	GPT Kind = 1 // language model: one file with one or more answers
)

// String returns the short lower-case name, as used in logs and file names.
func (k Kind) String() string {
	switch k {
	case SD:
		return "sd"
	case GPT:
		return "gpt"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}
