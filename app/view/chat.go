package view

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

const questionID = "question"

// chatForm is what the person set for the next question.
type chatForm struct {
	model, system, text string
	tokens, seed        int
	temperature         float64
	dice                bool
	raw                 editor
	invalid             complaint
}

func newChatForm() chatForm {
	return chatForm{model: "mistralai/Mistral-7B-Instruct-v0.1", tokens: 512, temperature: 0.7, dice: true,
		raw: editor{id: "chat-arguments", kind: task.GPT}}
}

// args are the arguments the form stands for.
func (f *chatForm) args() task.GPTArgs {
	var messages []task.Message
	if f.system != "" {
		messages = append(messages, task.Message{Role: "system", Content: f.system})
	}
	messages = append(messages, task.Message{Role: "user", Content: f.text})
	sample := f.temperature > 0
	config := &task.GenerationConfig{MaxNewTokens: &f.tokens, DoSample: &sample}
	if sample {
		config.Temperature = &f.temperature
	}
	return task.GPTArgs{Model: f.model, Messages: messages, GenerationConfig: config, Seed: int64(f.seed)}
}

// fill takes what the form can show from arguments.
func (f *chatForm) fill(a task.GPTArgs) {
	f.model, f.system, f.text, f.seed = a.Model, "", "", int(a.Seed)
	for _, m := range a.Messages {
		switch m.Role {
		case "system":
			f.system = m.Content
		case "user":
			f.text = m.Content
		}
	}
	if g := a.GenerationConfig; g != nil {
		if g.MaxNewTokens != nil {
			f.tokens = *g.MaxNewTokens
		}
		if g.Temperature != nil {
			f.temperature = *g.Temperature
		}
	}
}

func (f *chatForm) restore(port Port, s State) {
	if draft := s.Drafts[task.GPT]; draft != "" {
		if a, err := task.DecodeGPT([]byte(draft)); err == nil {
			f.fill(a)
			f.write(port)
		}
	}
}

func (f *chatForm) read(port Port) {
	f.text, f.system, f.model = port.Value(questionID), port.Value("system"), port.Value("chat-model")
	f.tokens = number(port, "tokens")
	if t, err := strconv.ParseFloat(port.Value("temperature"), 64); err == nil {
		f.temperature = t
	}
	if !f.dice {
		f.seed = number(port, "chat-seed")
	}
}

func (f *chatForm) write(port Port) {
	port.SetValue(questionID, f.text)
	port.SetValue("system", f.system)
	port.SetValue("chat-model", f.model)
	port.SetValue("tokens", strconv.Itoa(f.tokens))
	port.SetValue("temperature", strconv.FormatFloat(f.temperature, 'g', -1, 64))
	port.SetValue("chat-seed", strconv.Itoa(f.seed))
}

func (p *Page) chatView() app.UI {
	jobs := p.jobsOf(task.GPT)
	return app.Article().Class("studio").Aria("label", "Chat").Body( // another element than the images': fields keep their text
		app.Div().Class("work").Body(
			app.H1().Class("sr-only").Text("Chat"),
			p.chatComposer(),
			p.results(jobs, "Answers appear here. Each question is one task at one price."),
		),
		p.chatPanel(),
	)
}

func (p *Page) chatComposer() app.UI {
	f := &p.chat
	return app.Form().Class("composer card").Aria("label", "New question").OnSubmit(p.onAsk).Body(
		either(f.raw.open, func() app.UI { return p.editor(&f.raw, p.onChatForm) }, func() app.UI {
			return app.Div().Class("field").Body(
				app.Label().Class("sr-only").For(questionID).Text("Question"),
				app.Textarea().ID(questionID).Class("prompt").Rows(3).Placeholder("What do you want to know?").
					Spellcheck(true).OnChange(p.onChatChange).OnKeyDown(p.onQuestionKey),
			)
		}),
		p.complaint(f.invalid),
		p.warnings(f.raw.warnings),
		app.Div().Class("row between").Body(
			app.Button().Class("button quiet").Type("button").Aria("pressed", strconv.FormatBool(f.raw.open)).Text("Arguments").
				Title("See and edit the exact JSON that is hashed, paid for and sent").OnClick(p.onChatArguments),
			app.Div().Class("row").Body(
				p.price(1),
				app.Button().ID("ask").Class("button primary large").Type("submit").Text("Ask").Disabled(!p.canRun()),
			),
		),
	)
}

