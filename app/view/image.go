package view

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

const promptID = "prompt"

// imageForm is what the person set for the next picture.
type imageForm struct {
	args task.SDArgs
	// dice draws a new seed for each task.
	dice bool
	raw  editor
	// invalid is why the last click on Generate went nowhere.
	invalid complaint
}

func newImageForm() imageForm {
	return imageForm{dice: true, raw: editor{id: "image-arguments", kind: task.SD}, args: task.SDArgs{
		BaseModel:  "runwayml/stable-diffusion-v1-5",
		TaskConfig: task.TaskConfig{ImageWidth: 512, ImageHeight: 512, Steps: 25, NumImages: 4, CFG: 7},
	}}
}

// restore fills the form with the draft of the last visit.
func (f *imageForm) restore(port Port, s State) {
	draft := s.Drafts[task.SD]
	if draft == "" {
		return
	}
	args, err := task.DecodeSD([]byte(draft))
	if err != nil {
		return // a draft that cannot be read is no draft
	}
	if typed := port.Value(promptID); typed != "" {
		args.Prompt = typed
	}
	f.args, f.dice = args, true
	f.write(port)
}

// read takes every field from the page; write puts every field there.
func (f *imageForm) read(port Port) {
	a := &f.args
	a.Prompt = port.Value(promptID)
	a.NegativePrompt = port.Value("negative")
	a.BaseModel = port.Value("model")
	c := &a.TaskConfig
	c.ImageWidth, c.ImageHeight = number(port, "width"), number(port, "height")
	c.Steps, c.CFG, c.NumImages = number(port, "steps"), number(port, "cfg"), number(port, "count")
	if !f.dice {
		c.Seed = number(port, "seed")
	}
}

func (f *imageForm) write(port Port) {
	a := f.args
	port.SetValue(promptID, a.Prompt)
	port.SetValue("negative", a.NegativePrompt)
	port.SetValue("model", a.BaseModel)
	c := a.TaskConfig
	for id, v := range map[string]int{"width": c.ImageWidth, "height": c.ImageHeight, "steps": c.Steps, "cfg": c.CFG, "count": c.NumImages, "seed": c.Seed} {
		port.SetValue(id, strconv.Itoa(v))
	}
}

func number(port Port, id string) int {
	n, err := strconv.Atoi(port.Value(id))
	if err != nil {
		return 0
	}
	return n
}

func (p *Page) imageView() app.UI {
	jobs := p.jobsOf(task.SD)
	return app.Section().Class("studio").Aria("label", "Images").Body(
		app.Div().Class("work").Body(
			app.H1().Class("sr-only").Text("Images"),
			p.imageComposer(),
			p.results(jobs, "Your pictures appear here. Describe one above: a task makes up to ten for one price."),
		),
		p.imagePanel(),
	)
}

func (p *Page) imageComposer() app.UI {
	f := &p.image
	return app.Form().Class("composer card").Aria("label", "New picture").OnSubmit(p.onGenerate).Body(
		either(f.raw.open, func() app.UI { return p.editor(&f.raw, p.onImageForm) }, func() app.UI {
			return app.Div().Class("field").Body(
				app.Label().Class("sr-only").For(promptID).Text("Prompt"),
				app.Textarea().ID(promptID).Class("prompt").Rows(3).Placeholder("What should be in the picture?").
					Spellcheck(true).OnChange(p.onImageChange).OnKeyDown(p.onPromptKey),
			)
		}),
		p.complaint(f.invalid),
		p.warnings(f.raw.warnings),
		app.Div().Class("row between").Body(
			app.Button().Class("button quiet").Type("button").Aria("pressed", strconv.FormatBool(f.raw.open)).Text("Arguments").
				Title("See and edit the exact JSON that is hashed, paid for and sent").OnClick(p.onImageArguments),
			app.Div().Class("row").Body(
				p.price(f.args.TaskConfig.NumImages),
				app.Button().ID("generate").Class("button primary large").Type("submit").Text("Generate").Disabled(!p.canRun()),
			),
		),
	)
}

// price says what the next task costs, and that more pictures cost no more.
func (p *Page) price(count int) app.UI {
	fee := p.state.Network.Fee
	if fee.IsZero() {
		return app.Span()
	}
	text := job.CNX(fee)
	if count > 1 {
		each := fee
		each.Div(&each, uint256FromInt(count))
		text += " · " + job.Decimal(each, 2) + " a picture"
	}
	return app.Span().Class("price muted figure").Text(text)
}

func (p *Page) canRun() bool { return p.state.Ready && !p.state.Network.Historical }

