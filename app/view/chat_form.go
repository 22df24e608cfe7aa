package view

import (
	"fmt"
	"strconv"
	"strings"

	"crynux-dapp/app/task"
)

const questionID = "question"

// chatForm is what the person set for the next question. Its arguments are the
// system text, earlier turns that came from the editor, and the question.
type chatForm struct {
	sheet
	// args hold more than the form shows. Their Messages are kept in the three
	// parts below, and GenerationConfig is never nil.
	args             task.GPTArgs
	system, question string
	earlier          []task.Message
}

func newChatForm() chatForm {
	tokens := 512
	f := chatForm{
		sheet: sheet{kind: task.GPT, promptID: questionID, seedID: "chat-seed", noPrompt: "Type a question first.",
			picker: modelPicker{id: "chat-model"}, dice: true, raw: editor{id: "chat-arguments", kind: task.GPT}},
		args: task.GPTArgs{Model: "mistralai/Mistral-7B-Instruct-v0.1", GenerationConfig: &task.GenerationConfig{MaxNewTokens: &tokens}},
	}
	setTemperature(f.args.GenerationConfig, 0.7)
	return f
}

var tokenLimits = limits{least: 1, most: 4096}

func (f *chatForm) fields(models []Model) []field {
	return []field{
		textField(questionID, &f.question),
		f.picker.field(&f.args.Model, models),
		textField("system", &f.system),
		f.tokens(),
		f.temperature(),
		f.seedField(),
	}
}

// tokens is empty for the network's own limit.
func (f *chatForm) tokens() field {
	g := f.args.GenerationConfig
	return field{
		id: "tokens",
		show: func() string {
			if g.MaxNewTokens == nil {
				return ""
			}
			return strconv.Itoa(*g.MaxNewTokens)
		},
		set: func(text string) string {
			if text == "" {
				g.MaxNewTokens = nil
				return ""
			}
			n, fault := tokenLimits.parse("The number of tokens", text)
			if fault == "" {
				g.MaxNewTokens = &n
			}
			return fault
		},
	}
}

// temperature is 0 for no chance at all, and empty for what the model brings with it.
func (f *chatForm) temperature() field {
	g := f.args.GenerationConfig
	return field{
		id: "temperature",
		show: func() string {
			switch {
			case g.DoSample != nil && !*g.DoSample:
				return "0"
			case g.Temperature != nil:
				return strconv.FormatFloat(*g.Temperature, 'g', -1, 64)
			}
			return ""
		},
		set: func(text string) string {
			if text == "" {
				g.DoSample, g.Temperature = nil, nil
				return ""
			}
			t, err := strconv.ParseFloat(text, 64)
			if err != nil || !(t >= 0 && t <= 2) {
				return "Temperature must be a number from 0 to 2."
			}
			setTemperature(g, t)
			return ""
		},
	}
}

// setTemperature samples at t, or at 0 always takes the likeliest word: models
// fail when they are to sample at temperature 0.
func setTemperature(g *task.GenerationConfig, t float64) {
	sample := t > 0
	g.DoSample, g.Temperature = &sample, nil
	if sample {
		g.Temperature = &t
	}
}

func (f *chatForm) seedField() field {
	return field{
		id:   "chat-seed",
		show: func() string { return strconv.FormatInt(f.args.Seed, 10) },
		set: func(text string) string {
			n, fault := seedLimits.parse("Seed", text)
			if fault == "" {
				f.args.Seed = int64(n)
			}
			return fault
		},
	}
}

func (f *chatForm) encode() ([]byte, error) {
	a := f.args
	a.Messages = nil
	if f.system != "" {
		a.Messages = append(a.Messages, task.Message{Role: "system", Content: f.system})
	}
	a.Messages = append(a.Messages, f.earlier...)
	a.Messages = append(a.Messages, task.Message{Role: "user", Content: f.question})
	return a.Encode()
}

func (f *chatForm) take(args []byte) bool {
	a, err := task.DecodeGPT(args)
	if err != nil {
		return false
	}
	if a.GenerationConfig == nil {
		a.GenerationConfig = &task.GenerationConfig{}
	}
	next := *f
	next.args, next.system, next.question, next.earlier = a, "", "", a.Messages
	next.args.Messages = nil
	if m := next.earlier; len(m) > 0 && m[0].Role == "system" {
		next.system, next.earlier = m[0].Content, m[1:]
	}
	if m := next.earlier; len(m) > 0 && m[len(m)-1].Role == "user" {
		next.question, next.earlier = m[len(m)-1].Content, m[:len(m)-1]
	}
	again, err := next.encode()
	if err != nil || !sameJSON(args, again) {
		return false
	}
	*f = next
	f.picker.typed = false
	return true
}

func (f *chatForm) extras() string {
	g := f.args.GenerationConfig
	var set []string
	for _, part := range []struct {
		name string
		on   bool
	}{
		{fmt.Sprintf("earlier messages (%d)", len(f.earlier)), len(f.earlier) > 0},
		{"beams", g.NumBeams != nil}, {"typical_p", g.TypicalP != nil}, {"top_k", g.TopK != nil}, {"top_p", g.TopP != nil},
		{"repetition penalty", g.RepetitionPenalty != nil}, {"several answers", g.NumReturnSequences != nil},
		{"dtype", f.args.DType != ""}, {"quantize_bits", f.args.QuantizeBits != 0},
	} {
		if part.on {
			set = append(set, part.name)
		}
	}
	return strings.Join(set, ", ")
}

func (f *chatForm) plain() {
	g := f.args.GenerationConfig
	f.earlier = nil
	f.args = task.GPTArgs{Model: f.args.Model, Seed: f.args.Seed,
		GenerationConfig: &task.GenerationConfig{MaxNewTokens: g.MaxNewTokens, DoSample: g.DoSample, Temperature: g.Temperature}}
}

func (f *chatForm) model() string { return f.args.Model }
func (f *chatForm) count() int    { return 1 }
func (f *chatForm) seed() int64   { return f.args.Seed }
func (f *chatForm) setSeed(n int) { f.args.Seed = int64(n) }
