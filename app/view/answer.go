package view

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// answer is the result of a question: one text or several to choose from.
func (p *Page) answer(s job.State) app.UI {
	file := p.files.of(s.Files[0].SHA256)
	switch {
	case file.lost, s.Files[0].Gone:
		return app.P().Class("help").Text("This answer is no longer in this browser's storage, or cannot be read.")
	case len(file.answer.Choices) == 0:
		return nothing()
	}
	a := file.answer
	return app.Section().Class("stack answers").Aria("label", "Answer").Body(
		app.Range(a.Choices).Slice(func(i int) app.UI {
			last := i == len(a.Choices)-1
			return app.Div().Class("stack answer").Body(
				app.Div().Class("answer-text").Dir("auto").Text(a.Choices[i].Message.Content),
				app.Div().Class("row").Body(
					app.Button().Class("button small").Type("button").OnClick(p.copyAnswer(s.ID, i), s.ID, i).Text("Copy"),
					when(len(a.Choices) > 1, func() app.UI {
						return app.Span().Class("help figure").Text(fmt.Sprintf("%d of %d", i+1, len(a.Choices)))
					}),
					when(a.Choices[i].FinishReason == "length", func() app.UI {
						return app.Span().Class("help").Text("cut at the token limit")
					}),
					when(last, func() app.UI { return p.usage(s.ID, a.Usage) }),
				),
			)
		}),
	)
}

// usage is what the model read and wrote, and the file it came in.
func (p *Page) usage(id string, u task.Usage) app.UI {
	return app.Div().Class("row end").Body(
		app.Span().Class("help figure").Text(fmt.Sprintf("%d tokens read, %d written", u.PromptTokens, u.CompletionTokens)),
		app.Button().Class("button small quiet").Type("button").OnClick(p.download(id, 0), id).Body(icon("download"), app.Span().Text("Download")),
	)
}

func (p *Page) copyAnswer(id string, i int) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		s, _ := p.job(id)
		if a := p.files.of(s.Files[0].SHA256).answer; i < len(a.Choices) {
			p.copy(ctx, a.Choices[i].Message.Content, "Answer")
		}
	}
}