func (p *Page) imagePanel() app.UI {
	f := &p.image
	c := f.args.TaskConfig
	models := p.state.Models.Image
	return app.Aside().Class("panel card").Aria("label", "Parameters").Body(
		app.Details().Open(true).Body(
			app.Summary().Text("Picture"),
			app.Div().Class("fields").Body(
				app.Div().Class("field wide").Body(
					app.Label().For("model").Text("Model"),
					app.Input().ID("model").Type("text").List("models").Value(f.args.BaseModel).OnChange(p.onImageModel).Aria("describedby", "model-help"),
					app.DataList().ID("models").Body(app.Range(models).Slice(func(i int) app.UI {
						return app.Option().Value(models[i].ID).Text(models[i].Name)
					})),
					app.Span().ID("model-help").Class("help").Text("From the list, or any Hugging Face id"),
				),
				p.field("width", "Width", c.ImageWidth, 8, 2048, 8),
				p.field("height", "Height", c.ImageHeight, 8, 2048, 8),
				p.field("count", "Pictures", c.NumImages, 1, 10, 1),
				p.field("steps", "Steps", c.Steps, 1, 100, 1),
				p.field("cfg", "Guidance (cfg)", c.CFG, 1, 20, 1),
				app.Div().Class("field").Body(
					app.Label().For("seed").Text("Seed"),
					app.Input().ID("seed").Type("number").Min(0).Max(maxSeed).Value(c.Seed).Disabled(f.dice).OnChange(p.onImageChange),
				),
				app.Label().Class("check wide").Body(
					app.Input().ID("dice").Type("checkbox").Checked(f.dice).OnChange(p.onDice),
					app.Span().Text("New random seed for every task"),
				),
				app.Div().Class("field wide").Body(
					app.Label().For("negative").Text("Negative prompt"),
					app.Textarea().ID("negative").Rows(2).Placeholder("What should not be in it").OnChange(p.onImageChange),
				),
			),
		),
		app.P().Class("help").Text("LoRA, ControlNet, refiner, VAE and textual inversion: under Arguments."),
	)
}

const maxSeed = 2147483647

func (p *Page) field(id, label string, value, min, max, step int) app.UI {
	return app.Div().Class("field").Body(
		app.Label().For(id).Text(label),
		app.Input().ID(id).Type("number").Min(min).Max(max).Step(float64(step)).Value(value).OnChange(p.onImageChange),
	)
}

func (p *Page) onImageChange(app.Context, app.Event) {
	p.image.read(p.port)
	p.saveImageDraft()
}

func (p *Page) onDice(app.Context, app.Event) { p.image.dice = !p.image.dice }

// onImageModel moves the family's defaults with the model: values of another
// family make poor pictures.
func (p *Page) onImageModel(app.Context, app.Event) {
	p.image.read(p.port)
	for _, m := range p.state.Models.Image {
		if m.ID == p.image.args.BaseModel && m.Width > 0 {
			c := &p.image.args.TaskConfig
			c.ImageWidth, c.ImageHeight, c.Steps, c.CFG = m.Width, m.Height, m.Steps, m.CFG
			p.image.write(p.port)
		}
	}
	p.saveImageDraft()
}

func (p *Page) saveImageDraft() {
	if args, err := p.image.args.Encode(); err == nil {
		p.port.SaveDraft(task.SD, string(args))
	}
}

// onPromptKey sends with Ctrl+Enter, as people know it.
func (p *Page) onPromptKey(ctx app.Context, e app.Event) {
	if e.Get("key").String() == "Enter" && (e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()) {
		p.onGenerate(ctx, e)
	}
}

func (p *Page) onImageArguments(ctx app.Context, _ app.Event) {
	f := &p.image
	if f.raw.open {
		p.onImageForm(ctx, app.Event{})
		return
	}
	f.read(p.port)
	args, err := f.args.Encode()
	if err != nil {
		f.invalid = complain(task.SD, nil, err)
		return
	}
	f.invalid = complaint{}
	p.openEditor(ctx, &f.raw, args)
}

// onImageForm goes back to the form with what the editor holds.
func (p *Page) onImageForm(ctx app.Context, _ app.Event) {
	f := &p.image
	args, err := task.DecodeSD([]byte(p.port.Value(f.raw.id)))
	if err != nil {
		f.raw.invalid = complain(task.SD, []byte(p.port.Value(f.raw.id)), err)
		return
	}
	f.args, f.raw.open, f.raw.warnings = args, false, nil
	if args.TaskConfig.Seed != 0 {
		f.dice = false
	}
	ctx.Defer(func(app.Context) { f.write(p.port); p.port.Focus(promptID) })
}

// onGenerate is the click that may lead to a payment.
func (p *Page) onGenerate(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if !p.canRun() {
		return
	}
	f := &p.image
	if f.raw.open {
		p.runRaw(&f.raw)
		return
	}
	f.read(p.port)
	if f.dice {
		f.args.TaskConfig.Seed = p.port.Random(maxSeed)
		p.port.SetValue("seed", strconv.Itoa(f.args.TaskConfig.Seed))
	}
	args, err := f.args.Encode()
	if err == nil {
		err = task.Validate(task.SD, args)
	}
	if err != nil {
		f.invalid = complain(task.SD, args, err)
		p.port.Focus(f.invalid.focus)
		return
	}
	f.invalid, f.raw.warnings = complaint{}, task.Warnings(task.SD, args)
	p.saveImageDraft()
	p.run(task.SD, args)
}

// run hands the arguments over, after a wallet is connected.
func (p *Page) run(k task.Kind, args []byte) {
	if !p.state.Session.Connected {
		p.port.ShowModal(walletDialogID)
		return
	}
	p.port.Submit(k, args)
}
