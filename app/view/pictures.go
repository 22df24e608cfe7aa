package view

import (
	"context"
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// pictures are the results of a picture task; those on their way keep their place.
func (p *Page) pictures(s job.State) app.UI {
	if s.Marks.Succeeded == 0 {
		return nothing()
	}
	slots := make([]int, s.Order.Count)
	return app.Ul().Class(fmt.Sprintf("pictures of-%d", s.Order.Count)).Body(
		app.Range(slots).Slice(func(i int) app.UI { return p.picture(s, i) }),
	)
}

func (p *Page) picture(s job.State, i int) app.UI {
	sum := p.summary(s)
	f := s.Files[i]
	file := p.files.of(f.SHA256)
	if file.lost || f.Gone {
		return app.Li().Class("picture").Body(
			app.Div().Class("lost").Body(app.P().Class("help").Text("This picture is no longer in this browser's storage.")),
		)
	}
	if file.url == "" { // a canvas without content keeps the shape
		return app.Li().Class("picture").Aria("hidden", "true").Body(app.Canvas().Class("slot").Width(sum.width).Height(sum.height))
	}
	name := pictureName(s, i)
	class := "picture"
	if !f.Verified {
		class = "picture unproven"
	}
	return app.Li().Class(class).Body(
		app.Img().Src(file.url).Alt(name).Width(sum.width).Height(sum.height),
		app.Button().Class("picture-open").Type("button").Aria("label", "Open "+name).OnClick(p.openBox(s.ID, i), s.ID, i),
		app.Button().Class("button small round download").Type("button").Aria("label", "Download "+name).Title("Download").
			OnClick(p.download(s.ID, i), s.ID, i).Body(icon("download")),
	)
}

// pictureName is what a picture is called: its prompt.
func pictureName(s job.State, i int) string {
	if s.Order.Count == 1 {
		return s.Order.Title
	}
	return fmt.Sprintf("%s (%d of %d)", s.Order.Title, i+1, s.Order.Count)
}

// download saves a result under a name that says what it is.
func (p *Page) download(id string, i int) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		s, ok := p.job(id)
		if !ok {
			return
		}
		mime := "image/png"
		if s.Order.Kind == task.GPT {
			mime = "application/json"
		}
		ctx.Async(func() {
			if err := p.port.Download(context.Background(), s.Files[i].SHA256, fileName(s, i), mime); err != nil {
				ctx.Dispatch(func(ctx app.Context) { p.say("The file is no longer in this browser's storage") })
			}
		})
	}
}
