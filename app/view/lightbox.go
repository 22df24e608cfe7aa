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
	return func(app.Context, app.Event) {
		p.box = lightbox{job: id, index: index}
		p.port.ShowModal(lightboxID)
	}
}

func (p *Page) boxed() (job.State, bool) {
	for _, j := range p.state.Jobs {
		if j.ID == p.box.job && p.box.index < j.Order.Count {
			return j, true
		}
	}
	return job.State{}, false
}

func (p *Page) lightbox() app.UI {
	s, ok := p.boxed()
	dialog := app.Dialog().ID(lightboxID).Class("dialog lightbox").Aria("label", "Picture").OnKeyDown(p.onBoxKey)
	if !ok {
		return dialog.Body(app.Div())
	}
	url := p.files.urls[s.Files[p.box.index].SHA256]
	return dialog.Body(
		when(url != "", func() app.UI {
			return app.Img().Class("full").Src(url).Alt(fmt.Sprintf("%s, full size", s.Order.Title))
		}),
		app.Div().Class("row between").Body(
			app.Span().Class("muted figure").Text(fmt.Sprintf("%d of %d", p.box.index+1, s.Order.Count)),
			app.Div().Class("row").Body(
				app.Button().Class("button").Type("button").Aria("label", "Previous picture").Text("←").Disabled(p.box.index == 0).OnClick(p.turn(-1), -1),
				app.Button().Class("button").Type("button").Aria("label", "Next picture").Text("→").Disabled(p.box.index+1 >= s.Order.Count).OnClick(p.turn(1), 1),
				app.Button().Class("button").Type("button").Text("Download").OnClick(p.download(s, p.box.index), s.ID, p.box.index),
				app.Button().Class("button").Type("button").Text("Close").OnClick(func(app.Context, app.Event) { p.port.CloseModal(lightboxID) }),
			),
		),
	)
}

func (p *Page) turn(by int) app.EventHandler {
	return func(app.Context, app.Event) {
		s, ok := p.boxed()
		if next := p.box.index + by; ok && next >= 0 && next < s.Order.Count && p.files.urls[s.Files[next].SHA256] != "" {
			p.box.index = next
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
