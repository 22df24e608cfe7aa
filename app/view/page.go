package view

import (
	"context"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// Page is the whole page.
type Page struct {
	app.Compo

	port   Port
	cancel func()
	state  State

	tab     string // "images" or "chat"
	image   imageForm
	chat    chatForm
	files   fileCache
	shown   int // how many tasks of the tab are listed
	box     lightbox
	clock   int64 // unix milliseconds of the last tick, for running times
	ticking bool
	toast   string
}

// NewPage makes the page over a port.
func NewPage(port Port) *Page {
	return &Page{port: port, tab: "images", shown: pageLength, image: newImageForm(), chat: newChatForm(), files: newFileCache()}
}

// pageLength is how many tasks are listed before "Show more".
const pageLength = 12

// OnMount subscribes to the state and takes over what was typed before.
func (p *Page) OnMount(ctx app.Context) {
	p.cancel = p.port.Subscribe(func(s State) {
		ctx.Dispatch(func(ctx app.Context) { p.take(ctx, s) })
	})
	if text, caret, focused, ok := p.port.Typed(); ok && text != "" {
		p.image.args.Prompt = text
		ctx.Defer(func(app.Context) {
			p.port.SetValue(promptID, text)
			if focused {
				p.port.Focus(promptID)
				p.port.SetCaret(promptID, caret)
			}
		})
	}
}

// OnDismount ends the subscription.
func (p *Page) OnDismount() {
	if p.cancel != nil {
		p.cancel()
	}
}

// OnNav follows the hash: #/chat is the chat, everything else the images.
func (p *Page) OnNav(ctx app.Context) {
	p.tab = "images"
	if ctx.Page().URL().Fragment == "/chat" {
		p.tab = "chat"
	}
	p.shown = pageLength
	ctx.Defer(func(app.Context) { p.fill() })
}

// fill writes the form of the tab into its fields, which do not follow by themselves.
func (p *Page) fill() {
	switch {
	case p.tab == "chat" && !p.chat.raw.open:
		p.chat.write(p.port)
	case p.tab == "images" && !p.image.raw.open:
		p.image.write(p.port)
	}
}

// take is where a new state arrives.
func (p *Page) take(ctx app.Context, s State) {
	first := !p.state.Ready && s.Ready
	p.state = s
	p.clock = p.port.NowMillis()
	if first {
		p.image.restore(p.port, s)
		p.chat.restore(p.port, s)
	}
	p.files.load(ctx, p.port, s.Jobs)
	p.tick(ctx)
}

// tick renders running times once a second, only while a job runs.
func (p *Page) tick(ctx app.Context) {
	if p.ticking || !p.running() {
		return
	}
	p.ticking = true
	ctx.After(tickEvery, func(ctx app.Context) {
		p.ticking = false
		p.clock = p.port.NowMillis()
		p.tick(ctx)
	})
}

func (p *Page) running() bool {
	for _, j := range p.state.Jobs {
		if !j.Phase.Ended() {
			return true
		}
	}
	return false
}

// Render draws the page.
func (p *Page) Render() app.UI {
	return app.Div().Class("shell").Body(
		p.header(),
		p.nav(),
		app.Main().Class("main").ID("main").Body(
			p.banner(),
			either(p.tab == "chat", p.chatView, p.imageView),
		),
		p.walletDialog(),
		p.lightbox(),
		app.Div().Class("toast").Role("status").Aria("live", "polite").Text(p.toast),
	)
}

func (p *Page) nav() app.UI {
	link := func(tab, href, icon, name string) app.UI {
		a := app.A().Class("nav-link").Href(href).Body(
			app.Span().Class("icon icon-"+icon).Aria("hidden", "true"),
			app.Span().Text(name),
		)
		if p.tab == tab {
			a.Class("nav-link current").Aria("current", "page")
		}
		return a
	}
	return app.Nav().Class("nav").Aria("label", "Main").Body(
		link("images", "#/", "image", "Images"),
		link("chat", "#/chat", "chat", "Chat"),
	)
}

// banner is the place for what concerns the whole page.
func (p *Page) banner() app.UI {
	s := p.state
	switch {
	case s.Notice.Title != "":
		return app.Div().Class("banners").Body(p.problem(s.Notice))
	case s.Ready && s.Network.Historical:
		return p.note("warn", "There is no live network", s.Network.Name+" is a network of the past: its tasks can be looked at, nothing can be run.")
	case s.WrongChain():
		return app.Div().Class("banner warn").Role("alert").Body(
			app.Div().Body(
				app.Strong().Text("Your wallet is on another network"),
				app.P().Text("This page works on "+s.Network.Name+". Nothing is sent until the wallet is there too."),
			),
			app.Button().Class("button").Type("button").Text("Switch network").OnClick(func(app.Context, app.Event) { p.port.SwitchChain() }),
		)
	case s.Ready && !s.Persistent:
		return p.note("warn", "This browser stores nothing for this page", "A reload forgets your tasks. Leave private mode or allow site data before you pay for anything.")
	case s.ChainDown:
		return p.note("warn", "The blockchain does not answer", "Trying again by itself; nothing is lost.")
	}
	return app.Div().Class("banners")
}

func (p *Page) note(class, title, text string) app.UI {
	return app.Div().Class("banner " + class).Role("status").Body(
		app.Div().Body(app.Strong().Text(title), app.P().Text(text)),
	)
}

// problem shows a problem of the page, without a retry of a job.
func (p *Page) problem(pr job.Problem) app.UI {
	class := "problem"
	if pr.Quiet {
		class = "problem quiet"
	}
	return app.Div().Class(class).Role("alert").Body(
		app.Strong().Text(pr.Title),
		when(pr.Detail != "", func() app.UI { return app.P().Text(pr.Detail) }),
		when(pr.Remedy != "", func() app.UI { return app.P().Class("remedy").Text(pr.Remedy) }),
	)
}

// copy puts a text into the clipboard and says so.
func (p *Page) copy(ctx app.Context, text, what string) {
	ctx.Async(func() {
		said := what + " copied"
		if err := p.port.Copy(context.Background(), text); err != nil {
			said = "Copying is not allowed in this browser"
		}
		ctx.Dispatch(func(ctx app.Context) { p.say(ctx, said) })
	})
}

// say shows a short confirmation for a few seconds.
func (p *Page) say(ctx app.Context, text string) {
	p.toast = text
	ctx.After(toastFor, func(app.Context) {
		if p.toast == text {
			p.toast = ""
		}
	})
}

// jobsOf returns the tasks of one kind.
func (p *Page) jobsOf(k task.Kind) []job.State {
	var out []job.State
	for _, j := range p.state.Jobs {
		if j.Order.Kind == k {
			out = append(out, j)
		}
	}
	return out
}
