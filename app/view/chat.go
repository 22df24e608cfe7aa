package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

// chatView is the page of questions. It is another element than that of the
// pictures, so that go-app does not reuse the fields of one for the other.
func (p *Page) chatView() app.UI {
	f := &p.chat
	return app.Article().Class(studioClass(f)).Aria("label", "Chat").Body(
		app.H1().Class("sr-only").Text("Chat"),
		p.composer(f, composerWords{form: "New question", box: "Question", placeholder: "What do you want to know?", send: "Ask"},
			p.price(1)),
		either(f.raw.open, nothing, p.chatPanel),
		p.results(p.jobsOf(task.GPT), p.firstAnswer),
	)
}

// chatPanel are the parameters of an answer.
func (p *Page) chatPanel() app.UI {
	f := &p.chat
	brief := ""
	if tokens := f.tokens().show(); tokens != "" {
		brief = "at most " + tokens + " tokens"
	}
	return p.panel(brief,
		f.picker.draw(f.args.Model, p.state.Models.Text, f.faults, p.onChatModel, p.changed(f)),
		textBox("system", "System text", "How the model should answer", p.changed(f)),
		numberBox("tokens", "Max tokens", "256", tokenLimits, f.faults["tokens"], false, p.typing(f), p.changed(f)),
		fieldBox("field", "temperature", "Temperature", f.faults["temperature"],
			app.Input().ID("temperature").Type("number").Min(0).Max(2).Attr("step", "0.1").Placeholder("the model's").AutoComplete(false).
				Aria("invalid", f.faults["temperature"] != "").Aria("describedby", "temperature-fault").OnChange(p.changed(f))),
		numberBox("chat-seed", "Seed", "", seedLimits, f.faults["chat-seed"], f.dice, p.typing(f), p.changed(f)),
		checkBox("chat-dice", "New random seed for every question", f.dice, p.rollDice(f)),
		app.P().Class("help wide").Text("Sampling, beams, several answers and precision: press Arguments."),
	)
}

func (p *Page) onChatModel(ctx app.Context, _ app.Event) {
	f := &p.chat
	if p.pickModel(ctx, f, &f.args.Model) {
		p.saveDraft(f)
		p.lookAhead()
	}
}
