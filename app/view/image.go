package view

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

// imageView is the page of pictures.
func (p *Page) imageView() app.UI {
	f := &p.image
	return app.Section().Class(studioClass(f)).Aria("label", "Images").Body(
		app.H1().Class("sr-only").Text("Images"),
		p.composer(f, composerWords{form: "New picture", box: "Prompt", placeholder: "What should be in the picture?", send: "Generate"},
			p.price(f.count())),
		either(f.raw.open, nothing, p.imagePanel),
		p.results(p.jobsOf(task.SD), p.firstPicture),
	)
}

// imagePanel are the parameters of a picture.
func (p *Page) imagePanel() app.UI {
	f := &p.image
	c := f.args.TaskConfig
	number := func(id, label, placeholder string, r limits) app.UI {
		return numberBox(id, label, placeholder, r, f.faults[id], false, p.typing(f), p.changed(f))
	}
	return p.panel(fmt.Sprintf("%s × %s, %s", sideText(c.ImageWidth), sideText(c.ImageHeight), counted(c.NumImages, "picture")),
		f.picker.draw(f.args.BaseModel, p.state.Models.Image, f.faults, p.onImageModel, p.changed(f)),
		p.shapes(),
		number("width", "Width", "512", sideLimits),
		number("height", "Height", "512", sideLimits),
		number("count", "Pictures", "", countLimits),
		number("steps", "Steps", "25", stepsLimits),
		number("cfg", "Guidance (cfg)", "5", cfgLimits),
		numberBox("seed", "Seed", "", seedLimits, f.faults["seed"], f.dice, p.typing(f), p.changed(f)),
		checkBox("dice", "New random seed for every task", f.dice, p.rollDice(f)),
		textBox("negative", "Negative prompt", "What should not be in it", p.changed(f)),
		app.P().Class("help wide").Text("LoRA, ControlNet, refiner, VAE and textual inversion: press Arguments."),
	)
}

// sideText is a side of a picture; 0 leaves it to the network, which takes 512.
func sideText(side int) string {
	if side == 0 {
		side = 512
	}
	return strconv.Itoa(side)
}

// onImageModel moves the family's defaults with the model: values of another
// family make poor pictures.
func (p *Page) onImageModel(ctx app.Context, _ app.Event) {
	f := &p.image
	if p.pickModel(ctx, f, &f.args.BaseModel) {
		c := &f.args.TaskConfig
		for _, m := range p.state.Models.Image {
			if m.ID == f.args.BaseModel && m.Width > 0 {
				c.ImageWidth, c.ImageHeight, c.Steps, c.CFG = m.Width, m.Height, m.Steps, m.CFG
			}
		}
		f.faults = nil
		write(p.port, f.fields(p.state.Models.Image))
		p.saveDraft(f)
		p.lookAhead()
	}
}

// shapes set width and height at once, around the size the model is made for.
func (p *Page) shapes() app.UI {
	c := p.image.args.TaskConfig
	native := 512
	for _, m := range p.state.Models.Image {
		if m.ID == p.image.args.BaseModel && m.Width > 0 {
			native = m.Width
		}
	}
	long := native * 3 / 2
	shape := func(name string, width, height int) app.UI {
		return app.Button().Class("shape").DataSet("shape", name).Type("button").
			Aria("pressed", c.ImageWidth == width && c.ImageHeight == height).
			OnClick(p.onShape(width, height), width, height).Text(name)
	}
	return app.Div().Class("shapes wide").Role("group").Aria("label", "Shape").Body(
		shape("Square", native, native),
		shape("Portrait", native, long),
		shape("Landscape", long, native),
	)
}

func (p *Page) onShape(width, height int) app.EventHandler {
	return func(app.Context, app.Event) {
		f := &p.image
		p.port.SetValue("width", strconv.Itoa(width))
		p.port.SetValue("height", strconv.Itoa(height))
		p.read(f)
		p.saveDraft(f)
	}
}