func (p *Page) chatPanel() app.UI {
	f := &p.chat
	models := p.state.Models.Text
	return app.Aside().Class("panel card").Aria("label", "Parameters").Body(
		app.Details().Open(true).Body(
			app.Summary().Text("Answer"),
			app.Div().Class("fields").Body(
				app.Div().Class("field wide").Body(
					app.Label().For("chat-model").Text("Model"),
					app.Input().ID("chat-model").Type("text").List("chat-models").Value(f.model).OnChange(p.onChatChange).Aria("describedby", "chat-model-help"),
					app.DataList().ID("chat-models").Body(app.Range(models).Slice(func(i int) app.UI {
						return app.Option().Value(models[i].ID).Text(models[i].Name)
					})),
					app.Span().ID("chat-model-help").Class("help").Text("From the list, or any Hugging Face id"),
				),
				app.Div().Class("field wide").Body(
					app.Label().For("system").Text("System text"),
					app.Textarea().ID("system").Rows(2).Placeholder("How the model should answer").OnChange(p.onChatChange),
				),
				app.Div().Class("field").Body(
					app.Label().For("tokens").Text("Max tokens"),
					app.Input().ID("tokens").Type("number").Min(1).Max(4096).Value(f.tokens).OnChange(p.onChatChange),
				),
				app.Div().Class("field").Body(
					app.Label().For("temperature").Text("Temperature"),
					app.Input().ID("temperature").Type("number").Min(0).Max(2).Step(0.1).Value(f.temperature).OnChange(p.onChatChange),
				),
				app.Div().Class("field").Body(
					app.Label().For("chat-seed").Text("Seed"),
					app.Input().ID("chat-seed").Type("number").Min(0).Max(maxSeed).Value(f.seed).Disabled(f.dice).OnChange(p.onChatChange),
				),
				app.Label().Class("check wide").Body(
					app.Input().ID("chat-dice").Type("checkbox").Checked(f.dice).OnChange(p.onChatDice),
					app.Span().Text("New random seed for every question"),
				),
			),
		),
		app.P().Class("help").Text("Sampling, beams, several answers, precision: under Arguments."),
	)
}

func (p *Page) onChatChange(app.Context, app.Event) {
	p.chat.read(p.port)
	p.saveChatDraft()
}

func (p *Page) saveChatDraft() {
	if args, err := p.chat.args().Encode(); err == nil {
		p.port.SaveDraft(task.GPT, string(args))
	}
}

func (p *Page) onChatDice(app.Context, app.Event) { p.chat.dice = !p.chat.dice }

func (p *Page) onQuestionKey(ctx app.Context, e app.Event) {
	if e.Get("key").String() == "Enter" && (e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()) {
		p.onAsk(ctx, e)
	}
}

func (p *Page) onChatArguments(ctx app.Context, _ app.Event) {
	f := &p.chat
	if f.raw.open {
		p.onChatForm(ctx, app.Event{})
		return
	}
	f.read(p.port)
	args, err := f.args().Encode()
	if err != nil {
		f.invalid = complain(task.GPT, nil, err)
		return
	}
	f.invalid = complaint{}
	p.openEditor(ctx, &f.raw, args)
}

func (p *Page) onChatForm(ctx app.Context, _ app.Event) {
	f := &p.chat
	a, err := task.DecodeGPT([]byte(p.port.Value(f.raw.id)))
	if err != nil {
		f.raw.invalid = complain(task.GPT, []byte(p.port.Value(f.raw.id)), err)
		return
	}
	f.fill(a)
	f.raw.open, f.raw.warnings = false, nil
	if a.Seed != 0 {
		f.dice = false
	}
	ctx.Defer(func(app.Context) { f.write(p.port); p.port.Focus(questionID) })
}

// onAsk is the click that may lead to a payment.
func (p *Page) onAsk(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if !p.canRun() {
		return
	}
	f := &p.chat
	if f.raw.open {
		p.runRaw(&f.raw)
		return
	}
	f.read(p.port)
	if f.dice {
		f.seed = p.port.Random(maxSeed)
		p.port.SetValue("chat-seed", strconv.Itoa(f.seed))
	}
	if f.text == "" {
		f.invalid = complaint{text: "Type a question first.", focus: questionID}
		p.port.Focus(questionID)
		return
	}
	args, err := f.args().Encode()
	if err == nil {
		err = task.Validate(task.GPT, args)
	}
	if err != nil {
		f.invalid = complain(task.GPT, args, err)
		p.port.Focus(f.invalid.focus)
		return
	}
	f.invalid, f.raw.warnings = complaint{}, task.Warnings(task.GPT, args)
	p.saveChatDraft()
	p.run(task.GPT, args)
}
