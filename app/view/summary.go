package view

import (
	"strconv"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// summary is what the page shows of the arguments of a task. They never change,
// so they are decoded once.
type summary struct {
	// text is the whole prompt or question.
	text, model, seed string
	// width and height of each picture.
	width, height int
}

func (p *Page) summary(s job.State) summary {
	if known, ok := p.orders[s.ID]; ok {
		return known
	}
	sum := summarize(s.Order)
	p.orders[s.ID] = sum
	return sum
}

func summarize(o job.Order) summary {
	sum := summary{text: o.Title, width: 512, height: 512}
	switch o.Kind {
	case task.SD:
		a, err := task.DecodeSD([]byte(o.Args))
		if err != nil {
			break // shown by its title
		}
		sum.model, sum.seed = a.BaseModel, strconv.Itoa(a.TaskConfig.Seed)
		if a.Prompt != "" {
			sum.text = a.Prompt
		}
		if c := a.TaskConfig; c.ImageWidth > 0 {
			sum.width = c.ImageWidth
		}
		if c := a.TaskConfig; c.ImageHeight > 0 {
			sum.height = c.ImageHeight
		}
	case task.GPT:
		a, err := task.DecodeGPT([]byte(o.Args))
		if err != nil {
			break
		}
		sum.model, sum.seed = a.Model, strconv.FormatInt(a.Seed, 10)
		for _, m := range a.Messages {
			if m.Role == "user" {
				sum.text = m.Content
			}
		}
	}
	return sum
}
