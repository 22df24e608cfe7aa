package view

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

const lightboxID = "lightbox"

// lightbox shows one picture in full size; arrow keys walk through its task.
type lightbox struct {
	job   string
	index int
}

func (p *Page) openBox(id string, index int) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		p.box = lightbox{job: id, index: index}
		ctx.Defer(func(app.Context) { p.port.ShowModal(lightboxID) }) // after it is drawn: it takes its focus from there
	}
}

// boxed is the task whose pictures are shown.
func (p *Page) boxed() (job.State, bool) {
	s, ok := p.job(p.box.job)
	return s, ok && p.box.index < s.Order.Count
}

func (p *Page) lightbox() app.UI {
	s, ok := p.boxed()
	dialog := app.Dialog().ID(lightboxID).Class("dialog lightbox").Attr("closedby", "any").OnKeyDown(p.onBoxKey)
	if !ok {
		return dialog.Aria("label", "Picture").Body(nothing())
	}
	name := pictureName(s, p.box.index)
	file := p.files.of(s.Files[p.box.index].SHA256)
	sum := p.summary(s)
	return dialog.Aria("label", name).Body(
		app.Img().Class("full").Src(file.url).Alt(name).Width(sum.width).Height(sum.height),
		app.Div().Class("row between").Body(
			app.Span().Class("muted figure").Text(fmt.Sprintf("%d of %d · seed %s", p.box.index+1, s.Order.Count, sum.seed)),
			app.Div().Class("row").Body(
				when(s.Order.Count > 1, func() app.UI {
					return app.Button().Class("button round").Type("button").Aria("label", "Previous picture").OnClick(p.turn(-1), -1).Body(icon("next back"))
				}),
				when(s.Order.Count > 1, func() app.UI {
					return app.Button().Class("button round").Type("button").Aria("label", "Next picture").OnClick(p.turn(1), 1).Body(icon("next"))
				}),
				app.Button().Class("button").Type("button").OnClick(p.download(s.ID, p.box.index), s.ID, p.box.index).Body(
					icon("download"), app.Span().Text("Download"),
				),
				app.Button().Class("button round").Type("button").Aria("label", "Close").
					OnClick(func(app.Context, app.Event) { p.port.CloseModal(lightboxID) }).Body(icon("close")),
			),
		),
	)
}

// turn walks to the next picture that is here, round and round.
func (p *Page) turn(by int) app.EventHandler {
	return func(app.Context, app.Event) {
		s, ok := p.boxed()
		for range s.Order.Count {
			if !ok {
				return
			}
			p.box.index = (p.box.index + by + s.Order.Count) % s.Order.Count
			if p.files.of(s.Files[p.box.index].SHA256).url != "" {
				return
			}
		}
	}
}

func (p *Page) onBoxKey(ctx app.Context, e app.Event) {
	switch e.Get("key").String() {
	case "ArrowLeft":
		p.turn(-1)(ctx, e)
	case "ArrowRight":
		p.turn(1)(ctx, e)
	}
}
