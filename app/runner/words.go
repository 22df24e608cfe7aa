package runner

import (
	"cmp"
	"slices"
	"strings"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

func newestFirst(jobs []job.State) {
	slices.SortStableFunc(jobs, func(a, b job.State) int { return cmp.Compare(b.Marks.Submitted, a.Marks.Submitted) })
}

// NewestFirst puts two lists of jobs, each of them so, together.
func NewestFirst(jobs, imported []job.State) []job.State {
	if len(imported) == 0 {
		return jobs
	}
	all := append(slices.Clone(jobs), imported...)
	newestFirst(all)
	return all
}

// titleLength is how many characters of a prompt name its job.
const titleLength = 160

// title is what a job is called: its prompt, or the newest question.
func title(kind task.Kind, args []byte) string {
	text := ""
	switch kind {
	case task.SD:
		if a, err := task.DecodeSD(args); err == nil {
			text = a.Prompt
		}
	case task.GPT:
		if a, err := task.DecodeGPT(args); err == nil {
			for _, m := range a.Messages {
				if m.Role == "user" {
					text = m.Content
				}
			}
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > titleLength {
		text = string(runes[:titleLength]) + "…"
	}
	if text == "" {
		text = "Task without a prompt"
	}
	return text
}
